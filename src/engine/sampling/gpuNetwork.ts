/** What a run on the GPU asks of a network, and the network of a prior in that form. */
import { createStorage, writeBuffer } from '../../gpu/buffers';
import type { ModelMemory } from '../../models/compiled';
import { timeFeatures } from '../../models/prior/graph';
import type { GpuTensor, PriorOnGpu, PriorRuntime } from '../../models/prior/runtime';
import type { DiscreteProgram } from './program';

export interface GpuNetwork {
  readonly memory: ModelMemory;
  /** Logits of x0 by grid, f32 [batch (twice where guided), places of the step's span, stride]. */
  readonly logits: readonly GpuTensor[];
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

/** Records the copy of a state to every half of a network's input. */
export function copyToHalves(encoder: GPUCommandEncoder, state: GPUBuffer, to: GPUBuffer, halves: number): void {
  for (let half = 0; half < halves; half++) encoder.copyBufferToBuffer(state, 0, to, half * state.size, state.size);
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

  get logits(): readonly GpuTensor[] {
    return this.network.outputs;
  }

  private get halves(): number {
    return this.runtime.batch / this.batch;
  }

  begin({ steps }: DiscreteProgram, conditions: Int32Array<ArrayBuffer>): void {
    this.features.write(
      timeFeatures(
        steps.map(({ step }) => step.networkTime),
        this.width,
      ),
    );
    writeConditions(this.device, this.network.context.buffer, conditions, this.halves);
  }

  record(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer): void {
    const { network, features, runtime } = this;
    for (let sample = 0; sample < runtime.batch; sample++)
      features.copy(encoder, i, network.features.buffer, sample * features.rowBytes);
    copyToHalves(encoder, codes, network.xt.buffer, this.halves);
    network.record(encoder);
  }

  dispose(): void {
    this.features.dispose();
    this.runtime.dispose();
  }
}
