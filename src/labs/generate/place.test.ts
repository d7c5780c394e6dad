import { describe, expect, test } from 'vitest';
import { posteriorWeights } from '../../diffusion/posterior';
import type { SampleOptions, SampleFrame } from '../../engine/types';
import { fakeExplain, fakePrior, fakeSample, fakeVocabulary } from '../testing/fakePrior';
import { placeFacts, placeStep, termsOf, type PlaceStep } from './place';
import { plannedSteps } from './plan';
import { sampleOptions } from './samplers';
import { defaultSpec, type GenerateSpec } from './spec';

async function traceOf(kind: Parameters<typeof fakePrior>[0], patch: Partial<GenerateSpec> = {}) {
  const model = fakePrior(kind, 30);
  const options = sampleOptions({ ...defaultSpec, batch: 2, numSteps: 10, ...patch }, model, fakeVocabulary);
  const decode = () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) });
  const { trace } = await fakeSample(model, options, { onFrame: undefined, breathe: () => Promise.resolve(), decode });
  return { model, options, trace };
}

const opened = (
  {
    model,
    options,
    trace,
  }: { model: ReturnType<typeof fakePrior>; options: SampleOptions; trace: readonly SampleFrame[] },
  at: number,
  place: number,
): PlaceStep => {
  const step = placeStep(options, model, trace, at, 1, place);
  if (typeof step === 'string') throw new Error(step);
  return step;
};

describe('one place of one step', () => {
  test.each(['absorbing', 'mask-replace', 'uniform'] as const)(
    '%s: the terms add up to the posterior',
    async (kind) => {
      const run = await traceOf(kind);
      for (const at of [1, 4, 9]) {
        const step = opened(run, at, 5);
        expect(step.planned?.step.number).toBe(at);
        if (step.planned?.step.kind !== 'posterior') throw new Error('no posterior');
        const { coefficients } = step.planned.step;
        const { x0, rows, masked } = placeFacts(step, fakeExplain(step.question, run.model), 30);
        const p0 = x0.logs.map(Math.exp);
        const weights = posteriorWeights(coefficients, p0, step.xt);
        for (let k = 0; k < 30; k++) {
          const sum = termsOf(coefficients, p0, step.xt, k).reduce(
            (s, { coefficient, factor }) => s + coefficient * factor,
            0,
          );
          expect(sum).toBeCloseTo(weights[k] ?? NaN, 12);
        }
        const total = rows.reduce((s, { posterior }) => s + (posterior ?? NaN), masked ?? NaN);
        expect(rows).toHaveLength(30);
        expect(total).toBeCloseTo(1, 9);
      }
    },
  );

  test('the row of the transition sums to one', async () => {
    const run = await traceOf('mask-replace');
    const step = opened(run, 3, 0);
    const { transition } = placeFacts(step, fakeExplain(step.question, run.model), 10);
    expect(transition!.kept + 29 * transition!.other + transition!.masked).toBeCloseTo(1, 9);
  });

  test('xt is the state before, the drawn code the one after; the first state looks ahead', async () => {
    const run = await traceOf('mask-replace');
    const codes = (at: number) => run.trace[at]!.codes.subarray(9)[4];
    expect(opened(run, 6, 4)).toMatchObject({ xt: codes(5), chosen: codes(6), number: 6 });
    expect(opened(run, 0, 4)).toMatchObject({ xt: codes(0), chosen: codes(1), number: 1 });
    const { rows } = placeFacts(opened(run, 10, 4), fakeExplain(opened(run, 10, 4).question, run.model), 3);
    expect(rows.map(({ code }) => code)).toContain(codes(10));
  });

  test('a revealing sampler has no posterior, an autoregressive prior sees only what came before', async () => {
    const reveal = await traceOf('absorbing', { sampler: 'maskgit', numSteps: 4 });
    const step = opened(reveal, 2, 3);
    expect(step.planned?.step.kind).toBe('reveal');
    expect(placeFacts(step, fakeExplain(step.question, reveal.model), 5).rows[0]?.posterior).toBeNull();

    const tokens = await traceOf('autoregressive');
    const place = opened(tokens, 6, 4);
    expect([...place.question.codes].map((code) => code === 30)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1].map(Boolean));
    expect(place.planned).toBeNull();
    expect(placeStep(tokens.options, tokens.model, tokens.trace, 3, 0, 7)).toMatch('still to come');
  });

  test('every step of a run is planned again under its own number', async () => {
    for (const sampler of ['posterior', 'released-fast', 'maskgit', 'halton', 'purity', 'remdm'] as const) {
      const { model, options, trace } = await traceOf('absorbing', { sampler, numSteps: 6 });
      const plan = plannedSteps(options, trace[0]!, model);
      expect(plan?.map(({ step }) => [step.number, step.networkTime])).toEqual(
        trace.slice(1).map(({ number, networkTime }) => [number, networkTime]),
      );
    }
  });

  test('a step that was let go is told', async () => {
    const { model, options, trace } = await traceOf('absorbing');
    const holes = trace.filter(({ step }) => step !== 4);
    expect(placeStep(options, model, holes, 4, 0, 0)).toMatch('not kept');
  });
});
