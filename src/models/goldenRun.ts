/** A golden replay on the machine at hand, whatever the family: the same runs as in the tests, behind one call. */
import type { GpuContext } from '../gpu/device';
import { compileGraph } from '../graph/compile';
import type { Graph } from '../graph/ir';
import type { Precision } from '../graph/plans';
import type { RunRange } from '../graph/replay';
import { WeightStore } from '../graph/weights';
import type { TfjsBackend } from '../tfjs/device';
import { goldenGraph, readGolden, replayGolden, type GoldenEntry, type Runner } from './golden';
import { isPrior, isVqvae, type Model } from './loader';
import { priorGoldenGraph, replayPriorGolden } from './prior/golden';
import type { TensorEntry } from './safetensors';

export type GoldenBackend =
  | { readonly kind: 'webgpu'; readonly context: GpuContext; readonly precision: Precision }
  | { readonly kind: 'tfjs'; readonly tfjs: TfjsBackend };

interface Replay {
  readonly graph: Graph;
  /** What to run, given these inputs. */
  range(inputs: Readonly<Record<string, unknown>>): RunRange;
  compare(run: Runner): Promise<GoldenEntry[]>;
}

function replayOf(model: Model, golden: ReadonlyMap<string, TensorEntry>): Replay {
  if (isPrior(model)) {
    const graph = priorGoldenGraph(model);
    return { graph, range: () => ({}), compare: (run) => replayPriorGolden(model, golden, graph, run) };
  }
  if (!isVqvae(model)) throw new Error(`no golden replay for family ${model.manifest.family}`);
  const graph = goldenGraph(model.manifest.config, golden);
  return {
    graph,
    range: (inputs) => ('input' in inputs ? { to: 'quantize' } : { from: 'decode' }),
    compare: (run) => replayGolden(model, golden, graph, run),
  };
}

/**
 * Replays a model's golden file on a backend and compares every tensor with PyTorch's.
 * @param file the whole golden file
 * @throws ModelError 'format' where the file is damaged or belongs to another topology
 */
export const runGolden = (
  backend: GoldenBackend,
  model: Model,
  file: ArrayBuffer,
  signal?: AbortSignal,
): Promise<GoldenEntry[]> => runGoldenTensors(backend, model, readGolden(file), signal);

/** As `runGolden`, where the file is read already. */
export async function runGoldenTensors(
  backend: GoldenBackend,
  model: Model,
  golden: ReadonlyMap<string, TensorEntry>,
  signal?: AbortSignal,
): Promise<GoldenEntry[]> {
  const replay = replayOf(model, golden);
  if (backend.kind === 'webgpu') {
    const weights = new WeightStore(backend.context, model.weights);
    try {
      const compiled = await compileGraph(backend.context, replay.graph, weights, {
        precision: backend.precision,
        ...(signal ? { signal } : {}),
      });
      try {
        return await replay.compare((inputs, wanted) => {
          signal?.throwIfAborted();
          for (const [name, data] of Object.entries(inputs)) compiled.write(name, data);
          compiled.run(replay.range(inputs));
          return compiled.read(...wanted);
        });
      } finally {
        compiled.dispose();
      }
    } finally {
      weights.dispose();
    }
  }
  const { TfjsProgram, TfjsWeights } = await import('../tfjs/lower');
  const weights = new TfjsWeights(model.weights);
  try {
    const program = new TfjsProgram(backend.tfjs, replay.graph, weights);
    await program.prepare();
    return await replay.compare(async (inputs, wanted) => (await program.run(inputs, wanted, { signal })).outputs);
  } finally {
    weights.dispose();
  }
}
