/** What the codebook labs speak of. Pure: nothing here knows of a GPU, a page or a model file. */

/** How often each code occurs in a set of pictures, per grid: [level][codebookSize]. */
export interface UsageSet {
  /** `train`, `heldout`, or the name of a visitor's folder. */
  readonly name: string;
  readonly pictures: number;
  readonly counts: readonly (readonly number[])[];
}

/**
 * `usage.json` beside a tokenizer's manifest, written by `python -m training.atlas`. The atlas pictures lie beside it: `atlas.png`, and
 * `atlas-1.png` .. for further grids: code i, tiled 3 x 3 and decoded, its middle patch of `patch` pixels, at
 * column i % columns, row floor(i / columns).
 */
export interface UsageFile {
  readonly schemaVersion: 1;
  readonly sets: readonly UsageSet[];
  readonly atlas: readonly { readonly file: string; readonly columns: number; readonly patch: number }[];
  /** Kinds of pictures that the data set tells apart (emoji groups, photo sets). */
  readonly groups: readonly string[];
  /** [level][codebookSize]: the group in which the training set uses a code most often for the group's size; -1 for a dead code. */
  readonly groupOf: readonly (readonly number[])[];
}

/**
 * A codebook made smaller, in the numbering of the whole one. Row i is what code i means now: a code that is gone has the row of the code that stands
 * for it, so indices of the whole codebook still decode. `remap[i]` is the code that stands for i: of those with its row the one that is used most (of
 * equals the lowest), so a code that stays keeps its name. A search for the nearest row finds any of equal ones; `remap` gives them one name.
 */
export interface ResizedCodebook {
  readonly size: number;
  /** [codebookSize, codeDim] */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [codebookSize] */
  readonly remap: Int32Array<ArrayBuffer>;
}
