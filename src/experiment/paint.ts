import { z } from 'zod';
import { packedCodes, type PackedCodes } from './codes';
import { fileName, sourceField, type SourceRef } from './source';
import { defineSpec, type SpecTable } from './spec';

/**
 * What defines a painting. Undo is the painting's own affair (codebook/paint/history), which holds only what changed: no field here is in
 * the spec's history.
 */
export interface PaintSpec {
  /** Id of a tokenizer; null: the first one of the folder. */
  readonly model: string | null;
  /** The picture that was painted on; null: the first sample that no model has seen. */
  readonly source: SourceRef | null;
  /** One square at the model's size, or the whole picture at its own. */
  readonly mode: 'fit' | 'tile';
  /** The painted codes; null: as the picture was encoded. */
  readonly codes: PackedCodes | null;
  /** The picture to copy from; null: none. */
  readonly second: SourceRef | null;
}

const fields = {
  model: { default: null, schema: fileName.nullable(), share: true, history: false, preference: false },
  source: { ...sourceField, history: false },
  mode: { default: 'fit', schema: z.enum(['fit', 'tile']), share: true, history: false, preference: false },
  codes: { default: null, schema: packedCodes.nullable(), share: true, history: false, preference: false },
  second: { ...sourceField, history: false },
} satisfies SpecTable<PaintSpec>;

export const paintSpec = defineSpec<PaintSpec>({ lab: 'paint', version: 1, fields, migrations: [] });
