/**
 * Weights on the GPU: packed into kernel layout, many to a buffer, and shared by every graph compiled for the same
 * model and precision (the same weights serve any picture size).
 */
import type { GpuContext } from '../gpu/device';
import { toHalfs } from '../gpu/halfs';
import { packConvWeight } from '../kernels/conv2d';
import { ceil4, sizeOf, type DType } from '../kernels/kernel';
import { GraphError, partsOf, sizeOfShape, type Constant } from './ir';

/** The weight file, read tensor by tensor, in PyTorch's layout. */
export interface WeightSource {
  /** @throws Error naming the tensor where it is missing. */
  get(name: string): { readonly shape: readonly number[]; readonly data: Float32Array };
}

export interface WeightRequest {
  readonly constant: Constant;
  readonly dtype: DType;
}

export interface UploadHooks {
  /** Fraction of the bytes done, 0..1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Buffers are made no larger than this, so that one allocation seldom fails. */
const CHUNK_BYTES = 128 * 2 ** 20;
/** The main loop gets a turn each time this much is packed. */
const TURN_BYTES = 8 * 2 ** 20;

const align = (offset: number, to: number): number => Math.ceil(offset / to) * to;

/** One constant in PyTorch's layout: its parts joined, added, or summed into positions. */
export function readConstant(constant: Constant, source: WeightSource): Float32Array {
  const parts = partsOf(constant).map(([name, needed]) => {
    const { shape, data } = source.get(name);
    if (shape.join() !== needed.join())
      throw new GraphError(`${name} is [${shape.join(', ')}], the graph needs [${needed.join(', ')}]`);
    return data;
  });
  const [first = new Float32Array()] = parts;
  if (constant.combine === 'positions') return sumPositions(parts, constant.shape);
  if (parts.length === 1) return first;
  if (constant.combine === 'sum') return first.map((_, i) => parts.reduce((sum, p) => sum + (p[i] ?? 0), 0));
  const joined = new Float32Array(first.length * parts.length);
  parts.forEach((part, i) => joined.set(part, i * first.length));
  return joined;
}

/** [first part; row[y] + column[x] of every grid]. @param shape [all positions, width] */
function sumPositions(
  [first = new Float32Array(), ...axes]: readonly Float32Array[],
  [positions = 0, width = 1]: readonly number[],
): Float32Array {
  const out = new Float32Array(positions * width);
  out.set(first);
  let at = first.length;
  for (let g = 0; g < axes.length; g += 2) {
    const row = axes[g] ?? first;
    const column = axes[g + 1] ?? first;
    for (let y = 0; y < row.length; y += width)
      for (let x = 0; x < column.length; x += width)
        for (let i = 0; i < width; i++) out[at++] = (row[y + i] ?? 0) + (column[x + i] ?? 0);
  }
  return out;
}

/** Rows of `width` padded with zeros to a multiple of four. */
export function padRows(values: Float32Array, width: number): Float32Array {
  const padded = ceil4(width);
  if (padded === width) return values;
  const rows = values.length / width;
  const out = new Float32Array(rows * padded);
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * width, (row + 1) * width), row * padded);
  return out;
}

/** Rows divided by max(norm, eps), summed in double precision. */
export function unitRows(values: Float32Array, width: number, eps = 1e-12): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const norm = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), eps);
    for (let i = 0; i < width; i++) out[at + i] = (row[i] ?? 0) / norm;
  }
  return out;
}

function packed(constant: Constant, source: WeightSource): ArrayBufferView {
  if (constant.literal) return constant.literal;
  const values = readConstant(constant, source);
  const [rows = 1, width = 1, kernelSize = 1] = constant.shape;
  const outChannels = constant.combine === 'concat' ? rows * constant.parts.length : rows;
  switch (constant.layout) {
    case 'conv':
      return packConvWeight(values, { inChannels: width, outChannels, kernelSize: kernelSize });
    case 'vector':
      return padRows(values, values.length);
    case 'rows':
      return padRows(values, width);
    case 'unitRows':
      return padRows(unitRows(values, width), width);
    case 'table':
      return values;
  }
}

const keyOf = ({ constant, dtype }: WeightRequest): string =>
  [constant.layout, dtype, constant.combine, ...constant.parts].join(' ');

export class WeightStore {
  private readonly ranges = new Map<string, Required<GPUBufferBinding>>();
  private readonly requests = new Map<string, WeightRequest>();
  private readonly owned: GPUBuffer[] = [];

  constructor(
    private readonly context: GpuContext,
    private readonly source: WeightSource,
    private readonly label = 'weights',
  ) {}

  get buffers(): number {
    return this.owned.length;
  }

  get bytes(): number {
    return this.owned.reduce((sum, { size }) => sum + size, 0);
  }

  /** @throws GraphError for a constant that was never uploaded. */
  binding(request: WeightRequest): Required<GPUBufferBinding> {
    const range = this.ranges.get(keyOf(request));
    if (!range) throw new GraphError(`${request.constant.parts.join(' + ')}: not uploaded`);
    return range;
  }

  /** Uploads what is not there yet. @throws GraphError, or the signal's reason. */
  async upload(requests: readonly WeightRequest[], { onProgress, signal }: UploadHooks = {}): Promise<void> {
    const missing = new Map(requests.map((request) => [keyOf(request), request]));
    for (const key of this.ranges.keys()) missing.delete(key);
    const items = [...missing].map(([key, request]) => ({ key, request, size: this.estimate(request) }));
    const total = items.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    let sinceTurn = 0;
    for (const chunk of this.chunks(items)) {
      const size = chunk.reduce((end, item) => align(end, 256) + item.size, 0);
      const buffer = this.context.device.createBuffer({
        label: `${this.label} ${this.owned.length}`,
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        mappedAtCreation: true,
      });
      this.owned.push(buffer);
      const mapped = new Uint8Array(buffer.getMappedRange());
      let offset = 0;
      for (const { key, request, size: itemSize } of chunk) {
        signal?.throwIfAborted();
        offset = align(offset, 256);
        const view = this.pack(request);
        if (view.byteLength > itemSize)
          throw new GraphError(`${key}: ${view.byteLength} bytes packed, ${itemSize} planned`);
        mapped.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), offset);
        this.ranges.set(key, { buffer, offset, size: itemSize });
        this.requests.set(key, request);
        offset += itemSize;
        done += itemSize;
        sinceTurn += itemSize;
        if (sinceTurn < TURN_BYTES) continue;
        sinceTurn = 0;
        onProgress?.(done / total);
        await new Promise((resolve) => setTimeout(resolve));
      }
      buffer.unmap();
    }
    onProgress?.(1);
  }

  /** Reads tensors of the source again and writes them where they are; runs submitted before still see the old ones. */
  rewrite(names: ReadonlySet<string>): void {
    for (const [key, request] of this.requests) {
      const range = this.ranges.get(key);
      if (!range || !request.constant.parts.some((name) => names.has(name))) continue;
      const view = this.pack(request);
      this.context.device.queue.writeBuffer(range.buffer, range.offset, view.buffer, view.byteOffset, view.byteLength);
    }
  }

  dispose(): void {
    for (const buffer of this.owned) buffer.destroy();
    this.owned.length = 0;
    this.ranges.clear();
    this.requests.clear();
  }

  private pack({ constant, dtype }: WeightRequest): ArrayBufferView {
    const values = packed(constant, this.source);
    return dtype === 'f16' ? toHalfs(values as Float32Array) : values;
  }

  /** Bytes in kernel layout: both channel counts padded to four. */
  private estimate({ constant, dtype }: WeightRequest): number {
    if (constant.literal) return constant.literal.byteLength;
    const copies = constant.combine === 'concat' ? constant.parts.length : 1;
    const [rows = 1, width = 1, ...kernel] = constant.shape;
    const elements = {
      conv: () => ceil4(rows * copies) * ceil4(width) * sizeOfShape(kernel),
      vector: () => ceil4(rows * copies),
      rows: () => rows * ceil4(width),
      unitRows: () => rows * ceil4(width),
      table: () => sizeOfShape(constant.shape),
    }[constant.layout]();
    return Math.max(16, align(elements * sizeOf(dtype), 4));
  }

  private chunks<T extends { key: string; size: number }>(items: readonly T[]): T[][] {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.context.limits;
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const chunks: T[][] = [];
    let end = Infinity;
    for (const item of items) {
      if (item.size > limit)
        throw new GraphError(
          `${item.key}: ${item.size} bytes, this GPU binds at most ${limit}. Load the model with f16, or take a smaller one.`,
        );
      end = align(end, 256) + item.size;
      if (end > Math.min(limit, CHUNK_BYTES)) {
        chunks.push([]);
        end = item.size;
      }
      chunks.at(-1)?.push(item);
    }
    return chunks;
  }
}
