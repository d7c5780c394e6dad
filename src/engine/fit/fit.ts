/** Fits latents to what is known of a picture, run after run. Orchestration: the slope comes from tfjs, the descent is in `descend.ts`. */
import { neutralise } from '../../image/hole/neutral';
import { resize } from '../../image/resize';
import { pictureFrom } from '../../image/picture';
import { seedOf } from '../../diffusion/random';
import { isCosine } from '../../models/vqvae/config';
import { buildDecoder } from '../../models/vqvae/graph';
import { openLatentFitter, type LatentFitter, type Observation } from '../../tfjs/latentFit/open';
import type { TfjsBackend } from '../../tfjs/types';
import type { Backend } from '../backend';
import { breathe } from '../calls';
import type { ModelShelf } from '../modelShelf';
import { decodeCodes, encodePicture, type Encoded, type Networks, type RunControl } from '../runs';
import type { CodeGrid, Picture } from '../types';
import { FitCodebook } from './codebook';
import { degradation } from '../../image/degradation';
import { descend, greyLevels, jittered, type Descent } from './descend';
import { checkedOptions, checkTokenizer, type CheckedFit } from './request';
import { meanAndSpread } from './spread';
import type { FitOptions, FitReport, FitResult } from './types';

export interface FitParts {
  readonly shelf: ModelShelf;
  readonly backend: Backend;
  /** Where gradients are taken. */
  readonly tfjs: TfjsBackend;
}

/** @throws Error that says what was needed and what was found; the signal's reason when aborted, at most one step later */
export async function fitLatents(
  { shelf, backend, tfjs }: FitParts,
  options: FitOptions,
  control: RunControl,
  onReport?: (report: FitReport) => void,
): Promise<FitResult> {
  const started = performance.now();
  const networks = await shelf.open(options.model, backend, control);
  checkTokenizer(networks.model);
  const { resolution: side, codeDim } = networks.model;
  const fit = checkedOptions(options, side);
  const book = new FitCodebook(shelf.codebook(options.model, 0), codeDim, isCosine(shelf.quantizer(options.model)));
  const { height, width, data: hole } = fit.hole;
  const seen = neutralise(fit.picture, { height, width, data: hole });
  const start = resize(seen, side, side);
  const encoded = await encodePicture(networks, start, { mode: 'tile' }, control);
  const { manifest, weights } = shelf.tokenizer(options.model);
  const graph = buildDecoder(manifest.config, side, side, { pictures: 'floats' });
  const fitter = await openLatentFitter(tfjs, graph, weights, observationOf(fit, seen, side));
  try {
    const startCodes = encoded.codes[0]!.indices;
    const startScore = greyLevels((await fitter.evaluate(book.vectorsOf(startCodes))).loss);
    const runs = new Runs({ networks, fitter, book, encoded, fit, side }, control, onReport);
    for (let run = 0; run < fit.runs; run++) await runs.take(run);
    const totalMs = performance.now() - started;
    return {
      model: options.model,
      ...runs.results,
      ...meanAndSpread(runs.results.images),
      ...{ start, startScore },
      backend: tfjs.name === 'webgpu' ? `tfjs on ${backend.capabilities.adapter}` : `tfjs on the CPU (${tfjs.name})`,
      timings: { totalMs, stepMs: runs.stepMs },
    };
  } finally {
    fitter.dispose();
  }
}

interface RunParts {
  readonly networks: Networks;
  readonly fitter: LatentFitter;
  readonly book: FitCodebook;
  readonly encoded: Encoded;
  readonly fit: CheckedFit;
  readonly side: number;
}

class Runs {
  readonly results = {
    images: [] as Picture[],
    continuous: [] as Picture[],
    codes: [] as CodeGrid[][],
    seeds: [] as number[],
    losses: [] as Descent['losses'][],
    scores: [] as number[],
  };
  private descentMs = 0;

  constructor(
    private readonly parts: RunParts,
    private readonly control: RunControl,
    private readonly onReport: ((report: FitReport) => void) | undefined,
  ) {}

  /** Mean time of a step. */
  get stepMs(): number {
    return this.descentMs / (this.results.seeds.length * this.parts.fit.steps);
  }

  async take(run: number): Promise<void> {
    const { networks, fitter, book, encoded, fit, side } = this.parts;
    const { steps, noise, pull, jitter } = fit;
    const seed = seedOf(fit.seed, run);
    const began = performance.now();
    const { latents, codes, losses, score } = await descend(jittered(encoded.latents, book, seed, jitter), book, {
      ...{ steps, noise, pull },
      evaluate: (z) => fitter.evaluate(z),
      onStep: (report) => this.tell({ run, ...report }),
    });
    this.descentMs += performance.now() - began;
    const grids = [{ ...encoded.codes[0]!, indices: codes }];
    this.results.images.push(await decodeCodes(networks, grids, this.control));
    this.results.continuous.push(pictureOf(await fitter.decode(latents), side));
    this.results.codes.push(grids);
    this.results.seeds.push(seed);
    this.results.losses.push(losses);
    this.results.scores.push(score);
  }

  private async tell(report: FitReport): Promise<void> {
    const { runs, steps } = this.parts.fit;
    const { run, step } = report;
    this.onReport?.(report);
    this.control.report?.({
      stage: 'sample',
      fraction: (run + step / steps) / runs,
      message: `run ${run + 1} of ${runs}, step ${step + 1} of ${steps}`,
    });
    await breathe(this.control.signal);
  }
}

function observationOf({ task, hole }: CheckedFit, seen: Picture, side: number): Observation {
  const { width, height } = seen;
  const matrix = degradation(task, side);
  return {
    ...{ width, height },
    target: Float32Array.from({ length: 3 * width * height }, (_, i) => {
      const value = seen.data[4 * Math.floor(i / 3) + (i % 3)] ?? 0;
      return value / 127.5 - 1;
    }),
    known: Uint8Array.from(hole.data, (hidden) => (hidden > 0 ? 0 : 1)),
    matrices: matrix && { down: matrix, across: matrix },
  };
}

/** @param values [side, side, 3] around [-1, 1] */
function pictureOf(values: Float32Array, side: number): Picture {
  const picture = pictureFrom(side, side);
  values.forEach((value, i) => {
    // The array rounds and clips.
    picture.data[4 * Math.floor(i / 3) + (i % 3)] = (value + 1) * 127.5;
  });
  return picture;
}
