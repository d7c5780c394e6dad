import { describe, expect, test, vi } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
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
  selectStale,
  type Sample,
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
      if (text === 'broken') throw new Error('This is not a picture.');
      return testPicture(Number(text) || 16);
    },
    loadSamples: () => Promise.resolve(samples),
    fetchPicture: (url) =>
      url.includes('gone') ? Promise.reject(new Error(`${url} answered 404.`)) : Promise.resolve(new Blob(['24'])),
    sampleUrl: (file) => `samples/${file}`,
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
    expect(selectStale(state())).toBe(false);
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
    await session.openUrl(new URL('https://example.test/gone.png'));
    expect(notices.at(-1)?.title).toBe('gone.png could not be fetched');
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

  test('cancel ends the run and keeps the picture', async () => {
    const { session, state } = setUp({ delayMs: 50 });
    await session.start();
    const run = session.change({ mode: 'tile' });
    setTimeout(() => session.cancel(), 5);
    await run;
    expect(state().phase).toBe('idle');
    expect(state().result?.input.width).toBe(fakeModel.resolution);
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

  test('another backend: capabilities change and the run is repeated', async () => {
    const { session, state, engine } = setUp({ capabilities: { isFallbackAdapter: true } });
    await session.start();
    expect(state().capabilities?.isFallbackAdapter).toBe(true);
    await session.useBackend('wasm');
    expect(state().capabilities).toMatchObject({ backend: 'wasm', isFallbackAdapter: false });
    expect(engine.calls.filter((call) => call.startsWith('reconstruct'))).toHaveLength(2);
  });

  test('a restored device refreshes the capabilities; disposal unsubscribes', async () => {
    const { session, engine, state } = setUp();
    await session.start();
    const asked = vi.spyOn(engine, 'capabilities');
    await engine.simulateDeviceLoss();
    expect(asked).toHaveBeenCalledTimes(1);
    session.dispose();
    await engine.simulateDeviceLoss();
    expect(asked).toHaveBeenCalledTimes(1);
    expect(state().phase).toBe('idle');
  });
});
