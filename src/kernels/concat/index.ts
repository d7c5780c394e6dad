/** Channels of two feature maps side by side; the second may be smaller and is enlarged by nearest neighbours. */
import shader from '../../../shaders/concat.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface ConcatOptions {
  readonly batch: number;
  /** Of `a` and of the output. */
  readonly height: number;
  readonly width: number;
  readonly aChannels: number;
  readonly bChannels: number;
  /** `b` is [batch, height / scale, width / scale, bChannels]. */
  readonly scale: number;
  readonly elem: Elem;
}

const WG = 64;

/** Roles a, b, out. @throws ShapeError where `scale` does not divide height and width. */
export function plan(options: ConcatOptions, target: Target): OpPlan {
  const { batch, height, width, aChannels, bChannels, scale, elem } = options;
  checkSizes('concat', { batch, height, width, aChannels, bChannels, scale });
  if (height % scale || width % scale)
    throw new ShapeError(`concat: scale ${scale} does not divide [${height}, ${width}]`);
  const vectors = ceil4(aChannels + bChannels) / 4;
  const items = batch * height * width * vectors;
  const pixels = batch * height * width;
  checkBinding('concat', 'a', pixels * ceil4(aChannels) * sizeOf(elem), target);
  checkBinding('concat', 'b', (pixels / scale ** 2) * ceil4(bChannels) * sizeOf(elem), target);
  checkBinding('concat', 'out', items * 4 * sizeOf(elem), target);
  return {
    dispatches: [
      {
        shader,
        variant: elem,
        constants: { WG },
        bindings: ['a', 'b', 'out'],
        params: packParams(width, aChannels, ceil4(aChannels), bChannels, ceil4(bChannels), vectors, scale, items),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
