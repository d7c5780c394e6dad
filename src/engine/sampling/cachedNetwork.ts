/** An autoregressive prior with its cache of keys and values as a network of a run: a step evaluates one token of each sample. */
import type { ModelMemory } from '../../models/compiled';
import type { GpuTensor } from '../../models/prior/runtime';
import type { PriorStepRuntime } from '../../models/prior/stepRuntime';
import { copyToHalves, writeConditions, type GpuNetwork } from './gpuNetwork';
import type { DiscreteProgram } from './program';

/** Stands before place 0: the tokens of the condition. */
const CONDITION = -1;

export class CachedNetwork implements GpuNetwork {
  /** The place that each step of the program asks about. */
  private places: readonly number[] = [];
  /** The first place whose token is not in the cache. */
  private next = CONDITION;
  private readonly halves: number;

  /** @param step belongs to this from now on; for `batch` samples, twice as many where guided: then the second half is asked without the condition */
  constructor(
    private readonly device: GPUDevice,
    private readonly step: PriorStepRuntime,
    batch: number,
  ) {
    this.halves = step.batch / batch;
  }

  get memory(): ModelMemory {
    return this.step.memory;
  }

  get outputs(): readonly GpuTensor[] {
    return this.step.logits;
  }

  begin({ steps }: DiscreteProgram, conditions: Int32Array<ArrayBuffer>): void {
    this.places = steps.map(({ span }) => span.first);
    this.next = CONDITION;
    writeConditions(this.device, this.step.context.buffer, conditions, this.halves);
  }

  /** The condition; of a run that begins in the middle also the codes before its place, one token after the other. */
  catchUp(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer, most: number): number {
    const from = this.next;
    const to = Math.min(this.placeOf(i), from + most);
    if (from >= to) return 0;
    copyToHalves(encoder, codes, this.step.codes.buffer, this.halves);
    for (; this.next < to; this.next++)
      if (this.next === CONDITION) this.step.prefill(encoder);
      else this.step.remember(encoder, this.next);
    return to - from;
  }

  /** Of `codes` it looks at the one before the step's place only: those that are still to come are never read. */
  record(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer): void {
    const place = this.placeOf(i);
    if (place !== this.next)
      throw new Error(`Step ${i} asks about place ${place}, the cache has come to ${this.next}: catch up first.`);
    copyToHalves(encoder, codes, this.step.codes.buffer, this.halves);
    this.step.record(encoder, place);
    this.next++;
  }

  dispose(): void {
    this.step.dispose();
  }

  private placeOf(i: number): number {
    const place = this.places[i];
    if (place === undefined) throw new Error(`There is no step ${i}: begin a program first.`);
    return place;
  }
}
