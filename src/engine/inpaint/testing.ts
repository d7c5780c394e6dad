/** What filling holes must do on every backend. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { EngineHost } from '../host';
import { serveFixtures, testPicture } from '../testing/journey';
import type { BackendName, InpaintOptions, Picture, SampleFrame, SamplerSpec } from '../types';

const POSTERIOR: SamplerSpec = { kind: 'posterior', numSteps: 4 };

/** Pixels [from, to) of both axes. */
function squareHole(side: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const inside = (x: number) => x >= from && x < to;
  return Uint8Array.from({ length: side * side }, (_, i) =>
    inside(i % side) && inside(Math.floor(i / side)) ? 255 : 0,
  );
}

const request = (kind: string, sampler: SamplerSpec, more: Partial<InpaintOptions> = {}): InpaintOptions => ({
  ...{ model: `tiny-prior-${kind}`, condition: {}, seed: 5, count: 2, grow: 0, distribution: PLAIN, sampler },
  schedule: { kind: 'model' },
  picture: testPicture(32, 32),
  hole: squareHole(32, 8, 24),
  ...more,
});

const EVERY: readonly (readonly [string, SamplerSpec])[] = [
  ['absorbing', POSTERIOR],
  ['absorbing', { kind: 'maskgit', numSteps: 4, choiceTemperature: 2 }],
  ['mask-replace', POSTERIOR],
  ['uniform', POSTERIOR],
  ['two-level', { kind: 'posterior', numSteps: 2 }],
  ['autoregressive', { kind: 'autoregressive' }],
  ['gaussian', { kind: 'ddim', numSteps: 3 }],
];

export function describeInpainting(backend: BackendName, gpu: () => GPU | null): void {
  describe(`inpainting on ${backend}`, () => {
    let server: Server;
    let host: EngineHost;
    let call = 1;

    beforeAll(async () => {
      const served = await serveFixtures();
      server = served.server;
      host = new EngineHost({ gpu: gpu() });
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, () => undefined);
    });
    afterAll(() => server.close());

    it.each(EVERY)('%s, %o: known codes are those of the picture that was seen, and stay', async (kind, sampler) => {
      const result = await host.inpaint(call++, request(kind, sampler));
      const { codes: seen } = await host.encode(call++, result.tokenizer, result.seen, { mode: 'tile' });
      const known = seen.flatMap(({ indices }) => [...indices]);
      expect(result.free).toContain(1);
      expect(result.free).toContain(0);
      expect(result.seeds).toEqual([5, 6]);
      for (const answer of result.codes) {
        const drawn = answer.flatMap(({ indices }) => [...indices]);
        expect(drawn.filter((_, i) => !result.free[i])).toEqual(known.filter((_, i) => !result.free[i]));
      }
      expect(result.codes[0]).not.toEqual(result.codes[1]);
      expect(result.images.map(({ width }) => width)).toEqual([32, 32]);
      for (const { bitsPerCode } of result.scores)
        if (kind === 'gaussian') expect(bitsPerCode).toBeNull();
        else expect(bitsPerCode).toBeGreaterThan(0);
    });

    it('two pictures that differ only under the hole give the same answers', async () => {
      const hole = squareHole(32, 8, 24);
      const clean = testPicture(32, 32);
      const data = clean.data.slice();
      hole.forEach((value, i) => value && data.set([(i * 37) % 256, (i * 91) % 256, (i * 11) % 256], i * 4));
      const other: Picture = { ...clean, data };
      const [first, second] = await Promise.all([
        host.inpaint(call++, request('absorbing', POSTERIOR, { picture: clean, hole })),
        host.inpaint(call++, request('absorbing', POSTERIOR, { picture: other, hole })),
      ]);
      expect(second.codes).toEqual(first.codes);
      expect(second.images).toEqual(first.images);
      expect(second.scores).toEqual(first.scores);
      expect(second.seen).toEqual(first.seen);
    });

    it('an answer is its seed alone, and the same each time', async () => {
      const both = await host.inpaint(call++, request('absorbing', POSTERIOR));
      const second = await host.inpaint(call++, request('absorbing', POSTERIOR, { seed: 6, count: 1 }));
      expect(second.codes[0]).toEqual(both.codes[1]);
      expect(second.scores[0]?.bitsPerCode).toBeCloseTo(both.scores[1]?.bitsPerCode ?? NaN, 3);
    });

    it('a refill changes its places alone', async () => {
      const { codes, free } = await host.inpaint(call++, request('absorbing', POSTERIOR, { count: 1 }));
      const base = Int32Array.from(codes[0]?.flatMap(({ indices }) => [...indices]) ?? []);
      const places = free.map((isFree, i) => (isFree && i % 8 < 4 ? 1 : 0));
      const from = { codes: base, renoise: 1, places };
      const again = await host.inpaint(call++, request('absorbing', POSTERIOR, { seed: 90, from }));
      expect([...again.free]).toEqual([...places]);
      for (const answer of again.codes) {
        const drawn = answer.flatMap(({ indices }) => [...indices]);
        expect(drawn.filter((_, i) => !places[i])).toEqual([...base].filter((_, i) => !places[i]));
        expect(drawn).not.toEqual([...base]);
      }
    });

    it('a larger picture is filled through windows: known codes stay, and nothing under the hole is read', async () => {
      const picture = testPicture(48, 40);
      const hole = new Uint8Array(48 * 40);
      for (let y = 12; y < 28; y++) hole.fill(255, y * 48 + 14, y * 48 + 34);
      const data = picture.data.slice();
      hole.forEach((value, i) => value && data.fill(i % 256, i * 4, i * 4 + 3));
      const asked = request('absorbing', POSTERIOR, { picture, hole });
      const result = await host.inpaint(call++, asked);
      const leaky = await host.inpaint(call++, { ...asked, picture: { ...picture, data } });
      expect(leaky.codes).toEqual(result.codes);
      expect(result.codes[0]?.[0]).toMatchObject({ width: 12, height: 10 });
      expect(result.images[0]).toMatchObject({ width: 48, height: 40 });
      const { codes: seen } = await host.encode(call++, result.tokenizer, result.seen, { mode: 'tile' });
      for (const [grid] of result.codes)
        expect([...grid!.indices].filter((_, i) => !result.free[i])).toEqual(
          [...seen[0]!.indices].filter((_, i) => !result.free[i]),
        );
      expect(result.scores[0]?.bitsPerCode).toBeGreaterThan(0);
    });

    it('all of the picture may be the hole', async () => {
      const hole = new Uint8Array(32 * 32).fill(255);
      const { free, codes } = await host.inpaint(call++, request('absorbing', POSTERIOR, { hole, count: 1 }));
      expect(free.every((isFree) => isFree === 1)).toBe(true);
      expect(codes).toHaveLength(1);
    });

    it('shows states on the way, and stops when it is cancelled', async () => {
      const number = call++;
      const frames: SampleFrame[] = [];
      const long = request('absorbing', { kind: 'posterior', numSteps: 20 });
      const run = host.inpaint(number, long, (frame) => {
        frames.push(frame);
        host.cancel(number);
      });
      await expect(run).rejects.toThrow(/abort/i);
      expect(frames).not.toHaveLength(0);
      expect(await host.inpaint(call++, request('absorbing', POSTERIOR))).toMatchObject({ seeds: [5, 6] });
    });

    it.each([
      ['an empty hole', { hole: new Uint8Array(32 * 32) }, /empty.*Paint/],
      ['a hole of another size', { hole: new Uint8Array(9) }, /each of the picture's 32 x 32 pixels, found 9/],
      ['a picture below the square', { picture: testPicture(16, 16) }, /squares of 32 pixels.*found 16 x 16/],
      ['sides that hold no whole codes', { picture: testPicture(42, 32) }, /whole 4 pixels; found 42 x 32/],
    ])('says what is wrong: %s', async (_, more, words) => {
      await expect(host.inpaint(call++, request('absorbing', POSTERIOR, more))).rejects.toThrow(words);
    });

    it('says that windows are not for every prior', async () => {
      const picture = testPicture(40, 32);
      const asked = request(
        'autoregressive',
        { kind: 'autoregressive' },
        { picture, hole: new Uint8Array(40 * 32).fill(1) },
      );
      await expect(host.inpaint(call++, asked)).rejects.toThrow(/this prior is autoregressive.*choose a square/);
    });
  });
}
