import { describe, expect, test } from 'vitest';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../../testing/fakeEngine';
import { testPicture } from '../../testing/pictures';
import { changeWords, createGrowSession } from './session';
import { createGrowStore, splitPictures } from './store';

function setUp(options: FakeEngineOptions = {}) {
  const engine = createFakeEngine(options);
  const store = createGrowStore();
  const files: string[] = [];
  const shown: string[] = [];
  const session = createGrowSession(store, {
    engine,
    decode: (blob) => (blob.size > 3 ? Promise.resolve(testPicture(16)) : Promise.reject(new Error('It is damaged.'))),
    loadSamples: () =>
      Promise.resolve(
        ['a', 'b', 'c'].map((file) => ({ file, title: file, credit: '', width: 1, height: 1, heldOut: false })),
      ),
    fetchSample: () => Promise.resolve(new Blob(['a sample'])),
    download: (_, name) => files.push(name),
    onVariant: (id) => shown.push(id),
  });
  return { engine, store, session, files, shown, state: store.getState };
}

const file = (name: string, text = 'a picture') => new File([text], name);
const many = (count: number) => Array.from({ length: count }, (_, i) => file(`${i}.png`));

describe('pictures', () => {
  test('every fifth is held back, and one in any case; a lone one is not enough', () => {
    const split = (count: number) => splitPictures([...Array(count).keys()]);
    expect(split(40).hold).toHaveLength(8);
    expect(split(7)).toEqual({ learn: [0, 1, 2, 3, 5, 6], hold: [4] });
    expect(split(2)).toEqual({ learn: [0], hold: [1] });
    expect(split(1)).toEqual({ learn: [0], hold: [] });
    for (let count = 0; count < 30; count++) {
      const { learn, hold } = split(count);
      expect([...learn, ...hold].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
    }
  });

  test('a damaged file is named, the others stay; samples come by one click', async () => {
    const { session, state } = setUp();
    await session.addFiles([file('one.png'), file('bad.png', 'x'), file('two.png')]);
    expect(state().pictures.map(({ name }) => name)).toEqual(['one.png', 'two.png']);
    expect(state().problems).toEqual(['bad.png: It is damaged.']);
    await session.addSamples();
    expect(state()).toMatchObject({ phase: 'idle', problems: [], progress: null });
    expect(state().pictures).toHaveLength(5);
    session.clearPictures();
    expect(state().pictures).toEqual([]);
  });
});

describe('growing', () => {
  test('reports are drawn, the end has all of them, and going on adds to them', async () => {
    const { session, state, engine } = setUp();
    await session.addFiles(many(10));
    session.change({ steps: 8 });
    await session.grow(fakeModel.id);
    expect(state()).toMatchObject({ phase: 'idle', failure: null, growth: { steps: 8, pictures: 8, heldOut: 2 } });
    expect(state().curve.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(changeWords(state().growth!)).toBe('44.4 % less');
    await session.goOn();
    expect(state().growth!.steps).toBe(16);
    expect(state().curve.at(-1)?.step).toBe(16);
    expect(engine.calls.filter((call) => call.startsWith('grow'))).toEqual([
      `grow ${fakeModel.id} start 8 of 8+2`,
      `grow ${fakeModel.id} kept 8 of 0+0`,
    ]);
  });

  test('stopped, what was reached stays and can go on; reset throws it away', async () => {
    const { session, state, engine } = setUp({ delayMs: 1 });
    await session.addFiles(many(5));
    session.change({ steps: 500 });
    const growing = session.grow(fakeModel.id);
    while ((state().curve.at(-1)?.step ?? 0) < 6) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(state().phase).toBe('growing');
    session.stop();
    await growing;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    const reached = state().growth!.steps;
    expect(reached).toBeGreaterThanOrEqual(6);
    session.change({ steps: 2 });
    await session.goOn();
    expect(state().growth!.steps).toBe(reached + 2);
    await session.reset();
    expect(state()).toMatchObject({ growth: null, curve: [], failure: null });
    expect(engine.calls).toContain('resetGrowth');
    await session.goOn();
    expect(state().growth).toBeNull();
    expect(state().pictures).toHaveLength(5);
  });

  test('a failure is said, and the next run forgets it', async () => {
    const { session, state } = setUp({ failSample: 'The device is gone.' });
    await session.addFiles(many(5));
    await session.grow(fakeModel.id);
    expect(state()).toMatchObject({ phase: 'idle', failure: 'The device is gone.' });
    session.change({ steps: 2 });
    await session.grow(fakeModel.id);
    expect(state()).toMatchObject({ failure: null, growth: { steps: 2 } });
  });

  test('kept, it becomes a variant that the lab shows; exported, a model folder', async () => {
    const { session, state, files, shown } = setUp();
    await session.addFiles(many(5));
    session.change({ steps: 4 });
    await session.grow(fakeModel.id);
    await session.keep();
    await session.keep();
    expect(shown).toHaveLength(2);
    expect(new Set(shown).size).toBe(2);
    expect(state().kept.map(({ id }) => id)).toEqual(shown);
    expect(state().kept[0]!.words).toMatch(/^grown-1: 1000 codes, 4 steps, picture error 28.6 % less$/);
    session.show(shown[0]!);
    expect(shown[2]).toBe(shown[0]);
    await session.drop(shown[0]!);
    expect(state().kept).toHaveLength(1);
    await session.exportFiles();
    expect(files).toEqual(['manifest.json', 'model.safetensors']);
    await session.reset();
    await session.exportFiles();
    expect(state().failure).toMatch(/Nothing has grown/);
  });

  test('one thing at a time; disposed, it stops and lets go', async () => {
    const { session, state, engine } = setUp({ delayMs: 1 });
    await session.addFiles(many(5));
    const growing = session.grow(fakeModel.id);
    await session.addFiles(many(2));
    await session.keep();
    expect(state().pictures).toHaveLength(5);
    expect(state().kept).toEqual([]);
    session.dispose();
    await growing;
    expect(state().phase).toBe('idle');
    expect(engine.calls.at(-1)).toBe('resetGrowth');
  });
});
