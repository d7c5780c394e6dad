/** Second half of the exact denoiser (src/diffusion/exact.ts): the maps vote with the weights of exactLogWeights. */
import exactDenoiser from '../../../shaders/exact_denoiser.wgsl';
import { checkExactSet, type ExactSet } from '../exactLogWeights';
import { ceil4, type OpPlan, type Target } from '../kernel';
import { planItems } from '../samplerParams';

/** Elements from row to row of the logits. */
export const exactLogitStride = (codebookSize: number): number => ceil4(codebookSize);

/**
 * Roles logWeights (f32 [samples, maps]), maps (i32 [maps, length]), logits (f32 [samples, step.count, ceil4(K)]: log p0 of the places from
 * step.first on, clamped at -70; zeros after the last code; room for step.count = length), run and step as of exactLogWeights.
 */
export function plan(set: ExactSet, target: Target): OpPlan {
  checkExactSet('exactDenoiser', set, target);
  const items = (set.samples * set.length * exactLogitStride(set.codebookSize)) / 4;
  return planItems(exactDenoiser, ['logWeights', 'maps', 'logits'], items, target);
}
