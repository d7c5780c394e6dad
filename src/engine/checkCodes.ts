import type { CodeGrid, TokenizerSummary } from './types';

/**
 * Refuses codes that the model cannot have written: a code outside the codebook (a [MASK], for one) would read past the
 * table on the GPU and come out as some other code, silently.
 * @throws Error that names the grid, the place and what to do
 */
export function checkCodes(codes: readonly CodeGrid[], { id, codebookSizes }: TokenizerSummary): void {
  const [first] = codes;
  if (!first || codes.length !== codebookSizes.length)
    throw new Error(`${id} needs ${codebookSizes.length} code grid(s), got ${codes.length}.`);
  codes.forEach((grid, level) => {
    const { name, width, height, indices } = grid;
    if (indices.length !== width * height || indices.length === 0)
      throw new Error(`Grid "${name}" says ${width} x ${height}, but holds ${indices.length} codes.`);
    if (width !== first.width || height !== first.height)
      throw new Error(
        `Grid "${name}" is ${width} x ${height}, the first one ${first.width} x ${first.height}: all levels are of one size.`,
      );
    const size = codebookSizes[level] ?? 0;
    const wrong = indices.findIndex((index) => !(index >= 0 && index < size));
    if (wrong >= 0)
      throw new Error(
        `Code ${indices[wrong]} at position ${wrong % width}, ${Math.floor(wrong / width)} of "${name}" is not in the ` +
          `codebook (0 to ${size - 1}). Replace masked or edited places before decoding.`,
      );
  });
}
