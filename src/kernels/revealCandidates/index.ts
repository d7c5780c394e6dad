/** First half of a revealing step (MaskGIT, Halton, purity): every masked place draws a code and gets a priority. */
import revealCandidates from '../../../shaders/reveal_candidates.wgsl';
import type { OpPlan, Target } from '../kernel';
import { checkBinding, checkSizes } from '../params';
import { logRowBytes, planRows } from '../samplerParams';

export interface RevealCandidatesOptions {
  readonly samples: number;
  /** Places of the span. */
  readonly count: number;
  readonly codebookSize: number;
}

/**
 * Roles logs (f32 [samples * count, ceil4(codebookSize)]) and confidence (f32 [samples, length]), both of x0LogProbs; xt (i32
 * [samples, length]), order (i32 [count]: ranks, read where the priority is 'order'), candidate (i32) and priority (f32, both
 * [samples * count]), run, step (with `reveal`).
 * @throws ShapeError where the logarithms are too large
 */
export function plan({ samples, count, codebookSize }: RevealCandidatesOptions, target: Target): OpPlan {
  checkSizes('revealCandidates', { samples, count, codebookSize });
  checkBinding('revealCandidates', 'logs', samples * count * logRowBytes(codebookSize), target);
  const roles = ['logs', 'confidence', 'xt', 'order', 'candidate', 'priority'];
  return planRows(revealCandidates, roles, samples * count, target);
}
