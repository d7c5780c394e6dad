/** The atlas picture that a model brings along: every code of one grid as a patch. */
import type { UsageFile } from '../codebook/types';
import type { EngineClient, Picture, TokenizerSummary } from '../engine/types';

/** All patches of one grid in one picture: code i at column i % columns. */
export interface Atlas {
  readonly picture: Picture;
  readonly columns: number;
  readonly patch: number;
}

/**
 * Reads the atlas that `usage.json` names for a grid.
 * @param decode a file as a picture
 * @throws Error where the file is not there, is none, or has not the size that the codebook needs
 */
export async function loadAtlas(
  engine: Pick<EngineClient, 'modelFile'>,
  decode: (blob: Blob) => Promise<Picture>,
  model: Pick<TokenizerSummary, 'id' | 'codebookSizes'>,
  level: number,
  { file, columns, patch }: UsageFile['atlas'][number],
): Promise<Atlas> {
  const blob = await engine.modelFile(model.id, file);
  if (!blob) throw new Error(`${file} is named in usage.json and is not there.`);
  const picture = await decode(blob);
  const rows = Math.ceil((model.codebookSizes[level] ?? 0) / columns);
  if (picture.width !== columns * patch || picture.height !== rows * patch)
    throw new Error(
      `${file} has ${picture.width} × ${picture.height} pixels; ${columns * patch} × ${rows * patch} are needed for its codes.`,
    );
  return { picture, columns, patch };
}
