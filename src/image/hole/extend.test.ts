import { describe, expect, it } from 'vitest';
import { extendCanvas } from './extend';
import { emptyMask } from './mask';
import { fillRect } from './paint';
import { cutImage } from './rect';
import { drawn, noiseImage } from './testing';

describe('extendCanvas', () => {
  it('adds white pixels that are hole, and keeps the others and their mask', () => {
    const image = noiseImage(3, 2, 41);
    const mask = emptyMask(3, 2);
    fillRect(mask, { x: 1, y: 1, width: 1, height: 1 }, 'hole');
    const wide = extendCanvas(image, mask, { left: 2, top: 1, right: 1, bottom: 0 });
    expect([wide.image.width, wide.image.height]).toEqual([6, 3]);
    expect(drawn(wide.mask)).toEqual(['######', '##...#', '##.#.#']);
    expect(cutImage(wide.image, { x: 2, y: 1, width: 3, height: 2 }).data).toEqual(image.data);
    expect(Array.from(wide.image.data.subarray(0, 4))).toEqual([255, 255, 255, 255]);
    expect(wide.image.data.filter((v) => v !== 255).length).toBe(image.data.filter((v) => v !== 255).length);
  });

  it('copies where nothing is added', () => {
    const image = noiseImage(3, 2, 42);
    const same = extendCanvas(image, emptyMask(3, 2), { left: 0, top: 0, right: 0, bottom: 0 });
    expect(same.image.data).toEqual(image.data);
    expect(same.image.data.buffer).not.toBe(image.data.buffer);
  });

  it('says how large a canvas may be', () => {
    const image = noiseImage(3, 2, 43);
    const mask = emptyMask(3, 2);
    const none = { left: 0, top: 0, right: 0, bottom: 0 };
    expect(() => extendCanvas(image, mask, { ...none, right: 8190 })).toThrow(
      'The canvas would be 8193 x 2 pixels; up to 8192 x 8192 are possible. Extend it by less.',
    );
    expect(() => extendCanvas(image, mask, { ...none, top: -1 })).toThrow(/-1 \(top\)/);
    expect(() => extendCanvas(image, mask, { ...none, top: 1.5 })).toThrow(/whole numbers/);
    expect(() => extendCanvas(image, emptyMask(2, 2), none)).toThrow(/needs a mask of its size/);
  });
});
