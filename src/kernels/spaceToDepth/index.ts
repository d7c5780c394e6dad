/** PyTorch's pixel_unshuffle: [h, w, c] to [h / factor, w / factor, c * factor^2]. */
import shader from '../../../shaders/space_to_depth.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

/** Sizes of the input. */
export interface SpaceToDepthOptions {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly factor: number;
  readonly elem: Elem;
}

const WG = 64;

/** Sizes of the output. */
export function outSize({ height, width, channels, factor }: SpaceToDepthOptions) {
  return { height: height / factor, width: width / factor, channels: channels * factor ** 2 };
}

/** Roles x, out. @throws ShapeError where `factor` does not divide height and width. */
export function plan(options: SpaceToDepthOptions, target: Target): OpPlan {
  const { batch, height, width, channels, factor, elem } = options;
  checkSizes('spaceToDepth', { batch, height, width, channels, factor });
  if (height % factor || width % factor)
    throw new ShapeError(`spaceToDepth: factor ${factor} does not divide [${height}, ${width}]`);
  const out = outSize(options);
  const vectors = ceil4(out.channels) / 4;
  const items = batch * out.height * out.width * vectors;
  checkBinding('spaceToDepth', 'x', batch * height * width * ceil4(channels) * sizeOf(elem), target);
  checkBinding('spaceToDepth', 'out', items * 4 * sizeOf(elem), target);
  return {
    dispatches: [
      {
        shader,
        variant: elem,
        constants: { WG },
        bindings: ['x', 'out'],
        params: packParams(out.height, out.width, ceil4(channels), vectors, out.channels, factor, items),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
