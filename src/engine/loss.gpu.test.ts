/** What becomes of the engine when the GPU does not come back, or dies again and again. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGpu } from '../gpu/testing/device';
import { EngineHost } from './host';
import { serveFixtures, testPicture } from './testing/journey';
import type { EngineEvent } from './types';

let server: Server;
let url: string;
beforeAll(async () => {
  ({ server, url } = await serveFixtures());
});
afterAll(() => server.close());

/** An engine on a GPU that can be taken away for good. */
async function startEngine() {
  const real = openTestGpu();
  const state = { present: true };
  const gpu = {
    requestAdapter: (options?: GPURequestAdapterOptions) =>
      state.present ? real.requestAdapter(options) : Promise.resolve(null),
  } as GPU;
  const events: EngineEvent[] = [];
  const host = new EngineHost({ gpu });
  await host.start({ modelsUrl: url, backend: 'webgpu', useGpu: true }, (event) => events.push(event));
  return { host, state, events };
}

describe('a GPU that does not come back', () => {
  it('goes on without it, with the reason, the same codes and nothing to download again', async () => {
    const { host, state, events } = await startEngine();
    const before = await host.reconstruct(1, 'tiny-vq', testPicture(40, 40));
    state.present = false;
    await host.simulateDeviceLoss();
    expect(host.capabilities()).toMatchObject({ backend: 'wasm' });
    expect(host.capabilities().notice).toMatch(/adapter/);
    expect(events.map(({ kind }) => kind)).toEqual(['device-lost', 'device-restored']);
    const stages: string[] = [];
    const after = await host.reconstruct(2, 'tiny-vq', testPicture(40, 40), {}, ({ stage }) => stages.push(stage));
    expect(after.backend).toBe('wasm');
    expect(after.codes).toEqual(before.codes);
    expect(stages).not.toContain('download');
  });

  it('is left alone after four losses within a minute', async () => {
    const { host, events } = await startEngine();
    for (let loss = 1; loss <= 3; loss++) {
      await host.simulateDeviceLoss();
      expect(host.capabilities().backend).toBe('webgpu');
    }
    await host.simulateDeviceLoss();
    expect(host.capabilities().backend).toBe('wasm');
    expect(host.capabilities().notice).toMatch(/lost 4 times/);
    expect(events.filter(({ kind }) => kind === 'engine-failed')).toEqual([]);
  });
});
