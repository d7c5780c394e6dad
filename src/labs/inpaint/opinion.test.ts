import { describe, expect, test } from 'vitest';
import type { FitResult } from '../../engine/types';
import { createFakeEngine, fakeModel } from '../testing/fakeEngine';
import type { Generation } from './answers';
import { createFitting, shareOf } from './fitting';
import { bestRun, meanSpread, opinionOptions, RUNS, spreadMap, whyNoOpinion } from './opinion';

const square = (side: number) => ({ width: side, height: side, data: new Uint8ClampedArray(side * side * 4) });
const generation = {
  id: 3,
  options: { picture: square(64), hole: new Uint8Array(64 * 64).fill(1, 0, 64), seed: 9 },
  result: { tokenizer: fakeModel.id },
} as unknown as Generation;

describe('a second opinion', () => {
  test('is asked of the tokenizer about the square of the answer, and told step by step', async () => {
    const fitting = createFitting<number>(createFakeEngine());
    const shares: number[] = [];
    fitting.store.subscribe(({ report }) => report && shares.push(shareOf(report, RUNS)));
    await fitting.ask(3, () => Promise.resolve(opinionOptions(generation)));
    const { about, busy, failure, result } = fitting.store.getState();
    expect({ about, busy, failure }).toEqual({ about: 3, busy: false, failure: null });
    expect(result?.model).toBe(fakeModel.id);
    expect(result?.seeds).toEqual([9, 10, 11]);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test('stops without a word when it is cancelled, and can be asked again', async () => {
    const fitting = createFitting<number>(createFakeEngine());
    const options = () => Promise.resolve(opinionOptions(generation));
    const asked = fitting.ask(3, options);
    fitting.cancel();
    await asked;
    expect(fitting.store.getState()).toMatchObject({ busy: false, failure: null, result: null });
    await fitting.ask(3, options);
    expect(fitting.store.getState().result).not.toBeNull();
  });

  test('says why it could not be had', async () => {
    const fitting = createFitting<number>(createFakeEngine());
    await fitting.ask(3, () => Promise.reject(new Error('no square here')));
    expect(fitting.store.getState()).toMatchObject({ about: 3, busy: false, failure: 'no square here', result: null });
  });

  test('is for one square and one codebook', () => {
    expect(whyNoOpinion(generation, fakeModel)).toBeNull();
    expect(whyNoOpinion(generation, undefined)).toContain('gone');
    expect(whyNoOpinion(generation, { ...fakeModel, quantizer: 'rvq' })).toContain('one codebook');
    const wide = { options: { ...generation.options, picture: square(128) } } as Generation;
    expect(whyNoOpinion(wide, fakeModel)).toContain('not on windows');
  });
});

test('the closest run is the one that misses the known pixels by least; spread is told inside and outside of the hole', () => {
  const images = [1, 2, 3].map(square);
  expect(bestRun({ images, scores: [5, 2, 9] })).toBe(images[1]);
  expect([...spreadMap({ spread: Float32Array.of(0, 20, 400) } as FitResult)]).toEqual([0, 0.5, 1]);
  expect(meanSpread([4, 6, 1, 3], Uint8Array.of(255, 1, 0, 0))).toEqual({ inside: 5, outside: 2 });
});
