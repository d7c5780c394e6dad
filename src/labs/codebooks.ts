/** A tokenizer's codebooks with the use of their codes, as `src/codebook/resize` takes them: for labs and the console. */
import type { CountedCodebook } from '../codebook/resize/types';
import type { CodeGrid, EngineClient, TokenizerSummary } from '../engine/types';

/** True where there are code vectors: FSQ has a lattice in their place. */
export const hasCodebook = ({ quantizer }: Pick<TokenizerSummary, 'quantizer'>): boolean => quantizer !== 'fsq';

/** True where codes are compared by their direction alone. */
export const comparesDirections = ({ config: { quantizer } }: Pick<TokenizerSummary, 'config'>): boolean =>
  quantizer.kind === 'vq' && quantizer.distance === 'cosine';

/** @param counts [level][codebookSize]; null where nothing is known: then every code counts alike */
export async function countedBooks(
  engine: EngineClient,
  model: TokenizerSummary,
  counts: readonly (readonly number[])[] | null,
): Promise<CountedCodebook[]> {
  const isCosine = comparesDirections(model);
  return Promise.all(
    model.codebookSizes.map(async (size, level) => ({
      rows: await engine.codebook(model.id, level),
      counts: counts?.[level] ?? new Array<number>(size).fill(0),
      codeDim: model.codeDim,
      isCosine,
    })),
  );
}

/** Every code in log2 of the codes that its grid has left, of a picture of `pixels`. */
export function bitsPerPixel(codes: readonly CodeGrid[], size: number, pixels: number): number {
  const bits = codes.reduce(
    (sum, { indices, codebookSize }) => sum + indices.length * Math.log2(Math.min(size, codebookSize)),
    0,
  );
  return bits / pixels;
}
