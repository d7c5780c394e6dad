/** The samplers of diffusion/ over a network that learns: on the host, because a step of 64 places and 6 codes is small. */
import { PLAIN } from '../../diffusion/distribution';
import type { FiniteSet } from '../../diffusion/exact';
import type { DiscreteProcess } from '../../diffusion/schedule';
import type { TileTrainer } from '../../tfjs/tiles/open';
import type { RunControl } from '../runs';
import { HostMachine } from '../sampling/hostMachine';
import { planProgram } from '../sampling/program';
import { runProgram, SampleProgress } from '../sampling/sample';
import { mapSequence, MOST_MAPS } from '../sampling/exactSample';
import type { ExactOptions, ExactResult, SampleFrame } from '../sampling/types';
import { LearntDenoiser } from './learntDenoiser';

export type LearntOptions = ExactOptions & { readonly process: DiscreteProcess };

/** @throws Error that says what was needed and what was found; the signal's reason when aborted */
export async function runLearnt(
  network: Pick<TileTrainer, 'evaluate'>,
  set: FiniteSet,
  options: LearntOptions,
  take: (program: ReturnType<typeof planProgram>) => SampleProgress,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
): Promise<ExactResult> {
  const program = planProgram(mapSequence(set, options.process), options, MOST_MAPS);
  const denoiser = new LearntDenoiser(network, options.batch, set.height * set.width);
  const machine = new HostMachine(denoiser, { ...options.distribution, guidanceScale: 1 }, 0, true);
  const { trace, last, timings } = await runProgram(take(program), machine, control, onFrame);
  return { codes: last.codes, trace, timings };
}

/** Codes alone, [batch, N]. */
export async function drawSamples(
  network: Pick<TileTrainer, 'evaluate'>,
  set: FiniteSet,
  { signal, ...options }: Pick<LearntOptions, 'process' | 'sampler' | 'seed' | 'batch'> & Pick<RunControl, 'signal'>,
): Promise<Int32Array<ArrayBuffer>> {
  const asked: LearntOptions = { ...options, schedule: { kind: 'model' }, distribution: PLAIN };
  const { codes } = await runLearnt(network, set, asked, (program) => new SampleProgress(program), { signal });
  return codes;
}
