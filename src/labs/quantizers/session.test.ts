import { describe, expect, test } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import type { EngineClient, TokenizerSummary } from '../../engine/types';
import { measureHere } from '../../image/measure/client';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import { chosenModels, missingKinds } from './choose';
import { createQuantizersSession } from './session';
import { quantizersSpec, type QuantizersSpec } from './spec';
import { bitsOfPart, cellAt, createQuantizersStore, partsOfModel, placeOf, selectMissing, shownOf } from './store';

const grid = (name: string, factor = 8) => ({ name, factor, codebookSize: 1000 });
const model = (id: string, quantizer: TokenizerSummary['quantizer'], more: Partial<TokenizerSummary> = {}) => ({
  ...fakeModel,
  ...{ id, quantizer },
  ...more,
});
const fsq: TokenizerSummary = {
  ...model('fsq', 'fsq'),
  config: { ...fakeModel.config, quantizer: { kind: 'fsq', levels: [10, 10, 10] } },
};
const rvq = model('rvq', 'rvq', { grids: [grid('level 1'), grid('level 2'), grid('level 3')] });
const two = model('two', 'two-level', { grids: [grid('top', 16), grid('bottom')] });

async function opened(spec: Partial<QuantizersSpec> = {}, options: FakeEngineOptions = {}) {
  const fake = createFakeEngine({ models: [fakeModel, rvq, fsq, two], ...options });
  const asked: { name: string; silent: boolean[] }[] = [];
  const engine: EngineClient = {
    ...fake,
    // The fake quantizer writes one grid: a residual model gets it again for each of its levels.
    reconstruct: async (id, ...more) => {
      const run = await fake.reconstruct(id, ...more);
      const [codes] = run.codes;
      return id === 'rvq' ? { ...run, codes: rvq.grids.map(({ name }) => ({ ...codes!, name })) } : run;
    },
    setVariant: (options, call) => {
      asked.push({
        name: options.name,
        silent: options.rows.map((rows) => rows?.every((value) => value === 0) ?? false),
      });
      return fake.setVariant(options, call);
    },
  };
  const history = createSpecStore(quantizersSpec, spec);
  const store = createQuantizersStore(history.current);
  const session = createQuantizersSession(store, {
    ...{ engine, measure: measureHere, history },
    loadSamples: () =>
      Promise.resolve([{ file: 'a.webp', title: 'A', credit: '', width: 64, height: 64, heldOut: true }]),
    fetchPicture: (url) => Promise.resolve(new Blob([url])),
    decode: async (blob) => {
      if ((await blob.text()).includes('broken')) throw new Error('This file is damaged.');
      return testPicture(64);
    },
    sampleUrl: (file) => file,
    pageUrl: 'http://localhost/',
    modelsUrl: 'models/',
  });
  await session.start();
  return { session, store, state: () => store.getState(), fake, asked };
}

describe('the choice of models', () => {
  const of = (...models: TokenizerSummary[]) => {
    const { left, right } = chosenModels(models, { left: null, right: null });
    return [left?.id, right?.id];
  };
  test('VQ on the left, another kind of the same pictures on the right', () => {
    expect(of(rvq, fakeModel, fsq)).toEqual(['fake-64', 'fsq']);
    expect(of(fakeModel, rvq, two)).toEqual(['fake-64', 'rvq']);
    const photos = {
      ...fsq,
      id: 'photo-fsq',
      training: { metrics: {}, data: 'photos' },
    } as unknown as TokenizerSummary;
    expect(of(fakeModel, photos, two)).toEqual(['fake-64', 'two']);
    expect(of(fakeModel)).toEqual(['fake-64', 'fake-64']);
    expect(of()).toEqual([undefined, undefined]);
    expect(chosenModels([fakeModel, rvq], { left: 'rvq', right: 'rvq' }).right?.id).toBe('rvq');
  });

  test('kinds that are not there are named', () => {
    expect(missingKinds([fakeModel])).toMatch(
      /finite scalar quantization, residual vector quantization and two levels/,
    );
    expect(missingKinds([fakeModel, rvq, fsq, two])).toBeNull();
  });
});

describe('places', () => {
  test('are the same in grids of different sizes', () => {
    expect(cellAt({ x: 0.99, y: 0 }, { width: 4, height: 2 })).toEqual({ x: 3, y: 0 });
    expect(cellAt(placeOf({ x: 5, y: 2 }, { width: 8, height: 8 }), { width: 4, height: 4 })).toEqual({ x: 2, y: 1 });
    expect(cellAt({ x: 1, y: -1 }, { width: 4, height: 4 })).toEqual({ x: 3, y: 0 });
  });
});

describe('the session', () => {
  test('runs one picture through both, and says nothing that it has not measured', async () => {
    const { state } = await opened();
    expect([state().left.run?.modelId, state().right.run?.modelId]).toEqual(['fake-64', 'fsq']);
    expect(shownOf(state(), 'left')?.psnr).toBe(state().left.run?.metrics.psnr);
    expect(state().left.phase).toBe('idle');
  });

  test('residual levels are decoded one after the other, later ones silenced', async () => {
    const { session, state, asked } = await opened({ right: 'rvq' });
    expect(asked.map(({ silent }) => silent)).toEqual([
      [false, true, true],
      [false, false, true],
    ]);
    expect(state().right.parts.every((part) => part !== null)).toBe(true);
    const [first, , whole] = partsOfModel(rvq);
    const run = state().right.run!;
    expect(bitsOfPart(run, whole!)).toBeCloseTo(3 * bitsOfPart(run, first!), 9);
    await session.change({ rightPart: 0 });
    expect(shownOf(state(), 'right')).toBe(state().right.parts[0]);
    await session.undo();
    expect(shownOf(state(), 'right')).toBe(state().right.parts[2]);
    expect(asked).toHaveLength(2);
  });

  test('another model starts with all of its levels, and its side alone is run', async () => {
    const { session, state, fake } = await opened({ right: 'rvq', rightPart: 0 });
    const before = fake.calls.filter((call) => call.startsWith('reconstruct')).length;
    await session.change({ right: 'fsq' });
    expect(state().spec.rightPart).toBeNull();
    expect(fake.calls.filter((call) => call.startsWith('reconstruct'))).toHaveLength(before + 1);
  });

  test('a side that fails leaves the other', async () => {
    const { session, state } = await opened({}, { failLoad: 'The download broke off.' });
    expect(state().left).toMatchObject({ phase: 'failed', failure: 'The download broke off.' });
    expect(state().right.run?.modelId).toBe('fsq');
    await session.retry();
    expect(state().left.run?.modelId).toBe('fake-64');
  });

  test('what was stopped can be gone on with', async () => {
    const { session, state } = await opened({ right: 'rvq' });
    expect([selectMissing(state(), 'left'), selectMissing(state(), 'right')]).toEqual([false, false]);
    const going = session.change({ left: 'fsq' });
    session.cancel();
    await going;
    expect([state().left.phase, selectMissing(state(), 'left')]).toEqual(['idle', true]);
    await session.retry();
    expect([state().left.run?.modelId, selectMissing(state(), 'left')]).toEqual(['fsq', false]);
  });

  test('a bad file loses nothing, and says why', async () => {
    const { session, state } = await opened();
    const { run } = state().left;
    await session.open(new Blob(['broken']), 'torn.png');
    expect(state().notice).toBe('torn.png could not be opened. This file is damaged.');
    expect(state().left.run).toBe(run);
  });

  test('a code of the lattice is moved along a dimension, alone and in the picture', async () => {
    const { session, state } = await opened();
    await session.probeAt('left', { x: 0.1, y: 0.1 });
    expect(state().probe).toBeNull();
    await session.probeAt('right', { x: 0.3, y: 0.1 });
    const { code, cell } = state().probe!;
    expect(code).toBe(state().right.run!.codes[0]!.indices[cell.y * 8 + cell.x]);
    // The fake's codes are three decimal digits, a colour each; the first dimension of the lattice is the last digit: blue.
    await session.moveDigit(0, 9);
    expect(state().probe).toMatchObject({ code: code - (code % 10) + 9, decodedCode: code - (code % 10) + 9 });
    expect(state().probe!.patch!.data[2]).toBe(255);
    expect(state().probe!.picture.data[(cell.y * 8 * 64 + cell.x * 8) * 4 + 2]).toBe(255);
    session.probeEnd();
    expect(state().probe).toBeNull();
  });
});
