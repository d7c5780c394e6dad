/** Principal components, exactly: the covariance [codeDim, codeDim] is small, and Jacobi's rotations make it diagonal. */

export interface Pca {
  /** [codebookSize, components] */
  readonly points: Float64Array<ArrayBuffer>;
  /** Share of the variance along each component. [components] */
  readonly explained: readonly number[];
  /** Unit vectors, [components, codeDim]; the largest entry of each is positive. */
  readonly axes: Float64Array<ArrayBuffer>;
}

/** Sweeps after which Jacobi has long converged: it does so quadratically. */
const MAX_SWEEPS = 60;

/**
 * Eigenvalues, falling, and unit eigenvectors [n, n] by row of a symmetric matrix [n, n] (cyclic Jacobi; Golub and Van Loan, algorithm 8.5.3).
 * Equal eigenvalues keep their order.
 */
export function eigenSymmetric(matrix: ArrayLike<number>, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (Math.sqrt(off) <= 1e-16 * scale) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const tau = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const c = 1 / Math.sqrt(1 + t * t);
        const s = t * c;
        for (let k = 0; k < n; k++) rotate(a, k * n + p, k * n + q, c, s);
        for (let k = 0; k < n; k++) rotate(a, p * n + k, q * n + k, c, s);
        for (let k = 0; k < n; k++) rotate(v, p * n + k, q * n + k, c, s);
      }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
}

function rotate(a: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [a[i]!, a[j]!];
  a[i] = c * x - s * y;
  a[j] = s * x + c * y;
}

/** The first principal components of code vectors [codebookSize, codeDim]. Fewer where `codeDim` is smaller. */
export function principalComponents(codebook: ArrayLike<number>, codeDim: number, components = 2): Pca {
  const size = codebook.length / codeDim;
  const mean = new Float64Array(codeDim);
  for (let i = 0; i < codebook.length; i++) mean[i % codeDim]! += codebook[i]! / size;
  const covariance = new Float64Array(codeDim * codeDim);
  const row = new Float64Array(codeDim);
  for (let code = 0; code < size; code++) {
    for (let i = 0; i < codeDim; i++) row[i] = codebook[code * codeDim + i]! - mean[i]!;
    for (let i = 0; i < codeDim; i++)
      for (let j = 0; j < codeDim; j++) covariance[i * codeDim + j]! += (row[i]! * row[j]!) / size;
  }
  const { values, vectors } = eigenSymmetric(covariance, codeDim);
  const kept = Math.min(components, codeDim);
  const axes = vectors.slice(0, kept * codeDim);
  for (let axis = 0; axis < kept; axis++) {
    const part = axes.subarray(axis * codeDim, (axis + 1) * codeDim);
    const largest = part.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest < 0) part.forEach((value, i) => (part[i] = -value));
  }
  const points = new Float64Array(size * kept);
  for (let code = 0; code < size; code++)
    for (let axis = 0; axis < kept; axis++) {
      let sum = 0;
      for (let i = 0; i < codeDim; i++) sum += (codebook[code * codeDim + i]! - mean[i]!) * axes[axis * codeDim + i]!;
      points[code * kept + axis] = sum;
    }
  const variance = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const explained = Array.from(values.subarray(0, kept), (value) => (variance > 0 ? Math.max(0, value) / variance : 0));
  return { points, explained, axes };
}
