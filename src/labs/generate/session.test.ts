import { describe, expect, test, vi } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
import { createFakeEngine, type FakeEngineOptions } from '../testing/fakeEngine';
import { fakePrior } from '../testing/fakePrior';
import { createGenerateSession } from './session';
import { generateSpec, type GenerateSpec } from './spec';
import {
  createGenerateStore,
  MOST_TRACES,
  pictureKey,
  selectAt,
  selectFrame,
  selectModel,
  selectNode,
  selectStale,
  selectTrace,
  selectVocabulary,
} from './store';

const priors = [fakePrior('absorbing'), fakePrior('uniform'), fakePrior('autoregressive')];

function setUp(options: FakeEngineOptions = {}, spec: Partial<GenerateSpec> = {}) {
  const engine = createFakeEngine({ priors, ...options });
  const history = createSpecStore(generateSpec, { numSteps: 10, batch: 2, ...spec });
  const store = createGenerateStore(history.current);
  const notices: Notice[] = [];
  const specs: GenerateSpec[] = [];
  const session = createGenerateSession(store, {
    ...{ engine, history, modelsUrl: 'models/' },
    notify: (notice) => void notices.push(notice),
    onSpec: (changed) => void specs.push(changed),
  });
  const state = store.getState;
  const samples = () => engine.calls.filter((call) => call.startsWith('sample'));
  /** Resolves as soon as a run that is not done is shown with this many states. */
  const kept = (count: number) =>
    new Promise<void>((resolve) => {
      const stop = store.subscribe(() => {
        if (selectNode(state())?.status !== 'running' || selectTrace(state()).length < count) return;
        stop();
        resolve();
      });
    });
  return { engine, store, session, state, notices, specs, samples, kept };
}

const codesOf = (state: ReturnType<typeof setUp>['state']) =>
  selectNode(state())?.result?.codes.map(([grid]) => [...grid!.indices]);

describe('generate session', () => {
  test('starts with the lists and the vocabulary, and runs nothing by itself', async () => {
    const { session, state, samples } = setUp();
    await session.start();
    expect(state().phase).toBe('idle');
    expect(state().models.map(({ family }) => family)).toEqual(['prior', 'prior', 'prior']);
    expect(state().tokenizers.map(({ id }) => id)).toEqual(['fake-64']);
    expect(selectVocabulary(state())?.slots).toHaveLength(3);
    expect(samples()).toEqual([]);
  });

  test('a run leaves its steps, its result and the pictures of its end', async () => {
    const { session, state } = setUp({}, { condition: { words: 'red heart', style: 'noto' } });
    await session.start();
    await session.generate();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    const node = selectNode(state())!;
    expect(node).toMatchObject({ status: 'done', parent: null, tokenizer: 'fake-64' });
    expect(node.options.condition).toEqual({ words: 'red heart', style: 'noto' });
    expect(node.result?.timings?.passes).toBe(10);
    expect(selectTrace(state()).map(({ step }) => step)).toEqual([...Array(11).keys()]);
    expect(selectFrame(state())?.time).toBe(0);
    expect(state().pictures.has(pictureKey(node.id, 10, 1, 'state'))).toBe(true);
    expect(state().colours.size).toBeGreaterThan(0);
    expect(selectStale(state())).toBe(false);
    session.change({ page: 'tiles' });
    expect(selectStale(state())).toBe(false);
    expect(state().canUndo).toBe(false);
    session.change({ seed: 9 });
    expect(selectStale(state())).toBe(true);
  });

  test('the same spec gives the same codes, another seed others', async () => {
    const { session, state } = setUp();
    await session.start();
    await session.generate();
    const first = codesOf(state);
    await session.generate();
    expect(codesOf(state)).toEqual(first);
    expect(state().tree).toHaveLength(2);
    session.change({ seed: 2 });
    await session.generate();
    expect(codesOf(state)).not.toEqual(first);
    // Sample i takes seed + i.
    expect(codesOf(state)?.[0]).toEqual(first?.[1]);
  });

  test.each([
    ['where the steps that are left are the same it goes on', {}, 4],
    ['where they are not it begins again', { sampler: 'maskgit', numSteps: 8 } as const, 4],
    ['of an autoregressive prior', { model: 'fake-autoregressive' }, 6],
  ])('pause and resume give the codes of an undisturbed run: %s', async (_, spec, states) => {
    const whole = setUp({}, spec);
    await whole.session.start();
    await whole.session.generate();
    const wanted = codesOf(whole.state);

    const { session, state, kept, samples } = setUp({ delayMs: 4 }, spec);
    await session.start();
    const run = session.generate();
    await kept(states);
    session.pause();
    await run;
    expect(selectNode(state())).toMatchObject({ status: 'paused', result: null });
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    const before = selectTrace(state()).length;
    expect(before).toBeGreaterThanOrEqual(states);
    await session.resume();
    expect(codesOf(state)).toEqual(wanted);
    const trace = selectTrace(state());
    expect(trace.map(({ step }) => step)).toEqual([...trace.keys()]);
    expect(trace.every(({ steps }) => steps === trace.length - 1)).toBe(true);
    expect(samples()).toHaveLength(2);
    expect(selectNode(state())?.result?.timings === null).toBe(samples()[1]!.includes('from'));
  });

  test('a cancelled run is forgotten, and what was there is shown again', async () => {
    const { session, state, kept } = setUp({ delayMs: 4 });
    await session.start();
    await session.generate();
    const first = state().shown;
    const run = session.generate();
    await kept(3);
    expect(state().shown).not.toBe(first);
    session.cancel();
    await run;
    expect(state()).toMatchObject({ shown: first, phase: 'idle' });
    expect(state().tree).toHaveLength(1);
    expect(state().traces.size).toBe(1);
  });

  test('a newer run pauses the one in flight, which never shows again by itself', async () => {
    const { session, state, kept } = setUp({ delayMs: 4 });
    await session.start();
    const slow = session.generate();
    await kept(3);
    session.change({ seed: 77 });
    await session.generate();
    await slow;
    expect(state().tree.map(({ status }) => status)).toEqual(['paused', 'done']);
    expect(selectNode(state())?.options.seed).toBe(77);
    session.show(state().tree[0]!.id);
    await session.resume();
    expect(state().tree.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('an error in mid-run keeps the steps that there were, and the run can go on', async () => {
    const { session, state } = setUp({ failSample: 'The GPU is gone.' });
    await session.start();
    await session.generate();
    expect(state()).toMatchObject({ phase: 'failed', failure: 'The GPU is gone.' });
    expect(selectNode(state())?.status).toBe('paused');
    expect(selectTrace(state()).length).toBe(3);
    await session.resume();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(selectNode(state())?.status).toBe('done');
  });

  test('undo and redo move the settings and leave the pictures', async () => {
    const { session, state, specs } = setUp();
    await session.start();
    await session.generate();
    const { shown } = state();
    session.change({ condition: { words: 'c' } }, 'words');
    session.change({ condition: { words: 'cat' } }, 'words');
    session.endGesture();
    session.change({ temperature: 0.5 });
    session.undo();
    expect(state().spec).toMatchObject({ temperature: 1, condition: { words: 'cat' } });
    session.undo();
    expect(state()).toMatchObject({ shown, canUndo: false, canRedo: true, spec: { condition: {} } });
    session.redo();
    expect(specs.at(-1)?.condition).toEqual({ words: 'cat' });
  });

  test('the steps of the last few runs are kept; an older one shows its end and can be run again', async () => {
    const { session, state } = setUp();
    await session.start();
    for (let i = 0; i <= MOST_TRACES; i++) await session.generate();
    expect(state().traces.size).toBe(MOST_TRACES);
    const [oldest] = state().tree;
    session.show(oldest!.id);
    expect(selectTrace(state())).toEqual([]);
    const before = codesOf(state);
    await session.resume();
    expect(selectTrace(state())).toHaveLength(11);
    expect(codesOf(state)).toEqual(before);
    session.remove(oldest!.id);
    expect(state().traces.has(oldest!.id)).toBe(false);
    expect([...state().pictures.keys()].some((key) => key.startsWith(`${oldest!.id}/`))).toBe(false);
    expect(selectNode(state())).not.toBeNull();
  });

  test('states are decoded when they are looked at, once, and never with a mask', async () => {
    const { session, state, engine } = setUp();
    await session.start();
    await session.generate();
    const run = state().shown!;
    const decoded: number[] = [];
    const decode = engine.decode.bind(engine);
    engine.decode = (model, codes, call) => {
      decoded.push(Math.max(...codes[0]!.indices));
      return decode(model, codes, call);
    };
    const wish = (step: number, kind: 'state' | 'x0' = 'state') => ({ run, step, sample: 0, kind });
    await session.wantPictures([wish(0), wish(5), wish(5, 'x0'), wish(10)]);
    // The end was there already.
    expect(decoded).toHaveLength(3);
    expect(Math.max(...decoded)).toBeLessThan(1000);
    await session.wantPictures([wish(5)]);
    expect(decoded).toHaveLength(3);
    expect(state().pictures.has(pictureKey(run, 5, 0, 'x0'))).toBe(true);
    await expect(session.decodeState(wish(99), new AbortController().signal)).rejects.toThrow('no longer kept');
  });

  test('a later wish takes the place of an earlier one', async () => {
    const { session, state, engine } = setUp();
    await session.start();
    await session.generate();
    const run = state().shown!;
    let calls = 0;
    const decode = engine.decode.bind(engine);
    engine.decode = async (...args) => {
      calls++;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return decode(...args);
    };
    const scrub = [1, 2, 3, 4, 5, 6].map((step) => session.wantPictures([{ run, step, sample: 0, kind: 'state' }]));
    await Promise.all(scrub);
    expect(calls).toBeLessThan(4);
    expect(state().pictures.has(pictureKey(run, 6, 0, 'state-x0'))).toBe(true);
  });

  test('the scrubber follows a run, and stays where it was put', async () => {
    const { session, state, store, kept } = setUp({ delayMs: 3 });
    await session.start();
    const run = session.generate();
    await kept(4);
    expect(selectAt(state())).toBe(selectTrace(state()).length - 1);
    store.setState({ view: { ...state().view, step: 2 } });
    await run;
    expect(selectFrame(state())?.step).toBe(2);
  });

  test('a fork without changes ends as its run did; with changes it keeps what was locked', async () => {
    const { session, state, store, samples } = setUp();
    await session.start();
    await session.generate();
    const root = state().shown!;
    const whole = codesOf(state);
    const look = (patch: object) => store.setState({ view: { ...state().view, ...patch } });
    look({ step: 4, sample: 1 });
    await session.fork();
    expect(samples().at(-1)).toContain('from 12');
    expect(selectNode(state())).toMatchObject({ parent: root, fork: { step: 4, sample: 1, painted: 0, locked: 0 } });
    // The same random numbers, and a sample that is alone: the very same codes.
    expect(codesOf(state)).toEqual([whole![1]]);

    session.show(root);
    look({ step: 4, sample: 0, tool: 'paint', brush: 123 });
    session.touch(2);
    look({ tool: 'lock' });
    session.touch(2);
    session.touch(2, true);
    expect(state().draft?.locked).toEqual(new Set([2]));
    await session.fork();
    expect(codesOf(state)?.[0]?.[2]).toBe(123);
    expect(selectNode(state())?.fork).toEqual({ step: 4, sample: 0, painted: 1, locked: 1 });
    expect(state().tree.map(({ parent }) => parent)).toEqual([null, root, root]);
    expect(selectStale(state())).toBe(false);
    session.remove(root);
    expect(state().tree.map(({ parent }) => parent)).toEqual([null, null]);
  });

  test('a fork from the end says why not, and nothing is lost', async () => {
    const { session, state } = setUp();
    await session.start();
    await session.generate();
    await session.fork();
    expect(state()).toMatchObject({ phase: 'failed' });
    expect(state().failure).toMatch('go back at least one step');
    expect(state().tree).toHaveLength(1);
    expect(selectTrace(state())).toHaveLength(11);
  });

  test('a race leaves the runs alone, and gives way to a run', async () => {
    const { session, state } = setUp({ delayMs: 2 });
    await session.start();
    await session.generate();
    const { tree } = state();
    await session.race();
    expect(state().race.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(state()).toMatchObject({ tree, phase: 'idle' });
    const race = session.race();
    await vi.waitFor(() => expect(state().race[0]?.fraction).toBeGreaterThan(0));
    await session.generate();
    await race;
    expect(state().race.map(({ status }) => status)).toContain('stopped');
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(state().tree).toHaveLength(2);
  });

  test('no prior: the message names the remedy', async () => {
    const { session, state } = setUp({ priors: [] });
    await session.start();
    expect(state().phase).toBe('failed');
    expect(state().failure).toMatch(/lists none.*Models page/);
  });

  test('a vocabulary that cannot be had is told, and fetched again', async () => {
    const { session, state, engine } = setUp();
    const vocabulary = engine.vocabulary.bind(engine);
    engine.vocabulary = () => Promise.reject(new Error('vocabulary.json answered 404.'));
    await session.start();
    expect(state()).toMatchObject({ phase: 'failed', failure: 'vocabulary.json answered 404.' });
    engine.vocabulary = vocabulary;
    await session.generate();
    expect(selectNode(state())?.status).toBe('done');
  });

  test('another model brings its vocabulary; a run in flight goes on', async () => {
    const { session, state, engine, kept } = setUp({ delayMs: 4 });
    await session.start();
    const run = session.generate();
    await kept(2);
    session.change({ model: 'fake-uniform' });
    await run;
    expect(selectNode(state())?.options.model).toBe('fake-absorbing');
    expect(selectModel(state())?.id).toBe('fake-uniform');
    await vi.waitFor(() => expect(selectVocabulary(state())).not.toBeNull());
    expect(engine.calls.filter((call) => call.startsWith('vocabulary'))).toHaveLength(2);
  });

  test('words that nobody knows are told with the result', async () => {
    const { session, state } = setUp({}, { condition: { words: 'red quux' } });
    await session.generate();
    expect(selectNode(state())?.result?.unknownWords).toEqual([{ word: 'quux', replacedBy: null }]);
  });

  test('another backend: the run is paused and the capabilities change', async () => {
    const { session, state, kept } = setUp({ delayMs: 4, capabilities: { isFallbackAdapter: true } });
    await session.start();
    const run = session.generate();
    await kept(3);
    await session.useBackend('wasm');
    await run;
    expect(state().capabilities?.backend).toBe('wasm');
    expect(selectNode(state())?.status).toBe('paused');
    session.dispose();
  });

  test('closing the lab frees what its runs compiled', async () => {
    const { session, engine } = setUp();
    await session.start();
    await session.generate();
    expect(engine.calls).not.toContain('releaseSamplers');
    session.dispose();
    expect(engine.calls.filter((call) => call === 'releaseSamplers')).toHaveLength(1);
  });
});
