import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodeSpace } from '../../codebook/paint/space';
import { codesToJson } from '../../image/codes';
import { psnr } from '../../image/metrics';
import { fakeModel } from '../testing/fakeEngine';
import { whyNoMix } from './mixing';
import { changedByLevel, selectCode } from './store';
import { opened, otherModel, setUp } from './testing';

const middle = (x: number, y: number) => ({ x: x + 0.5, y: y + 0.5 });

describe('opening', () => {
  test('the first sample that no model has seen is encoded, and nothing is decoded twice', async () => {
    const { state, fake } = await opened();
    expect(state().opened).toMatchObject({ name: 'a.webp', modelId: 'fake-64' });
    expect(state().grids[0]).toMatchObject({ width: 8, height: 8 });
    expect(state().picture).toBe(state().opened?.baseImage);
    expect(fake.calls.filter((call) => call.startsWith('decode'))).toEqual([]);
    expect([state().canUndo, state().phase]).toEqual([false, 'idle']);
  });

  test('a bad file loses nothing, and says why', async () => {
    const { session, state, codes } = await opened();
    session.stroke(middle(0, 0), middle(3, 0));
    session.strokeEnd();
    const before = codes();
    await session.open(new Blob(['broken']), 'torn.png');
    expect(codes()).toEqual(before);
    expect(state().notice).toEqual({ kind: 'bad', message: 'torn.png could not be opened. This file is damaged.' });
    expect(state().canUndo).toBe(true);
  });

  test('another picture can be undone, painting and all', async () => {
    const { session, state, codes, shown } = await opened();
    session.hold(7);
    session.stroke(middle(0, 0), middle(7, 7));
    session.strokeEnd();
    const painted = codes();
    await session.open(new Blob(['200']), 'grey.png');
    expect(state().opened?.name).toBe('grey.png');
    expect(new Set(codes()).size).toBe(1);
    session.undo();
    await shown();
    expect([state().opened?.name, codes()]).toEqual(['a.webp', painted]);
    session.redo();
    expect(state().opened?.name).toBe('grey.png');
  });

  test('a picture that is dropped before the models are known is opened, not the sample', async () => {
    const lab = setUp();
    const started = lab.session.start();
    await Promise.all([lab.session.open(new Blob(['200']), 'early.png'), started]);
    await lab.shown();
    expect(lab.state().opened?.name).toBe('early.png');
    expect(lab.state().phase).toBe('idle');
  });

  test('a model that fails to load leaves words and a way on', async () => {
    const lab = setUp({}, { failLoad: 'The download broke off.' });
    await lab.session.start();
    expect(lab.state()).toMatchObject({ phase: 'failed', failure: 'The download broke off.' });
    await lab.session.retry();
    await lab.shown();
    expect(lab.state().failure).toBeNull();
  });

  test('saved codes open as they were; of a model that is not here they are refused', async () => {
    const { session, state, codes } = await opened();
    const grid = { name: 'codes', width: 3, height: 2, codebookSize: 1000, indices: Int32Array.of(1, 2, 3, 4, 5, 999) };
    await session.open(new Blob([codesToJson('fake-64', [grid])]), 'mine.codes.json');
    expect(codes()).toEqual([1, 2, 3, 4, 5, 999]);
    await session.open(new Blob([codesToJson('elsewhere', [grid])]), 'theirs.codes.json');
    expect(state().notice?.message).toMatch(/"elsewhere", which is not here.*fake-64/);
    expect(codes()).toEqual([1, 2, 3, 4, 5, 999]);
  });

  test('an empty grid is full of the code in hand', async () => {
    const { session, codes } = await opened();
    session.hold(123);
    await session.openEmpty();
    expect(codes()).toEqual(new Array(64).fill(123));
  });
});

describe('tools', () => {
  test('a stroke is one step and the picture follows; a cancelled one is none', async () => {
    const { session, state, codes, shown } = await opened();
    const before = codes();
    session.hold(5);
    session.stroke(middle(0, 0), middle(2, 0));
    session.stroke(middle(2, 0), middle(2, 2));
    session.strokeEnd();
    await shown();
    expect([0, 1, 2, 10, 18].map((place) => codes()[place])).toEqual([5, 5, 5, 5, 5]);
    expect(changedByLevel(state())[0]).toHaveLength(5);
    expect([...state().picture!.data.slice(0, 3)]).toEqual([0, 0, Math.round((5 / 9) * 255)]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(state().psnr).toBeCloseTo(psnr(state().opened!.baseImage, state().picture!), 9);
    session.stroke(middle(5, 5), middle(7, 5));
    session.strokeCancel();
    session.undo();
    expect(codes()).toEqual(before);
    expect(state().canUndo).toBe(false);
  });

  test('a selection keeps the brush and the fill inside', async () => {
    const { session, state } = await opened();
    session.hold(5);
    session.select({ x: 1, y: 1 }, { x: 2, y: 2 });
    session.stroke(middle(0, 1), middle(7, 1));
    session.strokeEnd();
    expect(changedByLevel(state())[0]).toEqual([9, 10]);
    session.look({ tool: 'fill' });
    await session.tap({ x: 1, y: 1 });
    expect(state().canUndo).toBe(true);
    await session.tap({ x: 5, y: 5 });
    expect(state().notice?.message).toMatch(/not in the selection/);
  });

  test('the eyedropper takes the code and hands back the brush', async () => {
    const { session, state, codes } = await opened();
    session.look({ tool: 'pick' });
    await session.tap({ x: 3, y: 2 });
    expect(selectCode(state())).toBe(codes()[19]);
    expect(state().view.tool).toBe('brush');
    await session.tap({ x: 4, y: 2 }, true);
    expect(selectCode(state())).toBe(codes()[20]);
  });

  test('the fill with a tolerance takes codes that are near', async () => {
    const { session, state, codes, engine } = await opened();
    const space = new CodeSpace(await engine.codebook('fake-64', 0), 1000);
    const before = codes();
    session.look({ tool: 'fill', tolerance: 0.3 });
    session.hold(999);
    await session.tap({ x: 0, y: 0 });
    const filled = changedByLevel(state())[0]!;
    expect(filled.length).toBeGreaterThan(1);
    expect(filled.length).toBeLessThan(64);
    for (const place of filled)
      expect(space.distance(before[0]!, before[place]!)).toBeLessThanOrEqual(0.3 * space.typicalDistance);
  });

  test('shuffle keeps every code of the selection; the same seed deals alike', async () => {
    const { session, codes } = await opened();
    const before = codes();
    session.select({ x: 0, y: 0 }, { x: 3, y: 3 });
    session.look({ seed: 9 });
    session.shuffle();
    const once = codes();
    expect(once).not.toEqual(before);
    expect([...once].sort()).toEqual([...before].sort());
    expect(once.slice(32)).toEqual(before.slice(32));
    session.undo();
    session.look({ seed: 9 });
    session.shuffle();
    expect(codes()).toEqual(once);
  });

  test('the ladder: n-th nearest of what it started from, back at 0, one step a drag', async () => {
    const { session, state, codes, engine } = await opened();
    const space = new CodeSpace(await engine.codebook('fake-64', 0), 1000);
    const before = codes();
    session.select({ x: 0, y: 0 }, { x: 7, y: 0 });
    for (const n of [1, 2, 5]) await session.setLadder(n);
    session.ladderEnd();
    expect(codes().slice(0, 8)).toEqual(before.slice(0, 8).map((code) => space.nth(code, 5)));
    expect(codes().slice(8)).toEqual(before.slice(8));
    await session.setLadder(0);
    expect(codes()).toEqual(before);
    session.undo();
    expect(codes().slice(0, 8)).toEqual(before.slice(0, 8).map((code) => space.nth(code, 5)));
    session.undo();
    expect([codes(), state().canUndo, state().ladder]).toEqual([before, false, 0]);
  });

  test('without a selection the ladder is for what was painted', async () => {
    const { session, state, codes, engine } = await opened();
    const space = new CodeSpace(await engine.codebook('fake-64', 0), 1000);
    session.hold(500);
    session.stroke(middle(2, 2), middle(2, 2));
    session.strokeEnd();
    await session.setLadder(3);
    expect(codes()[18]).toBe(space.nth(500, 3));
    expect(changedByLevel(state())[0]).toEqual([18]);
  });

  test('all of one code become another; as encoded brings everything back', async () => {
    const { session, codes, state } = await opened();
    const before = codes();
    session.hold(1);
    session.replaceAll(before[0]);
    expect(codes()).toEqual(before.map((code) => (code === before[0] ? 1 : code)));
    session.replaceAll(777);
    expect(state().notice?.message).toMatch(/no code 777/);
    session.restore();
    expect(codes()).toEqual(before);
    session.undo();
    expect(codes()).not.toEqual(before);
  });

  test('one decode in flight, then the newest codes', async () => {
    const { session, state, fake, shown } = await opened({}, {}, 30);
    session.hold(5);
    for (let x = 0; x < 8; x++) for (let y = 0; y < 8; y++) session.stroke(middle(x, y), middle(x, y));
    session.strokeEnd();
    await shown();
    const decodes = fake.calls.filter((call) => call.startsWith('decode')).length;
    expect(decodes).toBeGreaterThan(0);
    expect(decodes).toBeLessThanOrEqual(2);
    expect([...state().picture!.data.slice(-4, -1)]).toEqual([0, 0, Math.round((5 / 9) * 255)]);
  });
});

describe('copy and paste', () => {
  test('between pictures of different sizes, cut at the edge with a word about it', async () => {
    const { session, state, codes, until } = await opened({ mode: 'tile' });
    await session.openSecond({ kind: 'sample', file: 'b.webp' });
    await until(() => state().second !== null);
    expect(state().second?.base[0]).toMatchObject({ width: 12, height: 12 });
    session.copy('second');
    session.paste();
    expect(state().notice?.message).toBe('80 of 144 codes fell beyond the edge of this picture and were left out.');
    const from = state().second!.base[0]!;
    expect(codes()).toEqual(Array.from({ length: 64 }, (_, i) => from.indices[Math.floor(i / 8) * 12 + (i % 8)]));
    expect(state().view.selection).toEqual({ x: 0, y: 0, width: 8, height: 8 });
  });

  test('from a small picture into a larger one', async () => {
    const { session, state, codes } = await opened({ mode: 'tile' });
    session.select({ x: 0, y: 0 }, { x: 7, y: 7 });
    const region = session.copy();
    const small = codes();
    await session.openSample('b.webp');
    session.paste(region, { x: 3, y: 2 });
    expect(state().grids[0]).toMatchObject({ width: 12 });
    for (let i = 0; i < 64; i++) expect(codes()[(2 + Math.floor(i / 8)) * 12 + 3 + (i % 8)]).toBe(small[i]);
  });

  test('codes of another codebook are refused in words', async () => {
    const { session, state, codes } = await opened();
    session.copy();
    await session.reopen({ model: otherModel.id });
    const before = codes();
    session.paste();
    expect(state().notice?.kind).toBe('warn');
    expect(state().notice?.message).toMatch(/codebook of "fake-64".*"other-64".*one model/s);
    expect(codes()).toEqual(before);
  });

  test('with nothing copied, or nothing inside, it says so', async () => {
    const { session, state } = await opened();
    session.paste();
    expect(state().notice?.message).toMatch(/Nothing was copied/);
    session.copy();
    session.paste(state().region, { x: 20, y: 20 });
    expect(state().notice?.message).toMatch(/beyond the edge/);
  });
});

describe('undo', () => {
  test('100 times, then redo 100 times: exactly the same codes, whatever was done', async () => {
    const action = fc.record({ kind: fc.nat(6), a: fc.nat(63), b: fc.nat(63), c: fc.nat(999) });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 150, maxLength: 150 }), async (actions) => {
        const { session, state, codes } = await opened();
        const states = [codes()];
        for (const { kind, a, b, c } of actions) {
          const cell = { x: a % 8, y: a >> 3 };
          const before = codes();
          if (kind === 0) session.hold(c);
          if (kind === 1) {
            session.stroke(middle(cell.x, cell.y), middle(b % 8, b >> 3));
            session.strokeEnd();
          }
          if (kind === 2) {
            session.look({ tool: 'fill' });
            await session.tap(cell);
          }
          if (kind === 3) session.select(cell, { x: b % 8, y: b >> 3 });
          if (kind === 4) session.shuffle();
          if (kind === 5) session.paste(session.copy(), cell);
          if (kind === 6) {
            await session.setLadder(1 + (c % 9));
            session.ladderEnd();
          }
          if (codes().some((code, i) => code !== before[i])) states.push(codes());
        }
        const steps = Math.min(100, states.length - 1);
        expect(steps).toBeGreaterThan(20);
        for (let i = 1; i <= steps; i++) {
          session.undo();
          expect(codes()).toEqual(states.at(-1 - i));
        }
        for (let i = steps - 1; i >= 0; i--) {
          session.redo();
          expect(codes()).toEqual(states.at(-1 - i));
        }
        expect(state().canRedo).toBe(false);
        session.dispose();
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});

describe('links', () => {
  test('painted codes travel with their picture and come back as one step over it', async () => {
    const { session, specs, codes, until } = await opened();
    session.hold(5);
    session.stroke(middle(0, 0), middle(7, 7));
    session.strokeEnd();
    await until(() => specs.length > 0 && specs.at(-1)!.codes !== null);
    const again = await opened(specs.at(-1));
    expect(again.codes()).toEqual(codes());
    expect(changedByLevel(again.state())[0]).toHaveLength(8);
    again.session.undo();
    expect(changedByLevel(again.state())[0]).toHaveLength(0);
  });

  test('an untouched sample is no address; an own picture travels as its codes', async () => {
    const { session, specs, codes, until } = await opened();
    await until(() => specs.length > 0);
    expect(specs.at(-1)).toEqual({ model: null, source: null, mode: 'fit', codes: null, second: null });
    await session.open(new Blob(['90']), 'mine.png');
    await until(() => specs.at(-1)?.codes !== null);
    const again = await opened({ ...specs.at(-1)!, source: null });
    expect(again.codes()).toEqual(codes());
    expect(again.state().opened?.name).toBe('Codes of the link');
  });

  test('codes that cannot be read leave the sample, with a word', async () => {
    const codes = { model: fakeModel.id, grids: [{ width: 2, height: 2, data: 'AA' }] };
    const { state } = await opened({ codes });
    expect(state().opened?.name).toBe('a.webp');
    expect(state().notice?.message).toMatch(/cannot be read/);
  });
});

describe('mixing', () => {
  test('begins and ends with the codes of the pictures, and a step can be painted on', async () => {
    const { session, state, codes, until } = await opened();
    await session.openSecond({ kind: 'sample', file: 'b.webp' });
    await until(() => state().second !== null);
    await session.mix();
    const { mix, opened: from, second } = state();
    expect(mix?.steps).toHaveLength(33);
    expect([...mix!.steps[0]!.codes[0]!]).toEqual([...from!.base[0]!.indices]);
    expect([...mix!.steps[32]!.codes[0]!]).toEqual([...second!.base[0]!.indices]);
    expect([...mix!.pictures.keys()].sort((a, b) => a - b)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32]);
    await session.mixAt(9);
    expect(state().mix?.pictures.has(9)).toBe(true);
    session.takeMix();
    expect(codes()).toEqual([...mix!.steps[9]!.codes[0]!]);
    session.undo();
    expect(codes()).toEqual([...from!.base[0]!.indices]);
  });

  test('pictures of different sizes are refused in words', async () => {
    const { session, state, until } = await opened({ mode: 'tile' });
    expect(whyNoMix(state())).toMatch(/second picture/);
    await session.openSecond({ kind: 'sample', file: 'b.webp' });
    await until(() => state().second !== null);
    expect(whyNoMix(state())).toMatch(/8 × 8 and 12 × 12.*one square/);
  });
});
