/** The decoder alone, for many small pictures at once: one replay, one readback. */
import type { CompiledGraph } from '../../graph/replay';
import type { WeightStore } from '../../graph/weights';
import type { TfjsProgram, TfjsWeights } from '../../tfjs/lower';
import {
  compileModel,
  gpuMemory,
  tfjsMemory,
  type CompileOptions,
  type ModelBackend,
  type ModelMemory,
  type RunOptions,
} from '../compiled';
import type { VqvaeModel } from '../loader';
import type { Lease } from '../shared';
import { codebookSizes, gridFactors } from './config';
import { buildDecoder, indicesName } from './graph';
import { checkIndices } from './runtime';

export interface DecoderSize {
  readonly width: number;
  readonly height: number;
  /** Pictures at once. */
  readonly batch: number;
}

export interface VqvaeDecoder {
  readonly memory: ModelMemory;
  /**
   * @param indices one grid per level, [batch, h, w]
   * @returns RGBA, [batch, height, width, 4]
   * @throws ModelError 'input' as `VqvaeRuntime.decode`
   */
  decode(indices: readonly Int32Array[], options?: RunOptions): Promise<Uint8ClampedArray<ArrayBuffer>>;
  dispose(): void;
}

/** Compiles it over the model's shared weights. Every picture comes out as it would alone. @throws as `createVqvae` */
export function createVqvaeDecoder(
  backend: ModelBackend,
  model: VqvaeModel,
  size: DecoderSize,
  options: CompileOptions = {},
): Promise<VqvaeDecoder> {
  const { config } = model.manifest;
  const { width, height, batch } = size;
  const counts = gridFactors(config).map((f) => (batch * height * width) / f ** 2);
  const check = (indices: readonly Int32Array[]) => checkIndices(config, indices, counts);
  const names = codebookSizes(config).map((_, level) => indicesName(level));
  return compileModel<VqvaeDecoder>(backend, model, buildDecoder(config, height, width, { batch }), options, {
    firstOutput: 'picture',
    gpu: (compiled, lease) => new GpuDecoder(names, check, compiled, lease),
    tfjs: (program, lease) => new TfjsDecoder(names, check, program, lease),
  });
}

type Check = (indices: readonly Int32Array[]) => void;

class GpuDecoder implements VqvaeDecoder {
  constructor(
    private readonly names: readonly string[],
    private readonly check: Check,
    private readonly graph: CompiledGraph,
    private readonly lease: Lease<WeightStore>,
  ) {}

  get memory(): ModelMemory {
    return gpuMemory(this.graph, this.lease);
  }

  async decode(indices: readonly Int32Array[]): Promise<Uint8ClampedArray<ArrayBuffer>> {
    this.check(indices);
    this.names.forEach((name, level) => this.graph.write(name, Int32Array.from(indices[level] ?? [])));
    this.graph.run();
    const { picture } = await this.graph.read('picture');
    return new Uint8ClampedArray(picture.buffer);
  }

  dispose(): void {
    this.graph.dispose();
    this.lease.release();
  }
}

class TfjsDecoder implements VqvaeDecoder {
  constructor(
    private readonly names: readonly string[],
    private readonly check: Check,
    private readonly program: TfjsProgram,
    private readonly lease: Lease<TfjsWeights>,
  ) {}

  get memory(): ModelMemory {
    return tfjsMemory(this.lease);
  }

  async decode(indices: readonly Int32Array[], options: RunOptions = {}): Promise<Uint8ClampedArray<ArrayBuffer>> {
    this.check(indices);
    const inputs = Object.fromEntries(this.names.map((name, level) => [name, Int32Array.from(indices[level] ?? [])]));
    const { outputs } = await this.program.run(inputs, ['picture'], options);
    return new Uint8ClampedArray(outputs.picture!.buffer);
  }

  dispose(): void {
    this.lease.release();
  }
}
