/** Fills a hole: stand-in, encode, sample around what is known, decode, score. Orchestration over the parts that sampling opens. */
import { neutralise } from '../../image/hole/neutral';
import { freePlaces } from '../../image/hole/places';
import { lengthOf } from '../../diffusion/layout';
import type { PriorConfig } from '../../models/prior/config';
import { encodePicture, type RunControl } from '../runs';
import { openScorer, samplePrior, type SampleMemory, type SamplingParts } from '../sampling/open';
import type { SampleFrame } from '../sampling/types';
import type { CodeGrid, Picture, TokenizerSummary } from '../types';
import { drawnPlaces, fillOptions, type Canvas } from './fill';
import { bitsPerCode } from './likelihood';
import type { InpaintOptions, InpaintResult, InpaintScore } from './types';

/** Numbers of one evaluation over a large grid, [answers, N, K], twice where guided: 256 MiB each. */
const MOST_LOGITS = 2 ** 26;

/** @throws Error that says what was needed and what was found; the signal's reason when aborted */
export async function inpaint(
  parts: SamplingParts,
  options: InpaintOptions,
  memory: SampleMemory,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
): Promise<InpaintResult> {
  const { shelf, backend } = parts;
  const { prior, tokenizerId } = await shelf.openPair(options.model, control);
  const networks = await shelf.open(tokenizerId, backend, control);
  const { picture, hole, count } = options;
  const canvas = canvasOf(prior.manifest.config, networks.model, picture, count);
  if (hole.length !== picture.width * picture.height)
    throw new Error(
      `The hole needs one byte for each of the picture's ${picture.width} x ${picture.height} pixels, found ${hole.length}.`,
    );
  const free = freePlaces(
    hole,
    picture.width,
    canvas.grids.map(({ height, width }) => ({ height, width, factor: picture.width / width })),
    options.grow,
  );
  const seen = neutralise(picture, { width: picture.width, height: picture.height, data: hole });
  const { codes } = await encodePicture(networks, seen, { mode: 'tile' }, control);
  const drawn = drawnPlaces(free, options);
  const request = fillOptions(canvas, options, joined(codes), free);
  const larger = canvas.isLarger ? { grids: canvas.grids, asked: free } : null;
  const { codes: answers, ...result } = await samplePrior(parts, request, memory, control, onFrame, larger);
  const scoring = performance.now();
  const scores = await scoresOf(parts, options, canvas, answers, drawn, larger, control);
  return {
    ...result,
    codes: answers,
    seeds: answers.map((_, i) => (options.seed + i) >>> 0),
    scores,
    free: drawn,
    seen,
    timings: { ...result.timings, scoreMs: performance.now() - scoring },
  };
}

interface FillCanvas extends Canvas {
  /** The prior looks through windows. */
  readonly isLarger: boolean;
}

/** The grids that the picture becomes: the prior's own, or one larger grid of the same codes. */
function canvasOf(
  config: PriorConfig,
  { id, resolution, factor }: TokenizerSummary,
  { width, height }: Picture,
  count: number,
): FillCanvas {
  const { process, grids } = config;
  if (width === resolution && height === resolution) return { process, grids, isLarger: false };
  if (width < resolution || height < resolution || width % factor || height % factor)
    throw new Error(
      `${id} works on squares of ${resolution} pixels, and on larger pictures with sides of whole ${factor} pixels; found ${width} x ${height}.`,
    );
  const [grid] = grids;
  if (!grid || grids.length > 1 || process.kind === 'gaussian' || process.kind === 'autoregressive')
    throw new Error(
      `Windows over a larger picture need a diffusion of codes with one grid, this prior is ${process.kind} with ${grids.length}: choose a square of the picture.`,
    );
  const large = { ...grid, height: height / factor, width: width / factor };
  const logits = count * large.height * large.width * grid.codebookSize;
  if (logits > MOST_LOGITS)
    throw new Error(
      `${count} answer(s) over ${width} x ${height} pixels need ${Math.ceil((logits * 4) / 2 ** 20)} MiB for one step, at most ${(MOST_LOGITS * 4) / 2 ** 20} are used: ask for fewer answers, or a smaller part of the picture.`,
    );
  return { process, grids: [large], isLarger: true };
}

async function scoresOf(
  parts: SamplingParts,
  options: InpaintOptions,
  canvas: Canvas,
  answers: readonly CodeGrid[][],
  drawn: Uint8Array<ArrayBuffer>,
  larger: Parameters<typeof openScorer>[2],
  control: RunControl,
): Promise<InpaintScore[]> {
  if (canvas.process.kind === 'gaussian') return answers.map(() => ({ bitsPerCode: null }));
  control.report?.({ stage: 'sample', fraction: null, message: 'what the prior thinks of the answers' });
  const denoiser = await openScorer(parts, { ...options, batch: answers.length }, larger, control);
  const all = new Int32Array(answers.length * lengthOf(canvas.grids));
  answers.forEach((grids, i) => all.set(joined(grids), i * lengthOf(canvas.grids)));
  const bits = await bitsPerCode(denoiser, canvas, all, drawn);
  return bits.map((value) => ({ bitsPerCode: value }));
}

const joined = (grids: readonly CodeGrid[]): Int32Array<ArrayBuffer> =>
  Int32Array.from(grids.flatMap(({ indices }) => [...indices]));
