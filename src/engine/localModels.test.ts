import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineHost } from './host';
import { serveFixtures, testPicture } from './testing/journey';
import { storageReport } from './storage';
import type { LocalFolder } from './types';

const FILES = ['manifest.json', 'model.safetensors', 'golden.safetensors'] as const;

/** A fixture's files as a visitor would drop them; `change` replaces some, null leaves one out. */
function folderOf(id: string, change: Readonly<Record<string, BlobPart | null>> = {}): LocalFolder {
  const names = [...new Set([...FILES, ...Object.keys(change)])].filter((name) => change[name] !== null);
  return {
    name: `my-${id}`,
    files: names.map((name) => ({
      name,
      file: new Blob([change[name] ?? Uint8Array.from(readFileSync(`fixtures/models/${id}/${name}`))]),
    })),
  };
}

const manifestOf = (id: string) =>
  JSON.parse(readFileSync(`fixtures/models/${id}/manifest.json`, 'utf8')) as Record<string, unknown>;
const withManifest = (id: string, patch: object) =>
  folderOf(id, { 'manifest.json': JSON.stringify({ ...manifestOf(id), ...patch }) });

let server: Server;
let host: EngineHost;
let call = 1;

beforeAll(async () => {
  const served = await serveFixtures();
  server = served.server;
  host = new EngineHost({ gpu: null });
  await host.start({ modelsUrl: served.url, backend: 'cpu', useGpu: false }, () => undefined);
});
afterAll(() => server.close());

describe('a local model folder', () => {
  it('takes the suffix -local where the page ships its id, is listed last, and runs like any other', async () => {
    const added = await host.addLocalModel(folderOf('tiny-vq', { 'card.md': '# Mine' }));
    expect(added).toMatchObject({ id: 'tiny-vq-local', local: true });
    expect(added.localFiles).toContain('golden.safetensors');
    expect((await host.models()).at(-1)?.id).toBe('tiny-vq-local');
    const [ours, theirs] = [
      await host.reconstruct(call++, 'tiny-vq-local', testPicture(40, 40)),
      await host.reconstruct(call++, 'tiny-vq', testPicture(40, 40)),
    ];
    expect(ours.image.data).toEqual(theirs.image.data);
    expect(await (await host.modelFile('tiny-vq-local', 'card.md'))?.text()).toBe('# Mine');
    expect(await host.modelFile('tiny-vq', 'card.md')).toBeNull();
  });

  it('replaces an earlier one of the same id, comes back after unloading, and can be removed', async () => {
    await host.addLocalModel(folderOf('tiny-vq'));
    expect((await host.models()).filter(({ local }) => local)).toHaveLength(1);
    await host.unload(call++, 'tiny-vq-local');
    expect((await host.storage()).models.at(-1)).toEqual({ id: 'tiny-vq-local', loaded: false, keptBytes: 0 });
    await expect(host.load(call++, 'tiny-vq-local')).resolves.toMatchObject({ id: 'tiny-vq-local' });
    await host.removeLocalModel(call++, 'tiny-vq-local');
    expect((await host.models()).some(({ local }) => local)).toBe(false);
    await expect(host.load(call++, 'tiny-vq-local')).rejects.toThrow(/no model "tiny-vq-local"/);
  });

  it.each([
    [
      'no manifest',
      () => folderOf('tiny-vq', { 'manifest.json': null, 'a.png': 'x' }),
      /needed manifest\.json and the weights.*found a\.png, .*python -m training\.export/,
    ],
    ['nothing at all', () => ({ name: 'empty', files: [] }), /found nothing/],
    [
      'no weights',
      () => folderOf('tiny-vq', { 'model.safetensors': null }),
      /names model\.safetensors, found golden\.safetensors, manifest\.json/,
    ],
    ['a damaged manifest', () => folderOf('tiny-vq', { 'manifest.json': '{ "schema' }), /manifest\.json is not JSON/],
    [
      'a manifest with gaps',
      () => withManifest('tiny-vq', { config: {}, title: 3 }),
      /my-tiny-vq\/manifest\.json: title.*config\.encoder/,
    ],
    [
      'a family of another time',
      () => withManifest('tiny-vq', { family: 'gan' }),
      /knows models of the family vqvae.*is of the family "gan"/,
    ],
    [
      'weights cut off',
      () => folderOf('tiny-vq', { 'model.safetensors': new Uint8Array(100) }),
      /my-tiny-vq\/model\.safetensors: 100 bytes came, 822228 are needed/,
    ],
    [
      'weights of another export',
      () => folderOf('tiny-vq', { 'model.safetensors': new Uint8Array(822228) }),
      /my-tiny-vq\/model\.safetensors: sha256 is .* Drop the folder that/,
    ],
    [
      'a config that the weights do not fit',
      () => withManifest('tiny-vq', { config: manifestOf('tiny-cosine').config }),
      /not expected|missing|do not fit/,
    ],
  ] as const)('with %s is refused in words', async (_, folder, words) => {
    const before = await host.models();
    await expect(host.addLocalModel(folder())).rejects.toThrow(words);
    expect(await host.models()).toEqual(before);
  });

  it('may be a prior, with its words', async () => {
    const id = 'tiny-prior-absorbing';
    const words = Uint8Array.from(readFileSync(`fixtures/models/${id}/vocabulary.json`));
    await expect(host.addLocalModel(folderOf(id))).rejects.toThrow(/names vocabulary\.json/);
    await expect(host.addLocalModel(folderOf(id, { 'vocabulary.json': '{}' }))).rejects.toThrow(
      /words belong to another/,
    );
    const added = await host.addLocalModel(folderOf(id, { 'vocabulary.json': words }));
    expect(added).toMatchObject({ id: `${id}-local`, family: 'prior' });
    expect((await host.checkGolden(call++, added.id)).map(({ name }) => name)).toContain('logits.0');
    await expect(host.reconstruct(call++, added.id, testPicture(8, 8))).rejects.toThrow(/need a tokenizer/);
  });

  it('is checked against its golden file, as a model of the page is', async () => {
    await host.addLocalModel(folderOf('tiny-fsq'));
    for (const id of ['tiny-fsq-local', 'tiny-fsq']) {
      const entries = await host.checkGolden(call++, id);
      expect(entries.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['latents', 'reconstruction', 'indices.0']),
      );
      for (const { name, maxAbsDiff } of entries) expect(maxAbsDiff, name).toBeLessThan(2e-3);
    }
    await host.addLocalModel(folderOf('tiny-rvq', { 'golden.safetensors': new Uint8Array(50) }));
    await expect(host.checkGolden(call++, 'tiny-rvq-local')).rejects.toThrow(
      /my-tiny-rvq\/golden\.safetensors: sha256/,
    );
  });
});

it('the cache is seen and emptied, one model or all; what is loaded stays', async () => {
  await host.emptyCache();
  expect((await host.storage()).keptBytes).toBe(0);
  await host.load(call++, 'tiny-cosine');
  await host.load(call++, 'tiny-wide');
  const kept = await host.storage();
  const of = (id: string) => kept.models.find((model) => model.id === id);
  expect(of('tiny-cosine')).toEqual({ id: 'tiny-cosine', loaded: true, keptBytes: 348758 });
  expect(kept.keptBytes).toBe(348758 + (of('tiny-wide')?.keptBytes ?? 0));
  await host.emptyCache('tiny-cosine');
  const after = await host.storage();
  expect(after.models.find(({ id }) => id === 'tiny-cosine')).toMatchObject({ loaded: true, keptBytes: 0 });
  expect(after.keptBytes).toBe(kept.keptBytes - 348758);
});

it('bytes of no listed model are strays', () => {
  const models = [
    { id: 'a', sha256: '1' },
    { id: 'own', sha256: null },
  ];
  const kept = [
    { sha256: '1', sizeBytes: 5 },
    { sha256: '2', sizeBytes: 7 },
  ];
  expect(storageReport(models, kept, new Set(['own']))).toEqual({
    keptBytes: 12,
    strayBytes: 7,
    models: [
      { id: 'a', loaded: false, keptBytes: 5 },
      { id: 'own', loaded: true, keptBytes: 0 },
    ],
  });
});
