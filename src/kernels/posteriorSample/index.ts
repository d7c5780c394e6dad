/** Every place draws its next state from the posterior p(xs | xt): Gumbel-max over K codes and [MASK]. */
import posteriorSample from '../../../shaders/posterior_sample.wgsl';
import type { OpPlan, Target } from '../kernel';
import { checkBinding, checkSizes } from '../params';
import { logRowBytes, planRows } from '../samplerParams';

export interface PosteriorSampleOptions {
  readonly samples: number;
  /** Places of the span. */
  readonly count: number;
  readonly codebookSize: number;
}

/**
 * Roles logs (f32 [samples * count, ceil4(codebookSize)], of x0LogProbs), xt (i32 [samples, length], changed in place), run, step (with
 * coefficients).
 * @throws ShapeError where the logarithms are too large
 */
export function plan({ samples, count, codebookSize }: PosteriorSampleOptions, target: Target): OpPlan {
  checkSizes('posteriorSample', { samples, count, codebookSize });
  checkBinding('posteriorSample', 'logs', samples * count * logRowBytes(codebookSize), target);
  return planRows(posteriorSample, ['logs', 'xt'], samples * count, target);
}
