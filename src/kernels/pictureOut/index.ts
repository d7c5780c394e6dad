/** A feature map in [-1, 1] as a picture's bytes. */
import pictureOut from '../../../shaders/picture_out.wgsl';
import { sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface PictureOutOptions {
  readonly height: number;
  readonly width: number;
  readonly elem: Elem;
}

const WG = 64;

/** Roles x ([1, height, width, 4], three channels used), pixels (u32 RGBA8 [height, width]). */
export function plan({ height, width, elem }: PictureOutOptions, target: Target): OpPlan {
  checkSizes('pictureOut', { height, width });
  const count = height * width;
  checkBinding('pictureOut', 'x', count * 4 * sizeOf(elem), target);
  return {
    dispatches: [
      {
        shader: pictureOut,
        variant: elem,
        constants: { WG },
        bindings: ['x', 'pixels'],
        params: packParams(count),
        workgroups: linearGrid(count, WG, target),
      },
    ],
    scratch: {},
  };
}
