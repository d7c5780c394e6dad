import { z } from 'zod';
import { fileName, sourceField, type SourceRef } from './source';
import { defineSpec, type SpecTable } from './spec';

export type { SourceRef } from './source';

/** What defines a run of the reconstruct lab. */
export interface ReconstructSpec {
  /** Model id; null: the first model of the folder. */
  readonly model: string | null;
  /** null: the first sample the model has never seen. */
  readonly source: SourceRef | null;
  /** One square at the model's size, or the whole picture at its own. */
  readonly mode: 'fit' | 'tile';
  /** null: as the model was trained. */
  readonly fit: 'cover' | 'contain' | null;
}

const fields = {
  model: { default: null, schema: fileName.nullable(), share: true, history: true, preference: false },
  source: sourceField,
  mode: { default: 'fit', schema: z.enum(['fit', 'tile']), share: true, history: true, preference: false },
  fit: {
    default: null,
    schema: z.enum(['cover', 'contain']).nullable(),
    share: true,
    history: true,
    preference: false,
  },
} satisfies SpecTable<ReconstructSpec>;

export const reconstructSpec = defineSpec<ReconstructSpec>({ lab: 'reconstruct', version: 1, fields, migrations: [] });
