/** Second half of a revealing step: all but the masked places of least priority take their candidates. */
import revealRank from '../../../shaders/reveal_rank.wgsl';
import type { OpPlan, Target } from '../kernel';
import { checkSizes } from '../params';
import { planItems } from '../samplerParams';

export interface RevealRankOptions {
  readonly samples: number;
  /** Places of the span. */
  readonly count: number;
}

/** Roles candidate (i32), priority (f32, both [samples * count], of revealCandidates), xt (i32 [samples, length], changed in place), run, step (with `reveal`). */
export function plan({ samples, count }: RevealRankOptions, target: Target): OpPlan {
  checkSizes('revealRank', { samples, count });
  return planItems(revealRank, ['candidate', 'priority', 'xt'], samples * count, target);
}
