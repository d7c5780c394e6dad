import { describe, expect, test } from 'vitest';
import { completions, SCENES } from '../../../diffusion/exact';
import { scheduleOf } from '../../../diffusion/schedule';
import {
  COMPARISON,
  comparisonOptions,
  defaultSettings,
  HOLE_STEPS,
  holeOptions,
  learntFor,
  lowerHalf,
  PLACES,
  processOf,
  samplerOf,
  samplersFor,
  SAMPLES,
  SCORE_STEPS,
  SHOWN,
  STEP_CHOICES,
  TIMES,
  world,
} from './ask';
import { denoiserWords, judge, percent, scoreOf, verdictSentence, verdictWords } from './judge';
import { createTilesSession } from './session';
import { cellsLeft, createTilesStore, selectAt } from './store';
import { createFakeTiles } from './testing';

const mapCodes = (map: number) => Int32Array.from(world.maps.subarray(map * PLACES, (map + 1) * PLACES));

describe('what is asked for', () => {
  test('the slider goes from masks alone to replacing alone, and the samplers follow', () => {
    const at = (replaceShare: number) => ({ process: 'mask-replace', replaceShare }) as const;
    expect(processOf(at(0)).kind).toBe('absorbing');
    expect(samplersFor(at(0))).toContain('remdm');
    expect(samplersFor(at(0.1))).not.toContain('remdm');
    expect(samplersFor(at(1))).toEqual(['posterior', 'released-fast']);
    for (const share of [0, 0.1, 0.5, 1]) {
      const { gammaBar, betaBar } = scheduleOf(processOf(at(share)), world.codebookSize);
      expect(gammaBar[TIMES]).toBeCloseTo(1 - share, 4);
      expect((betaBar[TIMES] ?? NaN) * world.codebookSize).toBeCloseTo(share, 4);
    }
  });

  test('a sampler that the noise does not allow gives way, one that it allows has all its numbers', () => {
    const settings = { ...defaultSettings, sampler: 'maskgit', numSteps: 10 } as const;
    expect(samplerOf(settings)).toEqual({ kind: 'maskgit', numSteps: 10, choiceTemperature: 4.5 });
    expect(samplerOf({ ...settings, process: 'uniform' })).toEqual({ kind: 'posterior', numSteps: 10 });
    expect(samplerOf({ ...settings, process: 'absorbing', sampler: 'remdm' })).toHaveProperty('eta');
  });

  test('the comparison is every process with every number of steps, once, by the exact posterior', () => {
    const names = COMPARISON.map(({ process, numSteps }) => `${process} ${numSteps}`);
    expect(new Set(names).size).toBe(3 * STEP_CHOICES.length);
    expect(names).toHaveLength(3 * STEP_CHOICES.length);
    const options = comparisonOptions(
      { process: 'mask-replace', numSteps: 10 },
      { denoiser: 'exact', seed: 3, replaceShare: 0.25 },
    );
    expect(options).toMatchObject({ seed: 3, batch: SAMPLES, sampler: { kind: 'posterior', numSteps: 10 } });
    expect(options.process).toMatchObject({ gammaBarT: 0.75, betaBarT: 0.25 });
  });

  test('in the hole the lower half is given to every sample; diffusion is told that it is certain', () => {
    const half = lowerHalf(SCENES.length - 1);
    expect(half.subarray(0, PLACES / 2).every((code) => code === -1)).toBe(true);
    expect([...half.subarray(PLACES / 2)]).toEqual([...mapCodes(SCENES.length - 1).subarray(PLACES / 2)]);
    const diffusion = holeOptions('diffusion', 5, 1);
    expect(diffusion).toMatchObject({ certain: true, sampler: { kind: 'posterior', numSteps: HOLE_STEPS } });
    expect(diffusion.known).toMatchObject({ noised: true });
    expect(diffusion.known?.codes).toHaveLength(SAMPLES * PLACES);
    expect(diffusion.known?.codes.subarray(PLACES, 2 * PLACES)).toEqual(lowerHalf(5));
    expect(holeOptions('raster', 5, 1)).toMatchObject({
      process: { kind: 'autoregressive' },
      known: { noised: false },
    });
  });
});

describe('what is said of a sample', () => {
  test('valid, so many places off, or not finished', () => {
    const codes = mapCodes(56);
    expect(judge(world, codes)).toEqual({ kind: 'valid', map: 56 });
    expect(verdictSentence(judge(world, codes))).toBe('valid, a red ring on night');
    codes[63] = 5;
    expect(judge(world, codes)).toEqual({ kind: 'invalid', map: 56, wrong: [63] });
    expect(verdictSentence(judge(world, codes))).toContain('1 place differs');
    codes[0] = 4;
    expect(judge(world, codes)).toEqual({ kind: 'invalid', map: 56, wrong: [0, 63] });
    expect(verdictWords(judge(world, codes))).toBe('2 off');
    codes[1] = world.codebookSize;
    expect(judge(world, codes)).toEqual({ kind: 'masked', masked: 1 });
  });

  test('valid samples are counted, and different ones once; in a hole they keep what was given', () => {
    const wrong = mapCodes(9);
    wrong[0] = 5;
    const codes = Int32Array.from([...mapCodes(56), ...mapCodes(56), ...mapCodes(57), ...wrong]);
    expect(scoreOf(world, codes)).toEqual({ samples: 4, valid: 3, distinct: 2 });
    expect(percent(scoreOf(world, codes))).toBe('75.0 %');
    // Map 57 has the other background.
    expect(scoreOf(world, codes, lowerHalf(56))).toEqual({ samples: 4, valid: 2, distinct: 1 });
  });
});

describe('session', () => {
  const SAMPLES_MADE = 24;
  function setUp() {
    const engine = createFakeTiles(SAMPLES_MADE);
    const store = createTilesStore();
    return { engine, store, session: createTilesSession(store, engine), state: store.getState };
  }

  test('a run leaves every state of the samples that are drawn, and the score of all', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 10, seed: 11 });
    await session.generate();
    const { run, job, failure } = state();
    expect({ job, failure }).toEqual({ job: null, failure: null });
    expect(run?.frames.map(({ step }) => step)).toEqual([...Array(11).keys()]);
    expect(run?.frames.every(({ codes }) => codes.length === SHOWN * PLACES)).toBe(true);
    expect(run?.frames[0]?.codes.some((code) => code === world.codebookSize)).toBe(true);
    expect(run?.score?.samples).toBe(SAMPLES_MADE);
    expect(run?.score?.valid).toBeGreaterThan(SAMPLES_MADE / 2);
    expect(engine.asked).toMatchObject([{ seed: 11, batch: SAMPLES, sampler: { numSteps: 10 } }]);
    expect(selectAt(state())).toBe(10);
  });

  test('states come while it runs; stopped, they stay, without a score', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 10 });
    const seen: number[] = [];
    engine.beforeStep = (step) => {
      seen.push(state().run?.frames.length ?? 0);
      if (step === 4) session.stop();
    };
    await session.generate();
    expect(seen.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(state()).toMatchObject({ job: null, failure: null });
    expect(state().run).toMatchObject({ score: null, timings: null });
    expect(state().run?.frames.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  test('one thing at a time', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 2 });
    const first = session.generate();
    await session.fill();
    expect(state().hole).toBeNull();
    await first;
    expect(engine.asked).toHaveLength(1);
  });

  test('what was compared stays when it is stopped, and is not computed again', async () => {
    const { session, state, engine } = setUp();
    session.change({ replaceShare: 0.2 });
    engine.beforeStep = () => engine.asked.length === 3 && session.stop();
    await session.compare();
    expect(state().comparison?.points.map(({ process, numSteps }) => [process, numSteps])).toEqual([
      ['mask-replace', 2],
      ['absorbing', 2],
    ]);
    engine.beforeStep = () => engine.asked.length === 6 && session.stop();
    await session.compare();
    expect(state().comparison?.points.map(({ process, numSteps }) => [process, numSteps])).toEqual([
      ['mask-replace', 2],
      ['absorbing', 2],
      ['uniform', 2],
      ['mask-replace', 5],
    ]);
    expect(cellsLeft(state().comparison!)).toHaveLength(COMPARISON.length - 4);
    // Other settings: another comparison.
    session.change({ seed: 8 });
    engine.beforeStep = () => session.stop();
    await session.compare();
    expect(state().comparison).toMatchObject({ settings: { seed: 8, replaceShare: 0.2 }, points: [] });
  });

  test('replacing repairs what masks alone cannot', async () => {
    const { session, state } = setUp();
    const validOf = async (process: 'mask-replace' | 'absorbing') => {
      session.change({ process, numSteps: 10 });
      await session.generate();
      return state().run?.score?.valid ?? NaN;
    };
    const [replaced, masked] = [await validOf('mask-replace'), await validOf('absorbing')];
    expect(replaced - masked).toBeGreaterThan(0.3 * SAMPLES_MADE);
  });

  test('diffusion fills the hole, raster order draws its upper rows blind', async () => {
    const { session, state } = setUp();
    await session.fill();
    const { hole, holeMap } = state();
    const { diffusion, raster } = hole!.answers;
    expect(diffusion!.score.valid).toBeGreaterThanOrEqual(0.95 * SAMPLES_MADE);
    expect(raster!.score.valid).toBeLessThanOrEqual(0.5 * SAMPLES_MADE);
    expect(diffusion!.score.distinct).toBeGreaterThan(SAMPLES_MADE / 2);
    const given = lowerHalf(holeMap);
    expect(completions(world, given).length).toBeGreaterThanOrEqual(diffusion!.score.distinct);
    for (const { codes } of [diffusion!, raster!])
      expect(codes.every((code, at) => given[at % PLACES]! < 0 || code === given[at % PLACES])).toBe(true);
  });

  test('learning is drawn while it goes on, and paused it stays; going on adds to the curve', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 25, seed: 5 });
    const seen: (number | undefined)[] = [];
    engine.beforeStep = (step) => {
      seen.push(state().learnt[0]?.steps);
      if (step === 200) session.stop();
    };
    await session.learn('scratch');
    expect(seen).toEqual([0, 100, 200]);
    expect(state()).toMatchObject({ job: null, failure: null, learnt: [{ steps: 200, origin: 'scratch' }] });
    engine.beforeStep = (step) => step === 400 && session.stop();
    await session.learn('kept');
    const [network] = state().learnt;
    expect(network?.steps).toBe(400);
    expect(network?.curve.map(({ step }) => step)).toEqual([0, 100, 200, 200, 300, 400]);
    // The page's own sampler, in few steps.
    expect(engine.lessons).toMatchObject([
      { from: 'scratch', seed: 5, sampler: { kind: 'posterior', numSteps: SCORE_STEPS } },
      { from: 'kept' },
    ]);
    await session.learn('shipped');
    expect(state().learnt).toMatchObject([{ steps: 500, origin: 'shipped' }]);
    expect(state().learnt[0]?.curve).toHaveLength(1);
    expect(engine.lessons.at(-1)?.steps).toBe(0);
  });

  test('what was learnt is asked where the switch says so; another noise is another network', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 2, denoiser: 'learnt' });
    await session.generate();
    expect(state().failure).toMatchObject({ kind: 'samples', message: /learn it first/ });
    await session.compare();
    expect(state().failure).toMatchObject({ kind: 'comparison', message: /learn it below, or take the exact/ });
    await session.learn('shipped');
    await session.generate();
    expect(state()).toMatchObject({ failure: null, run: { learntSteps: 500, score: { samples: SAMPLES_MADE } } });
    await session.fill();
    // Raster order is asked of the truth.
    expect(engine.askedLearnt.map(({ process }) => process.kind)).toEqual(['mask-replace', 'mask-replace']);
    expect(state().hole).toMatchObject({
      denoiser: 'learnt',
      answers: { raster: { score: { samples: SAMPLES_MADE } } },
    });
    // Only what is learnt is compared.
    engine.beforeStep = () => session.stop();
    await session.compare();
    expect(state().comparison?.cells.map(({ process }) => process)).toEqual(STEP_CHOICES.map(() => 'mask-replace'));
    session.change({ process: 'uniform' });
    expect(learntFor(state().learnt, state().settings)).toBeNull();
    engine.beforeStep = () => undefined;
    session.change({ denoiser: 'exact' });
    await session.generate();
    expect(state().run).toMatchObject({ learntSteps: null });
    expect(denoiserWords(null)).toBe('exact denoiser');
  });

  test('a page that is opened again finds what the engine has learnt', async () => {
    const { session, engine } = setUp();
    await session.learn('shipped');
    const store = createTilesStore();
    await createTilesSession(store, engine).recall();
    expect(store.getState().learnt).toMatchObject([{ steps: 500 }]);
  });

  test('a failure is said where it happened, and the next run forgets it', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 2 });
    engine.beforeStep = () => {
      throw new Error('The device is gone.');
    };
    await session.compare();
    expect(state()).toMatchObject({ job: null, failure: { kind: 'comparison', message: 'The device is gone.' } });
    engine.beforeStep = () => undefined;
    await session.generate();
    expect(state()).toMatchObject({ failure: null, run: { score: { samples: SAMPLES_MADE } } });
  });

  test('disposed in mid-run it stops, and can be used again', async () => {
    const { session, state, engine } = setUp();
    session.change({ numSteps: 5 });
    engine.beforeStep = (step) => step === 2 && session.dispose();
    await session.generate();
    expect(state()).toMatchObject({ job: null, run: { score: null } });
    engine.beforeStep = () => undefined;
    await session.generate();
    expect(state().run?.score).not.toBeNull();
  });
});
