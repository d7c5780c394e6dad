import { z } from 'zod';
import { fromBase64Url, packCodes, toBase64Url, unpackCodes } from './bytes';
import { fileName } from './source';

/** One grid of codes as it travels: `packCodes` in base64url. */
export interface PackedGrid {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

/** A picture's codes as they travel, with the model whose codebooks they are numbers of. */
export interface PackedCodes {
  readonly model: string;
  readonly grids: readonly PackedGrid[];
}

/** Larger codes stay at home: an address holds only so much. */
export const MAX_CODE_BYTES = 12 * 1024;

const side = z.number().int().min(1).max(1024);

export const packedCodes = z.object({
  model: fileName,
  grids: z
    .array(
      z.object({
        width: side,
        height: side,
        data: z
          .string()
          .max(Math.ceil((MAX_CODE_BYTES * 4) / 3))
          .regex(/^[\w-]*$/),
      }),
    )
    .min(1)
    .max(8),
});

interface Grid {
  readonly width: number;
  readonly height: number;
  readonly codebookSize: number;
  readonly indices: Int32Array<ArrayBuffer>;
}

/** Codes for a link; null where they are more than it can carry. */
export function packGrids(model: string, grids: readonly Grid[]): PackedCodes | null {
  const packed = grids.map(({ indices, codebookSize }) => packCodes(indices, codebookSize));
  if (packed.reduce((sum, { length }) => sum + length, 0) > MAX_CODE_BYTES) return null;
  return {
    model,
    grids: grids.map(({ width, height }, i) => ({ width, height, data: toBase64Url(packed[i]!) })),
  };
}

/**
 * Undoes `packGrids`.
 * @param kinds the model's grids: names, codebook sizes and pixels per code
 * @throws Error with a sentence for the visitor where the codes are not of this model
 */
export function unpackGrids(
  { model, grids }: PackedCodes,
  kinds: readonly { readonly name: string; readonly codebookSize: number; readonly factor: number }[],
): (Grid & { readonly name: string })[] {
  const [first] = grids;
  if (!first || grids.length !== kinds.length)
    throw new Error(`The link holds ${grids.length} grid(s) of codes, "${model}" writes ${kinds.length}.`);
  return kinds.map(({ name, codebookSize, factor }, i) => {
    const { width, height, data } = grids[i]!;
    const scale = kinds[0]!.factor / factor;
    if (width !== first.width * scale || height !== first.height * scale)
      throw new Error(`The grids of codes in the link do not lie over one another: "${name}" is ${width} x ${height}.`);
    try {
      return {
        name,
        width,
        height,
        codebookSize,
        indices: unpackCodes(fromBase64Url(data), width * height, codebookSize),
      };
    } catch (cause) {
      throw new Error(`The codes of "${name}" in the link cannot be read. ${(cause as Error).message}`, { cause });
    }
  });
}
