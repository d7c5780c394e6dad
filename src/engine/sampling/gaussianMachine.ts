/** DDIM over a gaussian prior on any backend: latents are denoised, and become codes by the tokenizer's nearest code. */
import { ddimStep } from '../../diffusion/ddim';
import type { DistributionOptions } from '../../diffusion/distribution';
import type { PriorRuntime } from '../../models/prior/runtime';
import { breathe } from '../calls';
import { mix, type LatentSpace } from './latentSpace';
import { emptyState, type Machine, type MachineState } from './machine';
import type { GaussianProgram } from './program';

export interface GaussianParts {
  readonly runtime: PriorRuntime;
  /** [batch, C] */
  readonly context: Int32Array;
  readonly space: LatentSpace;
  readonly distribution: DistributionOptions;
}

export class GaussianMachine implements Machine {
  private program: GaussianProgram | null = null;
  private done = 0;
  /** xt, normalised [batch, N, d]. */
  private x = new Float32Array();
  private x0 = new Float32Array();
  private readonly kept = new Map<number, MachineState>();

  constructor(
    private readonly parts: GaussianParts,
    readonly compileMs: number,
    readonly warm: boolean,
  ) {}

  /** xt and the predicted x0, normalised, each [batch, N, d]. */
  get latents(): readonly [Float32Array, Float32Array] {
    return [this.x, this.x0];
  }

  /** Latents of a lost device are gone: it always begins anew, with the same noise, so that the result is the same. */
  begin(program: GaussianProgram): void {
    this.program = program;
    this.kept.clear();
    this.done = 0;
    this.x = this.parts.space.start(program);
    this.x0 = new Float32Array(this.x.length);
  }

  async advance(signal: AbortSignal): Promise<number> {
    await breathe(signal);
    const { program, parts } = this;
    const step = program?.steps[this.done];
    if (!program || !step) throw new Error('There is no step left.');
    this.x0 = ddimStep(this.x, await this.epsilon(program, step.from), step.alphaBarFrom, step.alphaBarTo);
    const { known } = program;
    if (known) {
      const { space } = parts;
      const d = space.dim;
      const noisy = space.noise(program, step.number);
      mix(noisy, space.latentsOf(known.codes), step.alphaBarTo);
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

  private state(): MachineState {
    const { space } = this.parts;
    return { ...emptyState(space.codesOf(this.x)), best: space.codesOf(this.x0) };
  }
}
