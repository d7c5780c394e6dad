/** What a fit of latents is given. Plain data. */

/** What was observed: y = A x + noise, A a product of one matrix down the columns and one along the rows of the picture x [height, width, 3]. */
export interface Observation {
  /** Sides of y in pixels. */
  readonly height: number;
  readonly width: number;
  /** y in [-1, 1], [height, width, 3]. */
  readonly target: Float32Array;
  /** 1 where y is known, 0 where it is not, [height, width]. */
  readonly known: Uint8Array;
  /** A's matrices, row-major: [height, side of x] and [width, side of x]; null: x itself (y then has its sides). */
  readonly matrices: { readonly down: Float32Array; readonly across: Float32Array } | null;
}

export interface LossAndGradient {
  /** Mean of (A decode(z) - y)^2 over the known values, in units of the range [-1, 1]. */
  readonly loss: number;
  /** Of that loss by z, [h, w, codeDim]. */
  readonly gradient: Float32Array;
}
