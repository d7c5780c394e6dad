import { describe, expect, it } from 'vitest';
import { createFakeEngine, fakeModel, type FakeEngine } from '../labs/testing/fakeEngine';
import { createFakeResize } from '../labs/testing/fakeResize';
import { testPicture } from '../labs/testing/pictures';
import { codebook, resizeCodebook, type CodebookParts } from './codebook';

const usage = (counts: number[]) =>
  JSON.stringify({
    ...{ schemaVersion: 1, atlas: [], groups: [], groupOf: [counts.map(() => -1)] },
    sets: [{ name: 'train', pictures: 7, counts: [counts] }],
  });

function setUp(counts: number[] | null = null): CodebookParts & { engine: FakeEngine } {
  const fake = createFakeEngine();
  const engine = {
    ...fake,
    modelFile: (_id: string, name: string) =>
      Promise.resolve(counts && name === 'usage.json' ? new Blob([usage(counts)]) : null),
  };
  return { engine, resizer: createFakeResize, remaps: new Map() };
}

describe('the codebook on the console', () => {
  it('gives rows, sizes and use', async () => {
    const counts = Array.from({ length: 1000 }, (_, i) => i);
    const book = await codebook(setUp(counts), fakeModel.id);
    expect(book).toMatchObject({ modelId: 'fake-64', codeDim: 3, quantizer: 'vq' });
    expect(book.levels).toHaveLength(1);
    expect(book.levels[0]).toMatchObject({ name: 'codes', size: 1000, remap: null });
    expect(book.levels[0]!.rows.length).toBe(3000);
    expect(book.usage).toEqual([{ name: 'train', pictures: 7, counts: [counts] }]);
    expect((await codebook(setUp(), fakeModel.id)).usage).toEqual([]);
    await expect(codebook(setUp(), 'nonesuch')).rejects.toThrow(/no tokenizer "nonesuch". Here are: fake-64/);
  });

  it('takes codes away by the use that the folder tells; the variant serves and says its names', async () => {
    const counts = Array.from({ length: 1000 }, (_, i) => (i < 10 ? 0 : 1000 - i));
    const parts = setUp(counts);
    const small = await resizeCodebook(parts, fakeModel.id, { size: 990, method: 'drop' });
    expect(small).toMatchObject({
      modelId: 'fake-64@drop-990',
      size: 990,
      method: 'drop',
      countedOn: 7,
      codebookSizes: [990],
    });
    const [remap] = small.remap;
    expect(remap!.every((stand, code) => (code < 10 ? stand >= 10 : stand === code))).toBe(true);
    expect((await codebook(parts, small.modelId)).levels[0]!.remap).toEqual(remap);
    const run = await parts.engine.reconstruct(small.modelId, testPicture(64));
    expect(run.codes[0]!.indices.every((code) => code >= 10)).toBe(true);
    const other = await resizeCodebook(parts, fakeModel.id, { size: 100 });
    expect(other.modelId).toBe('fake-64@merge-100');
    expect(new Set(other.remap[0]).size).toBe(100);
    expect((await resizeCodebook(setUp(), fakeModel.id, { size: 1000 })).countedOn).toBeNull();
  });

  it('says what it needs', async () => {
    const ask = (request: { size: number; method?: 'drop' }) => resizeCodebook(setUp(), fakeModel.id, request);
    for (const size of [0, 1001, 2.5, NaN])
      await expect(ask({ size })).rejects.toThrow(/fake-64 has 1000 codes: the size is a whole number from 1 to 1000/);
    await expect(ask({ size: 2, method: 'trained' as 'drop' })).rejects.toThrow(/'drop' or 'merge', found 'trained'/);
    const fsq = setUp();
    const lattice = {
      ...fsq,
      engine: { ...fsq.engine, models: () => Promise.resolve([{ ...fakeModel, quantizer: 'fsq' as const }]) },
    };
    await expect(resizeCodebook(lattice, fakeModel.id, { size: 2 })).rejects.toThrow(/quantizes by FSQ/);
  });
});
