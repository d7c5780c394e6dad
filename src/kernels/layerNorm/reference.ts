import type { NormOptions } from './index';

/** [samples, outRows, width] in double precision. */
export function layerNormReference(
  options: NormOptions,
  x: ArrayLike<number>,
  modulation: ArrayLike<number>,
  table: ArrayLike<number>,
): Float64Array {
  const { samples, inRows, first, outRows, width, eps, modulationWidth, shift, scale } = options;
  const out = new Float64Array(samples * outRows * width);
  for (let sample = 0; sample < samples; sample++)
    for (let row = 0; row < outRows; row++) {
      const start = (sample * inRows + first + row) * width;
      const values = Array.from({ length: width }, (_, i) => x[start + i] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / width;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
      const at = (place: NormOptions['shift'], i: number) =>
        (modulation[sample * modulationWidth + place.modulation + i] ?? NaN) + (table[place.table + i] ?? NaN);
      values.forEach((value, i) => {
        const normed = (value - mean) / Math.sqrt(variance + eps);
        out[(sample * outRows + row) * width + i] = normed * (1 + at(scale, i)) + at(shift, i);
      });
    }
  return out;
}
