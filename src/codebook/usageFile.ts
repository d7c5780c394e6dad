/** Reads `usage.json`. It comes with a model, also with a visitor's own: nothing in it is trusted. */
import { z } from 'zod';
import type { UsageFile } from './types';

/** Four levels of 16,384 codes in three sets take a tenth of this. */
export const MAX_USAGE_BYTES = 16 * 1024 * 1024;

const count = z.int().min(0);
const name = z.string().min(1).max(60);

const schema = z.object({
  schemaVersion: z.literal(1),
  sets: z.array(z.object({ name, pictures: count, counts: z.array(z.array(count)) })).max(16),
  atlas: z.array(
    z.object({
      file: z.string().regex(/^atlas(?:-\d{1,2})?\.png$/),
      columns: z.int().min(1).max(16_384),
      patch: z.int().min(1).max(128),
    }),
  ),
  groups: z.array(name).max(256),
  groupOf: z.array(z.array(z.int().min(-1))),
});

/**
 * The text of a `usage.json`, checked against the model beside it.
 * @param codebookSizes codes of each grid, as the model has them
 * @throws Error that names what is wrong in the file, for the visitor
 */
export function parseUsage(text: string, codebookSizes: readonly number[]): UsageFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new Error('usage.json is not JSON: it is damaged or cut off.', { cause });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new Error(`usage.json is malformed: ${z.prettifyError(parsed.error)}`);
  const file = parsed.data;
  const rows: readonly (readonly [string, readonly (readonly number[])[]])[] = [
    ...file.sets.map((set) => [`the set "${set.name}"`, set.counts] as const),
    ['groupOf', file.groupOf],
  ];
  for (const [where, levels] of rows) {
    const sizes = levels.map((level) => level.length);
    if (sizes.length !== codebookSizes.length || sizes.some((size, i) => size !== codebookSizes[i]))
      throw new Error(
        `usage.json is of another codebook: ${where} counts [${sizes.join(', ')}] codes, the model has [${codebookSizes.join(', ')}].`,
      );
  }
  if (file.atlas.length !== 0 && file.atlas.length !== codebookSizes.length)
    throw new Error(`usage.json names ${file.atlas.length} atlas pictures for ${codebookSizes.length} grids.`);
  if (file.groupOf.flat().some((group) => group >= file.groups.length))
    throw new Error(`usage.json names a group beyond its ${file.groups.length}.`);
  const names = file.sets.map((set) => set.name);
  if (new Set(names).size !== names.length) throw new Error('usage.json has two sets of one name.');
  return file;
}

/**
 * `usage.json` as `EngineClient.modelFile` gives it; null where the model has none.
 * @throws Error as `parseUsage`, and where the file is too large to be one
 */
export async function readUsage(blob: Blob | null, codebookSizes: readonly number[]): Promise<UsageFile | null> {
  if (!blob) return null;
  if (blob.size > MAX_USAGE_BYTES)
    throw new Error(`usage.json has ${blob.size} bytes; up to ${MAX_USAGE_BYTES} are read.`);
  return parseUsage(await blob.text(), codebookSizes);
}
