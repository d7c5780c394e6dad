import { describe, expect, it } from 'vitest';
import {
  CODE_STYLES,
  completions,
  createWorld,
  distances,
  drawCodes,
  ExactDenoiser,
  exactCoefficients,
  mapOf,
  mapPrior,
  nearestMap,
  SCENES,
  validity,
  type FiniteSet,
} from './exact';
import { ExactAutoregression, runRaster } from './exactRun';
import { PLAIN } from './distribution';
import { scheduleOf } from './schedule';
import { families, numbers, processOf, stateOf } from './testing';

const world = createWorld();
const N = 64;
const span = { first: 0, count: N, codebookSize: 6 };
const codesOf = (map: number): number[] => [...world.maps.subarray(map * N, (map + 1) * N)];

describe('the world', () => {
  it('has 1,152 maps, all of them different, every code in use', () => {
    expect(world.count).toBe(1152);
    expect(SCENES).toHaveLength(1152);
    expect(new Set(Array.from({ length: 1152 }, (_, map) => codesOf(map).join())).size).toBe(1152);
    expect(new Set(world.maps)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(CODE_STYLES).toHaveLength(world.codebookSize);
  });

  it('a map is its scene', () => {
    const scene = { shape: 'tee', row: 5, column: 2, foreground: 3, background: 1 } as const;
    const map = SCENES.findIndex((other) => JSON.stringify(other) === JSON.stringify(scene));
    const rows = Array.from({ length: 8 }, (_, y) =>
      codesOf(map)
        .slice(8 * y, 8 * y + 8)
        .join(''),
    );
    expect(rows).toEqual([
      '11111111',
      '11111111',
      '11111111',
      '11111111',
      '11111111',
      '11333111',
      '11131111',
      '11131111',
    ]);
    expect([...mapOf(scene)]).toEqual(codesOf(map));
  });

  it('is drawn in its colours, [MASK] in grey', () => {
    const picture = drawCodes([0, 6, 2, 1], { height: 2, width: 2 }, 3);
    expect([picture.width, picture.height, picture.data.length]).toEqual([6, 6, 144]);
    const at = (x: number, y: number) => [...picture.data.subarray(4 * (6 * y + x), 4 * (6 * y + x) + 4)];
    expect(at(2, 2)).toEqual([...CODE_STYLES[0].rgb, 255]);
    expect(at(3, 0)).toEqual([128, 128, 128, 255]);
    expect(at(0, 3)).toEqual([...CODE_STYLES[2].rgb, 255]);
    expect(at(5, 5)).toEqual([...CODE_STYLES[1].rgb, 255]);
  });
});

describe('what is valid', () => {
  it('counts samples in the set, and how far the others are', () => {
    const codes = Int32Array.from([3, 700, 1151].flatMap(codesOf));
    expect(validity(world, codes)).toBe(1);
    codes[N + 1] = 6;
    codes[N + 60] = codes[N + 60] === 5 ? 4 : 5;
    expect(distances(world, codes)).toEqual([0, 2, 0]);
    expect(validity(world, codes)).toBeCloseTo(2 / 3, 12);
    expect(nearestMap(world, codes.subarray(N, 2 * N))).toEqual({ map: 700, distance: 2 });
  });

  it('lists the completions of what is known, and rules the other maps out', () => {
    const known = new Int32Array(N).fill(-1);
    expect(completions(world, known)).toHaveLength(1152);
    known.set(codesOf(77).slice(32), 32);
    const all = completions(world, known);
    expect(all).toContain(77);
    for (let map = 0; map < 1152; map++)
      expect(all.includes(map)).toBe(codesOf(map).slice(32).join() === codesOf(77).slice(32).join());
    const prior = mapPrior(world, known);
    expect([...prior.keys()].filter((map) => prior[map] === 0)).toEqual(all);
  });

  it('where known codes contradict each other, the maps with the fewest contradictions stay', () => {
    const known = new Int32Array(N).fill(-1);
    known.set([0, 0, 1], 0); // two backgrounds in one map
    expect(completions(world, known)).toEqual([]);
    const prior = mapPrior(world, known);
    expect([...new Set(prior)].sort((a, b) => a - b)).toEqual([-1e6, 0]);
    SCENES.forEach(({ background }, map) => background === 1 && expect(prior[map]).toBe(-1e6));
  });
});

/** Bayes over all maps, place by place. */
function byBayes(
  set: FiniteSet,
  likelihood: (code: number, own: number) => number,
  codes: ArrayLike<number>,
  seen: number,
) {
  const places = set.height * set.width;
  const p = new Float64Array(places * set.codebookSize);
  let total = 0;
  for (let map = 0; map < set.count; map++) {
    let weight = 1;
    for (let i = 0; i < seen; i++) weight *= likelihood(codes[i]!, set.maps[map * places + i]!);
    total += weight;
    for (let i = 0; i < places; i++) p[i * set.codebookSize + set.maps[map * places + i]!]! += weight;
  }
  return p.map((votes) => votes / total);
}

/** 2 x 2 places, K = 3. */
const small: FiniteSet = {
  height: 2,
  width: 2,
  codebookSize: 3,
  count: 5,
  maps: Uint8Array.from(
    [
      [0, 0, 1, 1],
      [0, 1, 1, 2],
      [2, 2, 2, 2],
      [0, 0, 1, 2],
      [1, 0, 0, 1],
    ].flat(),
  ),
};
const smallSpan = { first: 0, count: 4, codebookSize: 3 };

describe('ExactDenoiser', () => {
  it.each(families(3, 10))('%s: is Bayes over all maps, for every state and time', async (_, schedule) => {
    const denoiser = new ExactDenoiser(small, schedule, 256);
    const states = Int32Array.from({ length: 256 * 4 }, (_, at) => (Math.floor(at / 4) >> (2 * (at % 4))) % 4);
    for (let t = 1; t <= 10; t++) {
      const { conditional, unconditional } = await denoiser.evaluate(states, t, smallSpan, true);
      expect(unconditional).toEqual(conditional);
      const likelihood = (code: number, own: number) =>
        code === 3 ? 1 : schedule.betaBar[t]! + (code === own ? schedule.alphaBar[t]! : 0);
      for (let sample = 0; sample < 256; sample++) {
        const p = byBayes(small, likelihood, states.subarray(4 * sample, 4 * sample + 4), 4);
        // No map can have become this state without replacement.
        if (p.some(Number.isNaN)) continue;
        p.forEach((value, i) => {
          const found = conditional[12 * sample + i]!;
          if (value > 1e-20) expect(Math.exp(found)).toBeCloseTo(value, 6);
          else expect(found).toBeLessThanOrEqual(-45);
        });
      }
    }
  });

  it('where no map can have become xt, the nearest ones win', async () => {
    const denoiser = new ExactDenoiser(small, scheduleOf(processOf('absorbing', 10), 3), 1);
    const { conditional } = await denoiser.evaluate(Int32Array.of(2, 2, 2, 0), 5, smallSpan, false);
    expect([...conditional.subarray(9)].map((log) => Math.exp(log))).toEqual([
      expect.closeTo(0, 12),
      expect.closeTo(0, 12),
      expect.closeTo(1, 12),
    ]);
    expect(Math.min(...conditional)).toBe(-70);
  });

  it('a stretch of places is that part of all', async () => {
    const schedule = scheduleOf(processOf('uniform', 10), 6);
    const denoiser = new ExactDenoiser(world, schedule, 2);
    const next = numbers(4);
    const codes = Int32Array.from({ length: 2 * N }, () => Math.floor(next() * 6));
    const all = (await denoiser.evaluate(codes, 9, span, false)).conditional;
    const part = (await denoiser.evaluate(codes, 9, { ...span, first: 20, count: 3 }, false)).conditional;
    expect(part.slice(0, 18)).toEqual(all.slice(120, 138));
    expect(part.slice(18)).toEqual(all.slice(N * 6 + 120, N * 6 + 138));
  });

  it('known codes are certain, however the state shows them, and against any number of others', async () => {
    const schedule = scheduleOf(processOf('mask-replace', 100), 6);
    const [own, other] = [0, 1]; // the same scene on the two backgrounds
    const known = new Int32Array(2 * N).fill(-1);
    known[9] = known[N + 9] = codesOf(other)[9]!;
    known[20] = codesOf(other)[20]!;
    const codes = Int32Array.from([...codesOf(own), ...new Array<number>(N).fill(6)]);
    const told = await new ExactDenoiser(world, schedule, 2, known).evaluate(codes, 5, span, false);
    const untold = await new ExactDenoiser(world, schedule, 2).evaluate(codes, 5, span, false);
    const best = (logits: Float32Array, place: number) => {
      const row = [...logits.subarray(place * 6, place * 6 + 6)];
      return row.indexOf(Math.max(...row));
    };
    const background = codesOf(other)[63]!;
    expect(SCENES[other]?.background).toBe(background);
    expect(best(told.conditional, 63)).toBe(background);
    expect(best(untold.conditional, 63)).toBe(SCENES[own]?.background);
    const p = Math.exp(told.conditional[(N + 9) * 6 + codesOf(other)[9]!]!);
    expect(p).toBeCloseTo(1, 12);
  });

  it('says what does not fit', () => {
    const schedule = scheduleOf(processOf('uniform', 10), 6);
    const denoiser = new ExactDenoiser(world, schedule, 1);
    const codes = new Int32Array(N);
    expect(() => exactCoefficients(schedule, 3.5)).toThrow(/time of its own schedule, 0 to 10; found 3.5/);
    expect(() => denoiser.evaluate(codes, 11, span, false)).toThrow(/found 11/);
    expect(() => denoiser.evaluate(codes.slice(1), 1, span, false)).toThrow(/1 x 64 codes, found 63/);
    expect(() => denoiser.evaluate(codes, 1, { ...span, codebookSize: 7 }, false)).toThrow(/64 places of 6 codes/);
    expect(() => denoiser.evaluate(codes.fill(7, 3, 4), 1, span, false)).toThrow(/found 7 at place 3/);
    expect(() => new ExactDenoiser(small, schedule, 1)).toThrow(/for 6 codes, the maps have 3/);
    expect(() => new ExactDenoiser(world, schedule, 2, codes)).toThrow(/2 x 64 are needed, found 64/);
    const large = { ...small, height: 16, width: 16, maps: new Uint8Array(5 * 256) };
    expect(() => new ExactDenoiser(large, scheduleOf(processOf('uniform', 10), 3), 1)).toThrow(/at most 255 places/);
  });
});

describe('autoregression', () => {
  it('is p(x_i | x_<i) of the set, and does not look further', async () => {
    const network = new ExactAutoregression(small, 1);
    for (const [codes, place, expected] of [
      [[3, 3, 3, 3], 0, [3 / 5, 1 / 5, 1 / 5]],
      [[0, 2, 2, 2], 1, [2 / 3, 1 / 3, 0]],
      [[0, 0, 1, 0], 3, [0, 1 / 2, 1 / 2]],
    ] as const) {
      const asked = { first: place, count: 1, codebookSize: 3 };
      const { conditional } = await network.evaluate(Int32Array.from(codes), 0, asked, false);
      expected.forEach((p, k) => expect(Math.exp(conditional[k]!)).toBeCloseTo(p, 7));
    }
  });

  it('draws maps of the set, every one about as often', async () => {
    const batch = 2000;
    const schedule = scheduleOf(processOf('absorbing', 4), 3);
    const state = stateOf(new Int32Array(batch * 4).fill(3));
    await runRaster(new ExactAutoregression(small, batch), state, {
      seed: 1,
      span: smallSpan,
      schedule,
      distribution: PLAIN,
      known: null,
    });
    expect(validity(small, state.codes)).toBe(1);
    const counts = new Array<number>(5).fill(0);
    for (let sample = 0; sample < batch; sample++)
      counts[nearestMap(small, state.codes.subarray(4 * sample, 4 * sample + 4)).map]!++;
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(4.5 * Math.sqrt(400 * 0.8));
    expect(state.confidence.every((confidence) => confidence > 0.3)).toBe(true);
  });

  it('puts known codes back when it comes to them, and not before', async () => {
    const schedule = scheduleOf(processOf('absorbing', 4), 3);
    const known = { codes: Int32Array.of(-1, -1, 2, -1), noised: false };
    const codes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const state = stateOf(new Int32Array(4).fill(3));
      const options = { seed, span: smallSpan, schedule, distribution: PLAIN, known };
      await runRaster(new ExactAutoregression(small, 1), state, options);
      codes.add(state.codes.join(''));
    }
    // Only 2222 has a 2 there, yet the first two codes know nothing of it.
    expect(codes.has('2222')).toBe(true);
    expect([...codes].some((found) => found.startsWith('0'))).toBe(true);
    for (const found of codes) expect(found[2]).toBe('2');
  });
});
