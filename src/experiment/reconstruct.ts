import { z } from 'zod';
import { defineSpec, type SpecTable } from './spec';

/** Where the picture comes from. An own picture lives in the session only and never travels in a link. */
export type SourceRef =
  { readonly kind: 'sample'; readonly file: string } | { readonly kind: 'own'; readonly id: number };

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

/** Names become parts of addresses: folders are allowed, a way out of them or to another site is not. */
const fileName = z
  .string()
  .max(120)
  .regex(/^[\w-][\w .-]*(?:\/[\w-][\w .-]*)*$/);

const fields = {
  model: { default: null, schema: fileName.nullable(), share: true, history: true, preference: false },
  source: {
    default: null,
    schema: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('sample'), file: fileName }),
        z.object({ kind: z.literal('own'), id: z.number().int().nonnegative() }),
      ])
      .nullable(),
    share: (source) => source?.kind !== 'own',
    history: true,
    preference: false,
  },
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
