/** What a run on the GPU asks of a network, and the network of a prior in that form. */
import { createStorage, writeBuffer } from '../../gpu/buffers';
import type { ModelMemory } from '../../models/compiled';
import { timeFeatures } from '../../models/prior/graph';
import type { GpuTensor, PriorOnGpu, PriorRuntime } from '../../models/prior/runtime';
import { networkTimes, type DiscreteProgram, type Program } from './program';

export interface GpuNetwork {
  readonly memory: ModelMemory;
  /** By grid, f32 [batch (twice where guided), places of the step's span, stride]: logits of x0; of a gaussian prior the noise. */
  readonly outputs: readonly GpuTensor[];
  /** Puts a program's tables in place; after the first program of its length it makes no buffer. @param conditions ids [batch, C] */
  begin(program: DiscreteProgram, conditions: Int32Array<ArrayBuffer>): void;
  /**
   * Of a network that keeps something from step to step: records evaluations that have to come before that of step `i`, where the run
   * goes on from there. @returns how many were recorded, at most `most`; 0: step `i` can be recorded
   */
  catchUp?(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer, most: number): number;
  /** Records the evaluation before step `i`. @param codes i32 [batch, N] */
  record(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer): void;
  dispose(): void;
}

/** A row for every step of a program, to be copied from between evaluations. Grows where a program is longer than all before. */
export class StepTable {
  private buffer: GPUBuffer | null = null;

  constructor(
    private readonly device: GPUDevice,
    private readonly label: string,
    /** Of one step. */
    readonly rowBytes: number,
  ) {}

  write(rows: ArrayBufferView<ArrayBuffer>): void {
    if (!this.buffer || this.buffer.size < rows.byteLength) {
      this.buffer?.destroy();
      this.buffer = createStorage(this.device, this.label, rows.byteLength);
    }
    writeBuffer(this.device, this.buffer, rows);
  }

  /** Records the copy of step `i`'s row. */
  copy(encoder: GPUCommandEncoder, i: number, to: GPUBuffer, offset = 0): void {
    if (!this.buffer) throw new Error(`${this.label}: nothing was written yet.`);
    encoder.copyBufferToBuffer(this.buffer, i * this.rowBytes, to, offset, this.rowBytes);
  }

  dispose(): void {
    this.buffer?.destroy();
  }
}

/** Puts condition ids in place for a network compiled for `halves` times the samples: the second half is asked without. @param ids [batch, C] */
export function writeConditions(device: GPUDevice, to: GPUBuffer, ids: Int32Array<ArrayBuffer>, halves: number): void {
  const all = new Int32Array(ids.length * halves);
  all.set(ids); // the second half stays 0: nothing given
  writeBuffer(device, to, all);
}

/** Records the copy of a state, the first `bytes` of a buffer, to every half of a network's input. */
export function copyToHalves(
  encoder: GPUCommandEncoder,
  state: GPUBuffer,
  to: GPUBuffer,
  halves: number,
  bytes = state.size,
): void {
  for (let half = 0; half < halves; half++) encoder.copyBufferToBuffer(state, 0, to, half * bytes, bytes);
}

/** What a network takes, and buffers beside it. */
export function addMemory(memory: ModelMemory, owned: readonly GPUBuffer[]): ModelMemory {
  const bytes = owned.reduce((sum, { size }) => sum + size, 0);
  return {
    ...memory,
    activationsBytes: memory.activationsBytes === null ? null : memory.activationsBytes + bytes,
    buffers: memory.buffers === null ? null : memory.buffers + owned.length,
  };
}

/** A prior compiled for `batch` samples, for twice as many where guided: then the second half is asked without the condition. */
export class PriorNetwork implements GpuNetwork {
  private readonly network: PriorOnGpu;
  private readonly features: StepTable;

  /** @param runtime belongs to this from now on */
  constructor(
    private readonly device: GPUDevice,
    private readonly runtime: PriorRuntime,
    private readonly batch: number,
    private readonly width: number,
  ) {
    if (!runtime.gpu) throw new Error('A sampler on the GPU needs a network on the GPU.');
    this.network = runtime.gpu;
    this.features = new StepTable(device, 'sampler features', width * 4);
  }

  get memory(): ModelMemory {
    return this.runtime.memory;
  }

  get outputs(): readonly GpuTensor[] {
    return this.network.outputs;
  }

  private get halves(): number {
    return this.runtime.batch / this.batch;
  }

  begin(program: Program, conditions: Int32Array<ArrayBuffer>): void {
    this.features.write(timeFeatures(networkTimes(program), this.width));
    writeConditions(this.device, this.network.context.buffer, conditions, this.halves);
  }

  /** @param xt i32 [batch, N]; of a gaussian prior the latents, the first `bytes` of a buffer */
  record(encoder: GPUCommandEncoder, i: number, xt: GPUBuffer, bytes = xt.size): void {
    const { network, features, runtime } = this;
    for (let sample = 0; sample < runtime.batch; sample++)
      features.copy(encoder, i, network.features.buffer, sample * features.rowBytes);
    copyToHalves(encoder, xt, network.xt.buffer, this.halves, bytes);
    network.record(encoder);
  }

  dispose(): void {
    this.features.dispose();
    this.runtime.dispose();
  }
}
