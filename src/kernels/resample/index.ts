/** Resizes a picture with the tables of `image/resize.ts`: horizontal first, 8 bits between the passes, as Pillow does. */
import resample from '../../../shaders/resample.wgsl';
import type { Dispatch, OpPlan, Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface ResampleOptions {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

const WG = 64;

/**
 * Roles pixels (u32 RGBA8 [inHeight, inWidth]), weightsX (f32 [outWidth, taps]), startsX (i32 [outWidth]), weightsY, startsY,
 * out (u32 [outHeight, outWidth]); scratch `rows`. The number of taps is read from the length of the bound weights.
 */
export function plan(options: ResampleOptions, target: Target): OpPlan {
  const { inHeight, inWidth, outHeight, outWidth } = options;
  checkSizes('resample', { ...options });
  checkBinding('resample', 'pixels', inHeight * inWidth * 4, target);
  checkBinding('resample', 'rows', inHeight * outWidth * 4, target);
  checkBinding('resample', 'out', outHeight * outWidth * 4, target);
  const pass = (vertical: boolean, bindings: string[], fromWidth: number, height: number): Dispatch => ({
    shader: resample,
    variant: 'f32',
    constants: { VERTICAL: Number(vertical), WG },
    bindings,
    params: packParams(fromWidth, outWidth, height),
    workgroups: linearGrid(outWidth * height, WG, target),
  });
  return {
    dispatches: [
      pass(false, ['pixels', 'weightsX', 'startsX', 'rows'], inWidth, inHeight),
      pass(true, ['rows', 'weightsY', 'startsY', 'out'], outWidth, outHeight),
    ],
    scratch: { rows: inHeight * outWidth * 4 },
  };
}
