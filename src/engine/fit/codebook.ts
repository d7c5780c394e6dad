/** The codebook as latents are pulled to it. Pure. */
import { unitRows } from '../../graph/weights';

export class FitCodebook {
  readonly size: number;
  /** Rows, [size, dim]; of unit length where codes are compared by angle. */
  readonly rows: Float32Array;
  /** Mean of |row - mean row|^2 over the codebook: the scale of its latents. */
  readonly scale: number;
  private readonly norms: Float64Array;

  /** @param rows of the file, [size, dim]. @param isCosine latents and rows are compared as unit vectors */
  constructor(
    rows: Float32Array,
    readonly dim: number,
    private readonly isCosine: boolean,
  ) {
    this.rows = isCosine ? unitRows(rows, dim) : rows;
    this.size = rows.length / dim;
    this.scale = spreadOf(this.rows, dim);
    this.norms = Float64Array.from({ length: this.size }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += this.rows[k * dim + j]! ** 2;
      return sum;
    });
  }

  /** The nearest code of each latent, the lowest of equals. @param latents [count, dim] */
  nearest(latents: Float32Array): Int32Array<ArrayBuffer> {
    const { dim, rows, size, norms } = this;
    return Int32Array.from({ length: latents.length / dim }, (_, i) => {
      let [best, least] = [0, Infinity];
      for (let k = 0; k < size; k++) {
        let distance = norms[k]!;
        for (let j = 0; j < dim; j++) distance -= 2 * latents[i * dim + j]! * rows[k * dim + j]!;
        if (distance < least) [best, least] = [k, distance];
      }
      return best;
    });
  }

  /** Their rows, [count, dim]. */
  vectorsOf(codes: Int32Array): Float32Array<ArrayBuffer> {
    const out = new Float32Array(codes.length * this.dim);
    codes.forEach((code, i) => out.set(this.rows.subarray(code * this.dim, (code + 1) * this.dim), i * this.dim));
    return out;
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
