/** Puts the latents of known codes back after a DDIM step, noised as far as the step. */
import imposeLatents from '../../../shaders/impose_latents.wgsl';
import type { DdimStepOptions } from '../ddimStep';
import type { OpPlan, Target } from '../kernel';
import { checkBinding, checkSizes } from '../params';
import { planItems } from '../samplerParams';

export interface ImposeLatentsOptions extends Pick<DdimStepOptions, 'samples' | 'count' | 'dim' | 'xStride'> {
  readonly codebookSize: number;
}

/**
 * Roles known (i32 [samples, count], -1: free), codebook (f32 [codebookSize, xStride], normalised as x), x (f32 [samples, count, xStride],
 * changed in place where a code is known), and ddimStep's run and step. @throws ShapeError where a tensor is too large
 */
export function plan(options: ImposeLatentsOptions, target: Target): OpPlan {
  const { samples, count, dim, xStride, codebookSize } = options;
  checkSizes('imposeLatents', { samples, count, dim, xStride, codebookSize });
  checkBinding('imposeLatents', 'codebook', codebookSize * xStride * 4, target);
  checkBinding('imposeLatents', 'x', samples * count * xStride * 4, target);
  return planItems(imposeLatents, ['known', 'codebook', 'x'], samples * count * dim, target);
}
