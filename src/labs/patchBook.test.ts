import { expect, test } from 'vitest';
import type { Picture } from '../engine/types';
import { createPatchBook } from './patchBook';

const model = { id: 'm', codebookSizes: [6] };
/** 3 columns of 2 x 2 patches: patch i is red i. */
function sheet(columns: number, rows: number): Picture {
  const data = new Uint8ClampedArray(columns * rows * 16).fill(255);
  for (let y = 0; y < rows * 2; y++)
    for (let x = 0; x < columns * 2; x++) data[(y * columns * 2 + x) * 4] = (y >> 1) * columns + (x >> 1);
  return { width: columns * 2, height: rows * 2, data };
}
const usage = {
  schemaVersion: 1,
  sets: [{ name: 'train', pictures: 1, counts: [[1, 2, 3, 4, 5, 6]] }],
  atlas: [{ file: 'atlas.png', columns: 3, patch: 2 }],
  groups: [],
  groupOf: [[-1, -1, -1, -1, -1, -1]],
};

function setUp(files: Readonly<Record<string, string>>, atlas = sheet(3, 2)) {
  const decoded: number[][] = [];
  let changes = 0;
  const life = new AbortController();
  const book = createPatchBook(
    {
      modelFile: (_, name) => Promise.resolve(files[name] === undefined ? null : new Blob([files[name]])),
      decodePatches: (_, __, indices) => {
        decoded.push([...indices]);
        return Promise.resolve(
          indices.map((index) => ({ width: 1, height: 1, data: new Uint8ClampedArray(4).fill(index) })),
        );
      },
    },
    () => Promise.resolve(atlas),
    () => changes++,
    () => life.signal,
  );
  return { book, decoded, changes: () => changes };
}

test('patches are cut out of the atlas, the same object each time, and none is decoded', async () => {
  const { book, decoded } = setUp({ 'usage.json': JSON.stringify(usage), 'atlas.png': 'png' });
  await book.want(model, 0, [0, 4, 5]);
  expect(decoded).toEqual([]);
  const patch = book.patchOf('m', 0, 4)!;
  expect([patch.width, patch.height, patch.data[0], patch.data.at(-4)]).toEqual([2, 2, 4, 4]);
  expect(book.patchOf('m', 0, 4)).toBe(patch);
  expect(book.usage('m')?.sets[0]?.counts[0]?.[5]).toBe(6);
  expect(book.atlas('m', 0)?.columns).toBe(3);
});

test('without an atlas they are decoded, a few at a time, each once', async () => {
  const { book, decoded, changes } = setUp({});
  expect(book.patchOf('m', 0, 3)).toBeUndefined();
  await Promise.all([book.want(model, 0, [3, 3, 1]), book.want(model, 0, [1, 2])]);
  expect(decoded.flat().sort()).toEqual([1, 2, 3]);
  expect(book.patchOf('m', 0, 3)?.data[0]).toBe(3);
  expect(changes()).toBe(2);
  expect(book.atlas('m', 0)).toBeNull();
});

test('an atlas that is too small for its codebook is left aside', async () => {
  const { book, decoded } = setUp({ 'usage.json': JSON.stringify(usage), 'atlas.png': 'png' }, sheet(3, 1));
  await book.want(model, 0, [5]);
  expect(decoded).toEqual([[5]]);
});
