import { expect, test } from 'vitest';
import { createFakeEngine } from '../testing/fakeEngine';
import { fakePrior, fakeVocabulary } from '../testing/fakePrior';
import { laneModel, laneOptions, raceEntries, racePresets, runRace, tokensPerSecond, type Lane } from './race';
import { defaultSpec, type RaceEntry } from './spec';

const [masked, uniform, tokens] = [fakePrior('absorbing'), fakePrior('uniform'), fakePrior('autoregressive')];
const priors = [masked, uniform, tokens];
const spec = { ...defaultSpec, batch: 2, seed: 3, condition: { words: 'cat' } };
const lanesOf = (entries: readonly RaceEntry[]) =>
  entries.map((entry) => {
    const model = laneModel(entry, masked, priors);
    return { model, options: laneOptions(entry, spec, model, fakeVocabulary) };
  });

test('presets hold what the models can do', () => {
  const titles = (model: typeof masked, models = priors) =>
    racePresets(model, models).map(({ entries }) => entries.map(({ sampler, numSteps }) => `${sampler} ${numSteps}`));
  expect(titles(masked)).toEqual([
    ['posterior 20', 'posterior 10', 'maskgit 8'],
    ['posterior 20', 'maskgit 8', 'autoregressive 1'],
  ]);
  expect(titles(uniform, [uniform])).toEqual([['posterior 20', 'posterior 10']]);
  const { config } = masked;
  const long = { ...masked, config: { ...config, process: { kind: 'absorbing', numTimesteps: 100 } } } as const;
  expect(titles(long)[0]).toEqual(['posterior 100', 'posterior 25', 'posterior 10', 'maskgit 8']);
  expect(titles(tokens)).toEqual([]);
  expect(raceEntries({ ...spec, race: [{ model: null, sampler: null, numSteps: 4 }] }, masked, priors)).toHaveLength(1);
  expect(laneModel({ model: 'gone', sampler: null, numSteps: 1 }, masked, priors)).toBe(masked);
});

test('every lane gets the same words and seed, and tells what was measured', async () => {
  const engine = createFakeEngine({ priors });
  const lanes: Lane[] = [];
  const entries = racePresets(masked, priors)[1]!.entries;
  await runRace(lanesOf(entries), engine, new AbortController().signal, (at, lane) => (lanes[at] = lane));
  expect(lanes.map(({ status, timings }) => [status, timings?.passes])).toEqual([
    ['done', 20],
    ['done', 8],
    ['done', 9],
  ]);
  expect(lanes.every(({ images }) => images.length === 2)).toBe(true);
  expect(tokensPerSecond(lanes[2]!)).toBeCloseTo(18 / 0.09);
  expect(lanes[0]!.bitsPerToken).toBe(4.2);
  expect(tokensPerSecond({ ...lanes[0]!, timings: null })).toBeNull();
  for (const { options } of lanesOf(entries)) expect(options).toMatchObject({ seed: 3, condition: { words: 'cat' } });
});

test('a lane that fails says so and the others go on; a stopped race leaves the rest', async () => {
  const engine = createFakeEngine({ priors, failSample: 'Out of memory.' });
  const lanes: Lane[] = [];
  const stop = new AbortController();
  await runRace(lanesOf(racePresets(masked, priors)[0]!.entries), engine, stop.signal, (at, lane) => {
    lanes[at] = lane;
    if (at === 1 && lane.status === 'done') stop.abort();
  });
  expect(lanes.map(({ status, problem }) => [status, problem])).toEqual([
    ['failed', 'Out of memory.'],
    ['done', null],
    ['stopped', null],
  ]);
});
