/** PyTorch's golden files on tfjs in plain JavaScript: what the oracle and the fallback compute is right. */
import { describe, expect, it } from 'vitest';
import { openTfjs } from '../tfjs/device';
import { tensorCount } from '../tfjs/lower';
import { formatGolden } from './golden';
import { runGoldenTensors } from './goldenRun';
import { fixtureModel, fixturePrior, GOLDEN_MODELS, GOLDEN_PRIORS } from './testing';

describe.each(['cpu', 'wasm'] as const)('golden replay on tfjs %s', (backend) => {
  async function replay({ model, golden }: ReturnType<typeof fixtureModel | typeof fixturePrior>) {
    const tfjs = await openTfjs(backend);
    const before = tensorCount();
    const entries = await runGoldenTensors({ kind: 'tfjs', tfjs }, model, golden);
    console.info(`tfjs ${backend}, ${model.manifest.id}\n${formatGolden(entries)}`);
    expect(tensorCount()).toBe(before);
    return entries;
  }

  it.each(GOLDEN_MODELS)('%s', async (id, root) => {
    for (const { name, maxAbsDiff, indicesDifferent, nearTies } of await replay(fixtureModel(id, root)))
      if (name.startsWith('indices')) expect(indicesDifferent - nearTies, name).toBe(0);
      else expect(maxAbsDiff, name).toBeLessThanOrEqual(2e-3);
  });

  it.each(GOLDEN_PRIORS)('%s', async (id, root) => {
    for (const { name, maxAbsDiff, scale } of await replay(fixturePrior(id, root)))
      expect(maxAbsDiff, name).toBeLessThanOrEqual(1e-4 * scale);
  });
});
