import { describe, expect, test } from 'vitest';
import { likelyX0, levelOf, meanCode, withStandIn } from '../../diffusion/layout';
import type { SampleFrame } from '../../engine/types';
import { fakePrior, fakeVocabulary } from '../testing/fakePrior';
import { changedPlaces, gridsOf, heatPicture, holdsMask, keepFrame } from './frames';
import { coloursOf } from './pictures';
import { goesOnExactly } from './plan';
import { knobsOf, replaceKnob, sampleOptions, samplerSpec, scheduleSpec, schedulesOf } from './samplers';
import { defaultSpec } from './spec';
import { addNode, MOST_NODES, nextShown, removeNode, treeRows, type RunNode, type RunTree } from './tree';

const layout = [
  { name: 'top', height: 1, width: 2, codebookSize: 4 },
  { name: 'bottom', height: 2, width: 2, codebookSize: 8 },
];

describe('states', () => {
  const codes = Int32Array.of(4, 1, 8, 7, 8, 0);
  const opinion = {
    best: Int32Array.of(3, 2, 5, 6, 0, 0),
    confidence: Float32Array.of(0.5, 0.9, 0.25, 1, 0, 0),
  };

  test('no [MASK] reaches a decoder, whatever stands in for it', () => {
    expect(holdsMask(codes, layout)).toBe(true);
    // The network was not asked about the fifth place: the mean stands there in both.
    expect([...withStandIn(codes, opinion, 'x0', [1, 2], layout)]).toEqual([3, 1, 5, 7, 2, 0]);
    expect([...withStandIn(codes, opinion, 'mean', [1, 2], layout)]).toEqual([1, 1, 2, 7, 2, 0]);
    const x0 = likelyX0(codes, opinion, [1, 2], layout);
    expect([...x0]).toEqual([3, 2, 5, 6, 2, 0]);
    expect(holdsMask(x0, layout)).toBe(false);
    // 4 is [MASK] in the top, and a code of the bottom.
    expect(holdsMask(Int32Array.of(0, 0, 4, 4, 4, 4), layout)).toBe(false);
  });

  test('two grids follow each other', () => {
    expect(gridsOf(codes, layout).map(({ name, indices }) => [name, [...indices]])).toEqual([
      ['top', [4, 1]],
      ['bottom', [8, 7, 8, 0]],
    ]);
    expect([0, 1, 2, 5].map((place) => levelOf(layout, place))).toEqual([0, 0, 1, 1]);
  });

  test('what a step changed; heat; the code in the middle', () => {
    expect(changedPlaces(Int32Array.of(1, 2, 3), Int32Array.of(1, 5, 4))).toEqual([1, 2]);
    const heat = heatPicture(Float32Array.of(0, 1), 2, 1, 1);
    expect(heat.data[0]! + heat.data[1]! + heat.data[2]!).toBeLessThan(20);
    expect(heat.data[4]).toBeGreaterThan(200);
    expect(meanCode(Float32Array.of(0, 0, 10, 0, 4, 1, 2, 3), 4)).toBe(2);
  });

  test('what a code paints', () => {
    const data = new Uint8ClampedArray([10, 20, 30, 255, 30, 20, 10, 255, 0, 0, 0, 255, 100, 100, 100, 255]);
    const colours = coloursOf({ width: 4, height: 1, data }, Int32Array.of(7, 9), 2, 1);
    expect([...colours]).toEqual([
      [7, 'rgb(20 20 20)'],
      [9, 'rgb(50 50 50)'],
    ]);
  });

  test('frames lie in the order of their steps, one for each', () => {
    const frame = (step: number, time = 0) => ({ step, time }) as SampleFrame;
    const kept = [frame(2), frame(0), frame(2, 5)].reduce(keepFrame, [] as SampleFrame[]);
    expect(kept.map(({ step, time }) => [step, time])).toEqual([
      [0, 0],
      [2, 5],
    ]);
  });
});

describe('what is asked for', () => {
  const absorbing = fakePrior('absorbing');
  const options = (patch: Partial<typeof defaultSpec>, model = absorbing) =>
    sampleOptions({ ...defaultSpec, ...patch }, model, fakeVocabulary);

  test('slots of other vocabularies and empty ones are left out', () => {
    expect(options({ condition: { words: ' red cat ', style: '', mood: 'sad' } }).condition).toEqual({
      words: 'red cat',
    });
  });

  test("a sampler or schedule that the model's process does not have gives way to its first", () => {
    expect(options({ sampler: 'maskgit', choiceTemperature: 2 }).sampler).toEqual({
      ...{ kind: 'maskgit', numSteps: 20, choiceTemperature: 2 },
    });
    expect(samplerSpec({ ...defaultSpec, sampler: 'maskgit' }, fakePrior('uniform'))).toEqual({
      ...{ kind: 'posterior', numSteps: 20 },
    });
    expect(samplerSpec(defaultSpec, fakePrior('autoregressive'))).toEqual({ kind: 'autoregressive' });
    expect(scheduleSpec({ ...defaultSpec, schedule: 'paper' }, fakePrior('uniform'))).toEqual({ kind: 'model' });
    expect(schedulesOf(defaultSpec, fakePrior('autoregressive'))).toEqual(['model']);
  });

  test('a uniform process replaces everything, remasking nothing; else the visitor says', () => {
    const spec = { ...defaultSpec, schedule: 'cosine', replaceShare: 0.25 } as const;
    expect(scheduleSpec(spec, fakePrior('uniform'))).toMatchObject({ gammaBarT: 0, uniformBarT: 1 });
    expect(scheduleSpec({ ...spec, sampler: 'remdm' }, absorbing)).toMatchObject({ gammaBarT: 1, uniformBarT: 0 });
    expect(scheduleSpec(spec, absorbing)).toMatchObject({ gammaBarT: 0.75, uniformBarT: 0.25 });
    expect(replaceKnob(spec, absorbing)?.field).toBe('replaceShare');
    expect(replaceKnob(spec, fakePrior('uniform'))).toBeNull();
  });

  test('knobs belong to samplers, and end where the model does', () => {
    const fields = (sampler: typeof defaultSpec.sampler, model = absorbing) =>
      knobsOf({ ...defaultSpec, sampler }, model).map(({ field }) => field);
    expect(fields('maskgit')).toContain('choiceTemperature');
    expect(fields('posterior')).not.toContain('choiceTemperature');
    expect(fields(null, fakePrior('autoregressive'))).not.toContain('numSteps');
    const knobs = knobsOf(defaultSpec, absorbing);
    expect(knobs.find(({ field }) => field === 'numSteps')?.max).toBe(20);
    expect(knobs.find(({ field }) => field === 'topK')?.max).toBe(1000);
    for (const knob of knobs) expect(knob.default).toBe(defaultSpec[knob.field]);
  });
});

describe('tree of runs', () => {
  const node = (id: number, parent: number | null = null) => ({ id, parent }) as RunNode;
  const grown = [node(1), node(2, 1), node(3), node(4, 2), node(5, 1)].reduce<RunTree>(
    (tree, one) => addNode(tree, one),
    [],
  );

  test('rows: a run, then its forks', () => {
    expect(treeRows(grown).map(({ node: { id }, depth }) => [id, depth])).toEqual([
      [1, 0],
      [2, 1],
      [4, 2],
      [5, 1],
      [3, 0],
    ]);
  });

  test('without a run its forks go to where it came from', () => {
    expect(treeRows(removeNode(grown, 2)).map(({ node: { id }, depth }) => [id, depth])).toContainEqual([4, 1]);
    expect(nextShown(grown, 4)).toBe(2);
    expect(nextShown(grown, 1)).toBe(5);
    expect(nextShown([node(1)], 1)).toBeNull();
  });

  test('a full tree loses its oldest run without forks, never the one on the screen', () => {
    let tree: RunTree = [node(0), node(1, 0)];
    for (let id = 2; id < MOST_NODES; id++) tree = addNode(tree, node(id), 1);
    expect(tree).toHaveLength(MOST_NODES);
    tree = addNode(tree, node(99), 1);
    expect(tree).toHaveLength(MOST_NODES);
    expect(tree.map(({ id }) => id).slice(0, 3)).toEqual([0, 1, 3]);
  });
});

describe('going on after a pause', () => {
  const model = fakePrior('absorbing');
  const at = (step: number, steps: number, time: number, masked: number): SampleFrame => ({
    ...{ step, steps, number: step, time, networkTime: step ? 1 : null },
    codes: Int32Array.from({ length: 9 }, (_, i) => (i < masked ? 1000 : 3)),
    ...{ best: new Int32Array(9), confidence: new Float32Array(9), entropy: new Float32Array(9) },
  });
  const ask = (patch: Partial<typeof defaultSpec>) =>
    sampleOptions({ ...defaultSpec, batch: 1, ...patch }, model, fakeVocabulary);

  test('is the same run where the times that are left are the same', () => {
    expect(goesOnExactly(ask({ numSteps: 10 }), [at(0, 10, 20, 9), at(4, 10, 12, 5)], model)).toBe(true);
    // Seven steps through 20 times: the times that are left would be rounded anew.
    expect(goesOnExactly(ask({ numSteps: 7 }), [at(0, 7, 20, 9), at(3, 7, 11, 5)], model)).toBe(false);
    // MaskGIT's cosine begins anew.
    expect(goesOnExactly(ask({ sampler: 'maskgit', numSteps: 8 }), [at(0, 8, 20, 9), at(4, 8, 12, 5)], model)).toBe(
      false,
    );
    expect(goesOnExactly(ask({ numSteps: 10 }), [], model)).toBe(false);
  });
});
