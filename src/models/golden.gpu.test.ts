/** PyTorch's golden files on our kernels: f32 and f16. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GpuContext } from '../gpu/device';
import { withErrorScopes } from '../gpu/errorScopes';
import { testDevice } from '../gpu/testing/device';
import { compileGraph } from '../graph/compile';
import { WeightStore } from '../graph/weights';
import { formatGolden, goldenGraph, replayGolden, type GoldenEntry, type Runner } from './golden';
import { fixtureModel, GOLDEN_MODELS } from './testing';

let context: GpuContext;
beforeAll(async () => {
  context = await testDevice();
});

async function replay(id: string, root: string, precision: 'f32' | 'f16'): Promise<GoldenEntry[]> {
  const { model, golden } = fixtureModel(id, root);
  const graph = goldenGraph(model.manifest.config, golden);
  const weights = new WeightStore(context, model.weights);
  const compiled = await compileGraph(context, graph, weights, { precision });
  const run: Runner = async (inputs, wanted) => {
    for (const [name, data] of Object.entries(inputs)) compiled.write(name, data);
    compiled.run('input' in inputs ? { to: 'quantize' } : { from: 'decode' });
    return compiled.read(...wanted);
  };
  const entries = await withErrorScopes(context.device, () => replayGolden(model, golden, graph, run));
  console.info(`WGSL ${precision}, ${id}\n${formatGolden(entries)}`);
  compiled.dispose();
  weights.dispose();
  return entries;
}

describe('golden replay on WGSL', () => {
  it.each(GOLDEN_MODELS)('%s in f32', async (id, root) => {
    for (const { name, maxAbsDiff, indicesDifferent, nearTies } of await replay(id, root, 'f32'))
      if (name.startsWith('indices')) expect(indicesDifferent - nearTies, name).toBe(0);
      else expect(maxAbsDiff, name).toBeLessThanOrEqual(2e-3);
  });

  it.each(GOLDEN_MODELS)('%s in f16', async (id, root) => {
    // Without shader-f16 there is nothing to replay; the f32 replay above has run.
    if (!context.features.has('shader-f16')) return;
    for (const { name, maxAbsDiff, indicesDifferent, count } of await replay(id, root, 'f16'))
      // 1 % of a fixture's 64 codes is less than one code: one may flip.
      if (name.startsWith('indices')) expect(indicesDifferent, name).toBeLessThanOrEqual(Math.ceil(count / 100));
      else if (name === 'reconstruction') expect(maxAbsDiff, name).toBeLessThanOrEqual(3e-2);
  });
});
