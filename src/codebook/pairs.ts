/** Which codes lie beside which. */
import type { IndexGrid } from './counts';

/** `right`: the code and the one right of it. `below`: the code and the one under it. */
export type Direction = 'right' | 'below';

/** All pairs that occur, in the order of (from, to): a table of codebookSize^2 of which most would be 0. */
export interface PairTable {
  readonly codebookSize: number;
  readonly from: Int32Array<ArrayBuffer>;
  readonly to: Int32Array<ArrayBuffer>;
  readonly count: Int32Array<ArrayBuffer>;
  /** Pairs counted. */
  readonly total: number;
}

/** Counts of pairs (code, neighbour) in all grids. Pairs never reach from one grid into another. @throws RangeError on a code outside the codebook */
export function countPairs(grids: readonly IndexGrid[], codebookSize: number, direction: Direction): PairTable {
  const [dx, dy] = direction === 'right' ? [1, 0] : [0, 1];
  const total = grids.reduce((sum, { width, height }) => sum + Math.max(0, width - dx) * Math.max(0, height - dy), 0);
  const keys = new Float64Array(total);
  let at = 0;
  for (const { width, height, indices } of grids)
    for (let y = 0; y < height - dy; y++)
      for (let x = 0; x < width - dx; x++) {
        const a = indices[y * width + x]!;
        const b = indices[(y + dy) * width + x + dx]!;
        if (!(a >= 0 && a < codebookSize && b >= 0 && b < codebookSize))
          throw new RangeError(`Codes ${a} and ${b}: codes go from 0 to ${codebookSize - 1}.`);
        keys[at++] = a * codebookSize + b;
      }
  keys.sort();
  const [from, to, count]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < total;) {
    let end = i + 1;
    while (end < total && keys[end] === keys[i]) end++;
    from.push(Math.floor(keys[i]! / codebookSize));
    to.push(keys[i]! % codebookSize);
    count.push(end - i);
    i = end;
  }
  return { codebookSize, from: Int32Array.from(from), to: Int32Array.from(to), count: Int32Array.from(count), total };
}

export interface Neighbour {
  readonly code: number;
  readonly count: number;
  /** What the count would be if neighbours had nothing to do with each other: uses on the one side x uses on the other / pairs. */
  readonly expected: number;
}

/** What follows `code` in the direction of the table, the most frequent first, equal ones by index. */
export function neighboursOf(table: PairTable, code: number): Neighbour[] {
  const { from, to, count, total } = table;
  const uses = new Map<number, number>();
  let own = 0;
  for (let i = 0; i < from.length; i++) {
    if (from[i] === code) {
      own += count[i]!;
      uses.set(to[i]!, 0);
    }
  }
  for (let i = 0; i < to.length; i++) {
    const seen = uses.get(to[i]!);
    if (seen !== undefined) uses.set(to[i]!, seen + count[i]!);
  }
  const found: Neighbour[] = [];
  for (let i = 0; i < from.length; i++)
    if (from[i] === code) found.push({ code: to[i]!, count: count[i]!, expected: (own * uses.get(to[i]!)!) / total });
  return found.sort((a, b) => b.count - a.count || a.code - b.code);
}
