import { ceil4 } from '../kernel';

/** x / max(|x|, eps) for every row of x [count, ceil4(dim)]. */
export function l2NormalizeReference(x: ArrayLike<number>, dim: number, eps: number): Float64Array {
  const padded = ceil4(dim);
  const out = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += padded) {
    let squares = 0;
    for (let c = 0; c < dim; c++) squares += (x[row + c] ?? NaN) ** 2;
    for (let c = 0; c < dim; c++) out[row + c] = (x[row + c] ?? NaN) / Math.max(Math.sqrt(squares), eps);
  }
  return out;
}
