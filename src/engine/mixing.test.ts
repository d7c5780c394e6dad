/** The page's own quantizing step (codebook/paint) against the engine's, for every quantizer; and levels that are silenced, in the engine. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silencedRows } from '../codebook/paint/parts';
import { quantizeLatents, type Quantizer } from '../codebook/paint/quantize';
import { EngineHost } from './host';
import { serveFixtures, testPicture } from './testing/journey';

describe('codes of latents', () => {
  let server: Server;
  let host: EngineHost;
  beforeAll(async () => {
    const served = await serveFixtures();
    server = served.server;
    host = new EngineHost({ gpu: null });
    await host.start({ modelsUrl: served.url, backend: 'cpu', useGpu: false }, () => undefined);
  });
  afterAll(() => server.close());

  it.each(['tiny-vq', 'tiny-cosine', 'tiny-fsq', 'tiny-rvq', 'tiny-h2'])('%s: are the engine’s own', async (id) => {
    const model = (await host.models()).find((summary) => summary.id === id);
    if (model?.family !== 'vqvae') throw new Error(`no tokenizer ${id}`);
    const { quantizer } = model.config;
    const count = quantizer.kind === 'fsq' ? 0 : model.codebookSizes.length;
    const own: Quantizer = {
      kind: quantizer.kind,
      codeDim: model.codeDim,
      cosine: quantizer.kind === 'vq' && quantizer.distance === 'cosine',
      fsqLevels: quantizer.kind === 'fsq' ? quantizer.levels : null,
      codebooks: await Promise.all(Array.from({ length: count }, (_, level) => host.codebook(level, id, level))),
    };
    for (const [i, picture] of [testPicture(50, 40), testPicture(32, 64)].entries()) {
      const run = await host.reconstruct(100 + i, id, picture, i === 1 ? { mode: 'tile' } : {});
      const codes = quantizeLatents(own, run);
      expect(codes.map((grid) => [...grid])).toEqual(run.codes.map(({ indices }) => [...indices]));
    }
  });

  it('levels that are silenced say nothing, and none silenced changes nothing', async () => {
    const id = 'tiny-rvq';
    const { codes, image } = await host.reconstruct(200, id, testPicture(32, 32));
    const level = { size: codes[0]!.codebookSize, codeDim: 0, vector: null };
    const codeDim = (await host.codebook(201, id, 0)).length / level.size;
    const levels = codes.map(() => ({ ...level, codeDim }));
    const decodeWith = async (kept: number[], grids = codes) => {
      const variant = await host.setVariant(202, { modelId: id, name: 'part', rows: silencedRows(levels, kept) });
      return host.decode(203, variant.id, grids);
    };
    expect((await decodeWith([0, 1, 2, 3])).data).toEqual(image.data);
    const pictures = [await decodeWith([0]), await decodeWith([0, 1]), await decodeWith([0, 1, 2]), image];
    for (let i = 1; i < 4; i++) expect(pictures[i]!.data).not.toEqual(pictures[i - 1]!.data);
    // Other codes in levels that are not heard change no pixel; in a level that is heard they do.
    const moved = (at: number) =>
      codes.map((grid, i) =>
        i < at ? grid : { ...grid, indices: grid.indices.map((code) => (code + 7) % level.size) },
      );
    expect((await decodeWith([0, 1], moved(2))).data).toEqual(pictures[1]!.data);
    expect((await decodeWith([0, 1], moved(1))).data).not.toEqual(pictures[1]!.data);
    // The whole model itself is left alone.
    expect((await host.decode(204, id, codes)).data).toEqual(image.data);
  });
});
