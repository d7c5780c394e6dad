/** p(x0 | xt) of every place as logarithms, from the network's logits: guidance, temperature, top-k, truncation. */
import x0LogProbs from '../../../shaders/x0_log_probs.wgsl';
import { ShapeError, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes } from '../params';
import { logRowBytes, planRows } from '../samplerParams';

export interface X0LogProbsOptions {
  readonly samples: number;
  /** Places of the span. */
  readonly count: number;
  readonly codebookSize: number;
  /** Elements from row to row of the logits. */
  readonly logitStride: number;
  /** The logits hold every sample twice: with the condition, then without. */
  readonly guided: boolean;
}

/**
 * Roles logits (f32 [samples, twice where guided; count, logitStride]), logs (f32 [samples * count, ceil4(codebookSize)]: natural logarithms,
 * normalised, -70 for what is cut off and for padding), best (i32), confidence, entropy (f32, bits; all [samples, length], changed at the
 * span's places), run, step.
 * @throws ShapeError where the stride is too small or a tensor too large
 */
export function plan(options: X0LogProbsOptions, target: Target): OpPlan {
  const { samples, count, codebookSize, logitStride, guided } = options;
  checkSizes('x0LogProbs', { samples, count, codebookSize, logitStride });
  if (logitStride < codebookSize)
    throw new ShapeError(`x0LogProbs: ${codebookSize} codes need a stride of as many logits, found ${logitStride}`);
  const rows = samples * count;
  checkBinding('x0LogProbs', 'logits', rows * (guided ? 2 : 1) * logitStride * 4, target);
  checkBinding('x0LogProbs', 'logs', rows * logRowBytes(codebookSize), target);
  return planRows(x0LogProbs, ['logits', 'logs', 'best', 'confidence', 'entropy'], rows, target);
}
