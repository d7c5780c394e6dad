/** Opens what a run needs (prior, tokenizer, words, network for the batch) and runs it. */
import { spansOf, type Layout } from '../../diffusion/layout';
import type { Denoiser } from '../../diffusion/run';
import { scheduleOf } from '../../diffusion/schedule';
import type { PriorModel } from '../../models/loader';
import { codeCount, type PriorConfig } from '../../models/prior/config';
import type { CodeGrid } from '../../models/types';
import { repeat } from '../arrays';
import type { Backend } from '../backend';
import type { ModelShelf } from '../modelShelf';
import { decodeCodes, type RunControl } from '../runs';
import { GaussianMachine } from './gaussianMachine';
import { GpuMachine } from './gpuMachine';
import { HostMachine, PriorDenoiser } from './hostMachine';
import { LatentSpace } from './latentSpace';
import type { Machine } from './machine';
import { Painter } from './painter';
import { planProgram, timeOfShare, type Program } from './program';
import { runProgram, SampleProgress } from './sample';
import { WindowedDenoiser } from './windowedDenoiser';
import type { PlaceAnswer, PlaceQuestion, SampleFrame, SampleOptions, SampleResult } from './types';

export interface SamplingParts {
  readonly shelf: ModelShelf;
  readonly backend: Backend;
}

/** What survives a lost device: the states that were kept so far. */
export class SampleMemory {
  private progress: SampleProgress | null = null;

  /** The same run again after a loss, a new one otherwise. */
  take(program: Program): SampleProgress {
    this.progress ??= new SampleProgress(program);
    return this.progress;
  }
}

/** A grid larger than the prior's own, which then looks through windows: discrete diffusion over one grid. */
export interface LargerGrid {
  readonly grids: Layout;
  /** Places that are drawn, [N]. */
  readonly asked: Uint8Array;
}

/**
 * @param larger null: the prior's own grids
 * @throws Error that says what was needed and what was found; the signal's reason when aborted
 */
export async function samplePrior(
  parts: SamplingParts,
  options: SampleOptions,
  memory: SampleMemory,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
  larger: LargerGrid | null = null,
): Promise<SampleResult> {
  const { shelf, backend } = parts;
  const { prior, tokenizerId } = await shelf.openPair(options.model, control);
  const config = { ...prior.manifest.config, ...(larger && { grids: [...larger.grids] }) };
  const progress = memory.take(planProgram(config, options));
  const vocabulary = await shelf.vocabulary(options.model, control);
  const { ids, unknown } = vocabulary.tokenize(options.condition);
  const context = repeat(ids, options.batch);
  const networks = await shelf.open(tokenizerId, backend, control);
  const machine = larger
    ? await openWindows(parts, prior, context, options, larger, control)
    : await openMachine(parts, prior, tokenizerId, context, options, control);
  const decode = (grids: readonly CodeGrid[]) => decodeCodes(networks, grids, { signal: control.signal });
  const painter = new Painter(config, decode, options.standIn ?? 'x0', (g) => shelf.codebook(tokenizerId, g));
  const draw = options.draw === 'pictures' ? painter.draw : null;
  const { trace, last, timings } = await runProgram(progress, machine, control, onFrame, draw);
  const decoding = performance.now();
  const { grids, images } = await painter.paint(last, control);
  return {
    model: options.model,
    tokenizer: tokenizerId,
    codes: grids,
    images,
    trace,
    timings: { ...timings, decodeMs: performance.now() - decoding },
    unknownWords: unknown,
  };
}

async function openMachine(
  { shelf, backend }: SamplingParts,
  prior: PriorModel,
  tokenizerId: string,
  context: Int32Array<ArrayBuffer>,
  { batch, distribution, model }: SampleOptions,
  control: RunControl,
): Promise<Machine> {
  const { config } = prior.manifest;
  if (backend.kind === 'webgpu') {
    const shape = { batch, guided: distribution.guidanceScale !== 1 };
    const { runtime, compileMs, known } = await shelf.openSampler(prior, shape, backend, control);
    return new GpuMachine(backend.context, runtime, context, distribution, compileMs, known);
  }
  const evaluated = batch * (distribution.guidanceScale === 1 ? 1 : 2);
  const { runtime, compileMs, known } = await shelf.openPrior(model, evaluated, backend, control);
  if (config.process.kind === 'gaussian') {
    const space = new LatentSpace(shelf.codebook(tokenizerId, 0), config);
    return new GaussianMachine({ runtime, context, space, distribution }, compileMs, known);
  }
  const denoiser = new PriorDenoiser(runtime, config, context, batch, codeCount(config));
  return new HostMachine(denoiser, distribution, compileMs, known);
}

/** The samplers of diffusion/ on the CPU, over a network that looks through windows. */
async function openWindows(
  { shelf, backend }: SamplingParts,
  prior: PriorModel,
  context: Int32Array<ArrayBuffer>,
  { batch, distribution, model }: SampleOptions,
  larger: LargerGrid,
  control: RunControl,
): Promise<Machine> {
  const evaluated = batch * (distribution.guidanceScale === 1 ? 1 : 2);
  const { runtime, compileMs, known } = await shelf.openPrior(model, evaluated, backend, control);
  const { config } = prior.manifest;
  const inner = new PriorDenoiser(runtime, config, context, batch, codeCount(config));
  return new HostMachine(windowsOver(inner, config, larger), distribution, compileMs, known);
}

function windowsOver(inner: Denoiser, { process, grids }: PriorConfig, { grids: all, asked }: LargerGrid): Denoiser {
  const [[grid], [window]] = [all, grids];
  if (!grid || !window || process.kind === 'gaussian' || process.kind === 'autoregressive')
    throw new Error('Windows need a diffusion of codes with one grid.');
  const { height, width, codebookSize } = grid;
  const shape = { height, width, codebookSize, windowHeight: window.height, windowWidth: window.width };
  const schedule = scheduleOf(process, codebookSize);
  const timeOf = process.kind === 'absorbing' ? (share: number) => timeOfShare(schedule, share) : null;
  return new WindowedDenoiser(inner, shape, asked, timeOf);
}

/** The network as a judge of finished codes: with the condition, without guidance. */
export async function openScorer(
  { shelf, backend }: SamplingParts,
  { model, condition, batch }: Pick<SampleOptions, 'model' | 'condition' | 'batch'>,
  larger: LargerGrid | null,
  control: RunControl,
): Promise<Denoiser> {
  const { prior } = await shelf.openPair(model, control);
  const { config } = prior.manifest;
  const { ids } = (await shelf.vocabulary(model, control)).tokenize(condition);
  const { runtime } = await shelf.openPrior(model, batch, backend, control);
  const inner = new PriorDenoiser(runtime, config, repeat(ids, batch), batch, codeCount(config));
  return larger ? windowsOver(inner, config, larger) : inner;
}

/** The network's opinion of one place of one sample's state. */
export async function explainPlace(
  { shelf, backend }: SamplingParts,
  { model, condition, codes, networkTime, place, guided }: PlaceQuestion,
  control: RunControl,
): Promise<PlaceAnswer> {
  const { prior } = await shelf.openPair(model, control);
  const { config } = prior.manifest;
  if (config.process.kind === 'gaussian')
    throw new Error('A gaussian prior has no distribution over codes: it speaks of latents.');
  const length = codeCount(config);
  const span = spansOf(config.grids).find(({ first, count }) => place >= first && place < first + count);
  if (!span || codes.length !== length)
    throw new Error(
      `${model} has ${length} codes, places 0 to ${length - 1}; found ${codes.length} codes, place ${place}.`,
    );
  const { ids } = (await shelf.vocabulary(model, control)).tokenize(condition);
  const { runtime } = await shelf.openPrior(model, guided ? 2 : 1, backend, control);
  const denoiser = new PriorDenoiser(runtime, config, ids, 1, length);
  const one = { ...span, first: place, count: 1 };
  const { conditional, unconditional } = await denoiser.evaluate(codes, networkTime, one, guided);
  return { conditional: conditional.slice(), unconditional: unconditional?.slice() ?? null };
}
