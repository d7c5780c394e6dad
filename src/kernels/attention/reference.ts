import type { AttentionOptions } from './index';

/** [samples, sequence, heads, headWidth] in double precision: scores, softmax, sum. */
export function attentionReference(options: AttentionOptions, qkv: ArrayLike<number>): Float64Array {
  const { samples, sequence, heads, headWidth, scale, causalFrom } = options;
  const width = heads * headWidth;
  const out = new Float64Array(samples * sequence * width);
  for (let sample = 0; sample < samples; sample++)
    for (let head = 0; head < heads; head++) {
      const at = (token: number, part: number, i: number) =>
        qkv[((sample * sequence + token) * 3 + part) * width + head * headWidth + i] ?? NaN;
      for (let query = 0; query < sequence; query++) {
        const seen = causalFrom === null ? sequence : Math.max(causalFrom, query + 1);
        const scores = Array.from({ length: seen }, (_, key) => {
          let dot = 0;
          for (let i = 0; i < headWidth; i++) dot += at(query, 0, i) * at(key, 1, i);
          return scale * dot;
        });
        const peak = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - peak));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < headWidth; i++)
          out[(sample * sequence + query) * width + head * headWidth + i] =
            weights.reduce((sum, weight, key) => sum + weight * at(key, 2, i), 0) / total;
      }
    }
  return out;
}
