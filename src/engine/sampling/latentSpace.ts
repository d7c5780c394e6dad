/** Codes as the normalised latents of a gaussian prior and back, and the noise of its runs. Pure. */
import { Draws, seedOf, START_STEP } from '../../diffusion/random';
import type { PriorConfig } from '../../models/prior/config';
import type { GaussianProgram } from './program';

type LatentConfig = Pick<PriorConfig, 'latentDim' | 'latentMean' | 'latentStd'>;

export class LatentSpace {
  /** d */
  readonly dim: number;
  readonly codebookSize: number;
  /** Of a latent's numbers over the training set, [d]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** |row|^2 of the codebook, [K]. */
  private readonly norms: Float32Array;

  /** @param codebook rows of the tokenizer's, [K, d] */
  constructor(
    readonly codebook: Float32Array,
    { latentDim = 1, latentMean = [], latentStd = [] }: LatentConfig,
  ) {
    this.dim = latentDim;
    this.mean = latentMean;
    this.std = latentStd;
    this.codebookSize = codebook.length / latentDim;
    this.norms = Float32Array.from({ length: this.codebookSize }, (_, k) =>
      codebook.subarray(k * latentDim, (k + 1) * latentDim).reduce((sum, value) => sum + value ** 2, 0),
    );
  }

  /** Normalised codebook rows, [codes, d]; [MASK] and free places: zeros, the mean. */
  latentsOf(codes: ArrayLike<number>): Float32Array<ArrayBuffer> {
    const { codebook, codebookSize, dim: d, mean, std } = this;
    const out = new Float32Array(codes.length * d);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? -1;
      if (code < 0 || code >= codebookSize) continue;
      for (let j = 0; j < d; j++) out[i * d + j] = ((codebook[code * d + j] ?? 0) - (mean[j] ?? 0)) / (std[j] ?? 1);
    }
    return out;
  }

  /** The nearest codes of normalised latents [count, d] (L2; the lowest of equals). */
  codesOf(latents: Float32Array): Int32Array<ArrayBuffer> {
    const { codebook, codebookSize, dim: d, mean, std, norms } = this;
    const point = new Float32Array(d);
    return Int32Array.from({ length: latents.length / d }, (_, i) => {
      for (let j = 0; j < d; j++) point[j] = (latents[i * d + j] ?? 0) * (std[j] ?? 1) + (mean[j] ?? 0);
      let [best, least] = [0, Infinity];
      for (let k = 0; k < codebookSize; k++) {
        let distance = norms[k] ?? 0;
        for (let j = 0; j < d; j++) distance -= 2 * (point[j] ?? 0) * (codebook[k * d + j] ?? 0);
        if (distance < least) [best, least] = [k, distance];
      }
      return best;
    });
  }

  /** Standard normal numbers of the step `number`, [batch, N, d]. */
  noise({ batch, length, seed }: GaussianProgram, number: number): Float32Array<ArrayBuffer> {
    const d = this.dim;
    const out = new Float32Array(batch * length * d);
    for (let sample = 0; sample < batch; sample++)
      for (let i = 0; i < length; i++)
        out.set(new Draws(seedOf(seed, sample), number, i).normals(d), (sample * length + i) * d);
    return out;
  }

  /** What a run begins with, [batch, N, d]: noise, or the program's codes noised as far as its first step. */
  start(program: GaussianProgram): Float32Array<ArrayBuffer> {
    const x = this.noise(program, START_STEP);
    const first = program.steps[0];
    if (program.start && first) mix(x, this.latentsOf(program.start), first.alphaBarFrom);
    return x;
  }
}

/** sqrt(alphaBar) clean + sqrt(1 - alphaBar) noise, into `noise`. */
export function mix(noise: Float32Array, clean: Float32Array, alphaBar: number): void {
  const [a, b] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
  for (let i = 0; i < noise.length; i++) noise[i] = a * (clean[i] ?? 0) + b * (noise[i] ?? 0);
}
