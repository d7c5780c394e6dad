/** Carries a discrete program out on the GPU, several steps in one submit. */
import type { DistributionOptions } from '../../diffusion/distribution';
import type { GpuContext } from '../../gpu/device';
import { breathe } from '../calls';
import type { Machine, MachineState } from './machine';
import { STATE_PARTS, type GpuSampler } from './gpuSampler';
import { isKept, type DiscreteProgram } from './program';

/** A submit is to take about this long, so that a cancel is heard and a frame is drawn in between. */
const SUBMIT_MS = 40;
/** Of steps that are shorter than a millisecond (one token of an autoregressive prior) the recording is what takes time. */
const MAX_STEPS_A_SUBMIT = 64;

interface Submit {
  readonly steps: number;
  readonly since: number;
  /** When the GPU had finished it. */
  readonly end: Promise<number>;
}

export class GpuMachine implements Machine {
  private program: DiscreteProgram | null = null;
  private done = 0;
  private chunk = 1;
  /** One submit is always under way while the next is recorded. */
  private pending: Submit | null = null;
  /** When the one before it ended. */
  private ended = 0;
  /** The network has seen what comes before the run's first step. */
  private caughtUp = false;
  /** States kept in the trace so far: the steps that led to them. */
  private kept: number[] = [];

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
    this.caughtUp = false;
    this.kept = [];
    const kept = program.steps.filter((_, i) => i >= done && isKept(program, i)).length;
    this.sampler.begin(program, state, this.conditions, this.distribution, kept);
  }

  async advance(signal: AbortSignal): Promise<number> {
    const { program } = this;
    if (!program || this.done >= program.steps.length) throw new Error('There is no step left.');
    while (!this.caughtUp)
      this.caughtUp = !(await this.submit(signal, (encoder) => this.sampler.catchUp(encoder, this.done, this.chunk)));
    await this.submit(signal, (encoder) => {
      const count = Math.min(this.chunk, program.steps.length - this.done);
      for (const last = this.done + count; this.done < last; this.done++) {
        const keeps = isKept(program, this.done);
        this.sampler.record(encoder, program, this.done, keeps ? this.kept.length : null);
        if (keeps) this.kept.push(this.done + 1);
      }
      return count;
    });
    return this.done;
  }

  async peek(): Promise<MachineState> {
    return this.parse(await this.sampler.readState(), 0);
  }

  async trace(): Promise<Map<number, MachineState>> {
    const bytes = await this.sampler.readTrace(this.kept.length);
    return new Map(this.kept.map((done, slot) => [done, this.parse(bytes, slot * this.sampler.stateBytes)]));
  }

  /** @param record returns how many steps (evaluations of the network) it recorded; nothing is submitted where there are none */
  private async submit(signal: AbortSignal, record: (encoder: GPUCommandEncoder) => number): Promise<number> {
    await breathe(signal);
    const { device, isSoftware } = this.context;
    const encoder = device.createCommandEncoder({ label: 'sampling' });
    const steps = record(encoder);
    if (!steps) return 0;
    device.queue.submit([encoder.finish()]);
    const before = this.pending;
    const end = device.queue.onSubmittedWorkDone().then(() => performance.now());
    this.pending = { steps, since: performance.now(), end };
    // A software adapter has no queue worth filling: there, one step is waited for.
    if (isSoftware) await end;
    else if (before) this.pace(before, await before.end);
    return steps;
  }

  /** More steps in a submit while they are short. */
  private pace({ steps, since }: Submit, end: number): void {
    const stepMs = (end - Math.max(since, this.ended)) / steps;
    this.ended = end;
    const wanted = Math.floor(SUBMIT_MS / Math.max(stepMs, 0.1));
    this.chunk = Math.max(1, Math.min(MAX_STEPS_A_SUBMIT, wanted, this.chunk * 2));
  }

  private parse(bytes: ArrayBuffer, offset: number): MachineState {
    const size = this.sampler.stateBytes / STATE_PARTS.length;
    const part = (i: number) => bytes.slice(offset + i * size, offset + (i + 1) * size);
    return {
      codes: new Int32Array(part(0)),
      best: new Int32Array(part(1)),
      confidence: new Float32Array(part(2)),
      entropy: new Float32Array(part(3)),
    };
  }
}
