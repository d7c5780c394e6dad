import type { AttentionCachedOptions } from './index';

/** In double precision: out [samples, tokens, heads, headWidth], and the cache with the new tokens in it. */
export function attentionCachedReference(
  options: AttentionCachedOptions,
  qkv: ArrayLike<number>,
  before: ArrayLike<number>,
  position: number,
): { out: Float64Array; cache: Float64Array } {
  const { samples, tokens, capacity, heads, headWidth, scale, first, moves } = options;
  const start = first + (moves ? position : 0);
  const width = heads * headWidth;
  const out = new Float64Array(samples * tokens * width);
  const cache = Float64Array.from(before);
  for (let sample = 0; sample < samples; sample++) {
    const place = (token: number) => (sample * capacity + token) * 2 * width;
    const own = (token: number) => (sample * tokens + token) * 3 * width;
    for (let token = 0; token < tokens; token++)
      for (let i = 0; i < 2 * width; i++) cache[place(start + token) + i] = qkv[own(token) + width + i] ?? NaN;
    for (let token = 0; token < tokens; token++)
      for (let head = 0; head < width; head += headWidth) {
        const scores = Array.from({ length: start + tokens }, (_, key) => {
          let dot = 0;
          for (let i = head; i < head + headWidth; i++)
            dot += (qkv[own(token) + i] ?? NaN) * (cache[place(key) + i] ?? NaN);
          return scale * dot;
        });
        const peak = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - peak));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let i = head; i < head + headWidth; i++)
          out[(sample * tokens + token) * width + i] =
            weights.reduce((sum, weight, key) => sum + weight * (cache[place(key) + width + i] ?? NaN), 0) / total;
      }
  }
  return { out, cache };
}
