import { describe, expect, it } from 'vitest';
import { cosineAlphaBar, createSchedule, networkTime, scheduleOf, transition, type ScheduleSpec } from './schedule';
import { families, KINDS, matrixOf, oneStepMatrices, processOf, product } from './testing';

const process = processOf('mask-replace', 100);
const SPECS: readonly ScheduleSpec[] = [
  { kind: 'model' },
  { kind: 'linear', gammaBarT: 1, uniformBarT: 0 },
  { kind: 'linear', gammaBarT: 0.9, uniformBarT: 0.1 },
  { kind: 'linear', gammaBarT: 0, uniformBarT: 1 },
  { kind: 'cosine', gammaBarT: 1, uniformBarT: 0 },
  { kind: 'cosine', gammaBarT: 0.5, uniformBarT: 0.5, offset: 0.02 },
  { kind: 'released' },
  { kind: 'drawn', gone: [0, 0.1, 0.1, 0.9, 1], gammaBarT: 0.8, uniformBarT: 0.2 },
  { kind: 'drawn', gone: [0.3, 0.7], gammaBarT: 1, uniformBarT: 0 },
];

describe('schedules', () => {
  it('golden values: K = 3, T = 4, replace 0.1 (seeds-generative.md, section 1)', () => {
    const { alphaBar, betaBar, gammaBar } = scheduleOf(processOf('mask-replace', 4), 3);
    const expectNear = (table: Float64Array, expected: readonly number[]) =>
      expected.forEach((value, t) => expect(Math.abs(table[t]! - value)).toBeLessThan(1e-6));
    expectNear(alphaBar, [1, 0.750002, 0.500005, 0.250007, 1e-5]);
    expectNear(gammaBar, [0, 0.224998, 0.449996, 0.674993, 0.899991]);
    expect(3 * betaBar[4]!).toBeCloseTo(0.1 * (1 - 1e-5), 12);
  });

  it.each(SPECS)('%o: begins with data, ends with noise, never comes back, and sums to one', (spec) => {
    const { alphaBar, betaBar, gammaBar, numTimesteps } = createSchedule(spec, process, 7);
    expect([alphaBar[0], betaBar[0], gammaBar[0]]).toEqual([1, 0, 0]);
    expect(alphaBar[numTimesteps]).toBeLessThanOrEqual(1e-5);
    for (let t = 0; t <= numTimesteps; t++) {
      expect(Math.abs(alphaBar[t]! + 7 * betaBar[t]! + gammaBar[t]! - 1)).toBeLessThan(1e-12);
      if (t > 0) expect(alphaBar[t]).toBeLessThanOrEqual(alphaBar[t - 1]!);
      if (t > 0) expect(gammaBar[t]).toBeGreaterThanOrEqual(gammaBar[t - 1]!);
    }
  });

  it('the released schedule replaces one code in a million at every time (reference-models.md, section 2.2)', () => {
    const { alphaBar, betaBar, gammaBar } = createSchedule({ kind: 'released' }, process, 4096);
    for (let t = 1; t <= 100; t++) expect(Math.abs(4096 * betaBar[t]! - 1e-6)).toBeLessThan(1e-12);
    // There t counts from 0.
    expect(alphaBar[50]).toBeCloseTo(0.50505, 5);
    expect(gammaBar[50]).toBeCloseTo(0.494949, 6);
    [0.99999, 0.000009, 0.000009, 0.99999].forEach((value, i) =>
      expect([alphaBar[1], alphaBar[100], gammaBar[1], gammaBar[100]][i]).toBeCloseTo(value, 14),
    );
  });

  it('the cosine has the values of Nichol and Dhariwal, and a floor', () => {
    const alphaBar = cosineAlphaBar(100, 0.008);
    const at = (t: number) => Math.cos(((t / 100 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    expect(alphaBar[50]).toBeCloseTo(at(50) / at(0), 14);
    expect(alphaBar[100]).toBe(1e-8);
  });

  it('says what is wrong with a curve', () => {
    const drawn = (...gone: number[]) =>
      createSchedule({ kind: 'drawn', gone, gammaBarT: 1, uniformBarT: 0 }, process, 7);
    expect(() => drawn(0)).toThrow(/two points or more, found 1/);
    expect(() => drawn(0, 0.5, 0.4)).toThrow(/point 2 is 0.4 after 0.5/);
    expect(() => drawn(0, NaN)).toThrow(/point 1 is NaN/);
    expect(() => createSchedule({ kind: 'linear', gammaBarT: 0, uniformBarT: 0 }, process, 7)).toThrow(
      /masks or replaces/,
    );
  });
});

describe.each([10, 100])('transition, K = 7, T = %i', (T) => {
  it.each(KINDS)('%s: one-step matrices multiplied give the tables, and every stride', (kind) => {
    const schedule = scheduleOf(processOf(kind, T), 7);
    const steps = oneStepMatrices(schedule);
    const expectMatrix = (found: ReturnType<typeof matrixOf>, expected: ReturnType<typeof matrixOf>) => {
      let worst = 0;
      expected.forEach((row, i) =>
        row.forEach((value, j) => (worst = Math.max(worst, Math.abs(value - found[i]![j]!)))),
      );
      expect(worst).toBeLessThanOrEqual(1e-6);
    };
    for (let t = 1; t <= T; t++) {
      const { alphaBar, betaBar, gammaBar } = schedule;
      expectMatrix(matrixOf(7, alphaBar[t]!, betaBar[t]!, gammaBar[t]!), product(steps, 0, t));
      for (const row of steps[t]!) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      for (const s of new Set([0, t - 1, Math.floor(t / 2), Math.max(0, t - 3)])) {
        const { alpha, beta, gamma } = transition(schedule, s, t);
        expectMatrix(matrixOf(7, alpha, beta, gamma), product(steps, s, t));
      }
    }
  });
});

describe('networkTime', () => {
  it('is the time itself under the schedule of training', () => {
    for (const [, schedule] of families(7, 100))
      for (let t = 0; t <= 100; t++) expect(networkTime(schedule, t, schedule)).toBe(t);
  });

  it('is where as much is kept, between two times where need be', () => {
    const trained = createSchedule({ kind: 'linear', gammaBarT: 1, uniformBarT: 0 }, process, 7);
    const cosine = createSchedule({ kind: 'cosine', gammaBarT: 1, uniformBarT: 0 }, process, 7);
    for (let t = 0; t <= 100; t++)
      expect(networkTime(cosine, t, trained)).toBeCloseTo(100 * (1 - cosine.alphaBar[t]!), 9);
    const short = scheduleOf({ kind: 'absorbing', numTimesteps: 4 }, 7);
    expect(networkTime(short, 4, trained)).toBe(100);
    expect(networkTime(short, 1, trained)).toBeCloseTo(25, 9);
  });
});
