import { describe, expect, test } from 'vitest';
import { fakeModel } from '../testing/fakeEngine';
import { fakePrior } from '../testing/fakePrior';
import { choosePrior, kindOfPicture, whyPrior } from './choose';
import { placesUnder, texturePlaces } from './places';
import { leavesOut, regionFor, settleSquare, whyNoWhole, whyTooLarge } from './region';

const on = (tokenizer: string, kind: Parameters<typeof fakePrior>[0], id: string) => ({
  ...fakePrior(kind, 1024, id),
  pairsWith: { id: tokenizer, sha256: '' },
});

describe('the prior', () => {
  const emojiAr = on('emoji-128', 'autoregressive', 'emoji-ar');
  const emoji = on('emoji-128', 'absorbing', 'emoji-absorb');
  const photo = on('photo-128', 'absorbing', 'photo-absorb');

  const picture = (paint: (x: number, y: number) => readonly number[]) => {
    const data = new Uint8ClampedArray(64 * 64 * 4);
    for (let i = 0; i < 64 * 64; i++) data.set(paint(i % 64, Math.floor(i / 64)), i * 4);
    return { width: 64, height: 64, data };
  };

  test('few colours on white, or on nothing, are a drawing', () => {
    const disc = (outside: readonly number[]) =>
      picture((x, y) => (Math.hypot(x - 32, y - 32) < 20 ? [230, 40 + (y >> 3), 30, 255] : outside));
    expect(kindOfPicture(disc([255, 255, 255, 255]))).toBe('drawing');
    expect(kindOfPicture(disc([0, 0, 0, 0]))).toBe('drawing');
    expect(kindOfPicture(disc([20, 60, 20, 255]))).toBe('photo');
    expect(kindOfPicture(picture((x, y) => [x * 4, y * 4, (x * y) & 255, 255]))).toBe('photo');
  });

  test('is chosen by the picture, and sees all of it where one does', () => {
    expect(choosePrior([emojiAr, emoji, photo], 'drawing')).toBe(emoji);
    expect(choosePrior([emojiAr, emoji, photo], 'photo')).toBe(photo);
    expect(choosePrior([emojiAr], 'drawing')).toBe(emojiAr);
    expect(choosePrior([emojiAr, emoji], 'photo')).toBe(emoji);
    expect(choosePrior([], 'photo')).toBeNull();
    expect(whyPrior(photo, 'photo')).toBe('Chosen by the picture, which looks like a photo.');
    expect(whyPrior(emoji, 'photo')).toContain('no prior for photos is here');
  });
});

describe('the region', () => {
  const prior = fakePrior('absorbing', 1000, 'p', 8);

  test('windows: only for a diffusion of one grid of codes, in a picture that has room for them', () => {
    expect(whyNoWhole(prior, fakeModel, { width: 200, height: 64 })).toBeNull();
    expect(whyNoWhole(prior, fakeModel, { width: 200, height: 63 })).toContain('smaller than the 64 px');
    expect(whyNoWhole(fakePrior('autoregressive'), fakeModel, null)).toContain('one code after the other');
    const two = { ...prior, config: { ...prior.config, grids: [...prior.config.grids, ...prior.config.grids] } };
    expect(whyNoWhole(two, fakeModel, null)).toContain('two grids');
  });

  test('in windows: the hole and a window around it, never less than a window', () => {
    const at = (bounds: { x: number; y: number; width: number; height: number }, width = 900, height = 70) =>
      regionFor({ square: 'auto' }, 'whole', { width, height }, bounds, fakeModel);
    expect(at({ x: 400, y: 30, width: 50, height: 5 })).toEqual({ x: 336, y: 0, width: 178, height: 70 });
    expect(at({ x: 0, y: 0, width: 1, height: 1 })).toEqual({ x: 0, y: 0, width: 65, height: 65 });
    expect(at({ x: 63, y: 63, width: 1, height: 1 }, 64, 64)).toEqual({ x: 0, y: 0, width: 64, height: 64 });
  });

  test('too much for one step says what helps', () => {
    expect(whyTooLarge({ width: 512, height: 512 }, 8, fakeModel)).toBeNull();
    expect(whyTooLarge({ width: 1400, height: 1400 }, 4, fakeModel)).toContain('ask for 2 at most');
    expect(whyTooLarge({ width: 3000, height: 2000 }, 1, fakeModel)).toContain('paint a smaller hole');
  });

  test('a square by hand stays where it makes sense', () => {
    const picture = { width: 300, height: 100 };
    expect(settleSquare({ x: -20, y: 30.4, side: 80 }, picture)).toEqual({ x: 0, y: 20, side: 80 });
    // Longer than the picture is high: it hangs over above and below.
    expect(settleSquare({ x: 290, y: 50, side: 200 }, picture)).toEqual({ x: 100, y: 0, side: 200 });
    expect(settleSquare({ x: 0, y: -500, side: 200 }, picture)).toEqual({ x: 0, y: -100, side: 200 });
    expect(settleSquare({ x: 5, y: 5, side: 0 }, picture).side).toBe(16);
    expect(settleSquare({ x: 0, y: 0, side: 9999 }, picture).side).toBe(300);
    expect(leavesOut({ x: 0, y: 0, width: 10, height: 10 }, { x: 5, y: 5, width: 5, height: 5 })).toBe(false);
    expect(leavesOut({ x: 0, y: 0, width: 10, height: 10 }, { x: 5, y: 5, width: 6, height: 5 })).toBe(true);
  });
});

test('a code is free where the hole touches its patch, in grids of any size', () => {
  const hole = new Uint8Array(16 * 16);
  hole[7 * 16 + 8] = 1;
  const grid = (side: number) => ({ name: '', width: side, height: side, codebookSize: 4 });
  const size = { width: 16, height: 16 };
  expect([...placesUnder(hole, size, [grid(2), grid(4)])]).toEqual([
    ...[0, 1, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ]);
  const grown = placesUnder(hole, size, [grid(4)], 1);
  expect([...grown]).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0]);
});

test('texture is the free places of the last grid; one grid has no structure apart', () => {
  const grid = (side: number) => ({ name: 'grid', height: side, width: side, codebookSize: 4 });
  const free = Uint8Array.of(1, 0, 0, 1, ...Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? 1 : 0)));
  const texture = texturePlaces([grid(2), grid(4)], free);
  expect([...texture!.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  expect([...texture!.subarray(4)]).toEqual([...free.subarray(4)]);
  expect(texturePlaces([grid(4)], free.subarray(4))).toBeNull();
});
