/** What must hold of patches, the same on every backend. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineHost } from '../host';
import type { BackendName, CodeGrid, Picture } from '../types';
import { serveFixtures, testPicture } from './journey';

interface PatchJourney {
  readonly backend: BackendName;
  readonly gpu: () => GPU | null;
  /** How often pixels were read back so far; null where nobody counts. */
  readonly readbacks?: () => number;
}

function crop({ data, width }: Picture, x: number, y: number, side: number): number[] {
  const rows = Array.from({ length: side }, (_, row) => {
    const from = ((y + row) * width + x) * 4;
    return [...data.subarray(from, from + side * 4)];
  });
  return rows.flat();
}

/** A batch may be rounded otherwise than a single picture, by one grey level at most. */
function expectNear(patch: Picture, expected: readonly number[]): void {
  expect(patch.data.length).toBe(expected.length);
  expect(Math.max(...expected.map((value, i) => Math.abs(value - patch.data[i]!)))).toBeLessThanOrEqual(1);
}

export function describePatches({ backend, gpu, readbacks }: PatchJourney): void {
  describe(`patches on ${backend}`, () => {
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

    const withCode = (codes: readonly CodeGrid[], level: number, place: number, index: number) =>
      codes.map((grid, i) => (i === level ? { ...grid, indices: grid.indices.with(place, index) } : grid));

    it.each([
      ['tiny-vq', 0, [4], [3], 64],
      ['tiny-rvq', 2, [4, 4, 4, 4], [3, 3, 3, 3], 32],
      ['tiny-fsq', 0, [4], [3], 60],
      ['tiny-h2', 0, [8, 4], [3, 6], 32],
      ['tiny-h2', 1, [8, 4], [3, 6], 64],
    ] as const)(
      '%s, level %i: alone each is the middle of its tiling, in order',
      async (id, level, factors, sides, count) => {
        const indices = Array.from({ length: 19 }, (_, i) => (i * 7) % count);
        const patches = await host.decodePatches(call++, id, level, indices);
        expect(patches).toHaveLength(indices.length);
        const factor = factors[level]!;
        const at = Math.floor(sides[level]! / 2) * factor;
        for (const i of [0, 3, 8, 18]) {
          const codes = sides.map((side, l) => ({
            name: 'codes',
            width: side,
            height: side,
            codebookSize: count,
            indices: new Int32Array(side * side).fill(l === level ? indices[i]! : 0),
          }));
          expectNear(patches[i]!, crop(await host.decode(call++, id, codes), at, at, factor));
        }
      },
    );

    it.each(['tiny-vq', 'tiny-h2'])('%s: in a picture each is what the picture decodes to with it', async (id) => {
      const { codes } = await host.encode(call++, id, testPicture(32, 32));
      const level = codes.length - 1;
      const { width, height } = codes[level]!;
      for (const [place, x, y] of [
        [3 * width + 4, 3, 2],
        [0, 0, 0],
        [width * height - 1, width - 3, height - 3],
      ] as const) {
        const context = { codes, place, around: 1 };
        const patches = await host.decodePatches(call++, id, level, [5, 31, codes[level]!.indices[place]!], context);
        expect(patches.map((patch) => [patch.width, patch.height])).toEqual([
          [12, 12],
          [12, 12],
          [12, 12],
        ]);
        for (const [i, index] of [5, 31, codes[level]!.indices[place]!].entries())
          expectNear(
            patches[i]!,
            crop(await host.decode(call++, id, withCode(codes, level, place, index)), x * 4, y * 4, 12),
          );
      }
      const all = await host.decodePatches(call++, id, level, [5], { codes, place: 9, around: 99 });
      expect([all[0]!.width, all[0]!.height]).toEqual([width * 4, height * 4]);
    });

    it('of a picture larger than the square it takes the square around the place', async () => {
      const { codes } = await host.encode(call++, 'tiny-vq', testPicture(80, 48), { mode: 'tile' });
      const { width, indices } = codes[0]!;
      const place = 5 * width + 12;
      const window: CodeGrid = { ...codes[0]!, width: 8, height: 8, indices: new Int32Array(64) };
      // Eight codes a side around code 12, 5: from 8 or 9 and 1 or 2.
      const [patch] = await host.decodePatches(call++, 'tiny-vq', 0, [7], { codes, place, around: 2 });
      const left = Math.round((12 * 4 + 2 - 16) / 4);
      const top = Math.round((5 * 4 + 2 - 16) / 4);
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) window.indices[y * 8 + x] = indices[(top + y) * width + left + x]!;
      window.indices[(5 - top) * 8 + 12 - left] = 7;
      const whole = await host.decode(call++, 'tiny-vq', [window]);
      expectNear(patch!, crop(whole, (12 - 2 - left) * 4, (5 - 2 - top) * 4, 20));
    });

    it('tells how far it is, can be cancelled between two batches, and works on', async () => {
      const fractions: number[] = [];
      const indices = Array.from({ length: 150 }, (_, i) => i % 64);
      await host.decodePatches(call++, 'tiny-vq', 0, indices, undefined, ({ stage, fraction }) => {
        if (stage === 'decode') fractions.push(fraction!);
      });
      expect(fractions.length).toBeGreaterThan(1);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      const id = call++;
      const running = host.decodePatches(id, 'tiny-vq', 0, indices, undefined, ({ fraction }) => {
        if (fraction) host.cancel(id);
      });
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
      await expect(host.decodePatches(call++, 'tiny-vq', 0, [1])).resolves.toHaveLength(1);
      await expect(host.decodePatches(call++, 'tiny-vq', 0, [])).resolves.toEqual([]);
    });

    it('refuses codes and places that there are not', async () => {
      const { codes } = await host.encode(call++, 'tiny-vq', testPicture(32, 32));
      const ask = (indices: number[], place = 0, around = 1) =>
        host.decodePatches(call++, 'tiny-vq', 0, indices, { codes, place, around });
      await expect(ask([1, 64])).rejects.toThrow(/Code 64 is not in the codebook of "codes" \(0 to 63\)/);
      await expect(ask([1], 64)).rejects.toThrow(/Place 64 is not in "codes": it has places 0 to 63/);
      await expect(ask([1], 0, -1)).rejects.toThrow(/-1 codes around/);
    });

    if (readbacks)
      it('reads back once a batch', async () => {
        const before = readbacks();
        await host.decodePatches(
          call++,
          'tiny-vq',
          0,
          Array.from({ length: 64 }, (_, i) => i),
        );
        expect(readbacks() - before).toBeLessThanOrEqual(4);
      });
  });
}
