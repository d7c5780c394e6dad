/**
 * A tokenizer ready to run at one picture size. One interface, two implementations: our WGSL kernels, or tfjs where there
 * is no WebGPU; the engine does not care which.
 */
import type { CompiledGraph, HostArray, SegmentTimes } from '../../graph/replay';
import type { WeightStore } from '../../graph/weights';
import type { TfjsProgram, TfjsRunOptions, TfjsWeights } from '../../tfjs/lower';
import {
  compileModel,
  gpuMemory,
  tfjsMemory,
  type CompileOptions,
  type ModelBackend,
  type ModelMemory,
  type RunOptions,
} from '../compiled';
import { ModelError } from '../errors';
import type { VqvaeModel } from '../loader';
import { codebookNames, codebookSizes, gridFactors, type VqvaeConfig } from './config';
import { buildAutoencoder, indicesName } from './graph';
import type { Lease } from '../shared';

export interface VqvaeTimings {
  readonly prepareMs: number;
  readonly encodeMs: number;
  readonly quantizeMs: number;
  readonly decodeMs: number;
  /** Reading the results back; null on tfjs, where it lies inside the stages. */
  readonly readMs: number | null;
  readonly totalMs: number;
  readonly clock: SegmentTimes['clock'];
}

export interface VqvaeCodes {
  /** Per level, row-major [h * w]; of two levels the top's first, [h / 2 * w / 2]. */
  readonly indices: Int32Array<ArrayBuffer>[];
  /** The encoder's vectors before the quantizer, [h, w, codeDim]. */
  readonly latents: Float32Array<ArrayBuffer>;
  /** Two levels: the top's, [h / 2, w / 2, codeDim]. */
  readonly topLatents?: Float32Array<ArrayBuffer>;
}

export interface VqvaeResult extends VqvaeCodes {
  /** RGBA, [height, width, 4]. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly timings: VqvaeTimings;
}

export interface VqvaeRuntime {
  readonly height: number;
  readonly width: number;
  readonly memory: ModelMemory;
  /** The reconstruction's packed RGBA on the GPU, for presenting without readback; null on tfjs. Valid until `dispose`. */
  readonly pixelsBuffer: GPUBuffer | null;
  /** @param pixels RGBA [height, width, 4]. @throws ModelError 'input' for another size. */
  encode(pixels: Uint8ClampedArray | Uint8Array, options?: RunOptions): Promise<VqvaeCodes>;
  /**
   * @param indices one grid per level
   * @throws ModelError 'input' for a wrong number of grids or codes, and for an index outside 0..K-1 (a [MASK] is one): the
   *   GPU would answer with some other code, silently.
   */
  decode(indices: readonly Int32Array[], options?: RunOptions): Promise<Uint8ClampedArray<ArrayBuffer>>;
  /** Everything in one replay. */
  reconstruct(pixels: Uint8ClampedArray | Uint8Array, options?: RunOptions): Promise<VqvaeResult>;
  /** Rows of a level's codebook as the file has them, [codebookSize, codeDim]; for FSQ its lattice. */
  codebook(level: number): Float32Array<ArrayBuffer>;
  /** Frees what belongs to this size, and the weights with the last of them. */
  dispose(): void;
}

/**
 * Compiles the tokenizer for pictures of `size` pixels.
 * @throws GraphError where the size is no multiple of the factor or does not fit this GPU; the signal's reason when aborted.
 */
export async function createVqvae(
  backend: ModelBackend,
  model: VqvaeModel,
  size: { readonly height: number; readonly width: number },
  options: CompileOptions = {},
): Promise<VqvaeRuntime> {
  const graph = buildAutoencoder(model.manifest.config, size.height, size.width);
  return compileModel<VqvaeRuntime>(backend, model, graph, options, {
    firstOutput: 'picture',
    gpu: (compiled, lease) => new GpuVqvae(model, size, compiled, lease),
    tfjs: (program, lease) => new TfjsVqvae(model, size, program, lease),
  });
}

/** What both implementations do alike: checks and conversions. */
abstract class Vqvae {
  readonly height: number;
  readonly width: number;
  protected readonly config: VqvaeConfig;
  protected readonly levels: readonly string[];
  /** Outputs that `codes` takes. */
  protected readonly wanted: readonly string[];

  constructor(
    private readonly model: VqvaeModel,
    size: { readonly height: number; readonly width: number },
  ) {
    this.height = size.height;
    this.width = size.width;
    this.config = model.manifest.config;
    this.levels = codebookSizes(this.config).map((_, level) => indicesName(level));
    this.wanted = ['latents', ...(this.config.top ? ['top.latents'] : []), ...this.levels];
  }

  codebook(level: number): Float32Array<ArrayBuffer> {
    return readCodebook(this.model, level);
  }

  protected packPixels(pixels: Uint8ClampedArray | Uint8Array): Uint32Array<ArrayBuffer> {
    const needed = this.height * this.width * 4;
    if (pixels.length !== needed)
      throw new ModelError(
        'input',
        `${this.height} x ${this.width} RGBA pixels are ${needed} bytes, found ${pixels.length}.`,
      );
    return new Uint32Array(Uint8Array.from(pixels).buffer);
  }

  /** Refuses what no codebook has, before the GPU sees it. */
  protected checkIndices(indices: readonly Int32Array[]): void {
    const counts = gridFactors(this.config).map((f) => (this.height * this.width) / f ** 2);
    checkIndices(this.config, indices, counts);
  }

  protected codes(outputs: Readonly<Record<string, HostArray>>): VqvaeCodes {
    return {
      indices: this.levels.map((name) => outputs[name] as Int32Array<ArrayBuffer>),
      latents: outputs.latents as Float32Array<ArrayBuffer>,
      ...(this.config.top && { topLatents: outputs['top.latents'] as Float32Array<ArrayBuffer> }),
    };
  }
}

const asBytes = (packed: HostArray | undefined): Uint8ClampedArray<ArrayBuffer> =>
  new Uint8ClampedArray(packed?.buffer ?? new ArrayBuffer(0));

class GpuVqvae extends Vqvae implements VqvaeRuntime {
  constructor(
    model: VqvaeModel,
    size: { readonly height: number; readonly width: number },
    private readonly graph: CompiledGraph,
    private readonly lease: Lease<WeightStore>,
  ) {
    super(model, size);
  }

  get memory(): ModelMemory {
    return gpuMemory(this.graph, this.lease);
  }

  get pixelsBuffer(): GPUBuffer {
    return this.graph.buffer('picture');
  }

  async encode(pixels: Uint8ClampedArray | Uint8Array): Promise<VqvaeCodes> {
    this.graph.write('pixels', this.packPixels(pixels));
    this.graph.run({ to: 'quantize' });
    return this.codes(await this.graph.read(...this.wanted));
  }

  async decode(indices: readonly Int32Array[]): Promise<Uint8ClampedArray<ArrayBuffer>> {
    this.checkIndices(indices);
    this.levels.forEach((name, level) => this.graph.write(name, Int32Array.from(indices[level] ?? [])));
    this.graph.run({ from: 'decode' });
    return asBytes((await this.graph.read('picture')).picture);
  }

  async reconstruct(pixels: Uint8ClampedArray | Uint8Array): Promise<VqvaeResult> {
    const start = performance.now();
    this.graph.write('pixels', this.packPixels(pixels));
    const times = await this.graph.runTimed();
    const ran = performance.now();
    const outputs = await this.graph.read('picture', ...this.wanted);
    const end = performance.now();
    const timings = { ...stageTimes(times.segments), readMs: end - ran, totalMs: end - start, clock: times.clock };
    return { ...this.codes(outputs), pixels: asBytes(outputs.picture), timings };
  }

  dispose(): void {
    this.graph.dispose();
    this.lease.release();
  }
}

class TfjsVqvae extends Vqvae implements VqvaeRuntime {
  readonly pixelsBuffer = null;

  constructor(
    model: VqvaeModel,
    size: { readonly height: number; readonly width: number },
    private readonly program: TfjsProgram,
    private readonly lease: Lease<TfjsWeights>,
  ) {
    super(model, size);
  }

  get memory(): ModelMemory {
    return tfjsMemory(this.lease);
  }

  async encode(pixels: Uint8ClampedArray | Uint8Array, options: TfjsRunOptions = {}): Promise<VqvaeCodes> {
    const inputs = { pixels: this.packPixels(pixels) };
    return this.codes((await this.program.run(inputs, this.wanted, options)).outputs);
  }

  async decode(indices: readonly Int32Array[], options: TfjsRunOptions = {}): Promise<Uint8ClampedArray<ArrayBuffer>> {
    this.checkIndices(indices);
    const inputs = Object.fromEntries(this.levels.map((name, level) => [name, Int32Array.from(indices[level] ?? [])]));
    return asBytes((await this.program.run(inputs, ['picture'], options)).outputs.picture);
  }

  async reconstruct(pixels: Uint8ClampedArray | Uint8Array, options: TfjsRunOptions = {}): Promise<VqvaeResult> {
    const start = performance.now();
    const inputs = { pixels: this.packPixels(pixels) };
    const { outputs, segments } = await this.program.run(inputs, ['picture', ...this.wanted], options);
    const times = stageTimes(segments);
    const totalMs = performance.now() - start;
    return {
      ...this.codes(outputs),
      pixels: asBytes(outputs.picture),
      timings: { ...times, readMs: null, totalMs, clock: 'wall' },
    };
  }

  dispose(): void {
    this.lease.release();
  }
}

const stageTimes = (segments: Readonly<Record<string, number>>) => ({
  prepareMs: segments.prepare ?? 0,
  encodeMs: segments.encode ?? 0,
  quantizeMs: segments.quantize ?? 0,
  decodeMs: segments.decode ?? 0,
});

/**
 * @param counts codes in each grid
 * @throws ModelError 'input' that names the first wrong place.
 */
export function checkIndices(config: VqvaeConfig, indices: readonly Int32Array[], counts: readonly number[]): void {
  const sizes = codebookSizes(config);
  if (indices.length !== sizes.length)
    throw new ModelError('input', `${sizes.length} grid(s) of codes are needed, found ${indices.length}.`);
  indices.forEach((grid, level) => {
    const size = sizes[level] ?? 0;
    const count = counts[level] ?? 0;
    if (grid.length !== count)
      throw new ModelError('input', `level ${level}: ${count} codes are needed, found ${grid.length}.`);
    const at = grid.findIndex((index) => !(index >= 0 && index < size));
    if (at >= 0)
      throw new ModelError(
        'input',
        `level ${level}: code ${at} is ${grid[at]}, the codebook has 0..${size - 1}. Fill masked places before decoding.`,
      );
  });
}

/**
 * Rows of a level's codebook as the file has them, [codebookSize, codeDim]; for FSQ its lattice.
 * @throws ModelError 'input' for a level that the model does not have
 */
export function readCodebook({ manifest, weights }: VqvaeModel, level: number): Float32Array<ArrayBuffer> {
  const { quantizer } = manifest.config;
  if (quantizer.kind === 'fsq') return fsqLattice(quantizer.levels);
  const names = codebookNames(manifest.config);
  const name = names[level];
  if (name === undefined)
    throw new ModelError('input', `level ${level}: the model has ${names.length} level(s), counted from 0.`);
  return Float32Array.from(weights.get(name).data);
}

/** All of FSQ's codes, [product of levels, levels.length]: digit d of the index gives (d - floor(L / 2)) / floor(L / 2). */
export function fsqLattice(levels: readonly number[]): Float32Array<ArrayBuffer> {
  const size = levels.reduce((product, count) => product * count, 1);
  const lattice = new Float32Array(size * levels.length);
  for (let index = 0; index < size; index++) {
    let rest = index;
    levels.forEach((count, dim) => {
      const half = Math.floor(count / 2);
      lattice[index * levels.length + dim] = ((rest % count) - half) / half;
      rest = Math.floor(rest / count);
    });
  }
  return lattice;
}
