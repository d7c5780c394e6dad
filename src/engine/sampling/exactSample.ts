/** A run over the finite world whose p(x0 | xt) is known (src/diffusion/exact.ts): the same samplers, a network that cannot be wrong. */
import { spansOf } from '../../diffusion/layout';
import { createWorld, ExactDenoiser, type FiniteSet } from '../../diffusion/exact';
import { ExactAutoregression } from '../../diffusion/exactRun';
import { createSchedule } from '../../diffusion/schedule';
import type { Backend } from '../backend';
import type { RunControl } from '../runs';
import { ExactNetwork } from './exactNetwork';
import { GpuMachine } from './gpuMachine';
import { GpuSampler } from './gpuSampler';
import { HostMachine } from './hostMachine';
import type { Machine } from './machine';
import { planProgram, type Sequence } from './program';
import { runProgram, type SampleProgress } from './sample';
import type { ExactOptions, ExactResult, SampleFrame } from './types';

/** Enough for figures: samples of a run that costs next to nothing. */
export const MOST_MAPS = 256;

/** Maps of a world, as what a program is made for. */
export const mapSequence = (
  { height, width, codebookSize }: FiniteSet,
  process: ExactOptions['process'],
): Sequence => ({ process, grids: [{ name: 'map', height, width, codebookSize }] });

let world: FiniteSet | null = null;
const theWorld = (): FiniteSet => (world ??= createWorld());

/** @throws Error that says what was needed and what was found; the signal's reason when aborted */
export async function sampleExact(
  backend: Backend,
  options: ExactOptions,
  take: (program: ReturnType<typeof planProgram>) => SampleProgress,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
): Promise<ExactResult> {
  const set = theWorld();
  const config = mapSequence(set, options.process);
  const program = planProgram(config, options, MOST_MAPS);
  if (program.kind !== 'discrete') throw new Error('The exact denoiser speaks of codes.');
  const progress = take(program);
  const { machine, dispose } = await openMachine(backend, set, config, options);
  try {
    const { trace, last, timings } = await runProgram(progress, machine, control, onFrame);
    return { codes: last.codes, trace, timings };
  } finally {
    dispose();
  }
}

async function openMachine(
  backend: Backend,
  set: FiniteSet,
  config: Sequence,
  { process, batch, known, certain = false, distribution, schedule }: ExactOptions,
): Promise<{ machine: Machine; dispose: () => void }> {
  // It knows no prompt: both halves of a guided evaluation would be the same.
  const plain = { ...distribution, guidanceScale: 1 };
  const raster = process.kind === 'autoregressive';
  const given = certain && known ? known.codes : null;
  if (backend.kind === 'webgpu') {
    const { context } = backend;
    const network = await ExactNetwork.create(context, set, batch, { raster, known: given });
    const shape = { spans: spansOf(config.grids), batch, guided: false, raster };
    const sampler = await GpuSampler.create(context, network, shape);
    const machine = new GpuMachine(context, sampler, new Int32Array(), plain, 0, true);
    return { machine, dispose: () => sampler.dispose() };
  }
  const denoiser = raster
    ? new ExactAutoregression(set, batch)
    : new ExactDenoiser(set, createSchedule(schedule, process, set.codebookSize), batch, given);
  return { machine: new HostMachine(denoiser, plain, 0, true), dispose: () => undefined };
}
