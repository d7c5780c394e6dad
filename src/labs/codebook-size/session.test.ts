import { describe, expect, it, vi } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../testing/fakeEngine';
import { createFakeResize } from '../testing/fakeResize';
import { testPicture } from '../testing/pictures';
import { createCodebookSizeSession } from './session';
import { codebookSizeSpec, type CodebookSizeSpec } from './spec';
import { createCodebookSizeStore, selectSize } from './store';

const samples: Sample[] = ['seen.png', 'new.png'].map((file, i) => ({
  ...{ file, title: `Sample ${i}`, credit: 'x', width: 8, height: 8, heldOut: i === 1 },
}));

function setUp(options: FakeEngineOptions = {}, spec: Partial<CodebookSizeSpec> = {}) {
  const engine = createFakeEngine(options);
  const history = createSpecStore(codebookSizeSpec, spec);
  const store = createCodebookSizeStore(history.current);
  const notices: Notice[] = [];
  const match = vi.fn((_picture: unknown, codec: string, { budgetBytes }: { budgetBytes: number }) =>
    Promise.resolve({ fits: codec === 'webp', bytes: budgetBytes - 1, psnr: 25, ssim: 0.8 } as never),
  );
  const specs: CodebookSizeSpec[] = [];
  const session = createCodebookSizeSession(store, {
    ...{ engine, history, resize: createFakeResize(), codecs: () => ({ match, dispose: () => undefined }) },
    notify: (notice) => notices.push(notice),
    decode: async (blob) => {
      const text = await blob.text();
      if (text === 'broken') throw new Error('This is not a picture.');
      return testPicture(Number(text) || 64);
    },
    loadSamples: () => Promise.resolve(samples),
    loadRates: () => Promise.resolve(null),
    fetchPicture: () => Promise.resolve(new Blob(['64'])),
    sampleUrl: (file) => `samples/${file}`,
    ...{ pageUrl: 'https://example.test/', modelsUrl: 'models/', onSpec: (next) => specs.push(next) },
  });
  const state = store.getState;
  const varied = () => engine.calls.filter((call) => call.startsWith('vary')).length;
  return { engine, store, session, state, notices, specs, varied, match };
}

describe('the codebook-size session', () => {
  it('starts with all codes: the model itself, nothing varied, nothing changed', async () => {
    const { session, state, varied } = setUp();
    await session.start();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(state().source?.name).toBe('Sample 1');
    expect(state().shown).toMatchObject({ size: 1000, modelId: fakeModel.id, changed: 0 });
    expect(state().shown?.run).toBe(state().whole);
    expect(varied()).toBe(0);
    // No usage.json: counted here, and said so.
    expect(state().counted).toMatchObject({ isShipped: false });
    expect(state().counted?.problem).toMatch(/without usage\.json/);
    expect(state().counted?.counts[0]?.reduce((sum, count) => sum + count, 0)).toBe(128);
  });

  it('follows the slider; one gesture is one step back', async () => {
    const { session, state, specs } = setUp();
    await session.start();
    await session.change({ size: 500 }, 'size');
    await session.change({ size: 64 }, 'size');
    await session.change({ size: 4 }, 'size');
    session.endGesture();
    expect(state().shown).toMatchObject({ size: 4, method: 'merge', modelId: 'fake-64@size-lab' });
    expect(new Set(state().shown!.run.codes[0]!.indices).size).toBeLessThanOrEqual(4);
    expect(state().shown!.changed).toBeGreaterThan(0);
    expect(state().shown!.bitsPerPixel).toBeCloseTo((64 * 2) / 64 ** 2, 9);
    expect(state().own.map(({ size }) => size)).toEqual([1000, 500, 64, 4]);
    await session.undo();
    expect(state().spec.size).toBeNull();
    expect(state().shown?.size).toBe(1000);
    await session.redo();
    expect(state().shown?.size).toBe(4);
    expect(specs.at(-1)?.size).toBe(4);
  });

  it('shows the latest wish, whatever was under way', async () => {
    const { session, state } = setUp({ delayMs: 5 });
    await session.start();
    const wishes = [300, 200, 100, 50].map((size) => session.change({ size }));
    await Promise.all(wishes);
    expect(state().phase).toBe('idle');
    expect(state().shown?.size).toBe(50);
  });

  it('measures every size, can be stopped, and keeps what it has', async () => {
    const { session, state } = setUp({ delayMs: 2 });
    await session.start();
    const sweeping = session.sweep();
    await vi.waitFor(() => expect(state().sweep?.sizes.length ?? 0).toBeGreaterThan(2));
    session.cancel();
    await sweeping;
    expect(state()).toMatchObject({ sweeping: null, phase: 'idle', failure: null });
    const kept = state().sweep!.sizes.length;
    expect(kept).toBeLessThan(19);
    await session.sweep();
    expect(state().sweep!.sizes.map(({ size }) => size)).toEqual(
      [...state().sweep!.sizes.map(({ size }) => size)].sort((a, b) => b - a),
    );
    expect(state().sweep!.sizes.at(-1)?.size).toBe(2);
    expect(state().view.map).toBe('fails');
    // The slider's size is on the screen again.
    expect(state().shown?.size).toBe(1000);
  });

  it('says so where no other model was trained with fewer codes', async () => {
    const { session, state } = setUp({}, { method: 'trained', size: 10 });
    await session.start();
    expect(selectSize(state())).toBe(1000);
    expect(state().shown).toMatchObject({ modelId: fakeModel.id, changed: 0 });
  });

  it('takes a model of the ladder', async () => {
    const small = {
      ...fakeModel,
      ...{ id: 'fake-k256', codebookSizes: [256], training: { metrics: {}, data: 'same' } },
      config: { ...fakeModel.config, quantizer: { kind: 'vq' as const, codebookSize: 256, distance: 'l2' as const } },
    };
    const whole = { ...fakeModel, training: small.training };
    const { session, state } = setUp({ models: [whole, small] });
    await session.start();
    await session.change({ method: 'trained', size: 200 });
    expect(state().shown).toMatchObject({ modelId: 'fake-k256', size: 256, changed: null, changedAt: null });
  });

  it('measures codecs for the chart, and leaves out what does not fit', async () => {
    const { session, state, match } = setUp();
    await session.start();
    await session.matchCodecs();
    expect(match).toHaveBeenCalledTimes(8);
    expect(state().own.filter(({ way }) => way === 'webp')).toHaveLength(4);
    expect(state().own.filter(({ way }) => way === 'avif')).toHaveLength(0);
    expect(state().matching).toBeNull();
  });

  it('takes an own picture, keeps the last good one, and names what cannot be read', async () => {
    const { session, state, notices } = setUp();
    await session.start();
    await session.open(new Blob(['32']), 'mine.png');
    expect(state().source?.name).toBe('mine.png');
    await session.open(new Blob(['broken']), 'bad.png');
    expect(notices.at(-1)).toMatchObject({ kind: 'error', message: 'This is not a picture.' });
    expect(state().source?.name).toBe('mine.png');
    await session.undo();
    expect(state().source?.name).toBe('Sample 1');
  });

  it('tells what is missing, and tries again', async () => {
    const { session, state } = setUp({ failLoad: 'The download broke off.' });
    await session.start();
    expect(state()).toMatchObject({ phase: 'failed', failure: 'The download broke off.' });
    await session.retry();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(state().shown?.size).toBe(1000);
  });

  it('shows what grew, until the slider is asked again', async () => {
    const { session, state, engine } = setUp();
    await session.start();
    await session.change({ size: 100 });
    await engine.setVariant({ modelId: fakeModel.id, name: 'grown', rows: [null] });
    await session.showVariant('fake-64@grown');
    expect(state()).toMatchObject({ grown: 'fake-64@grown', phase: 'idle' });
    expect(state().shown).toMatchObject({ modelId: 'fake-64@grown', size: 100 });
    await session.change({ size: 64 });
    expect(state().grown).toBeNull();
  });
});
