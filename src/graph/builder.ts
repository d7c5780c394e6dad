import {
  GraphError,
  channelsOf,
  rowsOf,
  type Constant,
  type ConstantLayout,
  type Graph,
  type Node,
  type Pad,
  type ResampleTables,
  type Shape,
  type Tensor,
  type TensorType,
} from './ir';

export interface ConvOptions {
  readonly kernelSize: 1 | 3 | 4;
  readonly outChannels: number;
  readonly stride?: 1 | 2;
  /** One number for all four sides. Default: (kernelSize - 1) / 2, "same" for odd kernels. */
  readonly pad?: number | Pad;
  /** Keep the result in f32 whatever the precision. */
  readonly exact?: boolean;
  /** File shape of the weight where it is a linear layer ([out, in]) and not OIHW. */
  readonly linear?: boolean;
}

export interface MatmulOptions {
  readonly transposeB?: boolean;
  readonly scale?: number;
  /** Height and width of the result, whose product is `m`. Default: 1 x m. */
  readonly grid?: readonly [h: number, w: number];
}

const asPad = (pad: number | Pad): Pad =>
  typeof pad === 'number' ? { top: pad, left: pad, bottom: pad, right: pad } : pad;

/** Lanczos tables of `image/resize.ts`, as one axis needs them. */
export interface ResampleAxis {
  readonly weights: Float32Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/**
 * Records ops and infers shapes. Every method returns the tensor(s) it makes.
 * @throws GraphError where shapes do not fit; the message names the op.
 */
export class GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly inputs = new Map<string, Tensor>();
  private readonly outputs = new Map<string, Tensor>();
  private readonly segments: string[] = [];
  private count = 0;

  /** Without `taps`, `tap()` does nothing. */
  constructor(private readonly options: { readonly taps?: boolean } = {}) {}

  /** Ops recorded from here on are timed as `name`. A segment is one stretch: a name cannot come back. */
  segment(name: string): void {
    if (this.segments.includes(name)) throw new GraphError(`segment ${name}: already closed`);
    this.segments.push(name);
  }

  /** Weights of the file, one tensor. */
  constant(name: string, shape: readonly number[], layout: ConstantLayout): Constant {
    return { layout, shape, parts: [name], combine: 'concat' };
  }

  input(name: string, shape: Shape, type: TensorType): Tensor {
    this.unique(this.inputs, name);
    const tensor = this.tensor(name, shape, type);
    this.inputs.set(name, tensor);
    return tensor;
  }

  output(name: string, tensor: Tensor): void {
    this.unique(this.outputs, name);
    this.outputs.set(name, tensor);
  }

  /** An output that only golden replays want. */
  tap(name: string, tensor: Tensor): void {
    if (this.options.taps) this.output(name, tensor);
  }

  /** `{name}.weight` (OIHW) and `{name}.bias`. */
  conv2d(name: string, x: Tensor, options: ConvOptions): Tensor {
    const { kernelSize, outChannels, stride = 1, exact = false, linear = false } = options;
    const [n, h, w, c] = x.shape;
    const pad = asPad(options.pad ?? (kernelSize - 1) / 2);
    const side = (size: number, before: number, after: number) =>
      Math.floor((size + before + after - kernelSize) / stride) + 1;
    const shape: Shape = [n, side(h, pad.top, pad.bottom), side(w, pad.left, pad.right), outChannels];
    if (!Object.values(pad).every((p: number) => Number.isInteger(p) && p >= 0))
      throw new GraphError(`${name}: padding ${JSON.stringify(pad)} is not whole; give it for even kernels`);
    if (shape[1] < 1 || shape[2] < 1)
      throw new GraphError(`${name}: a ${kernelSize}x${kernelSize} kernel does not fit on ${h} x ${w}`);
    const weightShape = linear ? [outChannels, c] : [outChannels, c, kernelSize, kernelSize];
    return this.push(shape, exact ? 'f32' : 'elem', name, (out) => ({
      op: 'conv2d',
      attrs: { kernelSize, stride, pad, upsample: 1, activation: 'none', residual: 'none' },
      reads: { x: this.float(name, x) },
      writes: { out },
      constants: {
        weight: this.constant(`${name}.weight`, weightShape, 'conv'),
        bias: this.constant(`${name}.bias`, [outChannels], 'vector'),
      },
    }));
  }

  /** Group normalisation (Wu and He 2018) with `{name}.weight`, `{name}.bias`; biased variance. */
  groupNorm(name: string, x: Tensor, options: { readonly groups: number; readonly eps: number }): Tensor {
    const channels = channelsOf(x);
    if (channels % options.groups)
      throw new GraphError(`${name}: ${channels} channels do not divide into ${options.groups} groups`);
    return this.push(x.shape, x.type, name, (out) => ({
      op: 'groupNorm',
      attrs: { ...options, silu: false },
      reads: { x: this.float(name, x) },
      writes: { out },
      constants: {
        gamma: this.constant(`${name}.weight`, [channels], 'vector'),
        beta: this.constant(`${name}.bias`, [channels], 'vector'),
      },
    }));
  }

  silu(name: string, x: Tensor): Tensor {
    return this.unary('silu', name, x, x.type);
  }

  /** Softmax over channels. */
  softmax(name: string, x: Tensor): Tensor {
    return this.unary('softmax', name, x, x.type);
  }

  cast(name: string, x: Tensor, type: 'elem' | 'f32'): Tensor {
    return x.type === type ? x : this.unary('cast', name, x, type);
  }

  add(name: string, a: Tensor, b: Tensor): Tensor {
    return this.binary('add', name, a, b);
  }

  sub(name: string, a: Tensor, b: Tensor): Tensor {
    return this.binary('sub', name, a, b);
  }

  upsampleNearest(name: string, x: Tensor, factor = 2): Tensor {
    const [n, h, w, c] = x.shape;
    return this.rearrange('upsampleNearest', name, x, factor, [n, h * factor, w * factor, c]);
  }

  /** Channels of `a`, then of `b`; a `b` that is a whole number of times smaller is enlarged by nearest neighbours. */
  concat(name: string, a: Tensor, b: Tensor): Tensor {
    const [n, h, w, c] = a.shape;
    const scale = h / b.shape[1];
    if (!Number.isInteger(scale) || b.shape[2] * scale !== w || b.shape[0] !== n || a.type !== b.type)
      throw new GraphError(
        `${name}: concat of [${a.shape.join(', ')}] ${a.type} and [${b.shape.join(', ')}] ${b.type}`,
      );
    const reads = { a: this.float(name, a), b: this.float(name, b) };
    const record = (out: Tensor) => ({
      op: 'concat' as const,
      attrs: { scale },
      reads,
      writes: { out },
      constants: {},
    });
    return this.push([n, h, w, c + channelsOf(b)], a.type, name, record);
  }

  /** PyTorch's `pixel_unshuffle`: channel c * r * r + dy * r + dx. */
  spaceToDepth(name: string, x: Tensor, factor: number): Tensor {
    const [n, h, w, c] = x.shape;
    if (h % factor || w % factor) throw new GraphError(`${name}: ${h} x ${w} is not a multiple of ${factor}`);
    return this.rearrange('spaceToDepth', name, x, factor, [n, h / factor, w / factor, c * factor * factor]);
  }

  /** PyTorch's `pixel_shuffle`. */
  depthToSpace(name: string, x: Tensor, factor: number): Tensor {
    const [n, h, w, c] = x.shape;
    if (c % (factor * factor)) throw new GraphError(`${name}: ${c} channels are not a multiple of ${factor * factor}`);
    return this.rearrange('depthToSpace', name, x, factor, [n, h * factor, w * factor, c / (factor * factor)]);
  }

  /** scale * a b (or a b^T), both read as [n, h * w, c]. */
  matmul(name: string, a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
    const { transposeB = false, scale = 1 } = options;
    const [batch, aRows, k] = [a.shape[0], a.shape[1] * a.shape[2], channelsOf(a)];
    const [bRows, bColumns] = [b.shape[1] * b.shape[2], channelsOf(b)];
    const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
    const grid = options.grid ?? [1, aRows];
    if (b.shape[0] !== batch || inner !== k || grid[0] * grid[1] !== aRows || a.type !== b.type)
      throw new GraphError(
        `${name}: [${a.shape.join(', ')}] and [${b.shape.join(', ')}]${transposeB ? ' transposed' : ''} do not multiply to ${grid.join(' x ')}`,
      );
    return this.push([batch, grid[0], grid[1], n], a.type, name, (out) => ({
      op: 'matmul',
      attrs: { m: aRows, n, k, transposeB, scale, aOffset: 0, bOffset: 0 },
      reads: { a, b },
      writes: { out },
      constants: {},
    }));
  }

  /** Rows divided by max(norm, eps). */
  l2Normalize(name: string, x: Tensor, eps = 1e-12): Tensor {
    return this.push(x.shape, 'f32', name, (out) => ({
      op: 'l2Normalize',
      attrs: { eps },
      reads: { x: this.exact(name, x) },
      writes: { out },
      constants: {},
    }));
  }

  /** argmin_k |z - e_k|^2, ties to the lowest index. `indices` [n, h, w, 1], `distances` [1, 1, 1, n h w]. */
  nearestCode(name: string, latents: Tensor, codebook: Constant): { indices: Tensor; distances: Tensor } {
    this.rowLength(name, latents, codebook.shape[1] ?? 0);
    const [n, h, w] = latents.shape;
    const indices = this.tensor(`${name}.indices`, [n, h, w, 1], 'i32');
    const distances = this.tensor(`${name}.distances`, [1, 1, 1, rowsOf(latents)], 'f32');
    this.record({
      op: 'nearestCode',
      name,
      attrs: {},
      reads: { latents: this.exact(name, latents) },
      writes: { indices, distances },
      constants: { codebook },
    });
    return { indices, distances };
  }

  /** Rows of the codebook. An index outside 0..K-1 gives NaN rows. */
  gatherCodes(name: string, indices: Tensor, codebook: Constant, type: 'elem' | 'f32'): Tensor {
    const [n, h, w] = indices.shape;
    return this.push([n, h, w, codebook.shape[1] ?? 0], type, name, (out) => ({
      op: 'gatherCodes',
      attrs: {},
      reads: { indices: this.integers(name, indices) },
      writes: { out },
      constants: { codebook },
    }));
  }

  /** Finite scalar quantization (Mentzer et al. 2023): indices and code values. */
  fsq(name: string, latents: Tensor, levels: readonly number[]): { indices: Tensor; out: Tensor } {
    this.rowLength(name, latents, levels.length);
    const [n, h, w] = latents.shape;
    const indices = this.tensor(`${name}.indices`, [n, h, w, 1], 'i32');
    const out = this.tensor(`${name}.out`, latents.shape, 'f32');
    const reads = { latents: this.exact(name, latents) };
    this.record({ op: 'fsq', name, attrs: { levels }, reads, writes: { indices, out }, constants: {} });
    return { indices, out };
  }

  /** Indices back to code values. */
  fsqCodes(name: string, indices: Tensor, levels: readonly number[], type: 'elem' | 'f32'): Tensor {
    const [n, h, w] = indices.shape;
    return this.push([n, h, w, levels.length], type, name, (out) => ({
      op: 'fsqCodes',
      attrs: { levels },
      reads: { indices: this.integers(name, indices) },
      writes: { out },
      constants: {},
    }));
  }

  /** Packed RGBA8 [1, h, w, 1] to [1, h, w, 3] in [-1, 1]. */
  pictureIn(name: string, pixels: Tensor): Tensor {
    const [n, h, w] = pixels.shape;
    const reads = { pixels: this.integers(name, pixels) };
    const record = (out: Tensor) => ({ op: 'pictureIn' as const, attrs: {}, reads, writes: { out }, constants: {} });
    return this.push([n, h, w, 3], 'elem', name, record);
  }

  /** [1, h, w, 3], clipped to [-1, 1], to packed RGBA8. */
  pictureOut(name: string, x: Tensor): Tensor {
    this.rowLength(name, x, 3);
    const [n, h, w] = x.shape;
    return this.push([n, h, w, 1], 'u32', name, (pixels) => ({
      op: 'pictureOut',
      attrs: {},
      reads: { x: this.float(name, x) },
      writes: { pixels },
      constants: {},
    }));
  }

  /** Separable resampling of packed RGBA8 by precomputed filter tables. */
  resample(name: string, pixels: Tensor, x: ResampleAxis, y: ResampleAxis): Tensor {
    const table = (part: string, literal: NonNullable<Constant['literal']>): Constant => ({
      layout: 'table',
      shape: [literal.length],
      parts: [`${name}.${part}`],
      combine: 'concat',
      literal,
    });
    const constants: ResampleTables = {
      weightsX: table('weightsX', x.weights),
      startsX: table('startsX', x.starts),
      weightsY: table('weightsY', y.weights),
      startsY: table('startsY', y.starts),
    };
    const reads = { pixels: this.integers(name, pixels) };
    const record = (out: Tensor) => ({ op: 'resample' as const, attrs: {}, reads, writes: { out }, constants });
    return this.push([pixels.shape[0], y.starts.length, x.starts.length, 1], 'u32', name, record);
  }

  /** The recorded graph. */
  finish(): Graph {
    if (!this.outputs.size) throw new GraphError('a graph without outputs does nothing');
    const { nodes, inputs, outputs, segments } = this;
    return { nodes: [...nodes], inputs, outputs, segments };
  }

  private unary(op: 'silu' | 'softmax' | 'cast', name: string, x: Tensor, type: TensorType): Tensor {
    const reads = { x: this.float(name, x) };
    return this.push(x.shape, type, name, (out) => ({ op, attrs: {}, reads, writes: { out }, constants: {} }));
  }

  private binary(op: 'add' | 'sub', name: string, a: Tensor, b: Tensor): Tensor {
    if (a.shape.join() !== b.shape.join() || a.type !== b.type)
      throw new GraphError(`${name}: ${op} of [${a.shape.join(', ')}] ${a.type} and [${b.shape.join(', ')}] ${b.type}`);
    return this.push(a.shape, a.type, name, (out) => ({
      op,
      attrs: {},
      reads: { a, b },
      writes: { out },
      constants: {},
    }));
  }

  private rearrange(
    op: 'upsampleNearest' | 'spaceToDepth' | 'depthToSpace',
    name: string,
    x: Tensor,
    factor: number,
    shape: Shape,
  ): Tensor {
    const reads = { x: this.float(name, x) };
    return this.push(shape, x.type, name, (out) => ({ op, attrs: { factor }, reads, writes: { out }, constants: {} }));
  }

  protected push(shape: Shape, type: TensorType, name: string, make: (out: Tensor) => Recorded): Tensor {
    const out = this.tensor(name, shape, type);
    this.record({ ...make(out), name });
    return out;
  }

  protected record(node: Recorded & { name: string }): void {
    if (!this.segments.length) this.segments.push('main');
    this.nodes.push({ ...node, segment: this.segments.at(-1) ?? 'main' });
  }

  protected tensor(name: string, shape: Shape, type: TensorType): Tensor {
    return { id: this.count++, name, shape, type };
  }

  protected float(name: string, x: Tensor): Tensor {
    if (x.type !== 'elem' && x.type !== 'f32') throw new GraphError(`${name}: needs floats, ${x.name} is ${x.type}`);
    return x;
  }

  protected exact(name: string, x: Tensor): Tensor {
    if (x.type !== 'f32') throw new GraphError(`${name}: needs exact f32, ${x.name} is ${x.type}`);
    return x;
  }

  protected integers(name: string, x: Tensor): Tensor {
    if (x.type !== 'i32' && x.type !== 'u32') throw new GraphError(`${name}: needs integers, ${x.name} is ${x.type}`);
    return x;
  }

  private rowLength(name: string, x: Tensor, length: number): void {
    if (channelsOf(x) !== length)
      throw new GraphError(`${name}: ${x.name} has ${channelsOf(x)} channels, ${length} are needed`);
  }

  private unique(map: ReadonlyMap<string, Tensor>, name: string): void {
    if (map.has(name)) throw new GraphError(`the name "${name}" is taken`);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A node as the methods of a builder give it. */
export type Recorded = DistributiveOmit<Node, 'name' | 'segment'>;
