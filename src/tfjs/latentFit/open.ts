/** The fit of latents, loaded when it is asked for: tfjs's gradients are in no first download. */
import type { LatentFitter } from './fitter';

export type { LatentFitter } from './fitter';
export type { LossAndGradient, Observation } from './types';

/** @throws Error where the tokenizer's decoder or the observation is not fit for it */
export async function openLatentFitter(...given: Parameters<typeof LatentFitter.open>): Promise<LatentFitter> {
  return (await import('./fitter')).LatentFitter.open(...given);
}
