import type { MatmulOptions } from './index';

/** Writes the products into a copy of `out` (padding columns of the rows become zero), in double precision. */
export function matmulReference(
  options: MatmulOptions,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  outLength: number,
): Float64Array {
  const { batch, m, n, k, transposeB, scale } = options;
  const out = new Float64Array(outLength);
  for (let i = 0; i < batch; i++)
    for (let row = 0; row < m; row++)
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let at = 0; at < k; at++) {
          const [y, x] = transposeB ? [column, at] : [at, column];
          const fromA = options.a.offset + i * options.a.batchStride + row * options.a.rowStride + at;
          const fromB = options.b.offset + i * options.b.batchStride + y * options.b.rowStride + x;
          sum += (a[fromA] ?? NaN) * (b[fromB] ?? NaN);
        }
        out[options.out.offset + i * options.out.batchStride + row * options.out.rowStride + column] = scale * sum;
      }
  return out;
}
