/** What must hold of variants, the same on every backend. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../models/safetensors';
import { EngineHost } from '../host';
import { serveFixtures, testPicture } from '../testing/journey';
import type { BackendName, LocalFolder, Reconstruction, VariantOptions } from '../types';

/** Live things of the backend: buffers and pipelines, or tensors. */
export type CountLive = () => unknown;

export interface VariantJourney {
  readonly backend: BackendName;
  readonly gpu: () => GPU | null;
  readonly countLive: () => CountLive;
}

const PICTURE = testPicture(50, 40);

/** A fixture with other values in an F32 tensor, as a visitor's own model. */
function folderWith(id: string, values: Readonly<Record<string, Float32Array>>): LocalFolder {
  const file = Uint8Array.from(readFileSync(`fixtures/models/${id}/model.safetensors`));
  for (const [name, data] of Object.entries(values)) {
    const { bytes, dtype } = readSafetensors(file.buffer).get(name)!;
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}`);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const manifest = JSON.parse(readFileSync(`fixtures/models/${id}/manifest.json`, 'utf8')) as {
    tensors: { sha256?: string }[];
    weights: object;
  };
  for (const tensor of manifest.tensors) delete tensor.sha256;
  const sha256 = createHash('sha256').update(file).digest('hex');
  const changed = { ...manifest, id: `${id}-changed`, weights: { ...manifest.weights, sha256 }, golden: undefined };
  return {
    name: 'changed',
    files: [
      { name: 'manifest.json', file: new Blob([JSON.stringify(changed)]) },
      { name: 'model.safetensors', file: new Blob([file]) },
    ],
  };
}

const same = (one: Reconstruction, other: Reconstruction): void => {
  expect(one.codes).toEqual(other.codes);
  expect(one.latents).toEqual(other.latents);
  expect(one.image.data).toEqual(other.image.data);
};

export function describeVariants({ backend, gpu, countLive }: VariantJourney): void {
  describe(`variants on ${backend}`, () => {
    let server: Server;
    let host: EngineHost;
    let live: CountLive;
    let call = 1;

    beforeAll(async () => {
      const served = await serveFixtures();
      server = served.server;
      host = new EngineHost({ gpu: gpu() });
      live = countLive();
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, () => undefined);
    });
    afterAll(() => server.close());

    const run = (id: string) => host.reconstruct(call++, id, PICTURE);
    const set = (options: VariantOptions) => host.setVariant(call++, options);
    const rowsOf = (id: string, level = 0) => host.codebook(call++, id, level);
    /** Codes 2 i and 2 i + 1 are one: their mean. */
    const halved = (rows: Float32Array<ArrayBuffer>, dim: number) => {
      const out = rows.map((_, at) => {
        const pair = Math.floor(at / (2 * dim)) * 2 * dim + (at % dim);
        return Math.fround((rows[pair]! + rows[pair + dim]!) / 2);
      });
      return { rows: out, remap: Int32Array.from({ length: rows.length / dim }, (_, code) => code & ~1) };
    };

    it.each(['tiny-vq', 'tiny-cosine', 'tiny-rvq', 'tiny-h2'])(
      '%s: with its own rows a variant is the model, bit for bit',
      async (id) => {
        const whole = await run(id);
        const rows = await Promise.all(whole.codes.map((_, level) => rowsOf(id, level)));
        const summary = await set({ modelId: id, name: 'whole', rows });
        expect(summary).toMatchObject({ id: `${id}@whole`, family: 'vqvae' });
        same(await run(summary.id), whole);
        const untouched = await set({ modelId: id, name: 'untouched', rows: rows.map(() => null) });
        same(await run(untouched.id), whole);
        for (const variant of [summary, untouched]) await host.dropVariant(call++, variant.id);
      },
    );

    it('equals a model loaded with those rows and tensors, and leaves its own model alone', async () => {
      const before = await run('tiny-vq');
      const { rows, remap } = halved(await rowsOf('tiny-vq'), 4);
      // Layouts of every kind: projections side by side, a convolution, vectors.
      const names = [
        'decoder.mid_block.attentions.0.to_k.weight',
        'decoder.mid_block.resnets.0.conv1.weight',
        'decoder.mid_block.resnets.0.norm1.bias',
        'decoder.conv_out.bias',
      ];
      const entries = readSafetensors(
        Uint8Array.from(readFileSync('fixtures/models/tiny-vq/model.safetensors')).buffer,
      );
      const tensors = Object.fromEntries(
        names.map((name) => {
          const values = new Float32Array(entries.get(name)!.bytes.slice().buffer);
          return [name, values.map((value) => value * 0.75 + 0.01)];
        }),
      );
      const plain = await host.addLocalModel(folderWith('tiny-vq', { 'quantize.embedding.weight': rows }));
      const expected = await run(plain.id);
      // First the one kind of change, then both, then back: each time into what is compiled.
      const { id } = await set({ modelId: 'tiny-vq', name: 'half', rows: [rows] });
      same(await run(id), expected);
      await host.addLocalModel(folderWith('tiny-vq', { 'quantize.embedding.weight': rows, ...tensors }));
      const both = await run(plain.id);
      expect(both.image.data).not.toEqual(expected.image.data);
      await set({ modelId: 'tiny-vq', name: 'half', rows: [rows], tensors });
      same(await run(id), both);
      await set({ modelId: 'tiny-vq', name: 'half', rows: [null] });
      same(await run(id), before);
      same(await run('tiny-vq'), before);
      await set({ modelId: 'tiny-vq', name: 'half', rows: [rows], remap: [remap] });
      const renamed = await run(id);
      expect(renamed.codes[0]!.indices).toEqual(expected.codes[0]!.indices.map((code) => remap[code]!));
      expect(renamed.image.data).toEqual(expected.image.data);
      // 64 places of 5 bits, no longer of 6.
      expect([expected.metrics.bytes, renamed.metrics.bytes]).toEqual([48, 40]);
      await host.removeLocalModel(call++, plain.id);
      await host.dropVariant(call++, id);
    });

    it('its id serves wherever that of a tokenizer does', async () => {
      const { rows, remap } = halved(await rowsOf('tiny-vq'), 4);
      const { id } = await set({ modelId: 'tiny-vq', name: 'serves', rows: [rows], remap: [remap] });
      // What is given is copied.
      const given = rows.slice();
      rows.fill(NaN);
      expect(await rowsOf(id)).toEqual(given);
      const { codes } = await host.encode(call++, id, PICTURE);
      expect(codes[0]!.indices.every((code) => code % 2 === 0)).toBe(true);
      const whole = await run(id);
      expect(whole.codes).toEqual(codes);
      expect((await host.decode(call++, id, codes)).data).toEqual(whole.image.data);
      const odd = codes.map((grid) => ({ ...grid, indices: grid.indices.map((code) => code + 1) }));
      expect((await host.decode(call++, id, odd)).data).toEqual(whole.image.data);
      const [even, twin, other] = await host.decodePatches(call++, id, 0, [6, 7, 20]);
      expect(twin!.data).toEqual(even!.data);
      expect(other!.data).not.toEqual(even!.data);
      const chosen = codes[0]!.indices[3]!;
      const place = { level: 0, latent: whole.latents.slice(12, 16), chosen: [chosen] };
      const [level] = (await host.inspect(call++, id, place, 9)).levels;
      expect(level!.nearest[0]!.index).toBe(chosen);
      expect(level!.nearest.every(({ index }) => index % 2 === 0)).toBe(true);
      expect((await host.models()).some((model) => model.id === id)).toBe(false);
      expect(await host.modelFile(id, 'card.md')).toBeNull();
      await host.unload(call++, 'tiny-vq');
      await host.unload(call++, id);
      same(await run(id), whole);
      await host.dropVariant(call++, id);
      await host.dropVariant(call++, id);
      await expect(run(id)).rejects.toThrow(/no model "tiny-vq@serves"/);
    });

    it('changed fifty times over, it makes nothing', async () => {
      const rows = await rowsOf('tiny-cosine');
      const name = 'often';
      const change = (step: number) =>
        set({ modelId: 'tiny-cosine', name, rows: [rows.map((value, at) => value + Math.sin(at * step) / 2)] });
      const { id } = await change(1);
      const first = await run(id);
      const before = live();
      for (let step = 2; step <= 50; step++) {
        await change(step);
        if (step % 10 === 0) expect((await run(id)).image.data).not.toEqual(first.image.data);
      }
      await change(1);
      same(await run(id), first);
      expect(live()).toEqual(before);
      await host.dropVariant(call++, id);
    });

    it('outlives a change of backend', async () => {
      const { rows, remap } = halved(await rowsOf('tiny-vq'), 4);
      const { id } = await set({ modelId: 'tiny-vq', name: 'lasting', rows: [rows], remap: [remap] });
      const before = await run(id);
      await host.setBackend(backend === 'cpu' ? 'wasm' : 'cpu');
      const elsewhere = await run(id);
      expect(elsewhere.codes).toEqual(before.codes);
      await host.setBackend(backend);
      same(await run(id), before);
      if (backend === 'webgpu') {
        await host.simulateDeviceLoss();
        same(await run(id), before);
        await set({ modelId: 'tiny-vq', name: 'lasting', rows: [null] });
        same(await run(id), await run('tiny-vq'));
      }
      await host.dropVariant(call++, id);
    });

    it('refuses what does not fit, in words, and stays as it was', async () => {
      const rows = await rowsOf('tiny-vq');
      const { id } = await set({ modelId: 'tiny-vq', name: 'kept', rows: [rows.map((value) => value / 2)] });
      const before = await run(id);
      const refuse = (change: Partial<VariantOptions>, words: RegExp) =>
        expect(set({ modelId: 'tiny-vq', name: 'kept', rows: [rows], ...change })).rejects.toThrow(words);
      await refuse({ rows: [rows.slice(4)] }, /rows of codes: 256 numbers are needed \(\[64, 4\]\), found 252/);
      await refuse({ rows: [rows, rows] }, /has 1 codebook\(s\): rows needs as many entries.*found 2/);
      await refuse({ rows: [rows.with(9, Infinity)] }, /rows of codes: number 9 is Infinity/);
      await refuse({ tensors: { 'decoder.nonesuch': rows } }, /has no tensor decoder\.nonesuch/);
      await refuse({ tensors: { 'quantize.embedding.weight': rows } }, /is a codebook: give it in rows/);
      await refuse({ tensors: { 'decoder.conv_out.bias': rows } }, /conv_out\.bias: 3 numbers are needed.*found 256/);
      const identity = Int32Array.from({ length: 64 }, (_, code) => code);
      await refuse({ remap: [identity.with(3, 64)] }, /remap of codes: code 3 becomes 64, the codebook has 0 to 63/);
      await refuse({ remap: [identity.with(3, 2)] }, /code 3 becomes 2, but their rows differ/);
      await refuse({ remap: [identity.with(2, 3).with(3, 4)] }, /code 2 becomes 3, which itself becomes 4/);
      await refuse({ remap: [identity.slice(1)] }, /remap of codes: 64 codes are needed, found 63/);
      await refuse({ name: 'a b' }, /name is made of letters.*"a b"/);
      await refuse({ modelId: id }, /is a variant itself: vary its model, tiny-vq/);
      await refuse({ modelId: 'tiny-fsq' }, /quantizes by FSQ.*fixed lattice/);
      await refuse({ modelId: 'tiny-prior-uniform' }, /is a prior/);
      same(await run(id), before);
      await host.dropVariant(call++, id);
    });

    it('leaves nothing behind', async () => {
      await host.unload(call++, 'tiny-vq');
      await run('tiny-vq');
      const before = live();
      for (let i = 0; i < 3; i++) {
        const { id } = await set({ modelId: 'tiny-vq', name: `passing-${i}`, rows: [await rowsOf('tiny-vq')] });
        await run(id);
        await host.dropVariant(call++, id);
      }
      expect(live()).toEqual(before);
    });
  });
}
