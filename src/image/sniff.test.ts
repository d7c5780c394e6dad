import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, readFixture } from './fixtures/read';
import { PictureError, sniffPicture, type PictureErrorKind } from './sniff';

const files = readFixture<{ format: string; width: number; height: number; base64: string }[]>('files');
const textBytes = (text: string) => new TextEncoder().encode(text);

function errorOf(bytes: Uint8Array): PictureError {
  try {
    sniffPicture(bytes);
  } catch (error) {
    if (error instanceof PictureError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('files made by Pillow', () => {
  it.each(files)('$format of $width x $height', ({ format, width, height, base64 }) => {
    expect(sniffPicture(bytesOf(base64))).toEqual({ format, width, height });
  });

  it.each(files.filter(({ format }) => !['gif', 'bmp'].includes(format)))('$format, cut off', ({ base64 }) => {
    const bytes = bytesOf(base64);
    const kinds: PictureErrorKind[] = [0.3, 0.6, 0.95].map(
      (part) => errorOf(bytes.subarray(0, bytes.length * part)).kind,
    );
    expect(kinds).toEqual(['truncated', 'truncated', 'truncated']);
  });

  it('says that a huge picture is too large before decoding it', () => {
    const png = bytesOf(files.find(({ format }) => format === 'png')!.base64);
    new DataView(png.buffer).setUint32(16, 20_000);
    expect(errorOf(png)).toMatchObject({ kind: 'too-large', message: expect.stringContaining('20000 x 20') as string });
    new DataView(png.buffer).setUint32(16, 8192);
    expect(sniffPicture(png).width).toBe(8192);
  });

  it('never throws anything but a PictureError on damaged files', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        damage,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ base64 }, hits, cut) => {
          const bytes = bytesOf(base64);
          // Most of a header is in the first hundred bytes.
          hits.forEach(([at, value]) => (bytes[at % 120] = value));
          try {
            sniffPicture(bytes.subarray(0, Math.ceil(cut * bytes.length)));
          } catch (error) {
            expect(error).toBeInstanceOf(PictureError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('files that are no picture', () => {
  it.each<[string, Uint8Array, PictureErrorKind, string]>([
    ['nothing', new Uint8Array(), 'empty', 'empty'],
    ['text renamed .png', textBytes('Dear diary,\ntoday'), 'not-a-picture', 'It holds text'],
    ['a page', textBytes('<!doctype html><html><svg width="3"></svg>'), 'not-a-picture', 'It holds text'],
    ['noise', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 'not-a-picture', 'first bytes'],
    ['a phone photo', textBytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'unsupported', 'HEIC'],
    ['a film', textBytes('\0\0\0\x14ftypisom\0\0\0\0mp42'), 'unsupported', 'video'],
    ['a PDF', textBytes('%PDF-1.7'), 'unsupported', 'PDF'],
    ['a lone JPEG start', Uint8Array.of(0xff, 0xd8, 0xff), 'truncated', 'cut off after 3 bytes'],
  ])('%s', (_, bytes, kind, words) => {
    const error = errorOf(bytes);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
  });
});

describe('SVG', () => {
  it.each<[string, number, number]>([
    ['<svg xmlns="x" width="40" height="30"/>', 40, 30],
    ['<?xml version="1.0"?>\n<!-- a > b --><svg width="1in" height="72pt"></svg>', 96, 96],
    ['\ufeff<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 200 100" width="50"></svg>', 50, 25],
    ['<svg viewBox="0,0,10,40"></svg>', 128, 512],
    ['<svg width="100%" height="100%" viewBox="0 0 32 16"></svg>', 512, 256],
    ['<svg></svg>', 512, 512],
    ['<svg:svg xmlns:svg="x" stroke-width="9" width="20000" height="10"></svg:svg>', 20000, 10],
  ])('%s', (text, width, height) => {
    expect(sniffPicture(textBytes(text))).toEqual({ format: 'svg', width, height });
  });
});
