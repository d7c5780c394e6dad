import { describe, expect, test, vi } from 'vitest';
import { codesToJson } from '../../image/codes';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import { createReconstructSession } from './session';
import { defaultSpec, reconstructSpec, type ReconstructSpec } from './spec';
import {
  createReconstructStore,
  patchKey,
  selectFit,
  selectGrid,
  selectInput,
  selectRunMissing,
  selectShown,
  selectShownName,
  selectStale,
} from './store';

const samples: Sample[] = [
  { file: 'seen.png', title: 'Seen', credit: 'x', width: 8, height: 8, heldOut: false },
  { file: 'new.png', title: 'New', credit: 'x', width: 8, height: 8, heldOut: true },
];

function setUp(options: FakeEngineOptions = {}, spec: ReconstructSpec = defaultSpec) {
  const engine = createFakeEngine(options);
  const store = createReconstructStore(spec);
  const notices: Notice[] = [];
  const specs: ReconstructSpec[] = [];
  const session = createReconstructSession(store, {
    engine,
    history: createSpecStore(reconstructSpec, spec),
    notify: (notice) => notices.push(notice),
    decode: async (blob) => {
      const text = await blob.text();
      if (text.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 30));
      if (text === 'broken') throw new Error('This is not a picture.');
      return testPicture(Number(text) || 16);
    },
    loadSamples: () => Promise.resolve(samples),
    fetchPicture: (url) =>
      url.includes('gone') ? Promise.reject(new Error(`${url} answered 404.`)) : Promise.resolve(new Blob(['24'])),
    sampleUrl: (file) => `samples/${file}`,
    pageUrl: 'https://example.test/',
    modelsUrl: 'models/',
    onSpec: (next) => specs.push(next),
  });
  return { engine, store, session, notices, specs, state: () => store.getState() };
}

const file = (text: string) => new Blob([text]);

describe('reconstruct session', () => {
  test('starts with a held-out sample, reconstructed without being asked', async () => {
    const { session, state } = setUp();
    await session.start();
    expect(state()).toMatchObject({ phase: 'idle', failure: null, progress: null });
    expect(state().source?.name).toBe('New');
    expect(state().result?.codes[0]?.indices).toHaveLength(64);
    expect(selectInput(state())?.width).toBe(fakeModel.resolution);
    expect(selectFit(state())).toBe('contain');
    expect(selectStale(state())).toBeNull();
  });

  test('undo and redo walk over pictures and settings', async () => {
    const { session, state } = setUp();
    await session.start();
    await session.open(file('40'), 'mine.png');
    await session.change({ fit: 'cover' });
    expect(state()).toMatchObject({ canUndo: true, canRedo: false, spec: { fit: 'cover' } });
    await session.undo();
    expect(state().spec.fit).toBeNull();
    expect(state().source?.name).toBe('mine.png');
    await session.undo();
    expect(state().source?.name).toBe('New');
    expect(state()).toMatchObject({ canUndo: false, canRedo: true });
    await session.redo();
    expect(state().resultOf?.name).toBe('mine.png');
  });

  test('a broken file is told of and nothing is lost', async () => {
    const { session, state, notices } = setUp();
    await session.start();
    const before = state().result;
    await session.open(file('broken'), 'notes.png');
    expect(notices).toMatchObject([
      { kind: 'error', title: 'notes.png could not be opened', message: 'This is not a picture.' },
    ]);
    expect(state().result).toBe(before);
    expect(state()).toMatchObject({ canUndo: false, phase: 'idle' });
    await session.openUrl('https://example.test/gone.png');
    expect(notices.at(-1)?.title).toBe('gone.png could not be fetched');
    await session.openUrl('http://[::bad');
    expect(notices.at(-1)?.title).toBe('This is not an address');
    await session.openUrl('https://example.test/100%.png');
    expect(state().source?.name).toBe('100%.png');
  });

  test('a failed model download shows its message; retry repairs it', async () => {
    const { session, state } = setUp({ failLoad: 'model.safetensors answered 404.' });
    await session.start();
    expect(state()).toMatchObject({ phase: 'failed', failure: 'model.safetensors answered 404.' });
    expect(state().source?.name).toBe('New');
    await session.retry();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(state().result).not.toBeNull();
  });

  test('the last change wins: an earlier run is cancelled and never shown', async () => {
    const { session, state } = setUp({ delayMs: 20 });
    await session.start();
    const first = session.open(file('30'), 'first.png');
    const second = session.open(file('50'), 'second.png');
    await Promise.all([first, second]);
    expect(state().resultOf?.name).toBe('second.png');
    expect(state().phase).toBe('idle');
  });

  test('the last drop wins, however long an earlier one takes to decode', async () => {
    const { session, state } = setUp();
    await session.start();
    const slow = session.open(file('slow'), 'slow.png');
    await session.open(file('20'), 'quick.png');
    await slow;
    expect(state().resultOf?.name).toBe('quick.png');
    const late = session.open(file('slow'), 'slow.png');
    await session.change({ source: { kind: 'sample', file: 'seen.png' } });
    await session.retry();
    await late;
    expect(state().resultOf?.name).toBe('Seen');
    // Running again is no other choice: what is being opened still comes.
    const wanted = session.open(file('slow'), 'slow.png');
    await session.retry();
    await wanted;
    expect(state().resultOf?.name).toBe('slow.png');
  });

  test('a stopped run: the old result is marked as old, and can be made up for', async () => {
    const { session, state } = setUp({ delayMs: 50 });
    await session.start();
    const tiled = session.change({ mode: 'tile' });
    expect(selectStale(state())).toBe('with the previous settings');
    setTimeout(() => session.cancel(), 5);
    await tiled;
    expect(state().phase).toBe('idle');
    expect(state().result?.input.width).toBe(fakeModel.resolution);
    expect(selectStale(state())).toBe('with the previous settings');
    expect(selectInput(state())).toBe(state().source?.picture);
    await session.undo();
    expect(selectStale(state())).toBeNull();

    const opened = session.open(file('40'), 'mine.png');
    setTimeout(() => session.cancel(), 20);
    await opened;
    expect(state().source?.name).toBe('mine.png');
    expect(state().resultOf?.name).toBe('New');
    expect(selectStale(state())).toBe('of the previous picture');
    expect(selectRunMissing(state())).toBe(true);
    await session.retry();
    expect(selectStale(state())).toBeNull();
    expect(selectRunMissing(state())).toBe(false);
  });

  test('the download of the model can be stopped, at once', async () => {
    const { session, state } = setUp({ loadDelayMs: 60_000 });
    const started = session.start();
    setTimeout(() => session.cancel(), 5);
    await started;
    expect(state()).toMatchObject({ phase: 'idle', progress: null, failure: null });
  });

  test('other work holds the run and makes up for it; a finished run is not repeated', async () => {
    const { session, state, engine } = setUp({ delayMs: 20 });
    const started = session.start();
    const release = session.hold();
    await started;
    expect(state().result).toBeNull();
    release();
    await vi.waitFor(() => expect(state().phase).toBe('idle'));
    expect(state().result).not.toBeNull();
    const runs = engine.calls.length;
    session.hold()();
    session.dispose();
    session.hold()();
    expect(engine.calls).toHaveLength(runs);
  });

  test('no models: the message names the remedy', async () => {
    const { session, state } = setUp({ models: [] });
    await session.start();
    expect(state().failure).toMatch(/models\/index\.json lists none.*\?models=/);
  });

  test('a codes file comes back as a picture, without an input; undo leads back', async () => {
    const { session, state, notices } = setUp();
    await session.start();
    const { codes, image } = state().result!;
    const saved = file(codesToJson(fakeModel.id, codes));
    await session.open(saved, 'cat.codes.json');
    expect(state()).toMatchObject({ phase: 'idle', source: null, result: null });
    expect(selectShown(state())?.image).toEqual(image);
    expect(selectGrid(state())).toEqual(codes[0]);
    expect(selectShownName(state())).toBe('cat.codes.json');
    expect(selectStale(state())).toBeNull();
    expect(selectInput(state())).toBeNull();
    await session.undo();
    expect(state()).toMatchObject({ decoded: null, source: { name: 'New' } });

    await session.open(file(codesToJson('unknown', codes)), 'other.json');
    expect(notices.at(-1)?.message).toBe('Its codes are of the model "unknown", which is not here. Here are: fake-64.');
    await session.open(file('{}'), 'package.json');
    expect(notices.at(-1)).toMatchObject({ kind: 'error', title: 'package.json could not be opened' });
    expect(state().source?.name).toBe('New');
  });

  test('patches and codebooks are fetched once', async () => {
    const { session, state, engine } = setUp();
    await session.start();
    const code = selectGrid(state())!.indices[0]!;
    await Promise.all([session.wantPatches(0, [code]), session.wantPatches(0, [code, code])]);
    expect(state().patches.get(patchKey(fakeModel.id, 0, code))?.width).toBe(8);
    await session.wantAllPatches(0);
    await session.wantAllPatches(0);
    const asked = engine.calls.filter((call) => call.startsWith('patches')).map((call) => Number(call.split(' ')[1]));
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(new Set(selectGrid(state())!.indices).size);
    await session.wantCodebook(0);
    expect(state().codebooks.size).toBe(1);
  });

  test('two levels: the picture from one grid alone, until another picture comes', async () => {
    const { session, store, state, engine } = setUp();
    await session.start();
    const { result } = state();
    const bottom = result!.codes[0]!;
    const top = { name: 'top', width: 4, height: 4, codebookSize: 1000, indices: new Int32Array(16).fill(7) };
    store.setState({ result: { ...result!, codes: [top, bottom] }, view: { ...state().view, paintedFrom: 0 } });
    const asked: number[][] = [];
    engine.decode = (_model, codes) => {
      asked.push(codes.map(({ indices }) => new Set(indices).size));
      return Promise.resolve(testPicture(8));
    };
    await session.wantAlone(0);
    await session.wantAlone(0);
    expect(asked).toEqual([[1, 1]]);
    await session.wantAlone(1);
    expect(asked[1]![1]).toBeGreaterThan(1);
    expect([...state().alone.keys()]).toEqual([0, 1]);
    await session.retry();
    expect(state().alone.size).toBe(0);
    expect(state().view.paintedFrom).toBeNull();
  });

  test('another backend: capabilities change and the run is repeated', async () => {
    const { session, state, engine } = setUp({ capabilities: { isFallbackAdapter: true } });
    await session.start();
    expect(state().capabilities?.isFallbackAdapter).toBe(true);
    await session.useBackend('wasm');
    expect(state().capabilities).toMatchObject({ backend: 'wasm', isFallbackAdapter: false });
    expect(engine.calls.filter((call) => call.startsWith('reconstruct'))).toHaveLength(2);
  });

  test('a restored device brings its capabilities; disposal unsubscribes', async () => {
    const { session, engine, state } = setUp();
    await session.start();
    const restored = { ...state().capabilities!, backend: 'wasm', notice: 'The GPU was lost.' } as const;
    engine.emit({ kind: 'device-restored', capabilities: restored });
    expect(state().capabilities).toBe(restored);
    session.dispose();
    engine.emit({ kind: 'device-restored', capabilities: { ...restored, backend: 'cpu' } });
    expect(state().capabilities).toBe(restored);
    expect(state().phase).toBe('idle');
  });
});
