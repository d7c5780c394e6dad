import { describe, expect, test } from 'vitest';
import type { Reconstruction } from '../../engine/types';
import { createFakeEngine, fakeModel } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import { picturesOf } from '../pictureFiles';
import { runBatch, summarize, toCsv, type BatchRow, type BatchServices } from './batch';
import { readAddress } from '../address';
import { stemOf } from '../download';
import {
  codesAlone,
  codeVector,
  countCodes,
  isTwoLevel,
  paintedColours,
  placeOf,
  promiseOf,
  titleOfGrid,
} from '../codeFacts';
import { bytesOfCodes } from '../../image/codes';
import { matchCodecs, type CodecTrial } from './sameBytes';

const grid = { name: 'codes', height: 2, width: 2, codebookSize: 1024, indices: Int32Array.of(7, 7, 3, 900) };

describe('code facts', () => {
  test('what a picture becomes, by quantizer', () => {
    const grid = (factor: number, codebookSize = 256) => ({ name: 'codes', factor, codebookSize });
    const model = { resolution: 128, grids: [grid(8, 1024)] };
    expect(promiseOf(model).integers).toBe(256);
    expect(promiseOf({ ...model, grids: [grid(8), grid(8), grid(8), grid(8)] })).toEqual({
      integers: 1024,
      grids: '4 layers of a 16 × 16 grid of codes from a fixed codebook',
    });
    expect(promiseOf({ ...model, grids: [grid(16, 512), grid(8, 512)] }).integers).toBe(320);
  });

  test('counts, bytes, vectors', () => {
    expect([...countCodes(grid)]).toEqual([
      [7, 2],
      [3, 1],
      [900, 1],
    ]);
    expect(bytesOfCodes([grid])).toBe(5); // 4 codes of 10 bits
    expect(codeVector(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 1)).toEqual(Float32Array.of(3, 4));
    expect(codeVector(Float32Array.of(1, 2), 2, 2)).toBeNull();
  });

  test('the latent and the codes of one place', () => {
    const latents = Float32Array.from({ length: 2 * 2 * 3 }, (_, i) => i);
    const second = { ...grid, indices: Int32Array.of(1, 2, 5, 4) };
    expect(placeOf({ latents, codes: [grid, second] }, { x: 0, y: 1 }, 1)).toEqual({
      level: 1,
      latent: Float32Array.of(6, 7, 8),
      chosen: [3, 5],
    });
  });

  test('two levels: each grid has its own place and latent, and can be left alone', () => {
    const top = { name: 'top', height: 1, width: 1, codebookSize: 8, indices: Int32Array.of(5) };
    const bottom = { ...grid, name: 'bottom' };
    const run = { latents: Float32Array.of(0, 1, 2, 3), topLatents: Float32Array.of(9), codes: [top, bottom] };
    expect(placeOf(run, { x: 0, y: 0 }, 0)).toEqual({ level: 0, latent: Float32Array.of(9), chosen: [5] });
    expect(placeOf(run, { x: 1, y: 1 }, 1)).toEqual({ level: 1, latent: Float32Array.of(3), chosen: [900] });
    expect([isTwoLevel(run.codes), isTwoLevel([grid, grid])]).toEqual([true, false]);
    expect([titleOfGrid(run.codes, 1), titleOfGrid([grid, grid], 1)]).toEqual(['Bottom, 2 × 2', 'Level 2']);
    expect(codesAlone(run.codes, 0)).toEqual([top, { ...bottom, indices: Int32Array.of(7, 7, 7, 7) }]);
    expect(codesAlone(run.codes, 1)[1]).toBe(bottom);
  });

  test('a code is painted in the mean colour of its places, also where the last cells are cut', () => {
    const data = new Uint8ClampedArray(3 * 3 * 4);
    for (let i = 0; i < 9; i++) data.set([i % 3 === 2 ? 200 : 100, 0, 0, 255], i * 4);
    const colours = paintedColours({ ...grid, indices: Int32Array.of(1, 2, 1, 2) }, { width: 3, height: 3, data }, 2);
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

  const services = { engine: createFakeEngine(), decode, loadModel: () => Promise.resolve(fakeModel) };

  test('one bad picture does not stop the others', async () => {
    const rows: BatchRow[] = [];
    const reports = { onRow: (row: BatchRow) => rows.push(row), onProgress: () => {} };
    await runBatch(picturesOf(files), {}, services, new AbortController().signal, reports);
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
    const onRow = (row: BatchRow) => {
      rows.push(row);
      job.abort();
    };
    await runBatch([files[0]!, files[0]!], {}, services, job.signal, { onRow, onProgress: () => {} });
    expect(rows).toHaveLength(1);
  });

  test('a folder dropped before the model is there waits for it, and tells how far it is', async () => {
    const told: string[] = [];
    const loadModel: BatchServices['loadModel'] = async (_signal, onProgress) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      onProgress({ stage: 'download', fraction: 0.5, message: 'downloading' });
      return fakeModel;
    };
    await runBatch([files[0]!], {}, { ...services, loadModel }, new AbortController().signal, {
      onRow: (row) => told.push(row.name),
      onProgress: ({ message }) => told.push(message),
    });
    expect(told).toEqual(['downloading', 'b10.png']);
    const failing = { ...services, loadModel: () => Promise.reject(new Error('no model')) };
    const reports = { onRow: () => {}, onProgress: () => {} };
    await expect(runBatch([files[0]!], {}, failing, new AbortController().signal, reports)).rejects.toThrow('no model');
    // Closed before the model came: nothing to tell.
    await runBatch([files[0]!], {}, failing, AbortSignal.abort(), reports);
  });
});

test('addresses: any text, and none of it throws', () => {
  const base = 'https://example.test/play/';
  expect(readAddress('https://a.test/b/my%20cat.png?x=1', base)?.name).toBe('my cat.png');
  expect(readAddress('samples/a.webp', base)).toEqual({ url: `${base}samples/a.webp`, name: 'a.webp' });
  expect(readAddress('https://a.test/100%.png', base)?.name).toBe('100%.png');
  expect(readAddress('https://a.test/', base)?.name).toBe('a.test');
  expect(readAddress('http://[::bad', base)).toBeNull();
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
