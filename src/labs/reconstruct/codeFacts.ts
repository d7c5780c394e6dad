import type { CodeGrid, Picture } from '../../engine/types';

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
  for (let y = 0; y < image.height; y++) {
    const row = Math.min(grid.height - 1, Math.floor(y / factor)) * grid.width;
    for (let x = 0; x < image.width; x++) {
      const index = grid.indices[row + Math.min(grid.width - 1, Math.floor(x / factor))]!;
      let sum = sums.get(index);
      if (!sum) sums.set(index, (sum = [0, 0, 0, 0]));
      const at = (y * image.width + x) * 4;
      sum[0] += image.data[at]!;
      sum[1] += image.data[at + 1]!;
      sum[2] += image.data[at + 2]!;
      sum[3]++;
    }
  }
  return new Map(
    [...sums].map(([index, [r, g, b, n]]) => [
      index,
      `rgb(${Math.round(r / n)} ${Math.round(g / n)} ${Math.round(b / n)})`,
    ]),
  );
}

/** A row of a codebook, [codeDim]; null where the index lies outside. */
export function codeVector(codebook: Float32Array, codebookSize: number, index: number): Float32Array | null {
  const codeDim = codebook.length / codebookSize;
  return index >= 0 && index < codebookSize ? codebook.subarray(index * codeDim, (index + 1) * codeDim) : null;
}
