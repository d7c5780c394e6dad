/**
 * A prior ready to run for a batch of samples. One interface, two implementations: our WGSL kernels, or tfjs where there
 * is no WebGPU.
 */
import { channelsOf, type Graph } from '../../graph/ir';
import { columnsOf } from '../../graph/plans';
import type { CompiledGraph, HostArray } from '../../graph/replay';
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
import type { PriorModel } from '../loader';
import type { Lease } from '../shared';
import type { PriorConfig } from './config';
import { buildPrior, outputName, timeFeatures } from './graph';
import { checkInputs, type PriorInputs } from './inputs';

export type { PriorInputs };

/** A tensor that stays on the GPU. Rows are `stride` elements apart, of which `columns` count. */
export interface GpuTensor {
  readonly buffer: GPUBuffer;
  readonly columns: number;
  readonly stride: number;
}

/**
 * The network as a part of a longer stretch of GPU work: a sampler writes or copies into the inputs, records an evaluation,
 * and reads the outputs with kernels of its own, many times in one submit. Everything is valid until `dispose`.
 */
export interface PriorOnGpu {
  /** i32 [batch, N]; of a gaussian prior the noisy latents, f32 [batch, N, d]. Nobody checks what is written here. */
  readonly xt: GpuTensor;
  /** i32 [batch, C]. */
  readonly context: GpuTensor;
  /** f32 [batch, width]: rows of `timeFeatures`. All steps' rows fit into one buffer, to be copied from between evaluations. */
  readonly features: GpuTensor;
  /** f32, per grid [batch, N_g, K_g]; of a gaussian prior the noise [batch, N_g, d]. */
  readonly outputs: readonly GpuTensor[];
  /** Records one evaluation: no buffer, no bind group, no write. */
  record(encoder: GPUCommandEncoder): void;
}

export interface PriorRuntime {
  readonly batch: number;
  readonly memory: ModelMemory;
  /** Null on tfjs. */
  readonly gpu: PriorOnGpu | null;
  /**
   * One evaluation. @returns per grid the logits of x0, [batch, N_g, K_g]; of a gaussian prior the noise, [batch, N_g, d]
   * @throws ModelError 'input' for wrong lengths, and for a code, word or time that the model does not know
   */
  run(inputs: PriorInputs, options?: RunOptions): Promise<Float32Array<ArrayBuffer>[]>;
  /** Frees what belongs to this batch, and the weights with the last of them. */
  dispose(): void;
}

export interface CreateOptions extends CompileOptions {
  /** Samples that one run evaluates. Guidance takes two for each picture. Default: 1. */
  readonly batch?: number;
}

/** @throws GraphError where the batch does not fit this GPU; the signal's reason when aborted. */
export async function createPrior(
  backend: ModelBackend,
  model: PriorModel,
  { batch = 1, ...options }: CreateOptions = {},
): Promise<PriorRuntime> {
  const { config, vocabulary } = model.manifest;
  const graph = buildPrior(config, vocabulary.size, batch);
  return compileModel<PriorRuntime>(backend, model, graph, options, {
    firstOutput: outputName(config, 0),
    gpu: (compiled, lease) => new GpuPrior(model, batch, graph, compiled, lease),
    tfjs: (program, lease) => new TfjsPrior(model, batch, program, lease),
  });
}

/** What both implementations do alike. */
abstract class Prior {
  protected readonly config: PriorConfig;
  protected readonly names: readonly string[];
  private readonly vocabularySize: number;

  constructor(
    { manifest }: PriorModel,
    readonly batch: number,
  ) {
    this.config = manifest.config;
    this.vocabularySize = manifest.vocabulary.size;
    this.names = this.config.grids.map((_, g) => outputName(this.config, g));
  }

  /** The graph's inputs, checked. */
  protected feed(inputs: PriorInputs): Record<string, HostArray> {
    checkInputs(this.config, this.vocabularySize, this.batch, inputs);
    const { process, width } = this.config;
    const times = process.kind === 'autoregressive' ? new Float32Array(this.batch) : inputs.t;
    return {
      ...(process.kind === 'gaussian'
        ? { latents: Float32Array.from(inputs.latents ?? []) }
        : { codes: Int32Array.from(inputs.codes ?? []) }),
      context: Int32Array.from(inputs.context),
      features: timeFeatures(times, width),
    };
  }

  protected results(outputs: Readonly<Record<string, HostArray>>): Float32Array<ArrayBuffer>[] {
    return this.names.map((name) => outputs[name] as Float32Array<ArrayBuffer>);
  }
}

class GpuPrior extends Prior implements PriorRuntime {
  readonly gpu: PriorOnGpu;
  /** Runs share the input buffers: they wait for each other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    model: PriorModel,
    batch: number,
    { inputs, outputs }: Graph,
    private readonly compiled: CompiledGraph,
    private readonly lease: Lease<WeightStore>,
  ) {
    super(model, batch);
    const named = new Map([...inputs, ...outputs]);
    const tensor = (name: string): GpuTensor => {
      const found = named.get(name);
      if (!found) throw new Error(`${model.manifest.id}: no tensor ${name}`);
      return { buffer: compiled.buffer(name), columns: channelsOf(found), stride: columnsOf(found) };
    };
    this.gpu = {
      xt: tensor(this.config.process.kind === 'gaussian' ? 'latents' : 'codes'),
      context: tensor('context'),
      features: tensor('features'),
      outputs: this.names.map(tensor),
      record: (encoder) => compiled.recordInto(encoder),
    };
  }

  get memory(): ModelMemory {
    return gpuMemory(this.compiled, this.lease);
  }

  run(inputs: PriorInputs, { signal }: RunOptions = {}): Promise<Float32Array<ArrayBuffer>[]> {
    const work = async () => {
      signal?.throwIfAborted();
      for (const [name, data] of Object.entries(this.feed(inputs))) this.compiled.write(name, data);
      this.compiled.run();
      return this.results(await this.compiled.read(...this.names));
    };
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  dispose(): void {
    this.compiled.dispose();
    this.lease.release();
  }
}

class TfjsPrior extends Prior implements PriorRuntime {
  readonly gpu = null;

  constructor(
    model: PriorModel,
    batch: number,
    private readonly program: TfjsProgram,
    private readonly lease: Lease<TfjsWeights>,
  ) {
    super(model, batch);
  }

  get memory(): ModelMemory {
    return tfjsMemory(this.lease);
  }

  async run(inputs: PriorInputs, options: RunOptions = {}): Promise<Float32Array<ArrayBuffer>[]> {
    return this.results((await this.program.run(this.feed(inputs), this.names, options)).outputs);
  }

  dispose(): void {
    this.lease.release();
  }
}
