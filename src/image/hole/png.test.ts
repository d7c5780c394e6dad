import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PictureError } from '../sniff';
import { orientImage, pngOrientation, type Orientation } from './orient';
import { loadPng, type PngCodec } from './png';
import { noise, noiseImage } from './testing';

let codec: PngCodec;

beforeAll(async () => {
  // The codec makes its pictures with the browser's class.
  globalThis.ImageData ??= class {
    readonly colorSpace = 'srgb';
    constructor(
      readonly data: ImageDataArray,
      readonly width: number,
      readonly height: number,
    ) {}
  } as unknown as typeof ImageData;
  codec = await loadPng(Uint8Array.from(readFileSync('node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm')));
});

function chunk(kind: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(kind, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

const bytes32 = (...numbers: number[]) =>
  Buffer.from(numbers.flatMap((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]));

/** A PNG file by the specification: unfiltered rows of `samples`, [height, width, channels]. */
function writePng(
  width: number,
  height: number,
  type: number,
  depth: number,
  samples: number[],
  extra: Buffer[] = [],
  interlaced = false,
): Buffer {
  const channels = samples.length / (width * height);
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  const raw: number[] = [];
  for (const [x0, y0, dx, dy] of passes as [number, number, number, number][]) {
    for (let y = y0; y < height && x0 < width; y += dy) {
      let bits = '';
      for (let x = x0; x < width; x += dx) {
        for (let c = 0; c < channels; c++)
          bits += samples[(y * width + x) * channels + c]!.toString(2).padStart(depth, '0');
      }
      raw.push(0);
      for (let i = 0; i < bits.length; i += 8) raw.push(parseInt(bits.slice(i, i + 8).padEnd(8, '0'), 2));
    }
  }
  const header = Buffer.concat([bytes32(width, height), Buffer.from([depth, type, 0, 0, Number(interlaced)])]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...extra,
    chunk('IDAT', deflateSync(Buffer.from(raw))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('encode, decode', () => {
  it('gives every value back, colours under alpha 0 too', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, fc.nat(), (width, height, seed) => {
        const image = noiseImage(width, height, seed);
        const file = codec.encode(image);
        expect(codec.decode(file)).toEqual(image);
      }),
      { numRuns: 60 },
    );
  });

  it('takes a view on a part of larger memory', () => {
    const image = noiseImage(4, 6, 1);
    const lower = { width: 4, height: 3, data: image.data.subarray(48) };
    expect(codec.decode(codec.encode(lower)).data).toEqual(lower.data.slice());
    expect(() => codec.encode({ ...image, height: 5 })).toThrow(/80 values, not 96/);
  });
});

describe('decode', () => {
  const kinds: [string, number, number[], number][] = [
    ['grey', 0, [1, 2, 4, 8, 16], 1],
    ['RGB', 2, [8, 16], 3],
    ['palette', 3, [1, 2, 4, 8], 1],
    ['grey and alpha', 4, [8, 16], 2],
    ['RGBA', 6, [8, 16], 4],
  ];
  const all = kinds.flatMap(([name, type, depths, channels]) =>
    depths.flatMap((depth) =>
      (type < 4 ? [false, true] : [false]).flatMap((transparent) =>
        [false, true].map((interlaced) => ({ name, type, depth, channels, transparent, interlaced })),
      ),
    ),
  );

  it.each(all)('$name, $depth bits, tRNS $transparent, interlaced $interlaced', (kind) => {
    const { type, depth, channels, transparent, interlaced } = kind;
    const [width, height, random] = [13, 9, noise(depth + 100 * type)];
    const below = (n: number) => Math.floor(n * random());
    const most = 2 ** depth - 1;
    // A palette shorter than the depth allows, with alpha for its first half.
    const colours = Math.min(most + 1, 40);
    const palette = Array.from({ length: 3 * colours }, () => below(256));
    const alphas = Array.from({ length: Math.ceil(colours / 2) }, () => below(256));
    const samples = Array.from({ length: width * height * channels }, () => below(type === 3 ? colours : most + 1));
    const key = samples.slice(0, channels);
    // Transparent is one colour in all its bits, not in the upper eight only.
    if (depth === 16) key.forEach((v, c) => (samples[channels + c] = v ^ 1));
    const extra: Buffer[] = [];
    if (type === 3) extra.push(chunk('PLTE', Buffer.from(palette)));
    if (transparent) {
      extra.push(chunk('tRNS', Buffer.from(type === 3 ? alphas : key.flatMap((v) => [v >> 8, v & 255]))));
    }
    const { data } = codec.decode(writePng(width, height, type, depth, samples, extra, interlaced));
    const to8 = (v: number) => (depth === 16 ? v >> 8 : (v * 255) / most);
    for (let i = 0; i < width * height; i++) {
      const v = samples.slice(i * channels, (i + 1) * channels);
      const keyed = transparent && v.every((value, c) => value === key[c]);
      const rgba =
        type === 3
          ? [...palette.slice(3 * v[0]!, 3 * v[0]! + 3), transparent ? (alphas[v[0]!] ?? 255) : 255]
          : [
              ...(channels < 3 ? [v[0]!, v[0]!, v[0]!] : v.slice(0, 3)).map(to8),
              type < 4 ? (keyed ? 0 : 255) : to8(v.at(-1)!),
            ];
      expect(Array.from(data.subarray(4 * i, 4 * i + 4))).toEqual(rgba);
    }
  });

  it('says that a file is damaged', () => {
    const file = codec.encode(noiseImage(60, 60, 2));
    for (const broken of [
      file.subarray(0, 500),
      file.subarray(0, 20),
      new Uint8Array(0),
      file.map((v, i) => (i > 60 ? v ^ 85 : v)),
    ]) {
      try {
        codec.decode(broken);
        expect.fail('accepted');
      } catch (error) {
        expect(error).toBeInstanceOf(PictureError);
        expect(error).toMatchObject({ kind: 'broken', message: expect.stringContaining('damaged') as string });
      }
    }
    // And goes on working.
    expect(codec.decode(file).width).toBe(60);
  });
});

describe('orientation', () => {
  /** 3 x 2: red is 10 + 40 x, green 10 + 100 y. */
  const samples = Array.from({ length: 6 }, (_, i) => [10 + 40 * (i % 3), 10 + 100 * Math.floor(i / 3), 7]).flat();
  const exif = (value: number, little = false) => {
    const tiff = Buffer.from([
      0x4d,
      0x4d,
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      value,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    if (!little) return chunk('eXIf', tiff);
    const swapped = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0];
    return chunk('eXIf', Buffer.from(swapped));
  };
  const turned = (extra: Buffer[]) => {
    const { width, height, data } = codec.decode(writePng(3, 2, 2, 8, samples, extra));
    return [width, height, ...Array.from(data.filter((_, i) => i % 4 < 2))];
  };

  // What Chromium's createImageBitmap shows of these files.
  it.each([
    [1, [3, 2, 10, 10, 50, 10, 90, 10, 10, 110, 50, 110, 90, 110]],
    [2, [3, 2, 90, 10, 50, 10, 10, 10, 90, 110, 50, 110, 10, 110]],
    [3, [3, 2, 90, 110, 50, 110, 10, 110, 90, 10, 50, 10, 10, 10]],
    [4, [3, 2, 10, 110, 50, 110, 90, 110, 10, 10, 50, 10, 90, 10]],
    [5, [2, 3, 10, 10, 10, 110, 50, 10, 50, 110, 90, 10, 90, 110]],
    [6, [2, 3, 10, 110, 10, 10, 50, 110, 50, 10, 90, 110, 90, 10]],
    [7, [2, 3, 90, 110, 90, 10, 50, 110, 50, 10, 10, 110, 10, 10]],
    [8, [2, 3, 90, 10, 90, 110, 50, 10, 50, 110, 10, 10, 10, 110]],
  ])('%i', (value, wanted) => {
    expect(turned([exif(value)])).toEqual(wanted);
    expect(turned([exif(value, true)])).toEqual(wanted);
  });

  it('passes over what makes no sense', () => {
    const upright = turned([]);
    expect(turned([exif(9)])).toEqual(upright);
    expect(turned([chunk('eXIf', Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 99]))])).toEqual(upright);
    expect(pngOrientation(Buffer.from('\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIf', 'latin1'))).toBe(1);
  });

  it('turns back what it turned', () => {
    const image = noiseImage(5, 3, 3);
    const back: Orientation[] = [1, 2, 3, 4, 5, 8, 7, 6];
    back.forEach((other, i) => expect(orientImage(orientImage(image, (i + 1) as Orientation), other)).toEqual(image));
  });
});
