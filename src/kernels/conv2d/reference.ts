import { ceil4 } from '../kernel';
import { outSize, type Conv2dOptions } from './index';

export interface Conv2dInputs {
  /** [batch, inHeight, inWidth, ceil4(inChannels)] */
  readonly x: ArrayLike<number>;
  /** [outChannels, inChannels, kernelSize, kernelSize] */
  readonly weight: ArrayLike<number>;
  /** [outChannels] */
  readonly bias: ArrayLike<number>;
  /** [batch, outHeight, outWidth, ceil4(outChannels or residualChannels)] */
  readonly residual?: ArrayLike<number>;
  /** [outChannels, residualChannels] */
  readonly residualWeight?: ArrayLike<number>;
}

/** The obvious convolution in double precision. Returns [batch, outHeight, outWidth, ceil4(outChannels)]. */
export function conv2dReference(options: Conv2dOptions, inputs: Conv2dInputs): Float64Array {
  const { batch, inHeight, inWidth, inChannels, outChannels, kernelSize: k, stride, pad, upsample } = options;
  const { height, width } = outSize(options);
  const at = (tensor: ArrayLike<number> | undefined, i: number): number => tensor?.[i] ?? 0;
  const out = new Float64Array(batch * height * width * ceil4(outChannels));
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < height; oy++)
      for (let ox = 0; ox < width; ox++)
        for (let o = 0; o < outChannels; o++) {
          const pixel = (n * height + oy) * width + ox;
          let sum = at(inputs.bias, o);
          for (let ky = 0; ky < k; ky++)
            for (let kx = 0; kx < k; kx++) {
              const iy = Math.floor((oy * stride + ky - pad.top) / upsample);
              const ix = Math.floor((ox * stride + kx - pad.left) / upsample);
              if (iy < 0 || iy >= inHeight || ix < 0 || ix >= inWidth) continue;
              const from = ((n * inHeight + iy) * inWidth + ix) * ceil4(inChannels);
              for (let i = 0; i < inChannels; i++)
                sum += at(inputs.x, from + i) * at(inputs.weight, ((o * inChannels + i) * k + ky) * k + kx);
            }
          if (options.activation === 'silu') sum = sum / (1 + Math.exp(-sum));
          if (options.residual === 'add') sum += at(inputs.residual, pixel * ceil4(outChannels) + o);
          if (options.residual === 'project') {
            const channels = options.residualChannels;
            for (let i = 0; i < channels; i++)
              sum += at(inputs.residual, pixel * ceil4(channels) + i) * at(inputs.residualWeight, o * channels + i);
          }
          out[pixel * ceil4(outChannels) + o] = sum;
        }
  return out;
}
