/** A picture's bytes as a feature map in [-1, 1]. */
import pictureIn from '../../../shaders/picture_in.wgsl';
import { type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface PictureInOptions {
  readonly height: number;
  readonly width: number;
  readonly outElem: Elem;
}

const WG = 64;

/** Roles pixels (u32 RGBA8 [height, width]), out ([1, height, width, 4]). */
export function plan({ height, width, outElem }: PictureInOptions, target: Target): OpPlan {
  checkSizes('pictureIn', { height, width });
  const count = height * width;
  checkBinding('pictureIn', 'out', count * 16, target);
  return {
    dispatches: [
      {
        shader: pictureIn,
        variant: outElem,
        constants: { WG },
        bindings: ['pixels', 'out'],
        params: packParams(count),
        workgroups: linearGrid(count, WG, target),
      },
    ],
    scratch: {},
  };
}
