/** One journey through the engine, the same on every backend: the tests say on which. */
import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineHost } from '../host';
import type { BackendName, EngineEvent, Picture, Progress, TokenizerSummary } from '../types';

export interface JourneyOptions {
  readonly gpu: () => GPU | null;
  readonly backend: BackendName;
}

/** Serves a folder of models over http, as a static host would. */
export async function serveFixtures(folder = 'fixtures/models'): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    createReadStream(`${folder}${request.url}`)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** Smooth colours with a disc, [height, width, 4]. */
export function testPicture(width: number, height: number): Picture {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot(x - width / 2, y - height / 2) < Math.min(width, height) / 3;
      data.set(
        [inside ? 220 : (255 * x) / width, inside ? 40 : (255 * y) / height, inside ? 60 : 128],
        (y * width + x) * 4,
      );
    }
  return { width, height, data };
}

export function describeJourney({ gpu, backend }: JourneyOptions): void {
  describe(`engine on ${backend}`, () => {
    const events: EngineEvent[] = [];
    let server: Server;
    let host: EngineHost;
    let call = 1;

    beforeAll(async () => {
      const served = await serveFixtures();
      server = served.server;
      host = new EngineHost({ gpu: gpu() });
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, (event) => events.push(event));
    });
    afterAll(() => server.close());
    const tokenizerOf = async (id: string): Promise<TokenizerSummary> => {
      const model = (await host.models()).find((summary) => summary.id === id);
      if (model?.family !== 'vqvae') throw new Error(`no tokenizer ${id}`);
      return model;
    };

    it('says where it runs and what it has', async () => {
      expect(host.capabilities().backend).toBe(backend);
      const tiny = (await host.models()).find(({ id }) => id === 'tiny-vq');
      expect(tiny).toMatchObject({ resolution: 32, factor: 4, codebookSizes: [64], codeDim: 4, quantizer: 'vq' });
    });

    it.each(['tiny-vq', 'tiny-cosine', 'tiny-fsq', 'tiny-rvq', 'tiny-h2'])(
      '%s: codes decode to the very reconstruction',
      async (id) => {
        const stages: Progress['stage'][] = [];
        const run = await host.reconstruct(call++, id, testPicture(50, 40), {}, ({ stage }) => stages.push(stage));
        const model = await tokenizerOf(id);
        expect(stages).toContain('download');
        expect(run.image).toMatchObject({ width: model.resolution, height: model.resolution });
        expect(run.codes.map(({ codebookSize }) => codebookSize)).toEqual(model.codebookSizes);
        expect(new Set(run.codes[0]?.indices).size).toBeGreaterThan(1);
        expect(run.metrics.bytes).toBe(
          run.codes.reduce(
            (sum, { indices, codebookSize }) => sum + Math.ceil((indices.length * Math.log2(codebookSize)) / 8),
            0,
          ),
        );
        const decoded = await host.decode(call++, id, run.codes);
        expect(decoded.data).toEqual(run.image.data);
        const { codes } = await host.encode(call++, id, testPicture(50, 40));
        expect(codes).toEqual(run.codes);
      },
    );

    it('lists and loads a prior, replays its golden file, and will not send a picture through it', async () => {
      const id = 'tiny-prior-two-level';
      const summary = (await host.models()).find((model) => model.id === id);
      expect(summary).toMatchObject({ family: 'prior', codeCount: 80, pairsWith: { id: 'tiny-h2' } });
      const stages: Progress['stage'][] = [];
      expect(await host.load(call++, id, ({ stage }) => stages.push(stage))).toEqual(summary);
      expect(stages).toContain('download');
      const entries = await host.checkGolden(call++, id);
      expect(entries.map(({ name }) => name).sort()).toEqual(['blocks.0', 'blocks.1', 'logits.0', 'logits.1', 'time']);
      for (const { name, maxAbsDiff, scale } of entries) expect(maxAbsDiff, name).toBeLessThanOrEqual(1e-4 * scale);
      await expect(host.encode(call++, id, testPicture(32, 32))).rejects.toThrow(
        /is a prior: pictures need a tokenizer/,
      );
    });

    it('opens the quantizer: the chosen code is the nearest', async () => {
      for (const id of ['tiny-vq', 'tiny-cosine', 'tiny-rvq', 'tiny-fsq']) {
        const { codes, latents } = await host.reconstruct(call++, id, testPicture(32, 32));
        const place = codes[0]!.width + 2;
        const { codeDim: dim } = await tokenizerOf(id);
        const chosen = codes.map(({ indices }) => indices[place]!);
        const view = await host.inspect(
          call++,
          id,
          { level: 0, latent: latents.slice(place * dim, (place + 1) * dim), chosen },
          5,
        );
        expect(view.levels.map((level) => level.chosen)).toEqual(chosen);
        for (const { nearest } of view.levels) {
          const distances = nearest.map(({ distance }) => distance);
          expect(distances[0]).toBeLessThanOrEqual(Math.min(...distances) + 1e-5);
        }
      }
    });

    it('keeps the whole picture in tile mode, whatever its size', async () => {
      for (const [width, height] of [
        [1, 1],
        [45, 33],
        [70, 10],
      ] as const) {
        const run = await host.reconstruct(call++, 'tiny-vq', testPicture(width, height), { mode: 'tile' });
        expect([run.image.width, run.image.height]).toEqual([width, height]);
        expect([run.codes[0]?.width, run.codes[0]?.height]).toEqual([Math.ceil(width / 4), Math.ceil(height / 4)]);
      }
    });

    it('two levels: two grids, each with its latents, in one piece and in tiles', async () => {
      const { codeDim: dim, codebookSizes } = await tokenizerOf('tiny-h2');
      expect(codebookSizes).toEqual([32, 64]);
      const shapes = ({ codes }: { codes: readonly { name: string; width: number; height: number }[] }) =>
        codes.map(({ name, width, height }) => [name, width, height]);
      const run = await host.reconstruct(call++, 'tiny-h2', testPicture(45, 33), { mode: 'tile' });
      // 45 x 33 pixels fill 6 x 5 codes of the top, 8 pixels each, in more than one tile.
      expect(shapes(run)).toEqual([
        ['top', 6, 5],
        ['bottom', 12, 10],
      ]);
      expect([run.image.width, run.image.height]).toEqual([45, 33]);
      expect([run.topLatents?.length, run.latents.length]).toEqual([6 * 5 * dim, 12 * 10 * dim]);
      for (const [level, latents] of [run.topLatents!, run.latents].entries()) {
        const { indices } = run.codes[level]!;
        for (const place of [0, 7, indices.length - 1]) {
          const latent = latents.slice(place * dim, (place + 1) * dim);
          const view = await host.inspect(call++, 'tiny-h2', { level, latent, chosen: [indices[place]!] }, 3);
          const [first, second] = view.levels[0]!.nearest;
          expect(first!.index).toBe(indices[place]);
          expect(first!.distance).toBeLessThanOrEqual(second!.distance + 1e-5);
        }
        expect((await host.codebook(call++, 'tiny-h2', level)).length).toBe(codebookSizes[level]! * dim);
      }
      const image = await host.decode(call++, 'tiny-h2', run.codes);
      expect([image.width, image.height]).toEqual([48, 40]);
      expect([...image.data.subarray(0, 45 * 4)]).toEqual([...run.image.data.subarray(0, 45 * 4)]);
      const sides = await Promise.all([0, 1].map((level) => host.decodePatches(call++, 'tiny-h2', level, [3, 9])));
      expect(sides.map(([patch]) => [patch!.width, patch!.height])).toEqual([
        [8, 8],
        [4, 4],
      ]);
      for (const [patch, other] of sides) expect(patch!.data).not.toEqual(other!.data);
      const [top, bottom] = run.codes;
      const decode = (...codes: typeof run.codes) => host.decode(call++, 'tiny-h2', codes);
      await expect(decode(top!)).rejects.toThrow(/needs 2 code grid\(s\), got 1/);
      await expect(decode(top!, { ...top!, name: 'bottom' })).rejects.toThrow(/2 codes a side for one of the top/);
      await expect(decode({ ...top!, indices: top!.indices.map(() => 32) }, bottom!)).rejects.toThrow(/32.*0 to 31/);
      await expect(
        host.inspect(call++, 'tiny-h2', { level: 0, latent: run.latents.slice(0, dim), chosen: [0, 0] }, 3),
      ).rejects.toThrow(/1 code\(s\) at a place, got 6 and 2/);
      await expect(host.decodePatches(call++, 'tiny-h2', 2, [0])).rejects.toThrow(/has 2 code grid\(s\).*no 2/);
    });

    it('refuses a code outside the codebook, in words', async () => {
      const { codes } = await host.encode(call++, 'tiny-vq', testPicture(32, 32));
      codes[0]!.indices[5] = 64;
      await expect(host.decode(call++, 'tiny-vq', codes)).rejects.toThrow(/64.*0\s*(to|\.\.)\s*63/);
    });

    it('draws one code alone', async () => {
      const [patch, other] = await host.decodePatches(call++, 'tiny-vq', 0, [3, 9]);
      expect(patch).toMatchObject({ width: 4, height: 4 });
      expect(patch!.data).not.toEqual(other!.data);
    });

    it('can be cancelled between tiles, and works on', async () => {
      const id = call++;
      const running = host.reconstruct(id, 'tiny-vq', testPicture(200, 200), { mode: 'tile' }, ({ stage }) => {
        if (stage === 'encode') host.cancel(id);
      });
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
      await expect(host.reconstruct(call++, 'tiny-vq', testPicture(32, 32))).resolves.toBeTruthy();
    });

    it('names what there is when asked for what there is not', async () => {
      await expect(host.load(call++, 'nonesuch')).rejects.toThrow(/nonesuch.*tiny-vq/);
    });

    if (backend === 'webgpu')
      it('survives the loss of the device, idle and in mid-run', async () => {
        const before = await host.reconstruct(call++, 'tiny-vq', testPicture(90, 70), { mode: 'tile' });
        await host.simulateDeviceLoss();
        const idle = await host.reconstruct(call++, 'tiny-vq', testPicture(90, 70), { mode: 'tile' });
        expect(idle.image.data).toEqual(before.image.data);
        let lost: Promise<void> | null = null;
        const during = await host.reconstruct(
          call++,
          'tiny-vq',
          testPicture(90, 70),
          { mode: 'tile' },
          ({ stage, fraction }) => {
            if (stage === 'encode' && fraction && !lost) lost = host.simulateDeviceLoss();
          },
        );
        expect(lost).not.toBeNull();
        expect(during.image.data).toEqual(before.image.data);
        expect(events.map(({ kind }) => kind)).toEqual([
          'device-lost',
          'device-restored',
          'device-lost',
          'device-restored',
        ]);
      });
  });
}
