/** Carries a program out on the GPU, several steps in one submit. */
import type { DistributionOptions } from '../../diffusion/distribution';
import type { GpuContext } from '../../gpu/device';
import { breathe } from '../calls';
import type { Machine, MachineState } from './machine';
import type { KeptStates } from './keptStates';
import { isKept, type Program } from './program';

/** A submit is to take about this long, so that a cancel is heard and a frame is drawn in between. */
const SUBMIT_MS = 40;
/** Of steps that are shorter than a millisecond (one token of an autoregressive prior) the recording is what takes time. */
const MAX_STEPS_A_SUBMIT = 64;

/** What a step is, for programs of one kind: `GpuSampler` over codes, `DdimSampler` over latents. Made once for a batch. */
export interface StepSampler {
  readonly states: KeptStates;
  /**
   * Puts a program's tables and the state after `done` steps in place. After the first program of its length it makes no buffer.
   * @param conditions ids [batch, C]. @returns how many steps are done then: 0 where it can only begin anew
   */
  begin(
    program: Program,
    done: number,
    state: MachineState,
    conditions: Int32Array<ArrayBuffer>,
    distribution: DistributionOptions,
  ): number;
  /** Records what has to come before step `i` where a run begins there. @returns evaluations recorded, at most `most`; 0: nothing is left */
  catchUp(encoder: GPUCommandEncoder, i: number, most: number): number;
  /** Records step `i` of the program. */
  record(encoder: GPUCommandEncoder, program: Program, i: number): void;
  /** A state as `states` holds it. */
  parse(bytes: ArrayBuffer): MachineState;
}

interface Submit {
  readonly steps: number;
  readonly since: number;
  /** When the GPU had finished it. */
  readonly end: Promise<number>;
}

export class GpuMachine implements Machine {
  private program: Program | null = null;
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
    private readonly sampler: StepSampler,
    private readonly conditions: Int32Array<ArrayBuffer>,
    private readonly distribution: DistributionOptions,
    readonly compileMs: number,
    readonly warm: boolean,
  ) {}

  begin(program: Program, done: number, state: MachineState): void {
    this.program = program;
    this.done = this.sampler.begin(program, done, state, this.conditions, this.distribution);
    this.caughtUp = false;
    this.kept = [];
    const kept = Array.from(program.steps.keys()).filter((i) => i >= this.done && isKept(program, i));
    this.sampler.states.reserve(kept.length);
  }

  async advance(signal: AbortSignal): Promise<number> {
    const { program } = this;
    if (!program || this.done >= program.steps.length) throw new Error('There is no step left.');
    while (!this.caughtUp)
      this.caughtUp = !(await this.submit(signal, (encoder) => this.sampler.catchUp(encoder, this.done, this.chunk)));
    await this.submit(signal, (encoder) => {
      const count = Math.min(this.chunk, program.steps.length - this.done);
      for (const last = this.done + count; this.done < last; this.done++) {
        this.sampler.record(encoder, program, this.done);
        if (!isKept(program, this.done)) continue;
        this.sampler.states.keep(encoder, this.kept.length);
        this.kept.push(this.done + 1);
      }
      return count;
    });
    return this.done;
  }

  async peek(): Promise<MachineState> {
    return this.sampler.parse(await this.sampler.states.now());
  }

  async trace(): Promise<Map<number, MachineState>> {
    const states = await this.sampler.states.kept(this.kept.length);
    return new Map(states.map((bytes, slot) => [this.kept[slot] ?? 0, this.sampler.parse(bytes)]));
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
}
