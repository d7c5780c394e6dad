import { expect, test } from 'vitest';
import { testPicture } from '../testing/pictures';
import { animatedGif, contactSheet, enlarged, stemOf } from './save';

const never = new AbortController().signal;

test('the file is named after what was asked for', () => {
  expect(stemOf({ words: 'red heart', style: 'noto' }, 7)).toBe('tessera-red-heart-noto-7');
  expect(stemOf({}, 7)).toBe('tessera-sample-7');
  expect(stemOf({ words: '../..\\a:b' }, 1)).not.toMatch(/[\\/:]/);
});

test('samples lie row by row, the rest is white', () => {
  const sheet = contactSheet([testPicture(4), testPicture(4), testPicture(4)]);
  expect([sheet.width, sheet.height]).toEqual([8, 8]);
  const at = (x: number, y: number) => [...sheet.data.subarray((y * 8 + x) * 4, (y * 8 + x) * 4 + 4)];
  const own = testPicture(4);
  expect(at(5, 2)).toEqual([...own.data.subarray((2 * 4 + 1) * 4, (2 * 4 + 2) * 4)]);
  expect(at(1, 6)).toEqual(at(5, 2));
  expect(at(7, 7)).toEqual([255, 255, 255, 255]);
  expect(() => contactSheet([])).toThrow('no picture');
});

test('a small picture is enlarged pixel by pixel', () => {
  const big = enlarged(testPicture(2), 3);
  expect([big.width, big.height]).toEqual([6, 6]);
  const pixel = (x: number, y: number) => [...big.data.subarray((y * 6 + x) * 4, (y * 6 + x) * 4 + 3)];
  expect(pixel(2, 2)).toEqual(pixel(0, 0));
  expect(pixel(3, 2)).not.toEqual(pixel(2, 2));
});

test('the GIF has a frame for each state, repeats for ever, and shows the last one longer', async () => {
  const seen: number[] = [];
  const blob = await animatedGif([testPicture(64), testPicture(64), testPicture(64)], never, (f) => seen.push(f));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('GIF89a');
  const view = new DataView(bytes.buffer);
  expect([view.getUint16(6, true), view.getUint16(8, true)]).toEqual([256, 256]);
  expect(new TextDecoder('latin1').decode(bytes)).toContain('NETSCAPE2.0');
  // Graphic control extensions: 21 F9 04, flags, delay in hundredths of a second.
  const delays = [...bytes.keys()]
    .filter((i) => bytes[i] === 0x21 && bytes[i + 1] === 0xf9 && bytes[i + 2] === 4)
    .map((i) => view.getUint16(i + 4, true));
  expect(delays).toEqual([12, 12, 160]);
  expect(seen.at(-1)).toBe(1);
});

test('it can be stopped', async () => {
  const stop = new AbortController();
  const work = animatedGif([testPicture(8), testPicture(8)], stop.signal, () => stop.abort());
  await expect(work).rejects.toThrow(/abort/i);
});
