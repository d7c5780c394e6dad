/** DDIM over a gaussian prior: latents are denoised, and become codes by the tokenizer's nearest code. */
import { ddimStep } from '../../diffusion/ddim';
import type { DistributionOptions } from '../../diffusion/distribution';
import { Draws, seedOf, START_STEP } from '../../diffusion/random';
import type { PriorConfig } from '../../models/prior/config';
import type { PriorRuntime } from '../../models/prior/runtime';
import { breathe } from '../calls';
import { emptyState, type Machine, type MachineState } from './machine';
import type { GaussianProgram } from './program';

export interface GaussianParts {
  readonly runtime: PriorRuntime;
  readonly config: PriorConfig;
  /** [batch, C] */
  readonly context: Int32Array;
  /** Rows of the tokenizer's codebook, [K, d]. */
  readonly codebook: Float32Array;
  readonly distribution: DistributionOptions;
}

export class GaussianMachine implements Machine {
  private program: GaussianProgram | null = null;
  private done = 0;
  /** xt, normalised [batch, N, d]. */
  private x = new Float32Array();
  private x0 = new Float32Array();
  private readonly kept = new Map<number, MachineState>();
  /** |row|^2 of the codebook, [K]. */
  private readonly norms: Float32Array;

  constructor(
    private readonly parts: GaussianParts,
    readonly compileMs: number,
    readonly warm: boolean,
  ) {
    const { codebook, config } = parts;
    const d = config.latentDim ?? 1;
    this.norms = Float32Array.from({ length: codebook.length / d }, (_, k) =>
      codebook.subarray(k * d, (k + 1) * d).reduce((sum, value) => sum + value ** 2, 0),
    );
  }

  /** Latents of a lost device are gone: it always begins anew, with the same noise, so that the result is the same. */
  begin(program: GaussianProgram): void {
    this.program = program;
    this.kept.clear();
    this.done = 0;
    this.x = this.noise(program, 0);
    this.x0 = new Float32Array(this.x.length);
    const { start } = program;
    const first = program.steps[0];
    if (start && first) mix(this.x, this.latentsOf(start), first.alphaBarFrom);
  }

  async advance(signal: AbortSignal): Promise<number> {
    await breathe(signal);
    const { program, parts } = this;
    const step = program?.steps[this.done];
    if (!program || !step) throw new Error('There is no step left.');
    this.x0 = ddimStep(this.x, await this.epsilon(program, step.from), step.alphaBarFrom, step.alphaBarTo);
    const { known } = program;
    if (known) {
      const given = this.latentsOf(known.codes);
      const noisy = this.noise(program, step.number);
      mix(noisy, given, step.alphaBarTo);
      const d = parts.config.latentDim ?? 1;
      for (let i = 0; i < known.codes.length; i++)
        if ((known.codes[i] ?? -1) >= 0) this.x.set(noisy.subarray(i * d, (i + 1) * d), i * d);
    }
    this.done++;
    this.kept.set(this.done, this.state());
    return this.done;
  }

  peek(): Promise<MachineState> {
    return Promise.resolve(this.kept.get(this.done) ?? this.state());
  }

  trace(): Promise<Map<number, MachineState>> {
    return Promise.resolve(new Map(this.kept));
  }

  /** Unconditional + scale (conditional - unconditional). [batch, N, d] */
  private async epsilon({ batch }: GaussianProgram, t: number): Promise<Float32Array> {
    const { runtime, context, distribution } = this.parts;
    const times = distribution.guidanceScale === 1 ? 1 : 2;
    const latents = new Float32Array(this.x.length * times);
    for (let half = 0; half < times; half++) latents.set(this.x, half * this.x.length);
    const conditions = new Int32Array(context.length * times);
    conditions.set(context);
    const [both = new Float32Array()] = await runtime.run({
      latents,
      context: conditions,
      t: new Float32Array(batch * times).fill(t),
    });
    if (times === 1) return both;
    const none = both.subarray(this.x.length);
    return both
      .subarray(0, this.x.length)
      .map((given, i) => (none[i] ?? 0) + distribution.guidanceScale * (given - (none[i] ?? 0)));
  }

  private noise({ batch, length, seed }: GaussianProgram, number: number): Float32Array<ArrayBuffer> {
    const d = this.parts.config.latentDim ?? 1;
    const out = new Float32Array(batch * length * d);
    for (let sample = 0; sample < batch; sample++)
      for (let i = 0; i < length; i++)
        out.set(new Draws(seedOf(seed, sample), number || START_STEP, i).normals(d), (sample * length + i) * d);
    return out;
  }

  /** Normalised codebook rows; [MASK] and free places: zeros, the mean. */
  private latentsOf(codes: Int32Array): Float32Array {
    const { config, codebook } = this.parts;
    const { latentDim: d = 1, latentMean = [], latentStd = [] } = config;
    const out = new Float32Array(codes.length * d);
    codes.forEach((code, i) => {
      if (code < 0 || code >= codebook.length / d) return;
      for (let j = 0; j < d; j++)
        out[i * d + j] = ((codebook[code * d + j] ?? 0) - (latentMean[j] ?? 0)) / (latentStd[j] ?? 1);
    });
    return out;
  }

  private state(): MachineState {
    const state = emptyState(this.codesOf(this.x));
    return { ...state, best: this.codesOf(this.x0) };
  }

  /** The nearest codes (L2; the lowest of equals). */
  private codesOf(latents: Float32Array): Int32Array<ArrayBuffer> {
    const { config, codebook } = this.parts;
    const { latentDim: d = 1, latentMean = [], latentStd = [] } = config;
    const K = codebook.length / d;
    const point = new Float32Array(d);
    return Int32Array.from({ length: latents.length / d }, (_, i) => {
      for (let j = 0; j < d; j++) point[j] = (latents[i * d + j] ?? 0) * (latentStd[j] ?? 1) + (latentMean[j] ?? 0);
      let [best, least] = [0, Infinity];
      for (let k = 0; k < K; k++) {
        let distance = this.norms[k] ?? 0;
        for (let j = 0; j < d; j++) distance -= 2 * (point[j] ?? 0) * (codebook[k * d + j] ?? 0);
        if (distance < least) [best, least] = [k, distance];
      }
      return best;
    });
  }
}

/** sqrt(alphaBar) clean + sqrt(1 - alphaBar) noise, into `noise`. */
function mix(noise: Float32Array, clean: Float32Array, alphaBar: number): void {
  const [a, b] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
  for (let i = 0; i < noise.length; i++) noise[i] = a * (clean[i] ?? 0) + b * (noise[i] ?? 0);
}
