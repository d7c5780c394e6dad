import type { GpuContext } from '../gpu/device';
import { fromHalfs, toHalfs } from '../gpu/halfs';
import { createTimestamps, type Timestamps } from '../gpu/timestamps';
import { GraphError, channelsOf, rowsOf, tensorsOf, type Graph, type Node, type Tensor } from './ir';
import { bytesOf, columnsOf, dtypeOf, type Precision } from './plans';
import { padRows, type WeightStore } from './weights';

export interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** One op of the fused graph, ready to be recorded. */
export interface Step {
  readonly name: string;
  readonly op: Node['op'];
  readonly segment: string;
  readonly dispatches: readonly BoundDispatch[];
}

/** Segments from `from` to `to`, both included. Default: all. */
export interface RunRange {
  readonly from?: string;
  readonly to?: string;
}

export interface SegmentTimes {
  /** Milliseconds of each segment that ran. */
  readonly segments: Readonly<Record<string, number>>;
  readonly clock: 'timestamp-query' | 'wall';
}

export interface GraphStats {
  readonly dispatches: number;
  readonly byOp: Readonly<Record<string, number>>;
  /** All buffers of this graph: activations, params, staging. Weights are counted on their own: they may be shared. */
  readonly buffers: number;
  readonly activationsBytes: number;
  readonly weightsBytes: number;
  readonly weightsBuffers: number;
}

export type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

interface Parts {
  readonly graph: Graph;
  readonly precision: Precision;
  readonly steps: readonly Step[];
  readonly slots: readonly GPUBuffer[];
  readonly slotOf: ReadonlyMap<Tensor, number>;
  readonly params: GPUBuffer;
  readonly weights: WeightStore;
}

/**
 * A graph on the GPU. `run` only records and submits: it makes no buffer and no bind group, and writes nothing but what
 * `write` was given. Inputs and outputs stay in buffers of their own between runs, so a run may begin in the middle
 * (decode from given indices).
 */
export class CompiledGraph {
  readonly stats: GraphStats;
  /** Ops in order, for counting. */
  readonly steps: readonly Step[];
  readonly segments: readonly string[];
  private readonly device: GPUDevice;
  private readonly named: ReadonlyMap<string, Tensor>;
  private readonly clock: Timestamps | null;
  private readonly staging: GPUBuffer;
  private readonly places: ReadonlyMap<string, number>;
  /** Reads share one staging buffer: they wait for each other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    context: GpuContext,
    private readonly parts: Parts,
  ) {
    const { graph, steps, slots, weights } = parts;
    this.device = context.device;
    this.steps = steps;
    this.segments = graph.segments.filter((segment) => steps.some((step) => step.segment === segment));
    this.named = new Map([...graph.inputs, ...graph.outputs]);
    this.clock = createTimestamps(this.device, this.segments.length);
    const places = new Map<string, number>();
    let end = 0;
    for (const [name, tensor] of graph.outputs) {
      places.set(name, end);
      end += Math.ceil(this.bytes(tensor) / 8) * 8;
    }
    this.places = places;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.staging = this.device.createBuffer({ label: 'outputs (readback)', size: end, usage });
    const byOp: Record<string, number> = {};
    for (const { op, dispatches } of steps) byOp[op] = (byOp[op] ?? 0) + dispatches.length;
    const activations = [...slots, parts.params, this.staging];
    this.stats = {
      dispatches: steps.reduce((sum, step) => sum + step.dispatches.length, 0),
      byOp,
      buffers: activations.length + (this.clock ? 2 : 0),
      activationsBytes: activations.reduce((sum, { size }) => sum + size, this.clock?.sizeBytes ?? 0),
      weightsBytes: weights.bytes,
      weightsBuffers: weights.buffers,
    };
  }

  /** Puts values into a named input (or an output, to run on from there): logical elements, [n, h, w, c] row-major. */
  write(name: string, data: HostArray): void {
    const tensor = this.tensor(name);
    const length = rowsOf(tensor) * channelsOf(tensor);
    if (data.length !== length) throw new GraphError(`${name}: ${data.length} values, ${length} are needed`);
    const padded = data instanceof Float32Array ? padRows(data, channelsOf(tensor)) : data;
    const bytes = dtypeOf(tensor, this.parts.precision) === 'f16' ? toHalfs(padded) : (padded as HostArray);
    this.device.queue.writeBuffer(this.buffer(name), 0, bytes);
  }

  /** Submits one replay; does not wait. */
  run(range: RunRange = {}): void {
    const encoder = this.device.createCommandEncoder({ label: 'run' });
    this.recordInto(encoder, range);
    this.device.queue.submit([encoder.finish()]);
  }

  /** Records one replay into somebody else's work: a sampler submits many of them at once. */
  recordInto(encoder: GPUCommandEncoder, range: RunRange = {}): void {
    for (const segment of this.range(range)) this.record(encoder, segment);
  }

  /** As `run`, waits, and tells how long each segment took: on the GPU's clock where there is one, else with a wait after each. */
  async runTimed(range: RunRange = {}): Promise<SegmentTimes> {
    const segments = this.range(range);
    if (!this.clock) return this.runStepwise(segments);
    const { clock } = this;
    return this.exclusive(async () => {
      const encoder = this.device.createCommandEncoder({ label: 'timed run' });
      for (const segment of segments) this.record(encoder, segment, clock.writes(this.segments.indexOf(segment)));
      clock.resolve(encoder);
      this.device.queue.submit([encoder.finish()]);
      const times = await clock.readMs();
      const timed = segments.map((segment) => [segment, times[this.segments.indexOf(segment)] ?? 0] as const);
      return { segments: Object.fromEntries(timed), clock: 'timestamp-query' };
    });
  }

  /** Logical elements of named outputs, after everything submitted so far. */
  read<Name extends string>(...names: Name[]): Promise<Record<Name, HostArray>> {
    return this.exclusive(async () => {
      const encoder = this.device.createCommandEncoder({ label: 'readback' });
      const ranges = names.map((name) => {
        const offset = this.places.get(name);
        if (offset === undefined)
          throw new GraphError(`no output "${name}": there are ${[...this.places.keys()].join(', ')}`);
        const size = this.bytes(this.tensor(name));
        encoder.copyBufferToBuffer(this.buffer(name), 0, this.staging, offset, size);
        return { name, offset, size };
      });
      this.device.queue.submit([encoder.finish()]);
      await this.staging.mapAsync(GPUMapMode.READ);
      const mapped = this.staging.getMappedRange();
      const values = ranges.map(({ name, offset, size }) => [
        name,
        this.decode(name, mapped.slice(offset, offset + size)),
      ]);
      this.staging.unmap();
      return Object.fromEntries(values) as Record<Name, HostArray>;
    });
  }

  /** The GPU buffer of a named input or output, rows padded to four channels; for presenting and chaining. */
  buffer(name: string): GPUBuffer {
    const slot = this.parts.slots[this.parts.slotOf.get(this.tensor(name)) ?? -1];
    if (!slot) throw new GraphError(`${name}: has no buffer`);
    return slot;
  }

  dispose(): void {
    for (const buffer of [...this.parts.slots, this.parts.params, this.staging]) buffer.destroy();
    this.clock?.destroy();
  }

  private async runStepwise(segments: readonly string[]): Promise<SegmentTimes> {
    const times: Record<string, number> = {};
    await this.device.queue.onSubmittedWorkDone();
    for (const segment of segments) {
      const start = performance.now();
      const encoder = this.device.createCommandEncoder({ label: segment });
      this.record(encoder, segment);
      this.device.queue.submit([encoder.finish()]);
      await this.device.queue.onSubmittedWorkDone();
      times[segment] = performance.now() - start;
    }
    return { segments: times, clock: 'wall' };
  }

  private record(encoder: GPUCommandEncoder, segment: string, timestampWrites?: GPUComputePassTimestampWrites): void {
    const pass = encoder.beginComputePass({ label: segment, ...(timestampWrites && { timestampWrites }) });
    for (const step of this.steps) {
      if (step.segment !== segment) continue;
      for (const { pipeline, group, workgroups } of step.dispatches) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
      }
    }
    pass.end();
  }

  /** @throws GraphError where the run would read what an earlier segment left in a buffer that is used again since. */
  private range({ from, to }: RunRange): readonly string[] {
    const index = (name: string | undefined, fallback: number) => {
      const at = name === undefined ? fallback : this.segments.indexOf(name);
      if (at < 0) throw new GraphError(`no segment "${name}": there are ${this.segments.join(', ')}`);
      return at;
    };
    const chosen = this.segments.slice(index(from, 0), index(to, this.segments.length - 1) + 1);
    if (from !== undefined) this.checkStart(chosen);
    return chosen;
  }

  private checkStart(segments: readonly string[]): void {
    const kept = new Set(this.named.values());
    const inside = this.parts.graph.nodes.filter((node) => segments.includes(node.segment));
    const made = new Set(inside.flatMap((node) => tensorsOf(node.writes).map(([, tensor]) => tensor)));
    for (const node of inside)
      for (const [, tensor] of tensorsOf(node.reads))
        if (!made.has(tensor) && !kept.has(tensor))
          throw new GraphError(
            `a run cannot begin at "${segments[0]}": ${node.name} reads ${tensor.name}, made before it`,
          );
  }

  private tensor(name: string): Tensor {
    const tensor = this.named.get(name);
    if (!tensor) throw new GraphError(`no tensor "${name}": there are ${[...this.named.keys()].join(', ')}`);
    return tensor;
  }

  private bytes(tensor: Tensor): number {
    return Math.ceil(bytesOf(tensor, this.parts.precision) / 4) * 4;
  }

  private decode(name: string, bytes: ArrayBuffer): HostArray {
    const tensor = this.tensor(name);
    const dtype = dtypeOf(tensor, this.parts.precision);
    if (dtype === 'i32') return new Int32Array(bytes);
    if (dtype === 'u32') return new Uint32Array(bytes);
    const values = dtype === 'f16' ? fromHalfs(new Uint16Array(bytes)) : new Float32Array(bytes);
    return unpadRows(values, columnsOf(tensor), channelsOf(tensor));
  }

  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** The first `width` of every `padded` values. */
function unpadRows(values: Float32Array<ArrayBuffer>, padded: number, width: number): Float32Array<ArrayBuffer> {
  if (padded === width) return values;
  const rows = values.length / padded;
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * padded, row * padded + width), row * width);
  return out;
}
