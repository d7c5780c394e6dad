/** Carries a discrete program out on the GPU, several steps in one submit. */
import type { DistributionOptions } from '../../diffusion/distribution';
import type { GpuContext } from '../../gpu/device';
import { breathe } from '../calls';
import { emptyState, type Machine, type MachineState } from './machine';
import { STATE_PARTS, type GpuSampler } from './gpuSampler';
import { isKept, type DiscreteProgram } from './program';

/** A submit is to take about this long, so that a cancel is heard and a frame is drawn in between. */
const SUBMIT_MS = 40;
const MAX_STEPS_A_SUBMIT = 16;

export class GpuMachine implements Machine {
  private program: DiscreteProgram | null = null;
  private done = 0;
  private chunk = 1;
  /** Of the submit before the last: one is always under way while the next is recorded. */
  private pending: Promise<unknown> = Promise.resolve();
  /** States kept in the trace so far: the steps that led to them. */
  private kept: number[] = [];
  private before: MachineState = emptyState(new Int32Array());

  constructor(
    private readonly context: GpuContext,
    private readonly sampler: GpuSampler,
    private readonly conditions: Int32Array<ArrayBuffer>,
    private readonly distribution: DistributionOptions,
    readonly compileMs: number,
    readonly warm: boolean,
  ) {}

  begin(program: DiscreteProgram, done: number, state: MachineState): void {
    this.program = program;
    this.done = done;
    this.kept = [];
    this.before = state;
    const kept = program.steps.filter((_, i) => i >= done && isKept(program, i)).length;
    this.sampler.begin(program, state.codes, this.conditions, this.distribution, kept);
  }

  async advance(signal: AbortSignal): Promise<number> {
    await breathe(signal);
    const { program, context } = this;
    if (!program || this.done >= program.steps.length) throw new Error('There is no step left.');
    const { device } = context;
    const count = Math.min(this.chunk, program.steps.length - this.done);
    const encoder = device.createCommandEncoder({ label: 'sampling' });
    for (let i = this.done; i < this.done + count; i++) {
      const keeps = isKept(program, i);
      this.sampler.record(encoder, program, i, keeps ? this.kept.length : null);
      if (keeps) this.kept.push(i + 1);
    }
    device.queue.submit([encoder.finish()]);
    this.done += count;
    const started = performance.now();
    const submitted = device.queue.onSubmittedWorkDone();
    // A software adapter has no queue worth filling: there, one step is waited for.
    await (context.isSoftware ? submitted : this.pending);
    this.pending = submitted;
    if (!context.isSoftware) this.pace((performance.now() - started) / count);
    return this.done;
  }

  async peek(): Promise<MachineState> {
    return this.parse(await this.sampler.readState(), 0, this.before, this.done);
  }

  async trace(): Promise<Map<number, MachineState>> {
    const bytes = await this.sampler.readTrace(this.kept.length);
    const states = new Map<number, MachineState>();
    let before = this.before;
    this.kept.forEach((done, slot) => {
      before = this.parse(bytes, slot * this.sampler.stateBytes, before, done);
      states.set(done, before);
    });
    return states;
  }

  /** More steps in a submit while they are short. */
  private pace(stepMs: number): void {
    const wanted = Math.floor(SUBMIT_MS / Math.max(stepMs, 0.1));
    this.chunk = Math.max(1, Math.min(MAX_STEPS_A_SUBMIT, wanted, this.chunk * 2));
  }

  /** The opinions are about the span of the step that led here; other places keep what was said before. */
  private parse(bytes: ArrayBuffer, offset: number, before: MachineState, done: number): MachineState {
    const { program } = this;
    const span = program?.steps[done - 1]?.span;
    if (!program || !span) return before;
    const size = this.sampler.stateBytes / STATE_PARTS.length;
    const ints = (part: number) => new Int32Array(bytes.slice(offset + part * size, offset + (part + 1) * size));
    const floats = (part: number) => new Float32Array(bytes.slice(offset + part * size, offset + (part + 1) * size));
    const { batch, length } = program;
    const merged = <T extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(rows: T, all: T): T => {
      for (let sample = 0; sample < batch; sample++)
        all.set(rows.subarray(sample * span.count, (sample + 1) * span.count), sample * length + span.first);
      return all;
    };
    return {
      codes: ints(0),
      best: merged(ints(1), before.best.slice()),
      confidence: merged(floats(2), before.confidence.slice()),
      entropy: merged(floats(3), before.entropy.slice()),
    };
  }
}
