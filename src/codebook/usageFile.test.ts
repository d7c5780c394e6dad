import { describe, expect, it } from 'vitest';
import { MAX_USAGE_BYTES, parseUsage, readUsage } from './usageFile';

const file = {
  schemaVersion: 1,
  sets: [{ name: 'train', pictures: 2, counts: [[3, 0, 5], [1, 7]] }], // prettier-ignore
  atlas: [
    { file: 'atlas.png', columns: 2, patch: 8 },
    { file: 'atlas-1.png', columns: 2, patch: 8 },
  ],
  groups: ['animals'],
  groupOf: [[0, -1, 0], [0, 0]], // prettier-ignore
};
const sizes = [3, 2];
const read = (patch: object) => () => parseUsage(JSON.stringify({ ...file, ...patch }), sizes);

describe('usage.json', () => {
  it('is read as it is written', async () => {
    expect(parseUsage(JSON.stringify(file), sizes)).toEqual(file);
    expect(await readUsage(new Blob([JSON.stringify(file)]), sizes)).toEqual(file);
    expect(read({ atlas: [] })().atlas).toEqual([]);
  });

  it('may be missing', async () => expect(await readUsage(null, sizes)).toBeNull());

  it.each([
    ['of another version', { schemaVersion: 2 }, /malformed/],
    ['with a part of a count', { sets: [{ name: 'a', pictures: 1, counts: [[0.5, 1, 1], [1, 1]] }] }, /malformed/],
    ['with a negative count', { sets: [{ name: 'a', pictures: 1, counts: [[-1, 1, 1], [1, 1]] }] }, /malformed/],
    ['of fewer codes', { sets: [{ name: 'a', pictures: 1, counts: [[1, 1], [1, 1]] }] }, /another codebook.*\[2, 2\].*\[3, 2\]/],
    ['of fewer levels', { sets: [{ name: 'a', pictures: 1, counts: [[1, 1, 1]] }] }, /another codebook/],
    ['with two sets of one name', { sets: [...file.sets, ...file.sets] }, /two sets/],
    ['whose atlas is elsewhere', { atlas: [{ file: '../atlas.png', columns: 2, patch: 8 }] }, /malformed/],
    ['with one atlas for two grids', { atlas: file.atlas.slice(1) }, /names 1 atlas/],
    ['with a group that nobody has', { groupOf: [[0, 1, 0], [0, 0]] }, /group beyond/],
    ['with groups of other codes', { groupOf: [[0], [0, 0]] }, /groupOf/],
  ])('%s is refused', (_, patch, message) => expect(read(patch)).toThrow(message)); // prettier-ignore

  it('that is cut off or too large is refused in words', async () => {
    expect(() => parseUsage('{"schemaVersion":', sizes)).toThrow('not JSON');
    const large = new Blob([new Uint8Array(MAX_USAGE_BYTES + 1)]);
    await expect(readUsage(large, sizes)).rejects.toThrow('up to');
  });
});
