import { describe, expect, test } from 'vitest';
import { countCodes, perplexity } from '../../codebook/counts';
import { fakeModel } from '../testing/fakeEngine';
import { effectOf } from './inContext';
import { codeSetOf, selectSetName, setNames } from './sets';
import { defaultSpec } from './spec';
import { selectAtlas, selectCode, selectGrid, selectKey, selectMapKey, selectPlace } from './store';
import { pairsCsv, picturesCsv, pictureRows } from './tables';
import { fileOf, setUp, usage } from './testing';

describe('the codebook lab', () => {
  test('shows the shipped atlas before any weight is asked for, then vectors and the picture', async () => {
    const { session, store, state, engine } = setUp();
    let loadedBefore: boolean | null = null;
    store.subscribe((now) => {
      if (loadedBefore === null && now.atlases.size)
        loadedBefore = engine.calls.some((call) => call.startsWith('load'));
    });
    await session.start();
    expect(loadedBefore).toBe(false);
    expect(selectAtlas(state())).toMatchObject({ shipped: true, done: 1000, count: 1000, sheet: { columns: 40 } });
    expect(engine.calls.filter((call) => call.startsWith('patches'))).toEqual([]);
    expect(state().codebooks.get(selectKey(state()))).toHaveLength(3000);
    expect(state().components.get(selectKey(state()))?.points).toHaveLength(2000);
    expect(state().picture?.name).toBe('New');
    expect(selectGrid(state())?.indices).toHaveLength(64);
    expect(state()).toMatchObject({ encoding: false, failure: null, progress: null });
  });

  test('shows the shipped atlas before there is a device', async () => {
    const { session, state, engine } = setUp();
    let reads = 0;
    const modelFile = engine.modelFile.bind(engine);
    engine.modelFile = (...args) => {
      reads++;
      return modelFile(...args);
    };
    let open = () => {};
    const waiting = new Promise<void>((resolve) => (open = resolve)).then(() => engine.capabilities());
    Object.assign(engine, { ready: waiting });
    const started = session.start();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(selectAtlas(state())).toMatchObject({ shipped: true, done: 1000 });
    expect(state().capabilities).toBeNull();
    open();
    await started;
    expect(state().picture?.name).toBe('New');
    // Two files, each read once.
    expect(reads).toBe(2);
  });

  test('decodes the atlas of a model that ships none, in batches; stop and go on', async () => {
    const { session, state, store, engine } = setUp({});
    const seen: number[] = [];
    let asked = false;
    store.subscribe((now) => {
      const done = selectAtlas(now)?.done ?? 0;
      if (done && seen.at(-1) !== done) seen.push(done);
      if (done === 256 && !asked) session.stopAtlas();
      asked ||= done === 256;
    });
    await session.start();
    expect(selectAtlas(state())).toMatchObject({ running: false, shipped: false });
    const stopped = selectAtlas(state())!.done;
    expect(stopped).toBeGreaterThanOrEqual(256);
    expect(stopped).toBeLessThan(1000);
    // Looking elsewhere does not start it again.
    await session.change({ sort: 'index' });
    expect(selectAtlas(state())!.done).toBe(stopped);
    await session.resumeAtlas();
    expect(selectAtlas(state())).toMatchObject({ done: 1000, running: false });
    expect(seen.every((done, i) => i === 0 || done > seen[i - 1]!)).toBe(true);
    const patches = engine.calls.filter((call) => call.startsWith('patches'));
    expect(Math.max(...patches.map((call) => Number(call.split(' ')[1])))).toBe(64);
    // Code 990 is nearly yellow in the fake engine: its patch lies in its place.
    const { picture, columns, patch } = selectAtlas(state())!.sheet;
    const at = (Math.floor(990 / columns) * patch * picture.width + (990 % columns) * patch) * 4;
    expect([...picture.data.subarray(at, at + 4)]).toEqual([255, 255, 0, 255]);
  });

  test.each([
    ['usage.json is of another codebook', { 'usage.json': JSON.stringify({ ...usage, groupOf: [[0]] }) }, 'usage'],
    ['usage.json is broken', { 'usage.json': '{' }, 'usage'],
    ['the atlas has other sides', { 'usage.json': JSON.stringify(usage), 'atlas.png': '64x64' }, 'atlas'],
    ['the atlas is not there', { 'usage.json': JSON.stringify(usage) }, 'atlas'],
    ['the atlas is no picture', { 'usage.json': JSON.stringify(usage), 'atlas.png': 'broken' }, 'atlas'],
  ])('%s: told of, and decoded here', async (_, files, id) => {
    const { session, state, notices } = setUp(files);
    await session.start();
    expect(notices).toMatchObject([{ id, kind: 'warning' }]);
    expect(selectAtlas(state())).toMatchObject({ shipped: false, done: 1000 });
    expect(state().usage.get(fakeModel.id) === null).toBe(id === 'usage');
  });

  test('sets: those of the model by their counts, the picture, the samples', async () => {
    const { session, state } = setUp();
    await session.start();
    await session.change({ page: 'health' });
    expect(setNames(state()).map(({ name }) => name)).toEqual(['train', 'heldout', 'picture', 'samples', 'own']);
    expect(codeSetOf(state(), 'train')).toMatchObject({ pictures: 40, grids: null, counts: usage.sets[0]!.counts[0] });
    expect(state().pairs).toBeNull();
    expect(state().batches?.pictures).toBeNull();
    expect(state().batches?.draws.at(-1)?.pictures).toBe(10);
    // Drawn from the training set, which has a fifth of its codes dead; the held-out set itself has a third.
    expect(codeSetOf(state(), 'heldout')?.reference).toEqual(usage.sets[0]!.counts[0]);
    await session.change({ set: 'picture' });
    expect(state().pairs?.value.right.total).toBe(8 * 7);
    expect(state().batches?.pictures).toHaveLength(1);
    expect(codeSetOf(state(), 'samples')).toBeNull();
    await session.change({ set: 'samples' });
    expect(state().pairs).toBeNull();
    await session.collect('samples');
    const set = codeSetOf(state(), 'samples')!;
    expect(set.pictures).toBe(2);
    expect(state().pairs?.value.below.total).toBe(2 * 56);
    const grids = set.grids!.map(({ grid }) => grid);
    expect(set.counts).toEqual(countCodes(grids, 1000));
    expect(state().batches?.pictures?.at(-1)?.mean).toBe(perplexity(set.counts));
    expect(pairsCsv(state().pairs!.value).split('\r\n')[0]).toBe('direction,code,neighbour,count');
  });

  test('a folder: bad files are listed and skipped, others encoded; stop keeps what is done', async () => {
    const { session, state } = setUp(undefined, { delayMs: 5 });
    await session.start();
    const files = [
      fileOf('b.png', 'broken'),
      fileOf('c.png', '32'),
      fileOf('a.png', '40'),
      new File(['x'], 'notes.txt'),
    ];
    await session.takeFiles(files);
    expect(state().spec).toMatchObject({ page: 'health', set: 'own' });
    expect(state().collections.own).toMatchObject({
      running: false,
      total: 3,
      pictures: [{ name: 'a.png' }, { name: 'c.png' }],
      bad: [{ name: 'b.png', message: 'This is not a picture.' }],
    });
    expect(codeSetOf(state(), 'own')?.pictures).toBe(2);
    const many = Array.from({ length: 50 }, (_, i) => fileOf(`${i}.png`, '16'));
    const collecting = session.takeFiles(many);
    await new Promise((resolve) => setTimeout(resolve, 60));
    session.stopCollecting('own');
    await collecting;
    const { running, pictures, total } = state().collections.own!;
    expect([running, total]).toEqual([false, 50]);
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.length).toBeLessThan(50);
  });

  test('one file is the picture; a bad one is told of and nothing is lost; undo brings the old one back', async () => {
    const { session, state, notices } = setUp();
    await session.start();
    await session.takeFiles([fileOf('mine.png', '40')]);
    expect(state().picture?.name).toBe('mine.png');
    await session.takeFiles([fileOf('notes.png', 'broken')]);
    expect(notices.at(-1)).toMatchObject({ title: 'notes.png could not be opened' });
    await session.takeFiles([new File(['x'], 'a.txt'), new File(['x'], 'b.txt')]);
    expect(notices.at(-1)?.title).toBe('No pictures');
    expect(state().picture?.name).toBe('mine.png');
    await session.undo();
    expect(state().picture?.name).toBe('New');
    await session.redo();
    expect(state().picture?.name).toBe('mine.png');
  });

  test('choosing a code is not undone, settings are; another codebook forgets the code', async () => {
    const { session, state } = setUp();
    await session.start();
    await session.change({ sort: 'usage' });
    await session.change({ code: 17 });
    await session.undo();
    expect(state().spec).toMatchObject({ sort: defaultSpec.sort, code: 17 });
    expect(selectCode(state())).toBe(17);
    await session.change({ code: 5000 });
    expect(selectCode(state())).toBeNull();
    await session.change({ level: 0, code: 3 });
    await session.change({ model: fakeModel.id });
    expect(state().spec.code).toBeNull();
  });

  test('UMAP: progress, stop, again; one for each setting', async () => {
    const { session, state, statistics } = setUp();
    await session.start();
    const first = session.change({ page: 'map', projection: 'umap' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(state().mapping).toMatchObject({ fraction: 0.5 });
    session.stopMap();
    await first;
    expect([state().mapping, state().maps.size]).toEqual([null, 0]);
    await session.change({ code: 1 });
    expect(statistics.asked).toHaveLength(1);
    const again = session.drawMap();
    statistics.release();
    await again;
    expect(state().maps.get(selectMapKey(state()))).toHaveLength(2000);
    const other = session.change({ seed: 9 });
    await new Promise((resolve) => setTimeout(resolve));
    statistics.release();
    await other;
    expect(state().maps.size).toBe(2);
    expect(state().maps.get(selectMapKey(state()))![0]).toBe(9);
    // A report that comes after the map does not bring the bar back.
    statistics.report(0.9);
    expect(state().mapping).toBeNull();
  });

  test('in context: the picture with each code at the place, and what it changes', async () => {
    const { session, state } = setUp();
    await session.start();
    expect(selectPlace(state())).toBe(4 * 8 + 4);
    await session.change({ view: 'context', place: 0 });
    const own = selectGrid(state())!.indices[0]!;
    await session.showInContext([own, 999, 0]);
    const { done, running, total } = state().inContext!;
    expect([running, total, done.map(({ code }) => code)]).toEqual([false, 3, [own, 999, 0]]);
    expect(done[0]!.change).toBe(0);
    expect(new Set(done[0]!.effect.data.filter((_, i) => i % 4 < 3))).toEqual(new Set([128]));
    expect([...done[1]!.picture.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...done[2]!.picture.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(done[1]!.picture).toMatchObject({ width: 40, height: 40 });
    // The picture's own codes are as they were.
    expect(selectGrid(state())!.indices[0]).toBe(own);
  });

  test('a model that cannot be loaded is told of; the atlas is there all the same, and a second try works', async () => {
    const { session, state, notices } = setUp(undefined, { failLoad: 'model.safetensors answered 404.' });
    await session.start();
    expect(selectAtlas(state())?.done).toBe(1000);
    expect(notices).toMatchObject([{ id: 'vectors', message: 'model.safetensors answered 404.' }]);
    await session.retry();
    expect(state().codebooks.size).toBe(1);
  });

  test('no tokenizer at all: the reason, and the remedy', async () => {
    const { session, state } = setUp(undefined, { models: [] });
    await session.start();
    expect(state().failure).toMatch(/no tokenizer.*index\.json/i);
  });

  test('a set that a link names and nobody has is the first one', async () => {
    const { session, state } = setUp(undefined, {}, { ...defaultSpec, set: 'elsewhere' });
    await session.start();
    expect(selectSetName(state())).toBe('train');
  });

  test('ends with everything stopped', async () => {
    const { session, statistics } = setUp();
    await session.start();
    session.dispose();
    expect(statistics.asked).toContain('dispose');
    await session.start();
  });
});

test('picture by picture: the poorest first, and as a file', () => {
  const grid = (...codes: number[]) => ({ name: 'codes', width: codes.length, height: 1, codebookSize: 9, indices: Int32Array.from(codes) }); // prettier-ignore
  const rows = pictureRows([{ name: 'busy', grid: grid(1, 2, 3, 4) }, { name: '=flat', grid: grid(7, 7, 7, 7) }]); // prettier-ignore
  expect(rows).toMatchObject([{ name: '=flat', used: 1, perplexity: 1 }, { name: 'busy', total: 4, used: 4 }]); // prettier-ignore
  expect(picturesCsv(rows).split('\r\n')[1]).toBe(`"'=flat",4,1,1`);
});

describe('effects', () => {
  test('the effect is the difference around grey', () => {
    const picture = (value: number) => ({ width: 1, height: 1, data: Uint8ClampedArray.of(value, 10, 10, 255) });
    const { effect, change } = effectOf(picture(10), picture(30));
    expect([...effect.data]).toEqual([188, 128, 128, 255]);
    expect(change).toBeCloseTo(20 / 3, 12);
  });
});
