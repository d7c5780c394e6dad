/** Codes that differ, out of a codebook in which some stand for others. Pure. */

export interface DistinctCodes {
  /** [size, dim] */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [codebookSize]: the place in `rows` of each code's row. */
  readonly placeOf: Int32Array<ArrayBuffer>;
  /** [codebookSize]: the lowest code with the same row. */
  readonly remap: Int32Array<ArrayBuffer>;
}

/** @param rows [codebookSize, dim] */
export function distinctCodes(rows: Float32Array, dim: number): DistinctCodes {
  const count = rows.length / dim;
  const places = new Map<string, number>();
  const first: number[] = [];
  const placeOf = new Int32Array(count);
  const remap = new Int32Array(count);
  for (let code = 0; code < count; code++) {
    const key = rows.subarray(code * dim, (code + 1) * dim).join();
    let place = places.get(key);
    if (place === undefined) {
      place = first.length;
      places.set(key, place);
      first.push(code);
    }
    placeOf[code] = place;
    remap[code] = first[place] ?? code;
  }
  const own = new Float32Array(first.length * dim);
  first.forEach((code, place) => own.set(rows.subarray(code * dim, (code + 1) * dim), place * dim));
  return { rows: own, placeOf, remap };
}

/** The whole codebook again, with other rows. @param rows [size, dim]. @returns [codebookSize, dim] */
export function wholeRows({ placeOf }: DistinctCodes, rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(placeOf.length * dim);
  placeOf.forEach((place, code) => out.set(rows.subarray(place * dim, (place + 1) * dim), code * dim));
  return out;
}

/** Counts of the distinct codes at the lowest code of each. @param counts [size]. @returns [codebookSize] */
export function wholeCounts({ placeOf, remap }: DistinctCodes, counts: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(placeOf.length);
  remap.forEach((target, code) => target === code && (out[code] = counts[placeOf[code] ?? 0] ?? 0));
  return out;
}
