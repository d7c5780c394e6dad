import type { Fit } from '../../engine/types';

/** Where the picture comes from. An own picture lives in the session only and never travels in a link. */
export type SourceRef =
  { readonly kind: 'sample'; readonly file: string } | { readonly kind: 'own'; readonly id: number };

/** What defines a run of this lab. */
export interface ReconstructSpec {
  /** Model id; null: the first model of the folder. */
  readonly model: string | null;
  /** null: the first sample the model has never seen. */
  readonly source: SourceRef | null;
  readonly mode: 'fit' | 'tile';
  /** null: as the model was trained. */
  readonly fit: Fit | null;
}

export const defaultSpec: ReconstructSpec = { model: null, source: null, mode: 'fit', fit: null };
