/** PyTorch's pixel_shuffle: [h, w, c] to [h * factor, w * factor, c / factor^2]. */
import shader from '../../../shaders/depth_to_space.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

/** Sizes of the input. */
export interface DepthToSpaceOptions {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly factor: number;
  readonly elem: Elem;
}

const WG = 64;

/** Sizes of the output. */
export function outSize({ height, width, channels, factor }: DepthToSpaceOptions) {
  return { height: height * factor, width: width * factor, channels: channels / factor ** 2 };
}

/** Roles x, out. @throws ShapeError where `factor`^2 does not divide the channels. */
export function plan(options: DepthToSpaceOptions, target: Target): OpPlan {
  const { batch, height, width, channels, factor, elem } = options;
  checkSizes('depthToSpace', { batch, height, width, channels, factor });
  if (channels % factor ** 2)
    throw new ShapeError(
      `depthToSpace: factor ${factor} needs a multiple of ${factor ** 2} channels, found ${channels}`,
    );
  const out = outSize(options);
  const vectors = ceil4(out.channels) / 4;
  const items = batch * out.height * out.width * vectors;
  checkBinding('depthToSpace', 'x', batch * height * width * ceil4(channels) * sizeOf(elem), target);
  checkBinding('depthToSpace', 'out', items * 4 * sizeOf(elem), target);
  return {
    dispatches: [
      {
        shader,
        variant: elem,
        constants: { WG },
        bindings: ['x', 'out'],
        params: packParams(out.width, ceil4(channels), vectors, out.channels, factor, items),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
