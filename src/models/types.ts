/** A picture as integers: one grid for VQ and FSQ, one per level for residual VQ. Row-major. */
export interface CodeGrid {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
  readonly indices: Int32Array<ArrayBuffer>;
}
