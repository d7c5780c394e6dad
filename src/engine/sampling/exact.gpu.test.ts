/** Issue 4, Must hold 0: what samplers do to a network that cannot be wrong, through the kernels. 256 samples, seed 7. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { createWorld, SCENES, validity } from '../../diffusion/exact';
import { openTestGpu } from '../../gpu/testing/device';
import { EngineHost } from '../host';
import type { ExactOptions, ExactResult } from '../types';

const T = 100;
/** Software adapters beside other work are slow: a hundred steps of 256 samples. */
const TIMEOUT_MS = 400_000;
const set = createWorld();
const MASK_REPLACE = { kind: 'mask-replace', numTimesteps: T, gammaBarT: 0.9, betaBarT: 0.1 } as const;
const UNIFORM = { kind: 'uniform', numTimesteps: T, cosineOffset: 0.008 } as const;
const ABSORBING = { kind: 'absorbing', numTimesteps: T } as const;
const figures: Record<string, number> = {};

let host: EngineHost;
let call = 1;
beforeAll(async () => {
  host = new EngineHost({ gpu: openTestGpu() });
  await host.start({ modelsUrl: 'http://127.0.0.1:9/', backend: 'webgpu', useGpu: true }, () => undefined);
});
afterAll(() => process.stdout.write(`validity on the GPU path: ${JSON.stringify(figures)}\n`));

const run = (
  process: ExactOptions['process'],
  numSteps: number,
  more: Partial<ExactOptions> = {},
): Promise<ExactResult> =>
  host.sampleExact(call++, {
    process,
    schedule: { kind: 'model' },
    sampler: process.kind === 'autoregressive' ? { kind: 'autoregressive' } : { kind: 'posterior', numSteps },
    distribution: PLAIN,
    seed: 7,
    batch: 256,
    ...more,
  });

async function measure(name: string, made: Promise<ExactResult>): Promise<number> {
  const share = validity(set, (await made).codes);
  figures[name] = share;
  return share;
}

/** The lower half of a map of the set for each sample; the upper half is free. */
const lowerHalves = (batch: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: batch * 64 }, (_, at) => {
    const map = Math.floor((Math.floor(at / 64) * SCENES.length) / batch);
    return at % 64 < 32 ? -1 : (set.maps[map * 64 + (at % 64)] ?? -1);
  });

describe('the exact denoiser on the GPU', { timeout: TIMEOUT_MS }, () => {
  it('mask-and-replace stays valid with few steps', async () => {
    expect(await measure('mask-replace 100', run(MASK_REPLACE, 100))).toBeGreaterThanOrEqual(0.97);
    expect(await measure('mask-replace 10', run(MASK_REPLACE, 10))).toBeGreaterThanOrEqual(0.85);
    expect(await measure('mask-replace 5', run(MASK_REPLACE, 5))).toBeGreaterThanOrEqual(0.6);
  });

  it('uniform noise loses more', async () => {
    expect(await measure('uniform 100', run(UNIFORM, 100))).toBeGreaterThanOrEqual(0.97);
    expect(await measure('uniform 10', run(UNIFORM, 10))).toBeGreaterThanOrEqual(0.65);
    expect(await measure('uniform 5', run(UNIFORM, 5))).toBeGreaterThanOrEqual(0.3);
  });

  it('masks alone cannot repair what was revealed together', async () => {
    const absorbing = await measure('absorbing 10', run(ABSORBING, 10));
    expect(figures['mask-replace 10']! - absorbing).toBeGreaterThanOrEqual(0.4);
  });

  it('a hole in the upper half: diffusion sees what is below, raster order does not', async () => {
    const known = { codes: lowerHalves(256), noised: true };
    const diffusion = await measure('hole, mask-replace 25', run(MASK_REPLACE, 25, { known, certain: true }));
    const raster = await measure('hole, raster', run({ kind: 'autoregressive' }, 64, { known }));
    expect(diffusion).toBeGreaterThanOrEqual(0.97);
    expect(raster).toBeLessThanOrEqual(0.3);
    expect(await measure('raster', run({ kind: 'autoregressive' }, 64))).toBeGreaterThanOrEqual(0.97);
  });

  it('a batch of 16 is 16 single runs', async () => {
    const together = await run(MASK_REPLACE, 10, { batch: 16 });
    for (const sample of [0, 9, 15]) {
      const alone = await run(MASK_REPLACE, 10, { batch: 1, seed: 7 + sample });
      expect(alone.codes).toEqual(together.codes.slice(sample * 64, (sample + 1) * 64));
    }
  });
});
