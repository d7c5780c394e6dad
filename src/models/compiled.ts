/** What the runtimes of all families do alike: a graph compiled for a backend, over weights that all of a model's graphs share. */
import type { GpuContext } from '../gpu/device';
import { compileGraph } from '../graph/compile';
import type { Graph } from '../graph/ir';
import type { Precision } from '../graph/plans';
import type { CompiledGraph } from '../graph/replay';
import { WeightStore } from '../graph/weights';
import type { TfjsBackend } from '../tfjs/device';
import type { TfjsProgram, TfjsWeights } from '../tfjs/lower';
import type { Model } from './loader';
import { Shared, type Lease } from './shared';

export type ModelBackend =
  | { readonly kind: 'webgpu'; readonly context: GpuContext; readonly precision: Precision }
  | { readonly kind: 'tfjs'; readonly tfjs: TfjsBackend };

export interface ModelMemory {
  /** Shared by all sizes and batches of the same model, as are their buffers. */
  readonly weightsBytes: number;
  readonly weightsBuffers: number;
  /** Null on tfjs, which makes and frees activations as it goes. */
  readonly activationsBytes: number | null;
  readonly buffers: number | null;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
}

export interface CompileOptions extends RunOptions {
  /** Run once on zeros: drivers finish their shaders at the first use, which the visitor should not wait for later. */
  readonly warmUp?: boolean;
  readonly onProgress?: (fraction: number, message: string) => void;
}

/** What a family makes of the compiled graph. It releases the lease when it is disposed. */
interface Makers<R> {
  /** An output to read after warming up. */
  readonly firstOutput: string;
  gpu(compiled: CompiledGraph, lease: Lease<WeightStore>): R;
  tfjs(program: TfjsProgram, lease: Lease<TfjsWeights>): R;
}

const gpuWeights = new Shared<WeightStore>();
const tfjsWeights = new Shared<TfjsWeights>();

/** @throws GraphError where the graph does not fit this GPU; the signal's reason when aborted. Then nothing is kept. */
export async function compileModel<R>(
  backend: ModelBackend,
  model: Model,
  graph: Graph,
  { warmUp = false, ...options }: CompileOptions,
  make: Makers<R>,
): Promise<R> {
  if (backend.kind === 'webgpu') {
    const { context, precision } = backend;
    const open = () => new WeightStore(context, model.weights, model.manifest.id);
    const lease = gpuWeights.acquire(context, model, precision, open);
    return releasing(lease, async () => {
      const compiled = await compileGraph(context, graph, lease.value, { precision, ...options });
      if (warmUp) {
        compiled.run();
        await compiled.read(make.firstOutput);
      }
      return make.gpu(compiled, lease);
    });
  }
  // Loaded here, so that a visitor with WebGPU never downloads tfjs.
  const { TfjsProgram, TfjsWeights } = await import('../tfjs/lower');
  const lease = tfjsWeights.acquire(backend.tfjs, model, backend.tfjs.name, () => new TfjsWeights(model.weights));
  return releasing(lease, async () => {
    const program = new TfjsProgram(backend.tfjs, graph, lease.value);
    await program.prepare();
    return make.tfjs(program, lease);
  });
}

/**
 * Takes weights that changed in the model over into what is on the backend now: networks that are compiled go on with them, and nothing is made.
 * @param names tensors of the weight file
 */
export function rewriteWeights(backend: ModelBackend, model: Model, names: ReadonlySet<string>): void {
  if (backend.kind === 'webgpu') gpuWeights.peek(backend.context, model, backend.precision)?.rewrite(names);
  else tfjsWeights.peek(backend.tfjs, model, backend.tfjs.name)?.rewrite(names);
}

async function releasing<R>(lease: Lease<unknown>, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    lease.release();
    throw error;
  }
}

export function gpuMemory({ stats }: CompiledGraph, { value: weights }: Lease<WeightStore>): ModelMemory {
  const { activationsBytes, buffers } = stats;
  return { weightsBytes: weights.bytes, weightsBuffers: weights.buffers, activationsBytes, buffers };
}

export const tfjsMemory = ({ value: weights }: Lease<TfjsWeights>): ModelMemory => ({
  weightsBytes: weights.bytes,
  weightsBuffers: 0,
  activationsBytes: null,
  buffers: null,
});
