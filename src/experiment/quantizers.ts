import { z } from 'zod';
import { fileName, sourceField, type SourceRef } from './source';
import { defineSpec, type SpecTable } from './spec';

/** What defines a comparison: one picture, two tokenizers, and how many of their levels are heard. */
export interface QuantizersSpec {
  /** Ids of tokenizers; null: chosen from what there is. */
  readonly left: string | null;
  readonly right: string | null;
  /** null: the first sample that no model has seen. */
  readonly source: SourceRef | null;
  /** Number of a part of the codes (first level, top alone ..); null: all of them. */
  readonly leftPart: number | null;
  readonly rightPart: number | null;
}

const model = { default: null, schema: fileName.nullable(), share: true, history: true, preference: false };
const part = {
  default: null,
  schema: z.number().int().min(0).max(15).nullable(),
  share: true,
  history: true,
  preference: false,
};

const fields = {
  left: model,
  right: model,
  source: sourceField,
  leftPart: part,
  rightPart: part,
} satisfies SpecTable<QuantizersSpec>;

export const quantizersSpec = defineSpec<QuantizersSpec>({ lab: 'quantizers', version: 1, fields, migrations: [] });
