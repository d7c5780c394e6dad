/** What some of a model's levels say alone: the codebooks of the others say nothing. */

/** The mean of the code vectors that a grid uses, by how often: what a grid says when it says the same everywhere. [codeDim] */
export function meanVector(rows: Float32Array, codeDim: number, indices: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const mean = new Float64Array(codeDim);
  for (let i = 0; i < indices.length; i++)
    for (let d = 0; d < codeDim; d++) mean[d]! += rows[indices[i]! * codeDim + d]!;
  return Float32Array.from(mean, (sum) => sum / Math.max(1, indices.length));
}

/**
 * Codebooks in which the levels that are not kept have one vector for every code: zero, so that a residual level adds nothing, or
 * the one that is given. Null for a level that is kept.
 */
export const silencedRows = (
  levels: readonly { readonly size: number; readonly codeDim: number; readonly vector: Float32Array | null }[],
  kept: readonly number[],
): (Float32Array<ArrayBuffer> | null)[] =>
  levels.map(({ size, codeDim, vector }, level) => {
    if (kept.includes(level)) return null;
    const rows = new Float32Array(size * codeDim);
    if (vector) for (let k = 0; k < size; k++) rows.set(vector, k * codeDim);
    return rows;
  });

/** Some of a model's levels, with a name. */
export interface LevelPart {
  readonly label: string;
  /** Grids that are kept. */
  readonly kept: readonly number[];
}

/** The parts in which a model's codes can be looked at, the whole last; only that for quantizers of one grid. */
export function partsOf(kind: 'vq' | 'fsq' | 'rvq' | 'two-level', levels: number): LevelPart[] {
  const all = Array.from({ length: levels }, (_, level) => level);
  if (kind === 'two-level')
    return [
      { label: 'Top alone', kept: [0] },
      { label: 'Bottom alone', kept: [1] },
      { label: 'Both', kept: all },
    ];
  if (kind !== 'rvq') return [{ label: 'All', kept: all }];
  return all.map((last) => ({
    label: last === 0 ? 'Level 1' : `Levels 1–${last + 1}`,
    kept: all.slice(0, last + 1),
  }));
}
