import type { CodeGrid, CodePlace, Picture, Reconstruction, TokenizerSummary } from '../engine/types';
import type { Cell } from '../ui/types';

/** How often each code is used in a grid. */
export function countCodes(grid: CodeGrid): Map<number, number> {
  const counts = new Map<number, number>();
  for (const index of grid.indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
}

/**
 * The mean colour of the reconstruction under all places of each code, as CSS colours: what the code paints in this
 * picture. [codes used], keyed by index.
 * @param factor pixels per code and side
 */
export function paintedColours(grid: CodeGrid, image: Picture, factor: number): Map<number, string> {
  const sums = new Map<number, [number, number, number, number]>();
  grid.indices.forEach((index, cell) => {
    const sum = sums.get(index) ?? [0, 0, 0, 0];
    sums.set(index, sum);
    const left = (cell % grid.width) * factor;
    const top = Math.floor(cell / grid.width) * factor;
    for (let y = top; y < Math.min(top + factor, image.height); y++)
      for (let x = left; x < Math.min(left + factor, image.width); x++) {
        const at = (y * image.width + x) * 4;
        sum[0] += image.data[at]!;
        sum[1] += image.data[at + 1]!;
        sum[2] += image.data[at + 2]!;
        sum[3]++;
      }
  });
  const mean = (total: number, count: number) => Math.round(total / Math.max(1, count));
  return new Map([...sums].map(([index, [r, g, b, n]]) => [index, `rgb(${mean(r, n)} ${mean(g, n)} ${mean(b, n)})`]));
}

/** A row of a codebook, [codeDim]; null where the index lies outside. */
export function codeVector(codebook: Float32Array, codebookSize: number, index: number): Float32Array | null {
  const codeDim = codebook.length / codebookSize;
  return index >= 0 && index < codebookSize ? codebook.subarray(index * codeDim, (index + 1) * codeDim) : null;
}

/** True for two levels: grids of different sizes, top and bottom. Residual levels lie one over the other. */
export const isTwoLevel = (codes: readonly CodeGrid[]): boolean => codes.some(({ width }) => width !== codes[0]?.width);

/** "Level 2", or "Top, 8 × 8". */
export function titleOfGrid(codes: readonly CodeGrid[], level: number): string {
  const grid = codes[level];
  if (!grid || !isTwoLevel(codes)) return `Level ${level + 1}`;
  return `${grid.name.charAt(0).toUpperCase()}${grid.name.slice(1)}, ${grid.width} × ${grid.height}`;
}

/**
 * What a run has at one place of a grid: the encoder's vector [codeDim], and the codes that it became: one per residual
 * level; of two levels the grid's own.
 */
export function placeOf(
  { latents, topLatents, codes }: Pick<Reconstruction, 'latents' | 'topLatents' | 'codes'>,
  { x, y }: Cell,
  level: number,
): CodePlace {
  const own = topLatents && level === 0 ? topLatents : latents;
  const grids = topLatents ? codes.slice(level, level + 1) : codes;
  const [grid] = grids;
  const places = grid ? grid.width * grid.height : 1;
  const codeDim = own.length / places;
  const place = y * (grid?.width ?? 1) + x;
  return {
    level,
    latent: own.slice(place * codeDim, (place + 1) * codeDim),
    chosen: grids.map(({ indices }) => indices[place] ?? 0),
  };
}

/** The codes with every grid but one made flat: its most common code everywhere, the lowest of those that tie. */
export const codesAlone = (codes: readonly CodeGrid[], level: number): CodeGrid[] =>
  codes.map((grid, i) =>
    i === level ? grid : { ...grid, indices: new Int32Array(grid.indices.length).fill(mostCommonCode(grid)) },
  );

function mostCommonCode(grid: CodeGrid): number {
  const ranked = [...countCodes(grid)].sort(([a, uses], [b, others]) => others - uses || a - b);
  return ranked[0]?.[0] ?? 0;
}

/** How many codes a picture of the model's own size becomes, and in which grids, in words. */
export function promiseOf({ resolution, grids }: Pick<TokenizerSummary, 'resolution' | 'grids'>): {
  readonly integers: number;
  readonly grids: string;
} {
  const sides = grids.map(({ factor }) => Math.floor(resolution / factor));
  const integers = sides.reduce((sum, side) => sum + side ** 2, 0);
  const [first = 0, last = first] = [sides[0], sides.at(-1)];
  if (first !== last) {
    const [structure, texture] = [`${first} × ${first}`, `${last} × ${last}`];
    return {
      integers,
      grids: `an ${structure} grid of codes for the structure and a ${texture} one for the texture, each from a fixed codebook`,
    };
  }
  const grid = `${first} × ${first} grid of codes from a fixed codebook`;
  return { integers, grids: sides.length > 1 ? `${sides.length} layers of a ${grid}` : `a ${grid}` };
}
