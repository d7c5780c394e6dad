import { z } from 'zod';
import { fileName, sourceField, type SourceRef } from './source';
import { defineSpec, type SpecTable } from './spec';

/** How a codebook becomes smaller: the least used codes left out; near ones joined; or another network, trained with fewer. */
export const SIZE_METHODS = ['drop', 'merge', 'trained'] as const;
export type SizeMethod = (typeof SIZE_METHODS)[number];

/** What defines a run of the codebook-size lab. */
export interface CodebookSizeSpec {
  /** Id of a tokenizer; null: the first that has a codebook. */
  readonly model: string | null;
  readonly source: SourceRef | null;
  readonly method: SizeMethod;
  /** Codes that are left; null: all. */
  readonly size: number | null;
  /** A place fails where its error has grown by this many grey levels (root of the mean square). */
  readonly tolerance: number;
}

const shared = { share: true, history: true, preference: false } as const;

const fields = {
  model: { default: null, schema: fileName.nullable(), ...shared },
  source: sourceField,
  method: { default: 'merge', schema: z.enum(SIZE_METHODS), ...shared },
  size: { default: null, schema: z.number().int().min(2).max(65_536).nullable(), ...shared },
  tolerance: { default: 8, schema: z.number().int().min(1).max(64), ...shared },
} satisfies SpecTable<CodebookSizeSpec>;

export const codebookSizeSpec = defineSpec<CodebookSizeSpec>({
  ...{ lab: 'codebook-size', version: 1, fields, migrations: [] },
});
