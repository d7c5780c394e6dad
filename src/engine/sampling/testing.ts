/** What sampling must do on every backend. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { EngineHost } from '../host';
import { serveFixtures } from '../testing/journey';
import type { BackendName, EngineEvent, SampleFrame, SampleOptions, SamplerSpec } from '../types';

const N = 64;
const K = 64;

/** What a run of a tiny prior is asked for. */
export const request = (kind: string, sampler: SamplerSpec, more: Partial<SampleOptions> = {}): SampleOptions => ({
  model: `tiny-prior-${kind}`,
  condition: {},
  seed: 7,
  batch: 2,
  sampler,
  schedule: { kind: 'model' },
  distribution: PLAIN,
  ...more,
});

const EVERY: readonly (readonly [string, SamplerSpec])[] = [
  ['absorbing', { kind: 'posterior', numSteps: 6 }],
  ['absorbing', { kind: 'released-fast', numSteps: 6 }],
  ['absorbing', { kind: 'maskgit', numSteps: 4, choiceTemperature: 2 }],
  ['absorbing', { kind: 'halton', numSteps: 4 }],
  ['absorbing', { kind: 'purity', numSteps: 4, purityWeight: 1 }],
  ['absorbing', { kind: 'remdm', numSteps: 6, eta: 0.3 }],
  ['mask-replace', { kind: 'posterior', numSteps: 6 }],
  ['mask-replace', { kind: 'maskgit', numSteps: 4, choiceTemperature: 2 }],
  ['uniform', { kind: 'posterior', numSteps: 6 }],
  ['uniform', { kind: 'released-fast', numSteps: 6 }],
  ['two-level', { kind: 'posterior', numSteps: 3 }],
  ['autoregressive', { kind: 'autoregressive' }],
  ['gaussian', { kind: 'ddim', numSteps: 5 }],
];

export function describeSampling(backend: BackendName, gpu: () => GPU | null): void {
  describe(`sampling on ${backend}`, () => {
    let server: Server;
    let host: EngineHost;
    let call = 1;
    const events: EngineEvent[] = [];
    const lastOf = (trace: readonly SampleFrame[]): SampleFrame => trace.at(-1)!;

    beforeAll(async () => {
      const served = await serveFixtures();
      server = served.server;
      host = new EngineHost({ gpu: gpu() });
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, (event) => events.push(event));
    });
    afterAll(() => server.close());

    it.each(EVERY)('%s, %o: ends with codes of the codebook and their pictures', async (kind, sampler) => {
      const { codes, images, trace, timings } = await host.sample(call++, request(kind, sampler));
      expect(images).toHaveLength(2);
      for (const grids of codes)
        for (const { indices, codebookSize } of grids) {
          expect(Math.max(...indices)).toBeLessThan(codebookSize);
          expect(Math.min(...indices)).toBeGreaterThanOrEqual(0);
        }
      expect(trace[0]?.step).toBe(0);
      expect(lastOf(trace)).toMatchObject({ step: timings.passes, steps: timings.passes, time: 0 });
      expect(images[0]?.data.length).toBe(32 * 32 * 4);
    });

    it.each(EVERY)(
      '%s, %o: the same seed gives the same codes, and sample i is seed + i alone',
      async (kind, sampler) => {
        const both = await host.sample(call++, request(kind, sampler));
        const again = await host.sample(call++, request(kind, sampler));
        const second = await host.sample(call++, request(kind, sampler, { batch: 1, seed: 8 }));
        expect(again.codes).toEqual(both.codes);
        expect(second.codes[0]).toEqual(both.codes[1]);
      },
    );

    it('guidance asks the network for both halves, and changes what comes out', async () => {
      const sampler: SamplerSpec = { kind: 'posterior', numSteps: 4 };
      const condition = { style: 'noto' };
      const slots = (await host.vocabulary(call++, 'tiny-prior-absorbing')).slots;
      const style = slots.find(({ count }) => count === 1);
      const given = { [style?.name ?? '']: style?.choices[0] ?? '' };
      void condition;
      const plain = await host.sample(call++, request('absorbing', sampler, { condition: given }));
      const guided = await host.sample(
        call++,
        request('absorbing', sampler, { condition: given, distribution: { ...PLAIN, guidanceScale: 6 } }),
      );
      expect(guided.codes).not.toEqual(plain.codes);
    });

    it('a fork from a kept state goes on as the run did', async () => {
      const whole = await host.sample(call++, request('mask-replace', { kind: 'posterior', numSteps: 5 }));
      const state = whole.trace.find(({ step }) => step === 2);
      if (!state) return expect.unreachable('the state after two steps is kept');
      const fork = await host.sample(
        call++,
        request(
          'mask-replace',
          { kind: 'posterior', numSteps: 3 },
          {
            start: { codes: state.codes, time: state.time, number: state.number + 1 },
          },
        ),
      );
      expect(fork.codes).toEqual(whole.codes);
    });

    it('known codes stay, the rest is free', async () => {
      const known = Int32Array.from({ length: 2 * N }, (_, at) => (at % N < 8 ? at % N : -1));
      for (const kind of ['absorbing', 'mask-replace', 'uniform'] as const) {
        const { codes } = await host.sample(
          call++,
          request(kind, { kind: 'posterior', numSteps: 4 }, { known: { codes: known, noised: kind !== 'absorbing' } }),
        );
        for (const [grid] of codes) expect([...(grid?.indices ?? [])].slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      }
    });

    it('stops when it is cancelled, and runs again afterwards', async () => {
      const number = call++;
      let frames = 0;
      const run = host.sample(number, request('absorbing', { kind: 'posterior', numSteps: 100 }), () => {
        if (frames++ === 0) host.cancel(number);
      });
      await expect(run).rejects.toThrow(/abort/i);
      const { codes } = await host.sample(call++, request('absorbing', { kind: 'posterior', numSteps: 2 }));
      expect(codes).toHaveLength(2);
    });

    it('draws states while it runs; before the first step all that is masked is the mean code, not code 0', async () => {
      const frames: SampleFrame[] = [];
      const asked = request('absorbing', { kind: 'posterior', numSteps: 2 }, { draw: 'pictures' });
      await host.sample(call++, asked, (frame) => frames.push(frame));
      const [first] = frames;
      expect(first?.pictures).toHaveLength(2);
      expect(first?.pictures?.[1]).toEqual(first?.pictures?.[0]);
      expect(first?.x0Pictures).toEqual(first?.pictures);
      const grid = { name: 'codes', width: 8, height: 8, codebookSize: K, indices: new Int32Array(N) };
      expect(first?.pictures?.[0]).not.toEqual(await host.decode(call++, 'tiny-vq', [grid]));
    });

    it('explains a place: logits with and without the condition', async () => {
      const codes = new Int32Array(N).fill(K);
      const { conditional, unconditional } = await host.explainPlace(call++, {
        model: 'tiny-prior-absorbing',
        condition: {},
        codes,
        networkTime: 10,
        place: 3,
        guided: true,
      });
      expect(conditional).toHaveLength(K);
      // Nothing was given, so both halves say the same.
      expect([...(unconditional ?? [])]).toEqual([...conditional]);
    });

    it('says what a prior cannot be asked', async () => {
      await expect(
        host.sample(call++, request('uniform', { kind: 'maskgit', numSteps: 4, choiceTemperature: 1 })),
      ).rejects.toThrow(/uniform is sampled with posterior, released-fast; asked for: maskgit/);
      await expect(
        host.sample(call++, request('absorbing', { kind: 'posterior', numSteps: 2 }, { batch: 17 })),
      ).rejects.toThrow(/1 to 16 samples/);
    });
  });
}
