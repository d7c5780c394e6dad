import { expect, it } from 'vitest';
import { looksDrawn } from './drawing';

/** [size, size] of a colour for each place. */
function picture(size: number, colour: (x: number, y: number) => readonly number[]) {
  const data = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) data.set(colour(x, y), (y * size + x) * 4);
  return { width: size, height: size, data };
}
const disc = (x: number, y: number) => Math.hypot(x - 64, y - 64) < 50;

it('a disc on white, or on nothing, is a drawing', () => {
  expect(looksDrawn(picture(128, (x, y) => (disc(x, y) ? [255, 200, 0, 255] : [255, 255, 255, 255])))).toBe(true);
  expect(looksDrawn(picture(128, (x, y) => (disc(x, y) ? [255, 200, 0, 255] : [9, 9, 9, 0])))).toBe(true);
});

it('noise is none, nor are colours up to the edge, nor a photograph on white', () => {
  const grain = (x: number, y: number) => (x * 7919 + y * 104_729) % 17;
  expect(looksDrawn(picture(128, (x, y) => [100 + grain(x, y), x, y, 255]))).toBe(false);
  expect(looksDrawn(picture(128, () => [40, 90, 200, 255]))).toBe(false);
  const onWhite = (x: number, y: number) => {
    const light = 238 + grain(x, y);
    return disc(x, y) ? [90 + grain(x, y), 70, 60, 255] : [light, light, 255, 255];
  };
  expect(looksDrawn(picture(128, onWhite))).toBe(false);
});

it('a single pixel is looked at as well', () => {
  expect(looksDrawn({ width: 1, height: 1, data: new Uint8ClampedArray([0, 0, 0, 255]) })).toBe(false);
});
