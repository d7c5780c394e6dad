import { ceil4 } from '../kernel';
import type { ConcatOptions } from './index';

/** The same, number by number: a [batch, height, width, ceil4(aChannels)], b likewise and `scale` times smaller. */
export function concatReference(options: ConcatOptions, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const { batch, height, width, aChannels, bChannels, scale } = options;
  const columns = ceil4(aChannels + bChannels);
  const result = new Float64Array(batch * height * width * columns);
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const pixel = (n * height + y) * width + x;
        const small = (n * (height / scale) + Math.floor(y / scale)) * (width / scale) + Math.floor(x / scale);
        for (let c = 0; c < aChannels; c++) result[pixel * columns + c] = a[pixel * ceil4(aChannels) + c] ?? NaN;
        for (let c = 0; c < bChannels; c++)
          result[pixel * columns + aChannels + c] = b[small * ceil4(bChannels) + c] ?? NaN;
      }
  return result;
}
