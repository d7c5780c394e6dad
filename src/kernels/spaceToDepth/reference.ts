import { ceil4 } from '../kernel';
import { outSize, type SpaceToDepthOptions } from './index';

/** The same, number by number: x [batch, height, width, ceil4(channels)]. */
export function spaceToDepthReference(options: SpaceToDepthOptions, x: ArrayLike<number>): Float64Array {
  const { batch, height, width, channels, factor } = options;
  const out = outSize(options);
  const result = new Float64Array(batch * out.height * out.width * ceil4(out.channels));
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < out.height; y++)
      for (let px = 0; px < out.width; px++)
        for (let c = 0; c < channels; c++)
          for (let dy = 0; dy < factor; dy++)
            for (let dx = 0; dx < factor; dx++) {
              const from = ((n * height + y * factor + dy) * width + px * factor + dx) * ceil4(channels) + c;
              const to =
                ((n * out.height + y) * out.width + px) * ceil4(out.channels) + (c * factor + dy) * factor + dx;
              result[to] = x[from] ?? NaN;
            }
  return result;
}
