/** Puts known codes back after a step, noised as far as the step where the run asks for it. */
import imposeKnown from '../../../shaders/impose_known.wgsl';
import type { OpPlan, Target } from '../kernel';
import { checkSizes } from '../params';
import { planItems } from '../samplerParams';

export interface ImposeKnownOptions {
  readonly samples: number;
  /** Places of the span. */
  readonly count: number;
}

/** Roles known (i32 [samples, length], -1: free), xt (i32 [samples, length], changed in place at the span's places), run, step. */
export function plan({ samples, count }: ImposeKnownOptions, target: Target): OpPlan {
  checkSizes('imposeKnown', { samples, count });
  return planItems(imposeKnown, ['known', 'xt'], samples * count, target);
}
