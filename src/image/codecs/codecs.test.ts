import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf, pictureOf, readFixture, type RawPicture } from '../fixtures/read';
import { fitPicture } from '../fit';
import { psnr } from '../metrics';
import { pictureFrom } from '../picture';
import type { Picture } from '../types';
import { loadCodec } from './jsquash';
import { payloadBytes } from './payload';
import { rateMatch, type Codec, type CodecName } from './rateMatch';

const photo = pictureOf(readFixture<{ a: RawPicture }>('metrics').a);

/** A WebP-shaped file whose payload takes `pixels * quality / 100` bytes and whose picture is the input, coarser. */
function fakeCodec(): Codec & { qualities: number[] } {
  let last: Picture = photo;
  const qualities: number[] = [];
  return {
    qualities,
    encode(picture, quality) {
      qualities.push(quality);
      const size = 4 + Math.round((picture.width * picture.height * quality) / 100);
      const file = new Uint8Array(20 + size);
      file.set(new TextEncoder().encode('RIFF....WEBPVP8 '));
      new DataView(file.buffer).setUint32(16, size, true);
      const step = 1 + (100 - quality);
      last = pictureFrom(
        picture.width,
        picture.height,
        picture.data.map((v) => Math.round(v / step) * step),
      );
      return Promise.resolve(file);
    },
    decode: () => Promise.resolve(last),
  };
}

describe('rateMatch', () => {
  it('finds the highest quality that fits', async () => {
    const codec = fakeCodec();
    const match = await rateMatch(photo, codec, { budgetBytes: 1000, scales: [1] });
    // 4 + 1920 q / 100 <= 1000
    expect(match).toMatchObject({
      fits: true,
      quality: 51,
      scale: 1,
      containerBytes: 20,
      trials: codec.qualities.length,
    });
    expect(match.fits && match.bytes).toBe(4 + Math.round(19.2 * 51));
  });

  it('counts the container when asked', async () => {
    const match = await rateMatch(photo, fakeCodec(), { budgetBytes: 1000, scales: [1], count: 'file' });
    expect(match).toMatchObject({ quality: 50, bytes: 24 + 960, fileBytes: 24 + 960, payloadBytes: 4 + 960 });
  });

  it('says how small the codec got when nothing fits', async () => {
    expect(await rateMatch(photo, fakeCodec(), { budgetBytes: 3 })).toMatchObject({ fits: false, smallestBytes: 4 });
  });

  it('stops between trials', async () => {
    const controller = new AbortController();
    const beforeTrial = (trial: number) => (trial === 3 ? controller.abort() : undefined);
    const codec = fakeCodec();
    const run = rateMatch(photo, codec, { budgetBytes: 900, signal: controller.signal, beforeTrial });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(codec.qualities).toHaveLength(3);
  });

  it('takes the smallest pictures', async () => {
    const dot = pictureFrom(1, 1);
    expect(await rateMatch(dot, fakeCodec(), { budgetBytes: 5 })).toMatchObject({
      fits: true,
      scale: 1,
      psnr: Infinity,
    });
  });
});

describe('payloadBytes', () => {
  const files = readFixture<{ format: string; base64: string }[]>('files');

  it.each(files.filter(({ format }) => format === 'webp' || format === 'avif'))('$format', ({ base64 }) => {
    const file = bytesOf(base64);
    expect(payloadBytes(file)).toBeGreaterThan(50);
    expect(payloadBytes(file)).toBeLessThanOrEqual(file.length - 20);
  });

  it('refuses other files', () => {
    expect(() => payloadBytes(bytesOf(files[0]!.base64))).toThrow(/WebP and AVIF/);
  });
});

describe('the real codecs', () => {
  const wasm = (file: string) => readFileSync(new URL(import.meta.resolve(`@jsquash/${file}.wasm`)));
  const load = (name: CodecName) =>
    loadCodec(name, {
      encoder: wasm(`${name}/codec/enc/${name}_enc`),
      decoder: wasm(`${name}/codec/dec/${name}_dec`),
    });
  const square = fitPicture(photo, 64, 'cover');

  it.each(['webp', 'avif'] as const)('%s fits a photo of half the side into 320 bytes', async (name) => {
    const match = await rateMatch(square, await load(name), { budgetBytes: 320, scales: [1 / 2] });
    if (!match.fits) throw new Error(`smallest: ${match.smallestBytes}`);
    expect(match.payloadBytes).toBeLessThanOrEqual(320);
    expect(match.fileBytes).toBe(match.payloadBytes + match.containerBytes);
    expect(match.psnr).toBeCloseTo(psnr(square, match.picture), 9);
    expect(match.psnr).toBeGreaterThan(22);
    expect(match.ssim).toBeGreaterThan(0.5);
  });
});
