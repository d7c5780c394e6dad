/** Zipf's law, count = a rank^-s, fitted to a rank-frequency curve. */

export interface PowerLaw {
  /** s: how steeply the counts fall. 0: all codes are used alike. */
  readonly exponent: number;
  /** a: the fitted count of rank 1. */
  readonly scale: number;
  /** Of ln count against the fitted line. 1: a power law; near 0: it is none. */
  readonly r2: number;
  /** Ranks 1 .. `ranks` were fitted. */
  readonly ranks: number;
}

/** Counts below this are left out of the fit: there the curve shows how few pictures were counted, not how codes are used. */
export const MIN_FITTED_COUNT = 5;

/** Through fewer points anything is a line. */
export const MIN_RANKS = 10;

/**
 * Ordinary least squares of ln count on ln rank, over ranks 1 .. n whose count is at least `minCount`.
 * @param sorted counts, the largest first
 * @returns null where fewer than `MIN_RANKS` ranks are left
 */
export function fitPowerLaw(sorted: ArrayLike<number>, minCount = MIN_FITTED_COUNT): PowerLaw | null {
  let ranks = 0;
  while (ranks < sorted.length && sorted[ranks]! >= Math.max(1, minCount)) ranks++;
  if (ranks < MIN_RANKS) return null;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < ranks; i++) {
    meanX += Math.log(i + 1) / ranks;
    meanY += Math.log(sorted[i]!) / ranks;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < ranks; i++) {
    const x = Math.log(i + 1) - meanX;
    const y = Math.log(sorted[i]!) - meanY;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const slope = xy / xx;
  // A flat curve is fitted without any rest.
  const r2 = yy < 1e-20 ? 1 : (xy * xy) / (xx * yy);
  return { exponent: 0 - slope, scale: Math.exp(meanY - slope * meanX), r2, ranks };
}
