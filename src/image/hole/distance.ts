/** The squared distance of cells that have no target anywhere. */
export const NO_TARGET = 2 ** 31 - 1;

/**
 * The exact squared Euclidean distance from every cell's centre to the nearest target's, in cells, [height, width]; 0 on targets.
 * Linear in the number of cells: one pass down and one up for the distance within the column, then the lower envelope of one parabola per
 * column in each row (Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled Functions", 2012, algorithm 1).
 * @param targets above 0 where there is a target, [height, width].
 * @throws RangeError when `targets` has another length.
 */
export function squaredDistances(width: number, height: number, targets: Uint8Array): Int32Array<ArrayBuffer> {
  if (targets.length !== width * height) {
    throw new RangeError(`A ${width} x ${height} grid has ${width * height} cells, not ${targets.length}.`);
  }
  const out = columnDistances(width, height, targets);
  const row = new Int32Array(width);
  // The envelope: parabola k has its lowest point at column `at[k]` and is the lowest one from `from[k]` on.
  const at = new Int32Array(width);
  const from = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const first = y * width;
    row.set(out.subarray(first, first + width));
    let last = -1;
    for (let x = 0; x < width; x++) {
      const d = row[x]!;
      if (d === NO_TARGET) continue;
      let crossing = -Infinity;
      for (; last >= 0; last--) {
        const other = at[last]!;
        const e = row[other]!;
        crossing = (d * d + x * x - e * e - other * other) / (2 * (x - other));
        if (crossing > from[last]!) break;
      }
      last++;
      at[last] = x;
      from[last] = last === 0 ? -Infinity : crossing;
    }
    if (last < 0) continue;
    for (let x = 0, k = 0; x < width; x++) {
      while (k < last && from[k + 1]! < x) k++;
      const dx = x - at[k]!;
      const dy = row[at[k]!]!;
      out[first + x] = dx * dx + dy * dy;
    }
  }
  return out;
}

/** Distance to the nearest target of the same column, not squared. */
function columnDistances(width: number, height: number, targets: Uint8Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const above = i < width ? NO_TARGET : out[i - width]!;
    out[i] = targets[i]! > 0 ? 0 : above === NO_TARGET ? NO_TARGET : above + 1;
  }
  for (let i = out.length - 1 - width; i >= 0; i--) {
    const below = out[i + width]!;
    if (below < out[i]!) out[i] = below + 1;
  }
  return out;
}
