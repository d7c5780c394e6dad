/** Halton order (Besnier et al. 2025, "Halton scheduler for masked generative image transformer"): places spread evenly, whatever their number. */

/** Element i of the van der Corput sequence in `base`: the digits of i mirrored at the point. */
export function radicalInverse(i: number, base: number): number {
  let [value, share] = [0, 1];
  for (let rest = i; rest > 0; rest = Math.floor(rest / base)) {
    share /= base;
    value += (rest % base) * share;
  }
  return value;
}

/**
 * Rank of every place of a grid, row-major: 0 is revealed first. The two-dimensional sequence in bases 2 (rows) and 3 (columns); a place that
 * comes again is passed over.
 */
export function haltonRanks(height: number, width: number): Int32Array<ArrayBuffer> {
  const ranks = new Int32Array(height * width).fill(-1);
  let rank = 0;
  for (let i = 1; rank < ranks.length; i++) {
    const at = Math.floor(radicalInverse(i, 2) * height) * width + Math.floor(radicalInverse(i, 3) * width);
    if (ranks[at] === -1) ranks[at] = rank++;
  }
  return ranks;
}
