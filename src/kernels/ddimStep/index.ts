/**
 * One DDIM step, eta = 0 (Song et al. 2021, "Denoising diffusion implicit models", equation 12), on latents; known places are put back, noised as far
 * as the step. Its `run` and `step` are its own.
 */
import ddimStep from '../../../shaders/ddim_step.wgsl';
import { ShapeError, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, packParams } from '../params';
import { planItems } from '../samplerParams';

export interface DdimStepOptions {
  readonly samples: number;
  /** Latents of a sample, and numbers of a latent. */
  readonly count: number;
  readonly dim: number;
  /** Elements from latent to latent of x, and of epsilon. */
  readonly xStride: number;
  readonly epsilonStride: number;
  /** epsilon holds every sample twice: with the condition, then without. */
  readonly guided: boolean;
  /** Rows of the codebook that known places are put back from. */
  readonly codebookSize: number;
}

/** What a run knows beside its shape. */
export interface DdimRun extends Omit<DdimStepOptions, 'codebookSize'> {
  /** 1: the conditional alone. */
  readonly guidanceScale: number;
  /** u32; the noise of known places in sample i is drawn with seed + i. */
  readonly seed: number;
  /** Some codes are known. */
  readonly imposes: boolean;
}

export interface DdimTimes {
  /** What is kept of x0 before and after the step, 0 <= alphaBarFrom < 1. */
  readonly alphaBarFrom: number;
  readonly alphaBarTo: number;
  /** First counter of the step's random numbers. */
  readonly number: number;
}

/** With less kept than this, the noise says nothing of x0 (training/prior/sample.py, LEAST_SIGNAL). */
export const LEAST_SIGNAL = 1e-3;
/** Normalised latents lie within. */
export const LATENT_LIMIT = 6;

/** Bytes of the uniforms. */
export const DDIM_RUN_BYTES = 48;
export const DDIM_STEP_BYTES = 32;

/**
 * Roles epsilon (f32 [samples, twice where guided; count, epsilonStride]), known (i32 [samples, count], -1: free), codebook (f32 [codebookSize,
 * xStride], normalised as x), units (f32 [2, xStride]: deviation and mean of a latent's numbers), x (f32 [2, samples, count, xStride]: the
 * latents, changed in place, and behind them the predicted x0), points (as x, in the codebook's own units), run (`packDdimRun`), step (`packDdimStep`).
 * @throws ShapeError where a stride is too small or a tensor too large
 */
export function plan(options: DdimStepOptions, target: Target): OpPlan {
  const { samples, count, dim, xStride, epsilonStride, guided, codebookSize } = options;
  checkSizes('ddimStep', { samples, count, dim, xStride, epsilonStride, codebookSize });
  if (Math.min(xStride, epsilonStride) < dim)
    throw new ShapeError(`ddimStep: ${dim} numbers need strides of as many, found ${xStride} and ${epsilonStride}`);
  const rows = samples * count;
  checkBinding('ddimStep', 'epsilon', rows * (guided ? 2 : 1) * epsilonStride * 4, target);
  checkBinding('ddimStep', 'codebook', codebookSize * xStride * 4, target);
  checkBinding('ddimStep', 'x', 2 * rows * xStride * 4, target);
  return planItems(ddimStep, ['epsilon', 'known', 'codebook', 'units', 'x', 'points'], rows * dim, target);
}

/** @returns DDIM_RUN_BYTES bytes */
export function packDdimRun({
  samples,
  count,
  dim,
  xStride,
  epsilonStride,
  guided,
  guidanceScale,
  seed,
  imposes,
}: DdimRun): ArrayBuffer {
  const sizes = [samples, count, dim, xStride, epsilonStride];
  return packParams(...sizes, Number(guided), { float: guidanceScale }, seed, Number(imposes));
}

/**
 * @returns DDIM_STEP_BYTES bytes
 * @throws ShapeError where there is no noise to take away
 */
export function packDdimStep({ alphaBarFrom, alphaBarTo, number }: DdimTimes): ArrayBuffer {
  if (!(alphaBarFrom >= 0 && alphaBarFrom < 1 && alphaBarTo >= 0 && alphaBarTo <= 1))
    throw new ShapeError(
      `ddimStep: a step goes from an alphaBar of 0 or more and less than 1 to one of 0 to 1, found ${alphaBarFrom} and ${alphaBarTo}`,
    );
  return packParams(
    { float: Math.sqrt(alphaBarFrom) },
    { float: Math.sqrt(1 - alphaBarFrom) },
    { float: Math.sqrt(alphaBarTo) },
    { float: Math.sqrt(1 - alphaBarTo) },
    { float: LATENT_LIMIT },
    Number(alphaBarFrom <= LEAST_SIGNAL),
    number,
  );
}
