import { expect, test } from 'vitest';
import type { SampleFrame } from '../../engine/types';
import { fakePrior, fakeVocabulary } from '../testing/fakePrior';
import { draftOf, forkRun, isDraftOf, paintedPlaces, putCode, toggleLock, whyNoFork } from './fork';
import { sampleOptions } from './samplers';
import { defaultSpec } from './spec';
import type { RunNode } from './tree';

const model = fakePrior('absorbing', 10);
const layout = model.config.grids;
const MASK = 10;
const frame: SampleFrame = {
  ...{ step: 4, steps: 10, number: 4, time: 12, networkTime: 14 },
  // Two samples of nine codes.
  codes: Int32Array.from({ length: 18 }, (_, i) => (i % 9 < 4 ? i % 9 : MASK)),
  ...{ best: new Int32Array(18), confidence: new Float32Array(18), entropy: new Float32Array(18) },
};
const spec = { ...defaultSpec, numSteps: 10, batch: 2, seed: 5 };
const node: RunNode = {
  ...{ id: 3, parent: null, fork: null, spec, tokenizer: 'fake-64', status: 'done', result: null },
  options: sampleOptions(spec, model, fakeVocabulary),
};
const draft = draftOf(3, frame, 1, layout);

test('painting, masking and locking leave the state alone', () => {
  const painted = putCode(putCode(draft, 0, 7, layout), 8, 2, layout);
  expect(paintedPlaces(painted, frame)).toEqual([0, 8]);
  expect(frame.codes[9]).toBe(0);
  const locked = toggleLock(toggleLock(painted, 0, layout), 1, layout);
  expect([...locked.locked]).toEqual([0, 1]);
  expect([...toggleLock(locked, 0, layout).locked]).toEqual([1]);
  // What is masked cannot be kept.
  expect(toggleLock(draft, 8, layout)).toBe(draft);
  expect([...putCode(locked, 0, MASK, layout).locked]).toEqual([1]);
  expect(isDraftOf(locked, 3, 4, 1)).toBe(true);
  expect(isDraftOf(locked, 3, 4, 0)).toBe(false);
});

test('a fork goes on with the steps that were left, the seed of its sample, and random numbers of its own', () => {
  const changed = toggleLock(putCode(draft, 0, 7, layout), 0, layout);
  const run = forkRun(node, model, fakeVocabulary, { ...spec, condition: { words: 'cat' } }, frame, changed);
  expect(run).toMatchObject({ parent: 3, fork: { step: 4, sample: 1, painted: 1, locked: 1 } });
  expect(run.options).toMatchObject({ seed: 6, batch: 1, condition: { words: 'cat' } });
  expect(run.options.sampler).toEqual({ kind: 'posterior', numSteps: 6 });
  expect(run.options.start).toMatchObject({ time: 12, number: 5 });
  expect(run.options.start?.codes[0]).toBe(7);
  expect(run.options.known).toMatchObject({ noised: false });
  expect([...run.options.known!.codes]).toEqual([7, -1, -1, -1, -1, -1, -1, -1, -1]);
});

test('another sampler takes as large a part of its steps; the noise stays that of the run', () => {
  const wanted = { ...spec, sampler: 'maskgit', numSteps: 20, schedule: 'cosine' } as const;
  const { options } = forkRun(node, model, fakeVocabulary, wanted, frame, draft);
  expect(options.sampler).toMatchObject({ kind: 'maskgit', numSteps: 12 });
  expect(options.schedule).toEqual({ kind: 'model' });
  expect(options.known).toBeUndefined();
});

test('nothing goes on from the end', () => {
  expect(whyNoFork(frame)).toBeNull();
  expect(whyNoFork({ ...frame, time: 0 })).toMatch('go back at least one step');
  expect(() => forkRun(node, model, fakeVocabulary, spec, { ...frame, time: 0 }, draft)).toThrow('over here');
});
