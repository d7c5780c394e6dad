import { ceil4 } from '../kernel';
import type { EmbedLatentsOptions } from './index';

export interface EmbedLatentsTensors {
  readonly context: ArrayLike<number>;
  readonly latents: ArrayLike<number>;
  readonly contextTable: ArrayLike<number>;
  /** PyTorch's [width, latentDim]. */
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly positions: ArrayLike<number>;
}

/** [samples, contextLength + codes, width] in double precision. */
export function embedLatentsReference(options: EmbedLatentsOptions, tensors: EmbedLatentsTensors): Float64Array {
  const { samples, width, contextLength, contextRows, codes, latentDim } = options;
  const { context, latents, contextTable, weight, bias, positions } = tensors;
  const sequence = contextLength + codes;
  const out = new Float64Array(samples * sequence * width);
  for (let sample = 0; sample < samples; sample++)
    for (let token = 0; token < sequence; token++)
      for (let i = 0; i < width; i++) {
        let value = bias[i] ?? NaN;
        if (token < contextLength) {
          const index = context[sample * contextLength + token] ?? NaN;
          value = index >= 0 && index < contextRows ? (contextTable[index * width + i] ?? NaN) : NaN;
        } else
          for (let d = 0; d < latentDim; d++) {
            const at = (sample * codes + token - contextLength) * ceil4(latentDim) + d;
            value += (latents[at] ?? NaN) * (weight[i * latentDim + d] ?? NaN);
          }
        out[(sample * sequence + token) * width + i] = value + (positions[token * width + i] ?? NaN);
      }
  return out;
}
