import { describe, expect, it } from 'vitest';
import { mostRemasked, posteriorCoefficients } from './posterior';
import { planSteps, samplersOf, stepTimes, type PlanOptions, type SamplerSpec, type SamplerStep } from './samplers';
import { createSchedule, scheduleOf } from './schedule';
import { processOf } from './testing';

const absorbing = scheduleOf(processOf('absorbing', 100), 7);
const plan = (spec: SamplerSpec, options: Partial<PlanOptions> = {}): SamplerStep[] =>
  planSteps(spec, { schedule: absorbing, trained: absorbing, masked: 256, ...options });

/** How many places each step reveals. */
function reveals(spec: SamplerSpec, masked: number): number[] {
  let before = masked;
  return plan(spec, { masked }).map((step) => {
    if (step.kind !== 'reveal') throw new Error('not a revealing step');
    const revealed = before - step.masked;
    before = step.masked;
    return revealed;
  });
}

/** Share of all places that each step of a plan reveals, when everything is masked and nothing is masked again. */
function revealShares(steps: readonly SamplerStep[]): number[] {
  let masked = 1;
  return steps.map((step) => {
    if (step.kind !== 'posterior') throw new Error('not a posterior step');
    const before = masked;
    masked *= step.coefficients.stayMasked;
    return before - masked;
  });
}

describe('steps of the posterior', () => {
  it('go down evenly, each time once, and are numbered on', () => {
    expect(stepTimes(100, 4)).toEqual([100, 75, 50, 25, 0]);
    expect(stepTimes(3, 10)).toEqual([3, 2, 1, 0]);
    const steps = plan({ kind: 'posterior', numSteps: 7 }, { start: 50, firstNumber: 12 });
    expect(steps.map(({ number }) => number)).toEqual([12, 13, 14, 15, 16, 17, 18]);
    expect(steps[0]?.from).toBe(50);
    expect(steps[6]?.to).toBe(0);
    steps.slice(1).forEach((step, i) => expect(step.from).toBe(steps[i]?.to));
  });

  it('tell the network the time of its own schedule', () => {
    const schedule = createSchedule({ kind: 'cosine', gammaBarT: 1, uniformBarT: 0 }, processOf('absorbing', 100), 7);
    for (const { from, networkTime } of plan({ kind: 'posterior', numSteps: 9 }, { schedule }))
      expect(networkTime).toBeCloseTo(100 * (1 - schedule.alphaBar[from]!), 9);
  });

  it('remask eta of what may be remasked, and nothing in the last step', () => {
    const steps = plan({ kind: 'remdm', numSteps: 10, eta: 0.4 });
    for (const step of steps) {
      if (step.kind !== 'posterior') return expect.unreachable();
      const most = mostRemasked(absorbing, step.from, step.to);
      expect(step.coefficients.remask).toBeCloseTo(step.to ? 0.4 * most : 0, 12);
    }
  });
});

describe('the released fast sampler', () => {
  const schedule = createSchedule({ kind: 'released' }, processOf('absorbing', 100), 7);
  const steps = (kind: 'released-fast' | 'posterior', numSteps: number) =>
    plan({ kind, numSteps }, { schedule, trained: schedule });

  it('reveals too little and then up to 66 % at once; the posterior does not (reference-models.md, 0, finding 4)', () => {
    for (const [numSteps, calls, most] of [
      [50, 51, 0.08],
      [34, 34, 0.28],
      [25, 26, 0.245],
      [20, 21, 0.36],
      [10, 11, 0.66],
    ] as const) {
      const fast = revealShares(steps('released-fast', numSteps));
      expect(fast).toHaveLength(calls);
      expect(Math.abs(Math.max(...fast) - most)).toBeLessThan(0.006);
      expect(fast.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(Math.max(...revealShares(steps('posterior', numSteps)))).toBeLessThan(1.05 / numSteps + 0.01);
    }
  });

  it('is asked at the times of the released code, ends at 1, and takes one-step posteriors', () => {
    const fast = steps('released-fast', 10);
    expect(fast.map(({ from }) => from)).toEqual([100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 1]);
    const coefficients = fast.map((step) => step.kind === 'posterior' && step.coefficients);
    expect(coefficients[0]).toEqual(posteriorCoefficients(schedule, 91, 90));
    expect(coefficients[8]).toEqual(posteriorCoefficients(schedule, 11, 10));
    expect(coefficients[9]).toEqual(posteriorCoefficients(schedule, 10, 9));
    expect(coefficients[10]).toEqual(posteriorCoefficients(schedule, 1, 0));
    const single = planSteps(
      { kind: 'released-fast', numSteps: 1 },
      { schedule, trained: schedule, masked: 1, start: 5 },
    );
    expect(single.map(({ from, to }) => [from, to])).toEqual([
      [5, 1],
      [1, 0],
    ]);
    expect(single[0]?.kind === 'posterior' && single[0].coefficients).toEqual(posteriorCoefficients(schedule, 5, 4));
  });

  it('with all steps is ancestral sampling', () => {
    expect(steps('released-fast', 100)).toEqual(steps('posterior', 100));
  });
});

describe('revealing samplers', () => {
  it("MaskGIT's counts (reference-models.md, section 2.4)", () => {
    const maskgit = (numSteps: number) => ({ kind: 'maskgit', numSteps, choiceTemperature: 1 }) as const;
    expect(reveals(maskgit(8), 256)).toEqual([5, 15, 24, 31, 39, 45, 48, 49]);
    expect(reveals(maskgit(12), 256)).toEqual([3, 6, 11, 15, 18, 22, 26, 27, 31, 31, 33, 33]);
    expect(reveals(maskgit(12), 1024)).toEqual([9, 26, 43, 60, 74, 88, 101, 111, 121, 126, 132, 133]);
  });

  it('agree with MaskGIT wherever it has a step for each place or fewer', () => {
    for (let total = 1; total <= 70; total++)
      for (let numSteps = 1; numSteps <= total; numSteps++) {
        let unknown = total;
        const expected = Array.from({ length: numSteps }, (_, i) => {
          const wanted = Math.floor(total * Math.cos((Math.PI / 2) * ((i + 1) / numSteps)));
          const left = i === numSteps - 1 ? 0 : Math.max(1, Math.min(unknown - 1, wanted));
          const revealed = unknown - left;
          unknown = left;
          return revealed;
        });
        expect(reveals({ kind: 'halton', numSteps }, total)).toEqual(expected);
      }
  });

  it('reveal every place, at least one a step, and never more steps than places', () => {
    for (const total of [1, 2, 3, 17, 64, 256])
      for (const numSteps of [1, 2, 8, 25, 64, 300])
        for (const spec of [
          { kind: 'maskgit', numSteps, choiceTemperature: 2 },
          { kind: 'halton', numSteps },
          { kind: 'purity', numSteps, purityWeight: 1 },
        ] as const) {
          const counts = reveals(spec, total);
          expect(counts).toHaveLength(Math.min(numSteps, total));
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
          expect(counts.reduce((a, b) => a + b)).toBe(total);
        }
  });

  it('purity reveals evenly', () => {
    expect(reveals({ kind: 'purity', numSteps: 8, purityWeight: 1 }, 256)).toEqual(new Array(8).fill(32));
  });

  it('tell the network a time at which as much is masked; a hole or a fork begins at its own', () => {
    const whole = plan({ kind: 'purity', numSteps: 4, purityWeight: 0 });
    expect(whole.map(({ from, to, networkTime }) => [from, to, networkTime])).toEqual([
      [100, 75, 100],
      [75, 50, 75],
      [50, 25, 50],
      [25, 0, 25],
    ]);
    const hole = plan({ kind: 'purity', numSteps: 4, purityWeight: 0 }, { start: 40, masked: 100 });
    expect(hole.map(({ from }) => from)).toEqual([40, 30, 20, 10]);
  });

  it('take less noise from step to step, none in the last', () => {
    const noise = plan({ kind: 'maskgit', numSteps: 4, choiceTemperature: 2 }).map(
      (step) => step.kind === 'reveal' && step.noise,
    );
    expect(noise).toEqual([1.5, 1, 0.5, 0]);
  });
});

it('what a process can be sampled with has a plan, or a run of its own', () => {
  for (const process of ['absorbing', 'mask-replace', 'uniform', 'autoregressive', 'gaussian'] as const)
    for (const kind of samplersOf(process)) {
      const spec = { kind, numSteps: 5, purityWeight: 1, choiceTemperature: 1, eta: 0.5 } as SamplerSpec;
      if (kind === 'autoregressive' || kind === 'ddim') expect(() => plan(spec)).toThrow(/no plan/);
      else expect(plan(spec)).toHaveLength(kind === 'released-fast' ? 6 : 5);
    }
  expect(samplersOf('uniform')).not.toContain('maskgit');
});

it('numbers that make no plan are named', () => {
  expect(() => plan({ kind: 'posterior', numSteps: 0 })).toThrow(/1 step or more, found 0/);
  expect(() => plan({ kind: 'posterior', numSteps: 5 }, { start: 101 })).toThrow(/from 1 to 100, found 101/);
  expect(() => plan({ kind: 'halton', numSteps: 5 }, { masked: 0 })).toThrow(/Nothing is masked/);
});
