import { describe, expect, test } from 'vitest';
import type { FitResult } from '../../engine/types';
import { createFakeEngine, fakeModel } from '../testing/fakeEngine';
import type { Generation } from './answers';
import { bestRun, createOpinion, meanSpread, shareOf, spreadMap, whyNoOpinion } from './opinion';

const square = (side: number) => ({ width: side, height: side, data: new Uint8ClampedArray(side * side * 4) });
const generation = {
  id: 3,
  options: { picture: square(64), hole: new Uint8Array(64 * 64).fill(1, 0, 64), seed: 9 },
  result: { tokenizer: fakeModel.id },
} as unknown as Generation;

describe('a second opinion', () => {
  test('is asked of the tokenizer about the square of the answer, and told step by step', async () => {
    const opinion = createOpinion(createFakeEngine());
    const shares: number[] = [];
    opinion.store.subscribe(({ report }) => report && shares.push(shareOf(report)));
    await opinion.ask(generation);
    const { about, busy, failure, result } = opinion.store.getState();
    expect({ about, busy, failure }).toEqual({ about: 3, busy: false, failure: null });
    expect(result?.model).toBe(fakeModel.id);
    expect(result?.seeds[0]).toBe(9);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test('stops without a word when it is cancelled, and can be asked again', async () => {
    const opinion = createOpinion(createFakeEngine());
    const asked = opinion.ask(generation);
    opinion.cancel();
    await asked;
    expect(opinion.store.getState()).toMatchObject({ busy: false, failure: null, result: null });
    await opinion.ask(generation);
    expect(opinion.store.getState().result).not.toBeNull();
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
  expect(bestRun({ images, scores: [5, 2, 9] } as unknown as FitResult)).toBe(images[1]);
  expect([...spreadMap({ spread: Float32Array.of(0, 20, 400) } as FitResult)]).toEqual([0, 0.5, 1]);
  expect(meanSpread([4, 6, 1, 3], Uint8Array.of(255, 1, 0, 0))).toEqual({ inside: 5, outside: 2 });
});
