import type { CodeGrid, Picture, Reconstruction } from '../../engine/types';
import type { Cell } from './store';

/** How often each code is used in a grid. */
export function countCodes(grid: CodeGrid): Map<number, number> {
  const counts = new Map<number, number>();
  for (const index of grid.indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
}

/** Bits of one code: log2 K. */
export const bitsPerCode = (codebookSize: number): number => Math.log2(codebookSize);

/** Bytes of one grid's codes: ceil(h w log2 K / 8). */
export const bytesOfGrid = (grid: CodeGrid): number =>
  Math.ceil((grid.height * grid.width * bitsPerCode(grid.codebookSize)) / 8);

/**
 * The mean colour of the reconstruction under all places of each code, as CSS colours: what the code paints in this
 * picture. [codes used], keyed by index.
 */
export function paintedColours(grid: CodeGrid, image: Picture): Map<number, string> {
  const sums = new Map<number, [number, number, number, number]>();
  const factor = Math.max(1, Math.round(Math.max(image.width / grid.width, image.height / grid.height)));
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

/** What a run has at one place: the encoder's vector [codeDim], and the code of each level. */
export function placeOf(
  { latents, codes }: Pick<Reconstruction, 'latents' | 'codes'>,
  { x, y }: Cell,
): { latent: Float32Array<ArrayBuffer>; chosen: number[] } {
  const [grid] = codes;
  const places = grid ? grid.width * grid.height : 1;
  const codeDim = latents.length / places;
  const place = y * (grid?.width ?? 1) + x;
  return {
    latent: latents.slice(place * codeDim, (place + 1) * codeDim),
    chosen: codes.map(({ indices }) => indices[place] ?? 0),
  };
}
