import { embedTokensReference, type EmbedTokensTensors } from '../embedTokens/reference';
import type { EmbedWindowOptions } from './index';

/** [samples, tokens, width]: the window of the whole sequence; NaN rows past its end. */
export function embedWindowReference(
  options: EmbedWindowOptions,
  tensors: EmbedTokensTensors,
  position: number,
): Float64Array {
  const { samples, width, contextLength, grids, first, tokens, moves } = options;
  const sequence = contextLength + grids.reduce((sum, { count }) => sum + count, 0);
  const whole = embedTokensReference({ ...options, shift: true }, tensors);
  const out = new Float64Array(samples * tokens * width).fill(NaN);
  const from = first + (moves ? position : 0);
  for (let sample = 0; sample < samples; sample++) {
    const rows = whole.subarray(sample * sequence * width, (sample + 1) * sequence * width);
    out.set(rows.subarray(from * width, (from + tokens) * width), sample * tokens * width);
  }
  return out;
}
