/** The samplers of diffusion/ in TypeScript, over a network on any backend: the way without WebGPU. */
import { spansOf } from '../../diffusion/layout';
import { runStep, type Denoiser, type Span } from '../../diffusion/run';
import type { DistributionOptions } from '../../diffusion/distribution';
import { usesMask, type PriorConfig } from '../../models/prior/config';
import type { PriorRuntime } from '../../models/prior/runtime';
import { breathe } from '../calls';
import { copyState, emptyState, type Machine, type MachineState } from './machine';
import { isKept, type DiscreteProgram } from './program';

/** The network of a prior, asked about whole batches; guided: both halves in one evaluation. */
export class PriorDenoiser implements Denoiser {
  /** @param runtime compiled for `batch` samples, or for twice as many where guidance is asked for. @param context [batch, C] */
  constructor(
    private readonly runtime: PriorRuntime,
    private readonly config: PriorConfig,
    private readonly context: Int32Array,
    readonly batch: number,
    readonly length: number,
  ) {}

  async evaluate(
    codes: Int32Array<ArrayBuffer>,
    t: number,
    span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const { batch } = this.runtime;
    const times = guided ? 2 : 1;
    if (batch !== this.batch * times)
      throw new Error(`The network is compiled for ${batch} samples, ${this.batch * times} are needed.`);
    const context = new Int32Array(this.context.length * times);
    context.set(this.context); // the second half stays 0: nothing given
    const tokens = new Int32Array(codes.length * times);
    for (let half = 0; half < times; half++) tokens.set(this.readable(codes), half * codes.length);
    const outputs = await this.runtime.run({ codes: tokens, context, t: new Float32Array(batch).fill(t) });
    const grids = spansOf(this.config.grids);
    const g = grids.findIndex(({ first, count }) => span.first >= first && span.first < first + count);
    const grid = grids[g];
    const logits = outputs[g];
    if (!grid || !logits) throw new Error(`No grid has place ${span.first}.`);
    const half = (which: number) => rowsOf(logits, grid, span, which * this.batch, this.batch);
    return { conditional: half(0), unconditional: guided ? half(1) : null };
  }

  /** A process without [MASK] knows no such token: what is still to come may be anything, and code 0 stands there. */
  private readable(codes: Int32Array<ArrayBuffer>): Int32Array {
    if (usesMask(this.config.process)) return codes;
    const sizes = spansOf(this.config.grids);
    return codes.map((code, at) => {
      const i = at % this.length;
      const size = sizes.find(({ first, count }) => i < first + count)?.codebookSize ?? 0;
      return code < size ? code : 0;
    });
  }
}

/** The rows of `span` out of a grid's logits [samples, grid.count, K], of `samples` samples from `firstSample` on. */
export function rowsOf(
  logits: Float32Array,
  grid: Span,
  span: Span,
  firstSample: number,
  samples: number,
): Float32Array {
  const K = grid.codebookSize;
  const from = (sample: number) => ((firstSample + sample) * grid.count + span.first - grid.first) * K;
  if (span.count === grid.count) return logits.subarray(from(0), from(samples));
  const out = new Float32Array(samples * span.count * K);
  for (let sample = 0; sample < samples; sample++)
    out.set(logits.subarray(from(sample), from(sample) + span.count * K), sample * span.count * K);
  return out;
}

export class HostMachine implements Machine {
  private done = 0;
  private state: MachineState = emptyState(new Int32Array());
  private program: DiscreteProgram | null = null;
  private readonly kept = new Map<number, MachineState>();

  constructor(
    private readonly denoiser: Denoiser,
    private readonly distribution: DistributionOptions,
    readonly compileMs: number,
    readonly warm: boolean,
  ) {}

  begin(program: DiscreteProgram, done: number, state: MachineState): void {
    this.program = program;
    this.done = done;
    this.state = copyState(state);
    this.kept.clear();
  }

  async advance(signal: AbortSignal): Promise<number> {
    await breathe(signal);
    const { program, state } = this;
    const next = program?.steps[this.done];
    if (!program || !next) throw new Error('There is no step left.');
    const { span, step, schedule, order } = next;
    const part = emptyState(new Int32Array(program.batch * span.count));
    const { seed, known } = program;
    const options = { seed, span, schedule, known, order, distribution: this.distribution };
    await runStep(this.denoiser, step, { ...part, codes: state.codes }, options);
    for (const name of ['best', 'confidence', 'entropy'] as const)
      for (let sample = 0; sample < program.batch; sample++) {
        const row = part[name].subarray(sample * span.count, (sample + 1) * span.count);
        state[name].set(row, sample * program.length + span.first);
      }
    this.done++;
    if (isKept(program, this.done - 1)) this.kept.set(this.done, copyState(state));
    return this.done;
  }

  peek(): Promise<MachineState> {
    return Promise.resolve(copyState(this.state));
  }

  trace(): Promise<Map<number, MachineState>> {
    return Promise.resolve(new Map(this.kept));
  }
}
