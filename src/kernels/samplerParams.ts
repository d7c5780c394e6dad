/**
 * What the kernels of a discrete-diffusion step share: the bytes of the two uniforms `run` and `step` (shaders/lib/sampler.wgsl), and how
 * their rows are laid over a machine. The plans bind both uniforms by these roles, at the end, and have no params of their own: `run` is
 * written once for a run, `step` is copied from a table of all steps, so that a step needs no write, no buffer and no bind group.
 *
 * A row is a place of the span in one sample: row = sample * count + i; the place in the sequence is first + i.
 */
import { ceil4, ShapeError, type OpPlan, type Shader, type Target } from './kernel';
import { linearGrid, packParams, spread } from './params';

export interface RunParams {
  /** u32; sample i draws with seed + i. */
  readonly seed: number;
  readonly samples: number;
  /** Codes of a whole sequence. */
  readonly length: number;
  /** K; [MASK] is K. */
  readonly codebookSize: number;
  /** Elements from row to row of the network's logits. */
  readonly logitStride: number;
  /** 1: the conditional alone; else the logits' second half is without the condition. */
  readonly guidanceScale: number;
  readonly temperature: number;
  /** 0: all. */
  readonly topK: number;
  /** 1: all. */
  readonly truncation: number;
  /** Known codes are noised as far as the step. */
  readonly noised: boolean;
}

export type Priority = 'confidence' | 'purity' | 'order';
/** As the shader counts them. */
const PRIORITIES: readonly Priority[] = ['confidence', 'purity', 'order'];

export interface StepParams {
  readonly number: number;
  /** First place of the span in the sequence, and places of the span. */
  readonly first: number;
  readonly count: number;
  /** What is kept and what is masked at the time after the step. */
  readonly alphaBarTo: number;
  readonly gammaBarTo: number;
  /** Of a posterior step: the eleven coefficients themselves, in the order of COEFFICIENTS in src/diffusion/posterior.ts. */
  readonly coefficients?: readonly number[];
  /** Of a revealing step. */
  readonly reveal?: {
    readonly masked: number;
    readonly priority: Priority;
    readonly noise: number;
    readonly sharpen: number;
  };
}

/** Bytes of the uniforms. */
export const RUN_BYTES = 48;
export const STEP_BYTES = 80;

const COEFFICIENT_COUNT = 11;
/** log 0 in the shaders. */
const NONE = -1e30;

/** Bytes from row to row of the log-probabilities: vec4s. */
export const logRowBytes = (codebookSize: number): number => ceil4(codebookSize) * 4;

/**
 * @returns RUN_BYTES bytes
 * @throws ShapeError for numbers that make no distribution
 */
export function packRun(run: RunParams): ArrayBuffer {
  const { seed, samples, length, codebookSize, logitStride, guidanceScale, temperature, topK, truncation, noised } =
    run;
  if (!(temperature > 0)) throw new ShapeError(`sampler: the temperature must be above 0, found ${temperature}`);
  if (!(truncation >= 0)) throw new ShapeError(`sampler: the truncation must be 0 or more, found ${truncation}`);
  if (!(Number.isInteger(topK) && topK >= 0))
    throw new ShapeError(`sampler: top-k must be a whole number, 0 for all, found ${topK}`);
  return packParams(
    seed,
    samples,
    length,
    codebookSize,
    ceil4(codebookSize) / 4,
    logitStride,
    Number(guidanceScale !== 1),
    { float: guidanceScale },
    { float: temperature },
    topK,
    { float: truncation },
    Number(noised),
  );
}

/**
 * @returns STEP_BYTES bytes
 * @throws ShapeError for another number of coefficients
 */
export function packStep({
  number,
  first,
  count,
  alphaBarTo,
  gammaBarTo,
  coefficients,
  reveal,
}: StepParams): ArrayBuffer {
  const given = coefficients ?? new Array<number>(COEFFICIENT_COUNT).fill(0);
  if (given.length !== COEFFICIENT_COUNT)
    throw new ShapeError(`sampler: a posterior has ${COEFFICIENT_COUNT} coefficients, found ${given.length}`);
  return packParams(
    number,
    first,
    count,
    reveal?.masked ?? 0,
    PRIORITIES.indexOf(reveal?.priority ?? 'confidence'),
    { float: reveal?.noise ?? 0 },
    { float: reveal?.sharpen ?? 0 },
    { float: alphaBarTo },
    { float: gammaBarTo },
    ...given.map((value) => ({ float: value > 0 ? Math.log(value) : NONE })),
  );
}

/** Lanes and levels of the two variants of a kernel over rows (shaders/lib/row.wgsl). */
const [ONE_LANE, WORKGROUP] = ['f32@1x0', 'f32@64x6'];
const LANES = 64;
/** Few rows in a workgroup: all cores of a software adapter have some. */
const SOFTWARE_WG = 16;

/** One dispatch over rows of K numbers: an invocation each on software adapters (no barriers), else a workgroup each. */
export function planRows(shader: Shader, bindings: readonly string[], rows: number, target: Target): OpPlan {
  const [variant, WG, workgroups] = target.isSoftware
    ? [ONE_LANE, SOFTWARE_WG, linearGrid(rows, SOFTWARE_WG, target)]
    : [WORKGROUP, LANES, [...spread(rows, target), 1] as const];
  return one({ shader, variant, constants: { WG }, bindings, workgroups });
}

/** One dispatch with an invocation for each item. */
export function planItems(shader: Shader, bindings: readonly string[], items: number, target: Target): OpPlan {
  const WG = 64;
  return one({ shader, variant: 'f32', constants: { WG }, bindings, workgroups: linearGrid(items, WG, target) });
}

const one = (dispatch: Omit<OpPlan['dispatches'][number], 'params'>): OpPlan => ({
  dispatches: [{ ...dispatch, bindings: [...dispatch.bindings, 'run', 'step'], params: null }],
  scratch: {},
});
