/** The codebook as latents are pulled to it. Pure. */
import { gatherRows, nearestRows } from '../../codebook/learn';
import { unitRows } from '../../graph/weights';

export class FitCodebook {
  readonly size: number;
  /** Rows, [size, dim]; of unit length where codes are compared by angle. */
  readonly rows: Float32Array;
  /** Mean of |row - mean row|^2 over the codebook: the scale of its latents. */
  readonly scale: number;

  /** @param rows of the file, [size, dim]. @param isCosine latents and rows are compared as unit vectors */
  constructor(
    rows: Float32Array,
    readonly dim: number,
    private readonly isCosine: boolean,
  ) {
    this.rows = isCosine ? unitRows(rows, dim) : rows;
    this.size = rows.length / dim;
    this.scale = spreadOf(this.rows, dim);
  }

  /** The nearest code of each latent, the lowest of equals. @param latents [count, dim] */
  nearest(latents: Float32Array): Int32Array<ArrayBuffer> {
    return nearestRows(latents, this.rows, this.dim);
  }

  /** Their rows, [count, dim]. */
  vectorsOf(codes: Int32Array): Float32Array<ArrayBuffer> {
    return gatherRows(this.rows, codes, this.dim);
  }

  /** Latents where the decoder takes them: on the unit sphere where codes lie there. */
  placed(latents: Float32Array): Float32Array {
    return this.isCosine ? unitRows(latents, this.dim) : latents;
  }
}

function spreadOf(rows: Float32Array, dim: number): number {
  const count = rows.length / dim;
  const mean = new Float64Array(dim);
  rows.forEach((value, i) => (mean[i % dim]! += value / count));
  let sum = 0;
  rows.forEach((value, i) => (sum += (value - mean[i % dim]!) ** 2));
  return sum / count;
}
