import { describe, expect, test } from 'vitest';
import type { Reconstruction } from '../../engine/types';
import { createFakeEngine, fakeModel } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import { picturesOf, runBatch, summarize, toCsv, type BatchRow } from './batch';
import { bytesOfGrid, codeVector, countCodes, paintedColours } from './codeFacts';
import { matchCodecs, type CodecTrial } from './sameBytes';
import { stemOf } from './save';

const grid = { name: 'codes', height: 2, width: 2, codebookSize: 1024, indices: Int32Array.of(7, 7, 3, 900) };

describe('code facts', () => {
  test('counts, bytes, vectors', () => {
    expect([...countCodes(grid)]).toEqual([
      [7, 2],
      [3, 1],
      [900, 1],
    ]);
    expect(bytesOfGrid(grid)).toBe(5); // 4 codes of 10 bits
    expect(codeVector(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 1)).toEqual(Float32Array.of(3, 4));
    expect(codeVector(Float32Array.of(1, 2), 2, 2)).toBeNull();
  });

  test('a code is painted in the mean colour of its places, also where the last cells are cut', () => {
    const data = new Uint8ClampedArray(3 * 3 * 4);
    for (let i = 0; i < 9; i++) data.set([i % 3 === 2 ? 200 : 100, 0, 0, 255], i * 4);
    const colours = paintedColours({ ...grid, indices: Int32Array.of(1, 2, 1, 2) }, { width: 3, height: 3, data });
    expect([...colours]).toEqual([
      [1, 'rgb(100 0 0)'],
      [2, 'rgb(200 0 0)'],
    ]);
  });
});

describe('a folder of pictures', () => {
  const files = [
    new File(['20'], 'b10.png', { type: 'image/png' }),
    new File(['x'], 'notes.txt', { type: 'text/plain' }),
    new File(['broken'], 'b2.JPG'),
    new File(['x'], '.hidden.png', { type: 'image/png' }),
  ];
  const decode = async (blob: Blob) => {
    if ((await blob.text()) === 'broken') throw new Error('not a "picture", sorry');
    return testPicture(20);
  };

  test('takes the pictures in the order of their names', () => {
    expect(picturesOf(files).map((file) => file.name)).toEqual(['b2.JPG', 'b10.png']);
  });

  test('one bad picture does not stop the others', async () => {
    const rows: BatchRow[] = [];
    const signal = new AbortController().signal;
    await runBatch(picturesOf(files), fakeModel.id, {}, { engine: createFakeEngine(), decode }, signal, (row) =>
      rows.push(row),
    );
    expect(rows.map((row) => [row.name, row.width, row.problem])).toEqual([
      ['b2.JPG', null, 'not a "picture", sorry'],
      ['b10.png', 20, null],
    ]);
    expect(summarize(rows)).toMatchObject({ done: 1, failed: 1, psnr: rows[1]!.psnr });
    expect(toCsv(rows).split('\r\n')[1]).toBe('b2.JPG,,,,,,,"not a ""picture"", sorry"');
    expect(toCsv([{ ...rows[1]!, name: '=1+1' }])).toContain("\r\n'=1+1,20,20,");
  });

  test('cancelling stops between pictures', async () => {
    const rows: BatchRow[] = [];
    const job = new AbortController();
    await runBatch(
      [files[0]!, files[0]!],
      fakeModel.id,
      {},
      { engine: createFakeEngine(), decode },
      job.signal,
      (row) => {
        rows.push(row);
        job.abort();
      },
    );
    expect(rows).toHaveLength(1);
  });
});

describe('saving', () => {
  test('file names', () => {
    expect(stemOf('C:\\pictures\\my cat.final.png')).toBe('my-cat.final');
    expect(stemOf('日本 語.jpg')).toBe('日本-語');
    expect(stemOf('???')).toBe('picture');
    expect(stemOf('Peacock (Noto)')).toBe('Peacock-Noto');
    expect(stemOf('')).toBe('picture');
  });
});

test('the search of one codec may fail; the other one still runs', async () => {
  const result = { input: testPicture(8), metrics: { bytes: 80 } } as Reconstruction;
  const told: [string, CodecTrial['status']][] = [];
  const client = {
    match: (_picture: unknown, codec: string) =>
      codec === 'webp'
        ? Promise.reject(new Error('no wasm'))
        : Promise.resolve({ fits: false as const, smallestBytes: 400, trials: 3 }),
  };
  await matchCodecs(client, result, new AbortController().signal, (codec, trial) => told.push([codec, trial.status]));
  expect(told).toEqual([
    ['webp', 'searching'],
    ['webp', 'failed'],
    ['avif', 'searching'],
    ['avif', 'done'],
  ]);
});
