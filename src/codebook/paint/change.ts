/** Edits as data: what changed, forwards and back. */
import type { GridChange, PaintGrid } from './types';

/**
 * The edit that puts codes at places; null where it changes nothing. A place that comes twice gets its last code.
 * @throws RangeError on a place outside the grid or a code outside its codebook
 */
export function changeOf(
  grids: readonly PaintGrid[],
  level: number,
  codes: Iterable<readonly [place: number, code: number]>,
): GridChange | null {
  const grid = grids[level];
  if (!grid) throw new RangeError(`There is no grid ${level}: there are ${grids.length}, counted from 0.`);
  const wanted = new Map<number, number>();
  for (const [place, code] of codes) {
    if (!Number.isInteger(place) || place < 0 || place >= grid.indices.length)
      throw new RangeError(`Place ${place} is not in "${grid.name}": places go from 0 to ${grid.indices.length - 1}.`);
    if (!Number.isInteger(code) || code < 0 || code >= grid.codebookSize)
      throw new RangeError(`Code ${code} is not in the codebook: codes go from 0 to ${grid.codebookSize - 1}.`);
    wanted.set(place, code);
  }
  const entries = [...wanted].filter(([place, code]) => grid.indices[place] !== code).sort(([a], [b]) => a - b);
  if (entries.length === 0) return null;
  return {
    level,
    places: Int32Array.from(entries, ([place]) => place),
    before: Int32Array.from(entries, ([place]) => grid.indices[place]!),
    after: Int32Array.from(entries, ([, code]) => code),
  };
}

/** What has to change for grids to hold other codes, one array for each grid. @throws RangeError as `changeOf` */
export const changesTo = (grids: readonly PaintGrid[], codes: readonly Int32Array[]): GridChange[] =>
  grids.flatMap((_, level) => {
    const change = codes[level] && changeOf(grids, level, codes[level].entries());
    return change ? [change] : [];
  });

/** The grids after an edit, or ('back') before it. Grids that it leaves alone are the same objects. */
export function applyChanges(
  grids: readonly PaintGrid[],
  changes: readonly GridChange[],
  way: 'forward' | 'back' = 'forward',
): readonly PaintGrid[] {
  if (changes.length === 0) return grids;
  const next = [...grids];
  for (const { level, places, before, after } of changes) {
    const grid = next[level];
    if (!grid) continue;
    const indices = grid.indices.slice();
    const codes = way === 'forward' ? after : before;
    places.forEach((place, i) => (indices[place] = codes[i]!));
    next[level] = { ...grid, indices };
  }
  return next;
}

/** Two edits, one after the other, as one. Places that come back to where they were are no change. */
export function joinChanges(first: readonly GridChange[], second: readonly GridChange[]): GridChange[] {
  const levels = [...new Set([...first, ...second].map(({ level }) => level))].sort((a, b) => a - b);
  return levels.flatMap((level) => {
    const places = new Map<number, { before: number; after: number }>();
    for (const change of [...first, ...second]) {
      if (change.level !== level) continue;
      change.places.forEach((place, i) =>
        places.set(place, { before: places.get(place)?.before ?? change.before[i]!, after: change.after[i]! }),
      );
    }
    const entries = [...places].filter(([, { before, after }]) => before !== after).sort(([a], [b]) => a - b);
    if (entries.length === 0) return [];
    return [
      {
        level,
        places: Int32Array.from(entries, ([place]) => place),
        before: Int32Array.from(entries, ([, { before }]) => before),
        after: Int32Array.from(entries, ([, { after }]) => after),
      },
    ];
  });
}

/** Places at which two grids differ. @throws RangeError where they are of different sizes */
export function changedPlaces(a: PaintGrid, b: PaintGrid): number[] {
  if (a.width !== b.width || a.height !== b.height)
    throw new RangeError(`Only grids of one size compare: ${a.width} x ${a.height} and ${b.width} x ${b.height}.`);
  const places: number[] = [];
  for (let i = 0; i < a.indices.length; i++) if (a.indices[i] !== b.indices[i]) places.push(i);
  return places;
}

/** Each place in `places` with one code. */
export const withCode = (places: Iterable<number>, code: number): (readonly [number, number])[] =>
  Array.from(places, (place) => [place, code] as const);

/** All places among `places` that hold `from` become `to`. */
export const replaceCode = (
  { indices }: PaintGrid,
  places: Iterable<number>,
  from: number,
  to: number,
): (readonly [number, number])[] =>
  withCode(
    [...places].filter((place) => indices[place] === from),
    to,
  );

/**
 * The codes at `places` dealt out anew among them (Fisher and Yates): no code is lost, none is added.
 * @param uniform number i of a seeded sequence, in (0, 1)
 */
export function shuffleCodes(
  { indices }: PaintGrid,
  places: readonly number[],
  uniform: (i: number) => number,
): (readonly [number, number])[] {
  const codes = places.map((place) => indices[place]!);
  for (let i = codes.length - 1; i > 0; i--) {
    const j = Math.floor(uniform(i) * (i + 1));
    [codes[i], codes[j]] = [codes[j]!, codes[i]!];
  }
  return places.map((place, i) => [place, codes[i]!] as const);
}
