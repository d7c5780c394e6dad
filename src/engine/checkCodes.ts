import type { CodeGrid, TokenizerSummary } from './types';

/**
 * Refuses codes that the model cannot have written: a code outside the codebook (a [MASK], for one) would read past the
 * table on the GPU and come out as some other code, silently.
 * @throws Error that names the grid, the place and what to do
 */
export function checkCodes(codes: readonly CodeGrid[], model: TokenizerSummary): void {
  const kinds = model.grids;
  const [first] = codes;
  if (!first || codes.length !== kinds.length)
    throw new Error(`${model.id} needs ${kinds.length} code grid(s), got ${codes.length}.`);
  codes.forEach((grid, level) => {
    const { name, width, height, indices } = grid;
    if (indices.length !== width * height || indices.length === 0)
      throw new Error(`Grid "${name}" says ${width} x ${height}, but holds ${indices.length} codes.`);
    const scale = (kinds[0]?.factor ?? 1) / (kinds[level]?.factor ?? 1);
    if (width !== first.width * scale || height !== first.height * scale)
      throw new Error(
        `Grid "${name}" is ${width} x ${height}, the first one ${first.width} x ${first.height}: ` +
          (scale === 1 ? 'all levels are of one size.' : `the bottom has ${scale} codes a side for one of the top.`),
      );
    const size = kinds[level]?.codebookSize ?? 0;
    const wrong = indices.findIndex((index) => !(index >= 0 && index < size));
    if (wrong >= 0)
      throw new Error(
        `Code ${indices[wrong]} at position ${wrong % width}, ${Math.floor(wrong / width)} of "${name}" is not in the ` +
          `codebook (0 to ${size - 1}). Replace masked or edited places before decoding.`,
      );
  });
}
