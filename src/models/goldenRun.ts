/** A golden replay on the machine at hand: the same runs as in the tests, behind one call. */
import { compileGraph } from '../graph/compile';
import { WeightStore } from '../graph/weights';
import { goldenGraph, readGolden, replayGolden, type GoldenEntry } from './golden';
import type { VqvaeModel } from './loader';
import type { VqvaeBackend } from './vqvae/runtime';

/**
 * Replays a tokenizer's golden file on a backend and compares every tensor with PyTorch's.
 * @param file the whole golden file
 * @throws ModelError 'format' where the file is damaged or belongs to another topology
 */
export async function runGolden(
  backend: VqvaeBackend,
  model: VqvaeModel,
  file: ArrayBuffer,
  signal?: AbortSignal,
): Promise<GoldenEntry[]> {
  const golden = readGolden(file);
  const graph = goldenGraph(model.manifest.config, golden);
  if (backend.kind === 'webgpu') {
    const weights = new WeightStore(backend.context, model.weights);
    try {
      const compiled = await compileGraph(backend.context, graph, weights, {
        precision: backend.precision,
        ...(signal ? { signal } : {}),
      });
      try {
        return await replayGolden(model, golden, graph, (inputs, wanted) => {
          signal?.throwIfAborted();
          for (const [name, data] of Object.entries(inputs)) compiled.write(name, data);
          compiled.run('input' in inputs ? { to: 'quantize' } : { from: 'decode' });
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
    const program = new TfjsProgram(backend.tfjs, graph, weights);
    await program.prepare();
    return await replayGolden(
      model,
      golden,
      graph,
      async (inputs, wanted) => (await program.run(inputs, wanted, { signal })).outputs,
    );
  } finally {
    weights.dispose();
  }
}
