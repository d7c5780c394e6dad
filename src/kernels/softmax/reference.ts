import type { SoftmaxOptions } from './index';

/** Softmax in double precision, zeros after the last column. */
export function softmaxReference({ rows, columns, rowStride }: SoftmaxOptions, x: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows * rowStride);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: columns }, (_, c) => x[row * rowStride + c] ?? NaN);
    const most = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
    values.forEach((value, c) => (out[row * rowStride + c] = Math.exp(value - most) / sum));
  }
  return out;
}
