/** An autoregressive prior on WebGPU, one code of all samples at a time, as a part of a longer stretch of GPU work. */
import { createStorage, writeBuffer } from '../../gpu/buffers';
import { channelsOf, GraphError, type Graph } from '../../graph/ir';
import { columnsOf } from '../../graph/plans';
import type { CompiledGraph } from '../../graph/replay';
import type { WeightStore } from '../../graph/weights';
import { compileModel, gpuMemory, type ModelBackend, type ModelMemory } from '../compiled';
import type { PriorModel } from '../loader';
import type { Lease } from '../shared';
import { codeCount, gridSize } from './config';
import { outputName, timeFeatures } from './graph';
import type { CreateOptions, GpuTensor } from './runtime';
import { buildPriorStep, headSegment, PREFILL, STEP } from './step';

export type GpuBackend = Extract<ModelBackend, { readonly kind: 'webgpu' }>;

/**
 * A sampler writes `context`, records `prefill`, then for every position in turn `record` and kernels of its own that read `logits`
 * and write `codes`: hundreds of steps in one submit, without a buffer or a bind group. Everything is valid until `dispose`.
 */
export interface PriorStepRuntime {
  readonly batch: number;
  readonly memory: ModelMemory;
  /** i32 [batch, C]. Nobody checks what is written here. */
  readonly context: GpuTensor;
  /** i32 [batch, N], grids one after the other. A step looks at the code before its own; a word that is none gives NaN. */
  readonly codes: GpuTensor;
  /** Per grid: f32 [batch, K_g], of the last position that was recorded in it. */
  readonly logits: readonly GpuTensor[];
  /** Records the condition's tokens: what a run begins with. Begins anew where there was a run before. */
  prefill(encoder: GPUCommandEncoder): void;
  /**
   * Records the step that asks about code `position`. Positions follow each other from 0 on; to go on from an earlier one is to
   * forget what came after it. @throws GraphError for a position outside 0 .. N - 1
   */
  record(encoder: GPUCommandEncoder, position: number): void;
  /** As `record` for a position whose code is there already: its token enters the caches, and `logits` stay as they are. */
  remember(encoder: GPUCommandEncoder, position: number): void;
  dispose(): void;
}

/** @throws GraphError for another process, and where the batch does not fit this GPU; the signal's reason when aborted. */
export async function createPriorStep(
  backend: GpuBackend,
  model: PriorModel,
  { batch = 1, ...options }: CreateOptions = {},
): Promise<PriorStepRuntime> {
  const { config, vocabulary } = model.manifest;
  const graph = buildPriorStep(config, vocabulary.size, batch);
  return compileModel<PriorStepRuntime>(backend, model, graph, options, {
    firstOutput: outputName(config, 0),
    gpu: (compiled, lease) => new GpuPriorStep(backend, model, batch, graph, compiled, lease),
    tfjs: () => {
      throw new GraphError('tfjs keeps no cache between runs');
    },
  });
}

class GpuPriorStep implements PriorStepRuntime {
  readonly context: GpuTensor;
  readonly codes: GpuTensor;
  readonly logits: readonly GpuTensor[];
  /** 0 .. N - 1, to be copied from: a step's position must not be a write of the queue, which would come before all of them. */
  private readonly positions: GPUBuffer;
  /** Codes before the end of each grid. */
  private readonly ends: readonly number[];

  constructor(
    { context: { device } }: GpuBackend,
    { manifest: { id, config } }: PriorModel,
    readonly batch: number,
    { inputs, outputs }: Graph,
    private readonly compiled: CompiledGraph,
    private readonly lease: Lease<WeightStore>,
  ) {
    const named = new Map([...inputs, ...outputs]);
    const tensor = (name: string): GpuTensor => {
      const found = named.get(name);
      if (!found) throw new Error(`${id}: no tensor ${name}`);
      return { buffer: compiled.buffer(name), columns: channelsOf(found), stride: columnsOf(found) };
    };
    this.context = tensor('context');
    this.codes = tensor('codes');
    this.logits = config.grids.map((_, g) => tensor(outputName(config, g)));
    let end = 0;
    this.ends = config.grids.map((grid) => (end += gridSize(grid)));
    compiled.write('features', timeFeatures([0], config.width));
    const positions = Int32Array.from({ length: codeCount(config) }, (_, position) => position);
    this.positions = createStorage(device, `${id}: positions`, positions.byteLength);
    writeBuffer(device, this.positions, positions);
  }

  get memory(): ModelMemory {
    const { activationsBytes, buffers, ...weights } = gpuMemory(this.compiled, this.lease);
    return {
      ...weights,
      activationsBytes: (activationsBytes ?? 0) + this.positions.size,
      buffers: (buffers ?? 0) + 1,
    };
  }

  prefill(encoder: GPUCommandEncoder): void {
    this.compiled.recordInto(encoder, PREFILL);
  }

  record(encoder: GPUCommandEncoder, position: number): void {
    this.remember(encoder, position);
    const head = headSegment(this.ends.findIndex((end) => position < end));
    this.compiled.recordInto(encoder, { from: head, to: head });
  }

  remember(encoder: GPUCommandEncoder, position: number): void {
    const count = this.ends.at(-1) ?? 0;
    if (!(Number.isInteger(position) && position >= 0 && position < count))
      throw new GraphError(`position ${position}: there are 0 to ${count - 1}`);
    encoder.copyBufferToBuffer(this.positions, 4 * position, this.compiled.buffer('position'), 0, 4);
    this.compiled.recordInto(encoder, STEP);
  }

  dispose(): void {
    this.positions.destroy();
    this.compiled.dispose();
    this.lease.release();
  }
}
