/**
 * First half of the exact denoiser (src/diffusion/exact.ts): how likely each map of a finite set became xt. exactDenoiser is the second; both
 * take the same `run` and `step`, which are their own.
 */
import exactLogWeights from '../../../shaders/exact_log_weights.wgsl';
import { NAN_BITS } from '../gatherCodes';
import { ceil4, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, packParams } from '../params';
import { planItems } from '../samplerParams';

/** The set, and how many samples are asked about at once. */
export interface ExactSet {
  readonly samples: number;
  /** Places of a map. */
  readonly length: number;
  /** Number of maps. */
  readonly maps: number;
  readonly codebookSize: number;
}

export interface ExactStep {
  /** log q(xt | x0) of a place where xt is the map's code, and where it is another: `exactCoefficients`. */
  readonly same: number;
  readonly other: number;
  /** So many places from the beginning count: all of them; for autoregression those before `first`. */
  readonly seen: number;
  /** The places whose logits are wanted. */
  readonly first: number;
  readonly count: number;
}

/** Bytes of the uniforms. */
export const EXACT_RUN_BYTES = 32;
export const EXACT_STEP_BYTES = 32;

/** @returns EXACT_RUN_BYTES bytes */
export const packExactRun = ({ samples, length, maps, codebookSize }: ExactSet): ArrayBuffer =>
  packParams(samples, length, maps, codebookSize, ceil4(codebookSize) / 4, NAN_BITS);

/** @returns EXACT_STEP_BYTES bytes */
export const packExactStep = ({ same, other, seen, first, count }: ExactStep): ArrayBuffer =>
  packParams({ float: same }, { float: other }, seen, first, count);

/** @throws ShapeError for sizes that are none, or too large for one binding */
export function checkExactSet(kernel: string, { samples, length, maps, codebookSize }: ExactSet, target: Target): void {
  checkSizes(kernel, { samples, length, maps, codebookSize });
  checkBinding(kernel, 'maps', maps * length * 4, target);
  checkBinding(kernel, 'logWeights', samples * maps * 4, target);
}

/**
 * Roles codes (i32 [samples, length], [MASK] = K), maps (i32 [maps, length]), prior (f32 [samples, maps]: log-probabilities before any code
 * is seen, `mapPrior`; zeros where all maps are as likely), logWeights (f32 [samples, maps], up to a constant of the sample),
 * run (`packExactRun`), step (`packExactStep`). A code outside 0 .. K makes its sample's weights NaN.
 */
export function plan(set: ExactSet, target: Target): OpPlan {
  checkExactSet('exactLogWeights', set, target);
  return planItems(exactLogWeights, ['codes', 'maps', 'prior', 'logWeights'], set.samples * set.maps, target);
}
