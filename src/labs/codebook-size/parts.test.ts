import { describe, expect, it } from 'vitest';
import type { CodeGrid, Picture, TokenizerSummary } from '../../engine/types';
import { bitsPerPixel } from '../codebooks';
import { fakeModel } from '../testing/fakeEngine';
import { changedPlaces, countChanged, failsAt, placeErrors } from './places';
import { seriesOf } from './series';
import { ladderOf, notches, notchOf, rungAt, sweepSizes } from './sizes';

const picture = (width: number, height: number, level: (x: number, y: number) => number): Picture => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.fill(level(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3);
  return { width, height, data };
};
const grid = (name: string, width: number, indices: number[], codebookSize = 64): CodeGrid => ({
  ...{ name, width, height: indices.length / width, codebookSize },
  indices: Int32Array.from(indices),
});

describe('sizes', () => {
  it('has every power of two and the whole, in order, once', () => {
    for (const most of [2, 3, 64, 1000, 1024, 16_384]) {
      const sizes = notches(most);
      expect(sizes[0]).toBe(2);
      expect(sizes.at(-1)).toBe(most);
      expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
      for (let power = 2; power <= most; power *= 2) expect(sizes).toContain(power);
      expect(sweepSizes(most)[0]).toBe(most);
      expect(sweepSizes(most).at(-1)).toBe(2);
    }
    expect(notches(16_384).length).toBeLessThan(120);
    expect(notchOf([2, 4, 8], 5)).toBe(1);
    expect(notchOf([2, 4, 8], 6)).toBe(2);
  });

  const trained = (id: string, size: number, more: object = {}): TokenizerSummary => ({
    ...fakeModel,
    ...{ id, training: { metrics: {}, data: 'the same' }, codebookSizes: [size] },
    config: { ...fakeModel.config, quantizer: { kind: 'vq', codebookSize: size, distance: 'l2' } },
    ...more,
  });

  it('knows models that differ in their codebook alone', () => {
    const own = trained('k1024', 1024);
    const models = [
      own,
      trained('k256', 256),
      trained('k64', 64),
      trained('other-pictures', 128, { training: { metrics: {}, data: 'others' } }),
      trained('other-network', 32, {
        config: {
          ...fakeModel.config,
          latentChannels: 16,
          quantizer: { kind: 'vq', codebookSize: 32, distance: 'l2' },
        },
      }),
    ];
    expect(ladderOf(models, own).map(({ size }) => size)).toEqual([64, 256, 1024]);
    expect(rungAt(ladderOf(models, own), 100)?.model.id).toBe('k64');
    expect(rungAt(ladderOf(models, own), 200)?.model.id).toBe('k256');
    const fsq = { ...own, config: { ...own.config, quantizer: { kind: 'fsq' as const, levels: [4, 4] } } };
    expect(ladderOf(models, fsq)).toEqual([]);
  });

  it('draws the lines of this model and its ladder, others as points, the visitor on top', () => {
    const model = trained('k1024', 1024);
    const small = trained('k256', 256);
    const scores = { psnr: 30, ssim: 0.9 };
    const point = (way: 'drop' | 'trained', modelId: string, size: number, rate: number) => ({
      ...{ way, modelId, size, bitsPerPixel: rate, ...scores },
    });
    const rates = {
      ...{ schemaVersion: 1 as const, dataset: 'x', pictures: 4, heldOut: 8, pixels: 128 },
      points: [
        point('trained', 'k1024', 1024, 0.16),
        point('drop', 'k1024', 512, 0.14),
        point('drop', 'k256', 128, 0.11),
        point('trained', 'k256', 256, 0.12),
        point('trained', 'rq', 256, 0.5),
      ],
      codecs: [{ codec: 'webp' as const, points: [{ quality: 5, bitsPerPixel: 0.3, ...scores }] }],
    };
    const own = [{ way: 'merge' as const, size: 8, bitsPerPixel: 0.05, psnr: Infinity, ssim: 0.5 }];
    const drawn = (score: 'psnr' | 'ssim') =>
      seriesOf(rates, [model, small], model, own, score).map(({ name, points }) => [
        name,
        points.map(({ rate }) => rate),
      ]);
    expect(drawn('ssim')).toEqual([
      ['Drop', [0.14, 0.16]],
      ['Trained', [0.12, 0.16]],
      ['FSQ, residual VQ, two levels', [0.5]],
      ['WebP', [0.3]],
      ['Merge, your picture', [0.05]],
    ]);
    // Equal pictures have no place on the axis.
    expect(drawn('psnr').map(([name]) => name)).not.toContain('Merge, your picture');
    expect(seriesOf(null, [model], model, [], 'psnr')).toEqual([]);
  });
});

describe('places', () => {
  it('measures each place by itself, also where the picture ends within one', () => {
    const one = picture(6, 4, () => 100);
    const other = picture(6, 4, (x, y) => (x >= 4 && y < 2 ? 110 : x < 2 && y >= 2 ? 97 : 100));
    const errors = placeErrors(one, other, { width: 3, height: 2 });
    expect([...errors.values]).toEqual([0, 0, 10, 3, 0, 0]);
    const uneven = placeErrors(
      picture(5, 4, () => 0),
      picture(5, 4, (x) => (x === 4 ? 8 : 0)),
      { width: 3, height: 2 },
    );
    expect([...uneven.values]).toEqual([0, 0, 8, 0, 0, 8]);
  });

  it('says which places have another code, in any grid', () => {
    const before = [grid('top', 1, [5]), grid('bottom', 2, [1, 2, 3, 4])];
    const bottom = [grid('top', 1, [5]), grid('bottom', 2, [1, 9, 3, 4])];
    const top = [grid('top', 1, [6]), grid('bottom', 2, [1, 2, 3, 4])];
    expect([...changedPlaces(before, bottom).values]).toEqual([0, 1, 0, 0]);
    expect([...changedPlaces(before, top).values]).toEqual([1, 1, 1, 1]);
    expect([countChanged(before, before), countChanged(before, bottom), countChanged(before, top)]).toEqual([0, 1, 1]);
  });

  it('finds where each place fails first on the way down', () => {
    const at = (size: number, ...values: number[]) => ({
      size,
      errors: { width: values.length, height: 1, values: Float32Array.from(values) },
    });
    const sweep = [at(64, 5, 0, 1), at(32, 6, 9, 1), at(16, 20, 2, 1), at(8, 30, 30, 4)];
    expect([...failsAt(sweep, 8)!.values]).toEqual([16, 32, 0]);
    expect([...failsAt(sweep, 2)!.values]).toEqual([16, 32, 8]);
    expect(failsAt([], 8)).toBeNull();
  });

  it('counts bits by the codes that are left in each grid', () => {
    const codes = [grid('top', 1, [5], 16), grid('bottom', 2, [1, 2, 3, 4], 64)];
    expect(bitsPerPixel(codes, 64, 100)).toBeCloseTo((4 + 4 * 6) / 100, 12);
    expect(bitsPerPixel(codes, 8, 100)).toBeCloseTo((3 + 4 * 3) / 100, 12);
  });
});
