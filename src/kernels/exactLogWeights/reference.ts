import type { ExactSet, ExactStep } from './index';

/** [samples, maps]: place by place, and without the constant that the kernel leaves away: 0 for a map that fits in every place. */
export function exactLogWeightsReference(
  { samples, length, maps: count, codebookSize }: ExactSet,
  { same, other, seen }: ExactStep,
  codes: ArrayLike<number>,
  maps: ArrayLike<number>,
  prior: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(samples * count);
  for (let sample = 0; sample < samples; sample++)
    for (let map = 0; map < count; map++) {
      let log = prior[sample * count + map] ?? NaN;
      for (let i = 0; i < seen; i++) {
        const code = codes[sample * length + i] ?? NaN;
        if (!(code >= 0 && code <= codebookSize)) log = NaN;
        if (code === codebookSize) continue;
        log += (code === maps[map * length + i] ? same : other) - same;
      }
      out[sample * count + map] = log;
    }
  return out;
}
