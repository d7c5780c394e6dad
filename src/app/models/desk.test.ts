import { expect, it, vi } from 'vitest';
import type { Progress } from '../../engine/types';
import type { Sample } from '../../labs/samples';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../../labs/testing/fakeEngine';
import { testPicture } from '../../labs/testing/pictures';
import { createDesk, sampleFor } from './desk';

const samples: Sample[] = [
  { file: 'seen.png', title: 'Seen', credit: 'x', width: 8, height: 8, heldOut: false },
  { file: 'new.png', title: 'New', credit: 'x', width: 8, height: 8, heldOut: true },
  { file: 'photo.png', title: 'Photo', credit: 'x', width: 12, height: 8, heldOut: true },
];

function open(options: FakeEngineOptions = {}) {
  const engine = createFakeEngine(options);
  const notify = vi.fn();
  const desk = createDesk({
    ...{ engine, notify },
    loadSamples: () => Promise.resolve(samples),
    decode: () => Promise.resolve(testPicture(16)),
  });
  return { engine, notify, desk, state: desk.store.getState };
}

const id = fakeModel.id;
const manifest = { path: 'mine/manifest.json', file: new File(['{}'], 'manifest.json') };

it('lists, loads, shows what the model makes of a sample, and sees it kept', async () => {
  const { desk, state } = open();
  await desk.start();
  expect(state().models?.map((model) => model.id)).toEqual([id]);
  expect(state().storage?.keptBytes).toBe(0);
  await desk.load(id);
  expect(state().loads[id]).toEqual({ phase: 'done' });
  expect(state().demos[id]?.sample.title).toBe('New');
  await vi.waitFor(() => expect(state().storage?.models[0]).toMatchObject({ loaded: true, keptBytes: 12_000 }));
  await desk.empty(id);
  expect(state().storage?.models[0]).toMatchObject({ loaded: true, keptBytes: 0 });
  await desk.unload(id);
  expect(state().storage?.models[0]?.loaded).toBe(false);
  expect(state().demos).toEqual({});
});

it('a load can be stopped, and says why it failed', async () => {
  const { desk, state } = open({ loadDelayMs: 10_000 });
  await desk.start();
  const loading = desk.load(id);
  await vi.waitFor(() => expect(state().loads[id]?.progress?.fraction).toBe(0.5));
  desk.cancel(id);
  await loading;
  expect(state().loads).toEqual({});

  const broken = open({ failLoad: 'model.safetensors: not found (404).' });
  await broken.desk.start();
  await broken.desk.load(id);
  expect(broken.state().loads[id]).toEqual({ phase: 'failed', message: 'model.safetensors: not found (404).' });
  await broken.desk.load(id);
  expect(broken.state().loads[id]?.phase).toBe('done');
});

it('progress that arrives after the end changes nothing', async () => {
  const { desk, engine, state } = open();
  await desk.start();
  let late: ((progress: Progress) => void) | undefined;
  const load = engine.load.bind(engine);
  engine.load = (model, call) => {
    late = call?.onProgress;
    return load(model, call);
  };
  await desk.load(id);
  late?.({ stage: 'verify', fraction: 1, message: 'verified' });
  expect(state().loads[id]).toEqual({ phase: 'done' });
});

it('takes a folder, refuses another in words, and lets go of it again', async () => {
  const { desk, state, notify } = open();
  await desk.start();
  await desk.take(Promise.resolve([manifest]));
  expect(state().models?.at(-1)).toMatchObject({ id: 'mine-local', local: true });
  expect(notify).toHaveBeenCalledWith(expect.objectContaining({ kind: 'good' }));
  await desk.take(Promise.resolve([{ path: 'holiday/a.png', file: new File(['x'], 'a.png') }]));
  expect(state().refused).toEqual(['holiday: needed manifest.json.']);
  expect(state().taking).toBe(0);
  await desk.remove('mine-local');
  expect(state().models?.map((model) => model.id)).toEqual([id]);
  await desk.take(Promise.reject(new Error('gone')));
  expect(state().refused[0]).toContain('gone');
});

it('checks a golden file', async () => {
  const { desk, state } = open();
  await desk.start();
  await desk.check(id);
  expect(state().checks[id]?.result?.entries[0]?.name).toBe('reconstruction');
  expect(state().checks[id]?.result?.adapter).toBe('Fake adapter');
});

it('another sample runs again what is on the screen', async () => {
  const { desk, state } = open();
  await desk.start();
  await desk.load(id);
  await desk.useSample('seen.png');
  expect(state().demos[id]?.sample.file).toBe('seen.png');
});

it('a photograph for a model of photographs', () => {
  const state = { samples, sample: null };
  expect(sampleFor(fakeModel, state)?.file).toBe('new.png');
  expect(sampleFor({ ...fakeModel, fit: 'cover' }, state)?.file).toBe('photo.png');
  expect(sampleFor(fakeModel, { samples, sample: 'photo.png' })?.file).toBe('photo.png');
  expect(sampleFor(fakeModel, { samples: [], sample: null })).toBeNull();
});

it('leaving the page ends what runs', async () => {
  const { desk, state } = open({ loadDelayMs: 10_000 });
  await desk.start();
  const loading = desk.load(id);
  desk.dispose();
  await loading;
  expect(state().demos).toEqual({});
});
