import { describe, expect, test, vi } from 'vitest';
import type { InpaintScore } from '../../engine/types';
import { addGeneration, MOST_GENERATIONS, nextSeed, orderOf, type Generation } from './answers';
import { selectAt, selectFrame, selectGeneration, selectLayer, selectTrace } from './store';
import { filled, opened } from './testing';

describe('filling', () => {
  test('asks with the picture, the hole and the settings; the likeliest answer is shown in the picture', async () => {
    const { engine, state, hole } = await filled({}, { condition: { words: 'cat', style: 'noto' }, grow: 1 });
    const [asked] = engine.fillings;
    expect(asked).toMatchObject({
      ...{ model: 'absorbing', seed: 1, count: 3, grow: 1, draw: 'pictures', schedule: { kind: 'model' } },
      condition: { words: 'cat', style: 'noto' },
      distribution: { guidanceScale: 1 },
      picture: { width: 64, height: 64 },
    });
    expect(asked?.hole.filter((one) => one > 0)).toHaveLength(32 * 24);
    expect(asked?.from).toBeUndefined();
    const generation = selectGeneration(state())!;
    expect(generation).toMatchObject({ kind: 'fill', parent: null, rect: { x: 64, y: 20, width: 64, height: 64 } });
    expect(generation.result.seeds).toEqual([1, 2, 3]);
    expect(state().shown).toEqual({ generation: generation.id, answer: generation.order[0] });
    const bits = generation.order.map((i) => generation.result.scores[i]!.bitsPerCode!);
    expect(bits).toEqual([...bits].sort((a, b) => a - b));
    expect(state()).toMatchObject({ phase: 'idle', live: null, composed: true });
    expect(hole.calls.filter((call) => call.startsWith('compose'))).toEqual(['compose feather']);
    expect(selectTrace(state())).toHaveLength(7);
    expect(selectTrace(state()).some(({ pictures }) => pictures)).toBe(false);
  });

  test('outside of the hole the picture keeps its own pixels, in the file too', async () => {
    const { session, state, hole, isHole } = await filled({}, { blend: 'none' });
    await session.download();
    const [written] = hole.written;
    const before = state().picture!.image;
    let changed = 0;
    for (let y = 0; y < 120; y++)
      for (let x = 0; x < 200; x++) {
        const at = (y * 200 + x) * 4;
        const same = [0, 1, 2, 3].every((c) => written!.data[at + c] === before.data[at + c]);
        if (!isHole(x, y)) expect(same).toBe(true);
        else if (!same) changed++;
      }
    expect(changed).toBeGreaterThan(300);
  });

  test('another blend is composed without another run', async () => {
    const { session, state, hole, until, fillings } = await filled();
    session.change({ blend: 'poisson' });
    await until(() => hole.calls.includes('compose poisson') && state().composed);
    session.change({ temperature: 0.7 });
    await Promise.resolve();
    expect(hole.calls.filter((call) => call.startsWith('compose'))).toHaveLength(2);
    expect(fillings()).toHaveLength(1);
  });

  test.each([
    ['without a hole', () => {}, 'There is nothing to fill yet: paint over what should go.', 0],
    [
      'beside a square that was put elsewhere',
      (lab: Awaited<ReturnType<typeof opened>>) => {
        lab.paint();
        lab.session.setSquare({ x: 0, y: 0, side: 40 });
      },
      'The hole lies outside of the square',
      0,
    ],
    [
      'that reaches out of the square',
      (lab: Awaited<ReturnType<typeof opened>>) => {
        lab.paint();
        lab.session.setSquare({ x: 60, y: 30, side: 40 });
      },
      'Part of the hole lies outside of the square',
      1,
    ],
    [
      'that is everything',
      ({ session }: Awaited<ReturnType<typeof opened>>) => session.invert(),
      'this is inventing, not repairing',
      1,
    ],
  ])('a hole %s: a plain sentence', async (_, prepare, words, runs) => {
    const lab = await opened();
    prepare(lab);
    await lab.session.fill();
    expect(lab.said()).toContain(words);
    expect(lab.fillings()).toHaveLength(runs);
    expect(lab.state()).toMatchObject({ phase: 'idle', failure: null });
  });

  test('shows what it has while it runs; cancelled, it leaves what was there', async () => {
    const { session, state, until, paint } = await opened({ delayMs: 4 });
    paint();
    await session.fill();
    const before = state().shown;
    session.change({ seed: 9 });
    const run = session.fill();
    await until(() => (state().live?.step ?? 0) >= 2);
    expect(state().live).toMatchObject({ steps: 6, rect: { x: 64, y: 20 } });
    expect(state().live?.thumbs).toHaveLength(3);
    // While it runs nobody paints.
    session.rectangle({ x: 0, y: 0, width: 200, height: 120 });
    expect(state().spotBounds).toBeNull();
    session.cancel();
    await run;
    expect(state()).toMatchObject({ phase: 'idle', live: null, failure: null, shown: before });
    expect(state().generations).toHaveLength(1);
  });

  test('a failure is told, and the next run goes on', async () => {
    const { session, state, paint } = await opened({ failSample: 'The GPU is out of memory.' });
    paint();
    await session.fill();
    expect(state()).toMatchObject({ phase: 'failed', failure: 'The GPU is out of memory.' });
    await session.fill();
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
    expect(state().generations).toHaveLength(1);
  });

  test('without a prior, or its tokenizer: what to do', async () => {
    const none = await opened({ priors: [] });
    expect(none.state()).toMatchObject({ phase: 'failed' });
    expect(none.state().failure).toContain('There is no prior to draw codes from');
    // The picture is there all the same.
    expect(none.state().picture?.name).toBe('Sample 1');
    const half = await opened({ models: [] });
    expect(half.state().failure).toContain('draws codes of "fake-64", which is not here');
  });

  test('windows get a picture at its own scale', async () => {
    const { engine } = await filled({}, { mode: 'whole' });
    expect(engine.fillings[0]?.picture).toMatchObject({ width: 160, height: 120 });
  });
});

describe('answers', () => {
  test('more like one: from its codes, with seeds that were not used', async () => {
    const { session, state, engine } = await filled({}, { renoise: 0.3 });
    const first = selectGeneration(state())!;
    const chosen = first.order[1]!;
    session.showAnswer({ generation: first.id, answer: chosen });
    await session.more();
    const asked = engine.fillings[1]!;
    expect(asked.from).toMatchObject({ renoise: 0.3 });
    expect([...asked.from!.codes]).toEqual([...first.result.codes[chosen]![0]!.indices]);
    expect(asked.from?.places).toBeUndefined();
    expect(asked.seed).toBe(4);
    expect(selectGeneration(state())).toMatchObject({
      ...{ kind: 'more', parent: { generation: first.id, answer: chosen } },
    });
    // What was there before is still there.
    expect(state().generations.map(({ id }) => id)).toEqual([1, 2]);
  });

  test('a spot is filled again: only its places, from noise, in the chosen answer', async () => {
    const { session, state, engine, said } = await filled();
    const first = selectGeneration(state())!;
    expect(selectLayer(state())).toBe('spot');
    await session.refill();
    expect(said()).toContain('Paint over the spot');
    // Codes are 8 pixels wide and begin at 64, 20: two places inside of the hole, and one beside it.
    session.rectangle({ x: 81, y: 45, width: 14, height: 6 });
    session.rectangle({ x: 66, y: 22, width: 2, height: 2 });
    await session.refill();
    const { from, hole, picture } = engine.fillings[1]!;
    expect(from?.renoise).toBe(1);
    const places = [...from!.places!.keys()].filter((i) => from!.places![i]);
    expect(places).toEqual([3 * 8 + 2, 3 * 8 + 3]);
    expect([hole, picture]).toEqual([first.options.hole, first.options.picture]);
    const second = selectGeneration(state())!;
    const codes = second.result.codes[0]![0]!.indices;
    const kept = first.result.codes[first.order[0]!]![0]!.indices;
    const differ = [...codes.keys()].filter((i) => codes[i] !== kept[i]);
    expect(differ.every((i) => places.includes(i))).toBe(true);
    expect(differ.length).toBeGreaterThan(0);
    // The spot was for the answer before; the hole is as it was.
    expect(state()).toMatchObject({ spotBounds: null, bounds: { x: 80, y: 40, width: 32, height: 24 } });
    expect(second.free).toEqual(first.free);
    session.rectangle({ x: 64, y: 20, width: 8, height: 8 });
    await session.refill();
    expect(said()).toContain('This spot lies beside the hole');
  });

  test('other textures are for priors with structure apart: else a plain sentence, and nothing is run', async () => {
    const { session, said, fillings, state } = await filled();
    await session.texture();
    expect(said()).toContain('structure and texture are not apart');
    expect(fillings()).toHaveLength(1);
    expect(state()).toMatchObject({ phase: 'idle', failure: null });
  });

  test('one is taken into the picture; undo brings the hole and the answers back', async () => {
    const { session, state, until } = await filled();
    const { shown, picture } = state();
    await session.accept();
    await until(() => state().picture !== picture);
    expect(state()).toMatchObject({ bounds: null, shown: null, patch: null });
    expect(state().picture?.image.data).not.toEqual(picture?.image.data);
    session.undo();
    await until(() => state().picture?.key === picture?.key && state().composed);
    expect(state()).toMatchObject({ shown, bounds: { x: 80, y: 40 } });
    session.redo();
    await until(() => state().picture?.key !== picture?.key);
    expect(state().bounds).toBeNull();
  });

  test('another hole puts the answers away, without forgetting them', async () => {
    const { session, state } = await filled();
    session.showAnswer(null);
    expect(state()).toMatchObject({ patch: null, composed: false });
    session.rectangle({ x: 0, y: 0, width: 9, height: 9 });
    const [generation] = state().generations;
    session.showAnswer({ generation: generation!.id, answer: 0 });
    await vi.waitFor(() => expect(state().composed).toBe(true));
    session.undo();
    expect(state().shown).toBeNull();
  });

  test('steps are looked at: drawn ones at once, others decoded', async () => {
    const { session, state, store, engine, until } = await filled();
    session.look({ step: 2 });
    expect(selectFrame(state())?.step).toBe(2);
    await until(() => !state().composed && state().patch?.picture.width === 64);
    expect(engine.calls).not.toContain('decode fake-64');
    store.setState({ states: new Map() });
    session.look({ step: 3 });
    await vi.waitFor(() => expect(engine.calls).toContain('decode fake-64'));
    session.look({ step: null });
    await until(() => state().composed);
    expect(selectAt(state())).toBe(6);
  });

  test('the tokenizer alone sees the pixels under the hole', async () => {
    const { session, state, engine, until } = await filled();
    await session.wantAlone();
    await until(() => state().alone.size === 1);
    expect(engine.calls.at(-1)).toBe('reconstruct 64x64 tile model');
  });
});

describe('in order', () => {
  test('fewest bits first; without a likelihood as they were drawn', () => {
    const scores = (...bits: (number | null)[]): InpaintScore[] => bits.map((bitsPerCode) => ({ bitsPerCode }));
    expect(orderOf(scores(5, 3, 4, 3))).toEqual([1, 3, 2, 0]);
    expect(orderOf(scores(null, null, null))).toEqual([0, 1, 2]);
  });

  test('old generations leave, the shown one stays; seeds go on', () => {
    const one = (id: number) => ({ id, picture: 'p', result: { seeds: [id, id + 1] } }) as unknown as Generation;
    let list: Generation[] = [];
    for (let id = 1; id <= MOST_GENERATIONS + 2; id++) list = addGeneration(list, one(id), 1);
    expect(list.map(({ id }) => id).slice(0, 3)).toEqual([1, 4, 5]);
    expect(nextSeed(list, 'p', 7)).toBe(MOST_GENERATIONS + 4);
    expect(nextSeed(list, 'other', 7)).toBe(7);
  });
});
