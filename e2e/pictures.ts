/** Picture files made from nothing, so that the tests bring no binary files along. */
import { deflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}

/** An RGBA PNG; `pixel` gives [r, g, b, a] for each place. */
export function png(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Buffer {
  const rows = Buffer.alloc(height * (width * 4 + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(pixel(x, y), y * (width * 4 + 1) + 1 + x * 4);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A smooth coloured picture with a hard edge, opaque. */
export const scene = (width: number, height: number) =>
  png(
    width,
    height,
    (x, y) =>
      [(255 * x) / width, (255 * y) / height, x > width / 2 ? 40 : 200, 255].map(Math.round) as [
        number,
        number,
        number,
        number,
      ],
  );

/** A red disc on full transparency. */
export const disc = (size: number) =>
  png(size, size, (x, y) => (Math.hypot(x - size / 2, y - size / 2) < size / 3 ? [220, 30, 30, 255] : [0, 0, 0, 0]));

/**
 * A JPEG whose stored pixels lie on their side, with EXIF orientation 6 ("turn right to see"): shown upright, its top half
 * is red and its bottom half blue, `width` x `height`.
 */
export async function rotatedJpeg(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([w, h]) => {
      // Stored on its side: upright top = stored left.
      const canvas = new OffscreenCanvas(h, w);
      const context = canvas.getContext('2d')!;
      context.fillStyle = 'rgb(220,20,20)';
      context.fillRect(0, 0, h / 2, w);
      context.fillStyle = 'rgb(20,20,220)';
      context.fillRect(h / 2, 0, h / 2, w);
      const bytes = new Uint8Array(
        await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })).arrayBuffer(),
      );
      return btoa(String.fromCharCode(...bytes));
    },
    [width, height] as const,
  );
  const jpeg = Buffer.from(base64, 'base64');
  const tiff = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}
