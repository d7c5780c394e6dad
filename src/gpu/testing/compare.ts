/** How far two tensors may lie apart: |a - b| <= atol + rtol |b|. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

export interface Difference {
  /** Index of the worst element (largest excess over the tolerance, or the first where only one side is finite). */
  readonly index: number;
  readonly actual: number;
  readonly expected: number;
  readonly maxAbs: number;
}

/** The largest difference; null index -1 for empty tensors. NaN anywhere in `actual` and unequal infinities count as infinite. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}) {
  const { atol = 0, rtol = 0 } = tolerance;
  let worst: Difference = { index: -1, actual: 0, expected: 0, maxAbs: 0 };
  let worstExcess = -Infinity;
  let maxAbs = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? NaN;
    const b = expected[i] ?? NaN;
    const difference = a === b ? 0 : Math.abs(a - b);
    const finite = Number.isFinite(a) && Number.isFinite(b);
    const distance = finite || a === b ? difference : Infinity;
    const excess = finite ? distance - (atol + rtol * Math.abs(b)) : distance === 0 ? -Infinity : Infinity;
    maxAbs = Math.max(maxAbs, distance);
    if (excess > worstExcess) {
      worstExcess = excess;
      worst = { index: i, actual: a, expected: b, maxAbs };
    }
  }
  return { ...worst, maxAbs, excess: worstExcess };
}

/**
 * Fails unless lengths agree, no value is NaN, infinities are the same and the rest is within the tolerance.
 * Values stored as f16 need rtol 2^-10 or so on top of the sum's own error.
 * @throws Error with the worst index and both values.
 */
export function expectClose(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'tensor',
): void {
  if (!actual) throw new Error(`${what}: not there`);
  if (actual.length !== expected.length)
    throw new Error(`${what}: length ${actual.length}, expected ${expected.length}`);
  const worst = largestDifference(actual, expected, tolerance);
  if (worst.excess > 0)
    throw new Error(
      `${what}: worst at index ${worst.index}: ${worst.actual}, expected ${worst.expected} ` +
        `(off by ${Math.abs(worst.actual - worst.expected)}; atol ${tolerance.atol ?? 0}, rtol ${tolerance.rtol ?? 0})`,
    );
}
