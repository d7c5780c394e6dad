export type ResizeMethod = 'drop' | 'merge';

/** One level's codebook and how often its codes occur: what it is made smaller by. */
export interface CountedCodebook {
  /** [codebookSize, codeDim] */
  readonly rows: Float32Array;
  /** [codebookSize]; all zero where nothing is known: then every code counts alike. */
  readonly counts: readonly number[];
  readonly codeDim: number;
  /** Only directions count: distances are taken on the unit sphere. */
  readonly isCosine: boolean;
}
