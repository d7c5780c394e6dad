import { describe, expect, it } from 'vitest';
import { pictureOf, readFixture, type RawPicture } from './fixtures/read';
import { errorMap, heat, meanDb, psnr, ssim } from './metrics';
import { cutRect, pictureFrom } from './picture';

const fixture = readFixture<{ a: RawPicture; pairs: { name: string; b: RawPicture; psnr: number; ssim: number }[] }>(
  'metrics',
);
const a = pictureOf(fixture.a);

describe('against scikit-image', () => {
  it.each(fixture.pairs)('$name', (pair) => {
    const b = pictureOf(pair.b);
    expect(psnr(a, b)).toBeCloseTo(pair.psnr, 8);
    expect(Math.abs(ssim(a, b) - pair.ssim)).toBeLessThan(1e-6);
  });
});

describe('edges', () => {
  it('scores equal pictures', () => {
    expect(psnr(a, a)).toBe(Infinity);
    expect(ssim(a, a)).toBeCloseTo(1, 12);
  });

  it('has an SSIM for pictures smaller than its window', () => {
    const b = pictureOf(fixture.pairs[0]!.b);
    for (const [width, height] of [
      [1, 1],
      [3, 30],
      [30, 3],
      [10, 11],
    ] as const) {
      const rect = { x: 5, y: 5, width, height };
      expect(ssim(cutRect(a, rect), cutRect(a, rect))).toBeCloseTo(1, 12);
      const score = ssim(cutRect(a, rect), cutRect(b, rect));
      expect(score).toBeGreaterThan(-1);
      expect(score).toBeLessThan(1);
    }
  });

  it('refuses pictures of different sizes', () => {
    expect(() => psnr(a, pictureFrom(2, 2))).toThrow(/48 x 40 and 2 x 2/);
  });

  it('takes the mean of dB, without the pictures that have none', () => {
    expect(meanDb([20, 30])).toBe(25);
    expect(meanDb([20, Infinity])).toBe(20);
    expect(meanDb([Infinity])).toBe(Infinity);
    expect(meanDb([])).toBeNaN();
  });
});

describe('errorMap', () => {
  it('measures each pixel and paints it', () => {
    const b = pictureFrom(48, 40, a.data.slice());
    b.data[4 * 7] = a.data[4 * 7]! > 127 ? 0 : 255;
    const map = errorMap(a, b);
    const difference = Math.abs(a.data[4 * 7]! - b.data[4 * 7]!);
    expect(map.max).toBeCloseTo(difference / Math.sqrt(3), 4);
    expect(map.mean).toBeCloseTo(map.max / (48 * 40), 6);
    expect([...map.picture.data.slice(4 * 7, 4 * 8)]).toEqual([...heat(1), 255]);
    expect([...map.picture.data.slice(0, 4)]).toEqual([...heat(0), 255]);
  });

  it('uses colours whose lightness rises evenly', () => {
    const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const lightness = (t: number) => {
      const [r, g, b] = heat(t).map((v) => linear(v / 255));
      return 116 * Math.cbrt(0.2126 * r! + 0.7152 * g! + 0.0722 * b!) - 16;
    };
    for (let i = 2; i <= 20; i++) {
      const step = lightness(i / 20) - lightness((i - 1) / 20);
      expect(step).toBeGreaterThan(2);
      expect(step).toBeLessThan(8);
    }
  });
});
