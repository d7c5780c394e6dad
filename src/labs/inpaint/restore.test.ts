import { describe, expect, test } from 'vitest';
import type { Picture } from '../../engine/types';
import { degrade } from '../../image/degradation';
import { psnr } from '../../image/metrics';
import { fakeModel } from '../testing/fakeEngine';
import { degradationOf, isLarger, RESTORE_DEFAULTS, restoreQuestion, restoreScores, whyNoRestore } from './restore';

const picture = (side: number, value: (x: number, y: number) => number = (x, y) => (x * 5 + y * 3) % 256): Picture => {
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) data.fill(value(x, y), (y * side + x) * 4, (y * side + x) * 4 + 3);
  return { width: side, height: side, data };
};
const square = picture(64);

describe('what the engine is given', () => {
  test('a good picture is spoilt by as much noise as was set, the same for the same seed', () => {
    const ask = (seed: number) => restoreQuestion(RESTORE_DEFAULTS, fakeModel, picture(200), square, seed);
    const { given, truth, options } = ask(1);
    expect(truth).toBe(square);
    expect(options).toMatchObject({ model: fakeModel.id, task: { kind: 'denoise' }, noise: 25, runs: 3, seed: 1 });
    // 8 bits clip some of it, so a little less than 25 grey levels.
    const rms = 255 / 10 ** (psnr(given, square) / 20);
    expect(rms).toBeGreaterThan(20);
    expect(rms).toBeLessThan(25.5);
    expect(ask(1).given).toEqual(given);
    expect(ask(2).given).not.toEqual(given);
  });

  test('a picture that is bad already is taken as it is, and nobody knows the truth', () => {
    const settings = { ...RESTORE_DEFAULTS, fault: 'blur', spoil: false } as const;
    const { given, truth, options } = restoreQuestion(settings, fakeModel, picture(200), square, 1);
    expect(given).toBe(square);
    expect(truth).toBeNull();
    expect(options.task).toEqual({ kind: 'deblur', sigma: 2 });
    expect(options.noise).toBeLessThan(25);
  });

  test('a small picture is taken as it is; a larger one is made small first, so that the truth is known', () => {
    const settings = { ...RESTORE_DEFAULTS, fault: 'small 4×' } as const;
    const tiny = picture(16);
    expect(isLarger(settings, tiny, 64)).toBe(false);
    const asIs = restoreQuestion(settings, fakeModel, tiny, square, 1);
    expect(asIs.given).toEqual(tiny);
    expect(asIs.truth).toBeNull();
    expect(isLarger(settings, picture(17), 64)).toBe(true);
    const made = restoreQuestion(settings, fakeModel, picture(200), square, 1);
    expect([made.given.width, made.given.height]).toEqual([16, 16]);
    expect(made.given).toEqual(degrade(square, degradationOf(settings), null, 0));
    expect(made.truth).toBe(square);
  });
});

test('how near each came to the truth: the closest run is the one with the least score', () => {
  const question = restoreQuestion(RESTORE_DEFAULTS, fakeModel, square, square, 1);
  const [near, far] = [picture(64, (x, y) => ((x * 5 + y * 3) % 256) ^ 1), picture(64, () => 0)];
  const result = { images: [far, near], scores: [9, 2], mean: far };
  const scores = restoreScores(question, result, question.given);
  expect(scores?.best).toBeCloseTo(20 * Math.log10(255), 6);
  expect(scores!.best).toBeGreaterThan(scores!.given);
  expect(scores!.mean).toBeLessThan(scores!.best);
  expect(restoreScores({ ...question, truth: null }, result, question.given)).toBeNull();
});

test('says what it needs', () => {
  expect(whyNoRestore(fakeModel)).toBeNull();
  expect(whyNoRestore(null)).toContain('no tokenizer');
  expect(whyNoRestore({ ...fakeModel, quantizer: 'fsq' })).toContain('one codebook');
});
