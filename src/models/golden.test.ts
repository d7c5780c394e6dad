/** PyTorch's golden files on tfjs in plain JavaScript: what the oracle and the fallback compute is right. */
import { describe, expect, it } from 'vitest';
import { openTfjs } from '../tfjs/device';
import { tensorCount, TfjsProgram, TfjsWeights } from '../tfjs/lower';
import { formatGolden, goldenGraph, replayGolden } from './golden';
import { fixtureModel, GOLDEN_MODELS } from './testing';

describe.each(['cpu', 'wasm'] as const)('golden replay on tfjs %s', (backend) => {
  it.each(GOLDEN_MODELS)('%s', async (id, root) => {
    const { model, golden } = fixtureModel(id, root);
    const graph = goldenGraph(model.manifest.config, golden);
    const weights = new TfjsWeights(model.weights);
    const program = new TfjsProgram(await openTfjs(backend), graph, weights);
    await program.prepare();
    const before = tensorCount();
    const entries = await replayGolden(model, golden, graph, async (inputs, wanted) => {
      return (await program.run(inputs, wanted)).outputs;
    });
    console.info(`tfjs ${backend}, ${id}\n${formatGolden(entries)}`);
    expect(tensorCount()).toBe(before);
    for (const { name, maxAbsDiff, indicesDifferent, nearTies } of entries)
      if (name.startsWith('indices')) expect(indicesDifferent - nearTies, name).toBe(0);
      else expect(maxAbsDiff, name).toBeLessThanOrEqual(2e-3);
    weights.dispose();
  });
});
