/** PyTorch's golden files on our kernels: f32 and f16. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GpuContext } from '../gpu/device';
import { withErrorScopes } from '../gpu/errorScopes';
import { testDevice } from '../gpu/testing/device';
import { formatGolden, type GoldenEntry } from './golden';
import { runGoldenTensors } from './goldenRun';
import { fixtureModel, fixturePrior, GOLDEN_MODELS, GOLDEN_PRIORS } from './testing';

let context: GpuContext;
beforeAll(async () => {
  context = await testDevice();
});

type Precision = 'f32' | 'f16';

async function replay({ model, golden }: ReturnType<typeof fixtureModel | typeof fixturePrior>, precision: Precision) {
  const entries: GoldenEntry[] = await withErrorScopes(context.device, () =>
    runGoldenTensors({ kind: 'webgpu', context, precision }, model, golden),
  );
  console.info(`WGSL ${precision}, ${model.manifest.id}\n${formatGolden(entries)}`);
  return entries;
}

describe('golden replay on WGSL', () => {
  it.each(GOLDEN_MODELS)('%s in f32', async (id, root) => {
    for (const { name, maxAbsDiff, indicesDifferent, nearTies } of await replay(fixtureModel(id, root), 'f32'))
      if (name.startsWith('indices')) expect(indicesDifferent - nearTies, name).toBe(0);
      else expect(maxAbsDiff, name).toBeLessThanOrEqual(2e-3);
  });

  it.each(GOLDEN_MODELS)('%s in f16', async (id, root) => {
    // Without shader-f16 there is nothing to replay; the f32 replay above has run.
    if (!context.features.has('shader-f16')) return;
    const entries = await replay(fixtureModel(id, root), 'f16');
    const grids = entries.filter(({ name }) => name.startsWith('indices'));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    // Of all levels together: what is left for the later ones to quantize is small, and rounding weighs more there. 1 % of a fixture's 64 codes is
    // less than one code: one may flip.
    const most = Math.ceil(sum(grids.map(({ count }) => count)) / 100);
    expect(sum(grids.map(({ indicesDifferent }) => indicesDifferent))).toBeLessThanOrEqual(most);
    expect(entries.find(({ name }) => name === 'reconstruction')?.maxAbsDiff).toBeLessThanOrEqual(3e-2);
  });

  it.each(GOLDEN_PRIORS)('%s in f32', async (id, root) => {
    for (const { name, maxAbsDiff, scale } of await replay(fixturePrior(id, root), 'f32'))
      expect(maxAbsDiff, name).toBeLessThanOrEqual(1e-4 * scale);
  });

  it.each(GOLDEN_PRIORS)('%s in f16', async (id, root) => {
    if (!context.features.has('shader-f16')) return;
    for (const { name, maxAbsDiff, scale } of await replay(fixturePrior(id, root), 'f16'))
      expect(maxAbsDiff, name).toBeLessThanOrEqual(5e-3 * scale);
  });
});
