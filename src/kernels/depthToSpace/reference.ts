import { ceil4 } from '../kernel';
import { outSize, type DepthToSpaceOptions } from './index';

/** The same, number by number: x [batch, height, width, ceil4(channels)]. */
export function depthToSpaceReference(options: DepthToSpaceOptions, x: ArrayLike<number>): Float64Array {
  const { batch, height, width, channels, factor } = options;
  const out = outSize(options);
  const result = new Float64Array(batch * out.height * out.width * ceil4(out.channels));
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < height; y++)
      for (let px = 0; px < width; px++)
        for (let c = 0; c < out.channels; c++)
          for (let dy = 0; dy < factor; dy++)
            for (let dx = 0; dx < factor; dx++) {
              const from = ((n * height + y) * width + px) * ceil4(channels) + (c * factor + dy) * factor + dx;
              const to = ((n * out.height + y * factor + dy) * out.width + px * factor + dx) * ceil4(out.channels) + c;
              result[to] = x[from] ?? NaN;
            }
  return result;
}
