import type { CodeGrid } from '../../models/types';

/** Tokenizers whose codebook, or decoder, was changed in the tab. */

/**
 * A variant of a tokenizer: the same networks over other code vectors. It lives in the engine until it is dropped or the page is reloaded, is not
 * listed by `models()`, and its id serves wherever a tokenizer's does (encode, decode, reconstruct, decodePatches, inspect, codebook).
 */
export interface VariantOptions {
  /** The tokenizer that is varied; one with a codebook (FSQ's lattice cannot be changed). */
  readonly modelId: string;
  /** The variant's id is `<modelId>@<name>`; making it again under the same name writes into the buffers that are there: nothing is compiled. */
  readonly name: string;
  /** By level: [codebookSize, codeDim] in the model's own numbering; null leaves a level as it is. */
  readonly rows: readonly (Float32Array<ArrayBuffer> | null)[];
  /** By level: [codebookSize], applied to the indices that `encode` finds, so that equal rows have one name; null leaves them. */
  readonly remap?: readonly (Int32Array<ArrayBuffer> | null)[];
  /** Other weights by name, in the file's layout: a decoder that was fine-tuned. */
  readonly tensors?: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
}

/** A picture in which codes are tried out. */
export interface PatchContext {
  /** Its codes, all grids; at most the model's own square of them is decoded, around the place. */
  readonly codes: readonly CodeGrid[];
  /** Where each code is put, in the grid of the patches' level: row-major. */
  readonly place: number;
  /** Codes of that grid shown on each side of the place. At the picture's edge the patch is moved inside, and never larger than the picture. */
  readonly around: number;
}
