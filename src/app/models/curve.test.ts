import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCurve } from './curve';

it('a tokenizer: PSNR with that of training beside it, and SSIM', () => {
  const json: unknown = JSON.parse(readFileSync('public/models/emoji-128-f8-k1024/curve.json', 'utf8'));
  const [psnr, ssim] = readCurve(json);
  expect(psnr).toMatchObject({ unit: 'dB', along: 'minutes' });
  expect(psnr?.series.map(({ key }) => key)).toEqual(['psnr', 'train']);
  expect(ssim?.series.map(({ key }) => key)).toEqual(['ssim']);
  expect(psnr?.points.length).toBeGreaterThan(3);
});

it('a prior: bits per token, in order of time', () => {
  const [bits, ...more] = readCurve([
    { step: 200, train: 5.1, heldOut: 5.3 },
    { step: 100, train: 6.1, heldOut: 6.2, note: 'x' },
  ]);
  expect(more).toEqual([]);
  expect(bits).toMatchObject({ unit: 'bits per token', along: 'step' });
  expect(bits?.points.map((point) => point.step)).toEqual([100, 200]);
});

it.each([null, {}, [], [{ psnr: 20, step: 1 }], [{ step: 1 }, { step: 2 }], [null, 3]])('no curve in %j', (json) => {
  expect(readCurve(json)).toEqual([]);
});
