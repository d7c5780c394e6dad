import { describe, expect, test } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import { createFakeEngine, type FakeEngineOptions } from '../testing/fakeEngine';
import { ACT, createCollapseSession } from './session';
import { collapseSpec, defaultSpec, PLAIN_RECIPE, type CollapseSpec } from './spec';
import { createCollapseStore, withPoint, type CurvePoint } from './store';
import { PRESETS, presetSpec, recipeWords } from './words';

function setUp(options: FakeEngineOptions = {}) {
  const engine = createFakeEngine(options);
  const history = createSpecStore(collapseSpec);
  const store = createCollapseStore(history.current);
  const specs: CollapseSpec[] = [];
  const session = createCollapseSession(store, { engine, history, onSpec: (spec) => specs.push(spec) });
  return { engine, store, session, specs, state: store.getState };
}

/** Lets what is under way settle. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isDone(); i++) await settled();
  expect(isDone()).toBe(true);
}

describe('the show', () => {
  test('opens with its first frame, steps, and goes back', async () => {
    const { session, state } = setUp();
    await session.start();
    expect(state()).toMatchObject({ phase: 'idle', frame: { step: 0 }, failure: null });
    expect(state().backend).toContain('tfjs');
    expect(state().curve).toHaveLength(1);
    await session.step();
    await session.step();
    expect(state()).toMatchObject({ phase: 'idle', frame: { step: 2 } });
    expect(state().curve.map(({ step }) => step)).toEqual([0, 1, 2]);
    await session.reset();
    expect(state()).toMatchObject({ phase: 'idle', frame: { step: 0 } });
    expect(state().curve).toHaveLength(1);
  });

  test('plays until it is paused, and goes on from there; an act ends by itself', async () => {
    const { session, state } = setUp({ delayMs: 1 });
    await session.start();
    const playing = session.play();
    await until(() => (state().frame?.step ?? 0) >= 20);
    expect(state().phase).toBe('playing');
    session.pause();
    await playing;
    const at = state().frame!.step;
    expect(state().phase).toBe('idle');
    await settled();
    expect(state().frame!.step).toBe(at);
    session.setSpeed(20);
    await session.play();
    expect(state().frame!.step).toBeGreaterThanOrEqual(at + ACT);
    expect(state().phase).toBe('idle');
  });

  test('another speed takes hold while it plays', async () => {
    const { session, state, engine } = setUp({ delayMs: 1 });
    await session.start();
    void session.play();
    await until(() => (state().frame?.step ?? 0) >= 10);
    session.setSpeed(1);
    expect(state()).toMatchObject({ speed: 1, phase: 'playing' });
    const at = state().frame!.step;
    await until(() => state().frame!.step > at + 2);
    expect(engine.calls.filter((call) => call === `theatre kept ${ACT}`)).toHaveLength(2);
    session.dispose();
  });

  test('a change of the settings begins anew, travels, and can be undone', async () => {
    const { session, state, specs } = setUp();
    await session.start();
    await session.step();
    session.change({ right: { ...PLAIN_RECIPE, quantizer: 'fsq' } });
    await settled();
    expect(state()).toMatchObject({
      phase: 'idle',
      frame: { step: 0 },
      canUndo: true,
      spec: { right: { quantizer: 'fsq' } },
    });
    session.undo();
    await settled();
    expect(state()).toMatchObject({ spec: defaultSpec, canUndo: false, canRedo: true, frame: { step: 0 } });
    expect(specs).toHaveLength(2);
    // The same again is no change.
    session.change({ seed: defaultSpec.seed });
    expect(specs).toHaveLength(2);
  });

  test('a failure is said, what was shown stays, and it can begin again', async () => {
    const engine = createFakeEngine();
    const store = createCollapseStore(defaultSpec);
    let isBroken = false;
    const session = createCollapseSession(store, {
      engine: {
        trainTheatre: (...given) =>
          isBroken ? Promise.reject(new Error('The loss is NaN: choose another seed.')) : engine.trainTheatre(...given),
      },
      history: createSpecStore(collapseSpec),
    });
    await session.start();
    await session.step();
    isBroken = true;
    await session.step();
    expect(store.getState()).toMatchObject({ phase: 'failed', frame: { step: 1 } });
    expect(store.getState().failure).toMatch(/choose another seed/);
    isBroken = false;
    await session.reset();
    expect(store.getState()).toMatchObject({ phase: 'idle', failure: null, frame: { step: 0 } });
  });

  test('disposed in the middle it stops', async () => {
    const { session, state, engine } = setUp({ delayMs: 1 });
    await session.start();
    const playing = session.play();
    await until(() => (state().frame?.step ?? 0) > 0);
    session.dispose();
    await playing;
    const at = state().frame!.step;
    await settled();
    expect(state().frame!.step).toBe(at);
    expect(engine.calls.at(-1)).toBe(`theatre kept ${ACT}`);
  });
});

describe('words', () => {
  test('every preset is a spec of its own that passes the schema, keeps the seed, and names what to look at', () => {
    const shown = PRESETS.map((preset) => presetSpec(preset, { ...defaultSpec, seed: 77 }));
    expect(new Set(shown.map((spec) => JSON.stringify(spec))).size).toBe(PRESETS.length);
    for (const spec of shown) {
      expect(spec.seed).toBe(77);
      for (const [name, field] of Object.entries(collapseSpec.fields))
        expect(field.schema.safeParse(spec[name as keyof CollapseSpec]).success).toBe(true);
    }
    for (const { watch } of PRESETS) expect(watch).toMatch(/^[A-Z].*\.$/);
  });

  test('a recipe in a line says what counts, and only that', () => {
    expect(recipeWords(PLAIN_RECIPE)).toBe('Plain loss, uniform start');
    expect(recipeWords({ ...PLAIN_RECIPE, update: 'ema', init: 'kmeans', revival: true, gradient: 'rotation' })).toBe(
      'EMA, k-means start, revival, rotation trick',
    );
    expect(recipeWords({ ...PLAIN_RECIPE, quantizer: 'simvq', distance: 'cosine', revival: true })).toBe(
      'SimVQ, cosine',
    );
    expect(recipeWords({ ...PLAIN_RECIPE, quantizer: 'fsq', gradient: 'rotation' })).toBe('FSQ');
  });

  test('a long curve is thinned and keeps its newest point', () => {
    let curve: readonly CurvePoint[] = [];
    for (let step = 0; step < 3000; step++) curve = withPoint(curve, { step, actors: [], stepMs: null });
    expect(curve.length).toBeLessThanOrEqual(400);
    expect(curve[0]?.step).toBe(0);
    expect(curve.at(-1)?.step).toBe(2999);
  });
});
