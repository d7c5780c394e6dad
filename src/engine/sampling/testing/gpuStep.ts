/** One sampler step by the kernels, and the same step by src/diffusion. For tests. */
import type { DistributionOptions } from '../../../diffusion/distribution';
import { PLAIN } from '../../../diffusion/distribution';
import { COEFFICIENTS } from '../../../diffusion/posterior';
import { runStep, type KnownCodes, type RunState, type Span } from '../../../diffusion/run';
import type { SamplerStep } from '../../../diffusion/samplers';
import type { Schedule } from '../../../diffusion/schedule';
import type { GpuContext } from '../../../gpu/device';
import { randomNumbers } from '../../../gpu/testing/random';
import { plan as imposeKnown } from '../../../kernels/imposeKnown';
import { plan as posteriorSample } from '../../../kernels/posteriorSample';
import { plan as revealCandidates } from '../../../kernels/revealCandidates';
import { plan as revealRank } from '../../../kernels/revealRank';
import { packRun, packStep, STEP_BYTES } from '../../../kernels/samplerParams';
import { openSamplerBench } from '../../../kernels/samplerTesting';
import { plan as x0LogProbs } from '../../../kernels/x0LogProbs';

/** Everything that a step reads. */
export interface StepCase {
  readonly seed: number;
  readonly batch: number;
  readonly length: number;
  readonly span: Span;
  readonly schedule: Schedule;
  readonly distribution: DistributionOptions;
  readonly step: SamplerStep;
  /** [batch, length] */
  readonly codes: Int32Array<ArrayBuffer>;
  /** [batch, count, logitStride], and then as many without the condition. */
  readonly logits: Float32Array<ArrayBuffer>;
  readonly logitStride: number;
  readonly known: KnownCodes | null;
  readonly order: Int32Array<ArrayBuffer>;
}

export interface StepResult extends RunState {
  readonly logs: Float32Array<ArrayBuffer>;
}

/** The uniform `step`. */
export const stepBytes = (step: SamplerStep, { first, count }: Span, schedule: Schedule): ArrayBuffer =>
  packStep({
    number: step.number,
    first,
    count,
    alphaBarTo: schedule.alphaBar[step.to] ?? 0,
    gammaBarTo: schedule.gammaBar[step.to] ?? 0,
    ...(step.kind === 'posterior'
      ? { coefficients: COEFFICIENTS.map((name) => step.coefficients[name]) }
      : { reveal: step }),
  });

/** The uniform `run`. */
export const runBytes = (given: Omit<StepCase, 'step' | 'codes' | 'logits' | 'order' | 'schedule'>): ArrayBuffer =>
  packRun({
    seed: given.seed,
    samples: given.batch,
    length: given.length,
    codebookSize: given.span.codebookSize,
    logitStride: given.logitStride,
    ...given.distribution,
    noised: given.known?.noised ?? false,
  });

/** x0_log_probs, the kernels of the step's kind, and impose_known where codes are known. */
export async function stepOnGpu(context: GpuContext, given: StepCase, isSoftware: boolean): Promise<StepResult> {
  const target = { ...context.target, isSoftware };
  const { batch: samples, length, span, logitStride, known } = given;
  const { count, codebookSize } = span;
  const rows = samples * count;
  const shape = { samples, count, codebookSize };
  const guided = given.distribution.guidanceScale !== 1;
  const bench = await openSamplerBench(
    context,
    [
      x0LogProbs({ ...shape, logitStride, guided }, target),
      ...(given.step.kind === 'posterior'
        ? [posteriorSample(shape, target)]
        : [revealCandidates(shape, target), revealRank(shape, target)]),
      ...(known ? [imposeKnown(shape, target)] : []),
    ],
    runBytes(given),
    STEP_BYTES,
    {
      logits: given.logits,
      logs: rows * Math.ceil(codebookSize / 4) * 4,
      best: samples * length,
      confidence: samples * length,
      entropy: samples * length,
      xt: given.codes,
      order: given.order,
      candidate: rows,
      priority: rows,
      ...(known && { known: Int32Array.from(known.codes) }),
    },
  );
  await bench.run(stepBytes(given.step, span, given.schedule));
  /** As run.ts gives them: the span's places, [batch, count]. */
  const ofSpan = <T extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(all: T): T =>
    all.filter((_, at) => at % length >= span.first && at % length < span.first + count) as T;
  const result = {
    codes: await bench.i32('xt'),
    best: ofSpan(await bench.i32('best')),
    confidence: ofSpan(await bench.f32('confidence')),
    entropy: ofSpan(await bench.f32('entropy')),
    logs: await bench.f32('logs'),
  };
  bench.destroy();
  return result;
}

/** The codes' part of a row of logits. */
export const rowOf = ({ logits, logitStride, span }: StepCase, row: number): Float32Array =>
  logits.subarray(row * logitStride, row * logitStride + span.codebookSize);

/** The same by run.ts. */
export async function stepOnCpu(given: StepCase): Promise<RunState> {
  const { batch, length, span } = given;
  const rows = batch * span.count;
  const state = {
    codes: given.codes.slice(),
    best: new Int32Array(rows),
    confidence: new Float32Array(rows),
    entropy: new Float32Array(rows),
  };
  const half = (first: number) =>
    Float32Array.from(Array.from({ length: rows }, (_, row) => [...rowOf(given, first + row)]).flat());
  const guided = given.distribution.guidanceScale !== 1;
  const logits = { conditional: half(0), unconditional: guided ? half(rows) : null };
  await runStep({ batch, length, evaluate: () => Promise.resolve(logits) }, given.step, state, given);
  return state;
}

/** Random logits of a network that is sure here and unsure there, and random codes, of which the share `masked` is [MASK]. */
export function randomCase(
  given: Pick<StepCase, 'schedule' | 'step'> & Partial<StepCase> & { readonly masked?: number },
): StepCase {
  const codebookSize = given.schedule.codebookSize;
  const { batch = 3, length = 40, span = { first: 0, count: length, codebookSize }, masked = 0.5, seed = 7 } = given;
  const { distribution = PLAIN, logitStride = codebookSize, known = null } = given;
  const next = randomNumbers(seed + codebookSize);
  const rows = batch * span.count * (distribution.guidanceScale === 1 ? 1 : 2);
  const logits = new Float32Array(rows * logitStride);
  for (let row = 0; row < rows; row++) {
    const scale = 2 + 6 * Math.abs(next());
    for (let k = 0; k < logitStride; k++) logits[row * logitStride + k] = scale * (next() + next());
    // Rubbish after the last code must not count.
    logits.fill(99, row * logitStride + codebookSize, (row + 1) * logitStride);
  }
  const codes = Int32Array.from({ length: batch * length }, () =>
    Math.abs(next()) < masked ? codebookSize : Math.min(codebookSize - 1, Math.floor(Math.abs(next()) * codebookSize)),
  );
  const order = Int32Array.from({ length: span.count }, (_, i) => (i * 7 + 3) % span.count);
  return { logits, codes, order, ...given, seed, batch, length, span, distribution, logitStride, known };
}
