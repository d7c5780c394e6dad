/** In and out of the Generate lab, ten times: what it made on the GPU is gone when it is closed. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../diffusion/distribution';
import { openTestGpu } from '../gpu/testing/device';
import { countLiveBytes, type LiveBytes } from '../gpu/testing/liveBytes';
import { EngineHost } from './host';
import { serveFixtures, testPicture } from './testing/journey';
import type { SampleOptions, SamplerSpec } from './types';

const request = (kind: string, sampler: SamplerSpec, more: Partial<SampleOptions> = {}): SampleOptions => ({
  model: `tiny-prior-${kind}`,
  condition: {},
  seed: 1,
  batch: 1,
  sampler,
  schedule: { kind: 'model' },
  distribution: PLAIN,
  ...more,
});

let server: Server;
let host: EngineHost;
let live: LiveBytes;
let call = 1;

beforeAll(async () => {
  const gpu = openTestGpu();
  const served = await serveFixtures();
  server = served.server;
  host = new EngineHost({ gpu });
  live = countLiveBytes();
  await host.start({ modelsUrl: served.url, backend: 'webgpu', useGpu: true }, () => undefined);
  // The lab next door, which stays as it was: its tokenizer is the one that the priors speak of.
  await host.reconstruct(call++, 'tiny-vq', testPicture(32, 32));
});
afterAll(() => server.close());

/** What a visitor does there: runs of several sizes, one given up, a look into a place. */
async function visit(number: number): Promise<void> {
  const numSteps = 2 + number;
  await host.sample(call++, request('absorbing', { kind: 'posterior', numSteps }, { batch: 1 + (number % 4) }));
  const guided = { ...PLAIN, guidanceScale: 2 };
  await host.sample(call++, request('uniform', { kind: 'posterior', numSteps: 2 }, { distribution: guided }));
  if (number % 5 === 0) {
    await host.sample(call++, request('autoregressive', { kind: 'autoregressive' }));
    await host.sample(call++, request('gaussian', { kind: 'ddim', numSteps: 2 }));
  }
  const cancelled = call++;
  const run = host.sample(cancelled, request('absorbing', { kind: 'posterior', numSteps: 20 }), () =>
    host.cancel(cancelled),
  );
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  const codes = new Int32Array(64).fill(64);
  const question = { model: 'tiny-prior-absorbing', condition: {}, codes, networkTime: 10, place: 3, guided: true };
  await host.explainPlace(call++, question);
}

describe('the memory of the Generate lab', () => {
  it('ten times in and out: the bytes on the GPU are those of before', async () => {
    const before = live.labels;
    const { bytes } = live;
    expect(bytes).toBeGreaterThan(0);
    for (let number = 1; number <= 10; number++) {
      await visit(number);
      expect(live.bytes, `in visit ${number}`).toBeGreaterThan(bytes);
      await host.releaseSamplers(call++);
      expect(live.labels, `after visit ${number}`).toEqual(before);
      expect(live.bytes).toBe(bytes);
    }
  });

  it('within a visit runs of every length and batch do not pile up', async () => {
    const after: number[] = [];
    for (const round of [1, 2, 3]) {
      for (const batch of [1, 2, 3, 4, 5, 6])
        await host.sample(call++, request('absorbing', { kind: 'posterior', numSteps: 20 }, { batch }));
      // Ever another number of steps, never more than above.
      for (const numSteps of [3, 4, 5]) {
        const sampler = { kind: 'posterior', numSteps: numSteps * round } as const;
        await host.sample(call++, request('absorbing', sampler, { batch: 6 }));
      }
      after.push(live.bytes);
    }
    expect(after).toEqual([after[0], after[0], after[0]]);
    await host.releaseSamplers(call++);
  });
});
