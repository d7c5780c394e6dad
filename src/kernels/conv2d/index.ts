/** Convolution 1x1, 3x3, 4x4 with bias, SiLU and residual in one dispatch. Direct, register-tiled, without barriers. */
import conv2d from '../../../shaders/conv2d.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSame, checkSizes, packParams, spread, variantOf } from '../params';

export interface Conv2dOptions {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: 1 | 3 | 4;
  readonly stride: 1 | 2;
  /** Zeros around the picture, after `upsample`. */
  readonly pad: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
  /** The input is enlarged by repeating pixels, in the addressing only. */
  readonly upsample: 1 | 2;
  readonly activation: 'none' | 'silu';
  /** 'add': out += residual. 'project': out += 1x1 convolution of residual. Both after the activation. */
  readonly residual: 'none' | 'add' | 'project';
  /** Channels of `residual`; used by 'project' only. */
  readonly residualChannels: number;
  readonly elem: Elem;
  readonly outElem: Elem;
}

const RESIDUAL = { none: 0, add: 1, project: 2 } as const;

/** Height and width of the output. */
export function outSize(options: Conv2dOptions): { height: number; width: number } {
  const { inHeight, inWidth, kernelSize, stride, pad, upsample } = options;
  return {
    height: Math.floor((inHeight * upsample + pad.top + pad.bottom - kernelSize) / stride) + 1,
    width: Math.floor((inWidth * upsample + pad.left + pad.right - kernelSize) / stride) + 1,
  };
}

/**
 * Roles x, weight, bias, residual, residualWeight, out.
 * @throws ShapeError for sizes that give no output or do not fit a binding.
 */
export function plan(options: Conv2dOptions, target: Target): OpPlan {
  const { batch, inHeight, inWidth, inChannels, outChannels, kernelSize, stride, pad, upsample, elem, outElem } =
    options;
  checkSizes('conv2d', { batch, inHeight, inWidth, inChannels, outChannels });
  if (Math.min(pad.top, pad.left, pad.bottom, pad.right) < 0) throw new ShapeError('conv2d: negative padding');
  const { height, width } = outSize(options);
  if (height < 1 || width < 1)
    throw new ShapeError(
      `conv2d: a ${kernelSize}x${kernelSize} kernel needs at least as many pixels, found [${inHeight}, ${inWidth}] x ${upsample} with its padding`,
    );
  const outVectors = ceil4(outChannels) / 4;
  checkBinding('conv2d', 'x', batch * inHeight * inWidth * ceil4(inChannels) * sizeOf(elem), target);
  checkBinding('conv2d', 'out', batch * height * width * outVectors * 4 * sizeOf(outElem), target);
  const residualVectors = options.residual === 'project' ? ceil4(options.residualChannels) / 4 : 0;
  if (options.residual === 'project') checkSizes('conv2d', { residualChannels: options.residualChannels });

  const tile = chooseTile(batch * height * width, outVectors, target);
  const rowTiles = Math.ceil(width / tile.pixels);
  const tiles = batch * height * rowTiles;
  return {
    dispatches: [
      {
        shader: conv2d,
        variant: `${variantOf(elem, outElem)}@${tile.pixels}x${tile.vectors}`,
        constants: {
          KERNEL: kernelSize,
          STRIDE: stride,
          UPSAMPLE: upsample,
          SILU: Number(options.activation === 'silu'),
          RESIDUAL: RESIDUAL[options.residual],
          WG_X: tile.groupX,
          WG_Y: tile.groupY,
        },
        // A slot that is not used takes another input: layouts are the same for every variant.
        bindings: [
          'x',
          'weight',
          'bias',
          options.residual === 'none' ? 'x' : 'residual',
          options.residual === 'project' ? 'residualWeight' : 'weight',
          'out',
        ],
        params: packParams(
          inHeight,
          inWidth,
          ceil4(inChannels) / 4,
          outVectors,
          height,
          width,
          pad.top,
          pad.left,
          rowTiles,
          tiles,
          residualVectors,
        ),
        workgroups: [
          Math.ceil(outVectors / tile.vectors / tile.groupX),
          ...spread(Math.ceil(tiles / tile.groupY), target),
        ],
      },
    ],
    scratch: {},
  };
}

export interface Tile {
  /** Pixels of a row and vec4s of channels that one invocation computes. */
  readonly pixels: number;
  readonly vectors: number;
  readonly groupX: number;
  readonly groupY: number;
}

/** Large tiles load less per sum; small ones keep a wide machine busy on small maps. */
function chooseTile(pixels: number, outVectors: number, { isSoftware }: Target): Tile {
  // Measured on SwiftShader and lavapipe: lanes along x, so that weights are read once for all of them.
  if (isSoftware) return { pixels: 4, vectors: outVectors > 1 ? 2 : 1, groupX: 1, groupY: 16 };
  // Neighbours in a workgroup share pixels along x and weights along y.
  const groupX = Math.min(8, 2 ** Math.ceil(Math.log2(outVectors)));
  const many = (pixels * outVectors) / 8 >= 16384;
  return { pixels: 4, vectors: many && outVectors > 1 ? 2 : 1, groupX, groupY: 64 / groupX };
}

/**
 * PyTorch's weights [outChannels, inChannels, k, k] as the shader reads them: [k, k, ceil4(in) / 4, ceil4(out) / 4, 4, 4],
 * the last two being input channel and output channel, zeros in the padding.
 * @throws ShapeError where the number of weights does not fit.
 */
export function packConvWeight(
  oihw: Float32Array,
  sizes: { readonly inChannels: number; readonly outChannels: number; readonly kernelSize: number },
): Float32Array<ArrayBuffer> {
  const { inChannels, outChannels, kernelSize } = sizes;
  checkSame('conv2d', 'number of weights', [outChannels * inChannels * kernelSize ** 2], [oihw.length]);
  const taps = kernelSize ** 2;
  const inPadded = ceil4(inChannels);
  const outVectors = ceil4(outChannels) / 4;
  const packed = new Float32Array(taps * inPadded * outVectors * 4);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inChannels; i++)
      for (let o = 0; o < outChannels; o++) {
        const block = (tap * (inPadded / 4) + (i >> 2)) * outVectors + (o >> 2);
        packed[block * 16 + (i & 3) * 4 + (o & 3)] = oihw[(o * inChannels + i) * taps + tap] ?? 0;
      }
  return packed;
}
