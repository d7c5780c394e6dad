/** Whole steps by the sampler's kernels against run.ts: both variants, on the test adapter. */
import { describe, expect, it } from 'vitest';
import { PLAIN, x0Distribution } from '../../diffusion/distribution';
import { posteriorWeights } from '../../diffusion/posterior';
import { Draws, seedOf } from '../../diffusion/random';
import type { RunState } from '../../diffusion/run';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomNumbers } from '../../gpu/testing/random';
import { DISTRIBUTIONS, FAMILIES, REVEALING, scheduleFor, stepAt, stepsOf, VARIANTS } from './testing/cases';
import { randomCase, rowOf, stepOnCpu, stepOnGpu, type StepCase } from './testing/gpuStep';

/** Codes of a step on the GPU and by run.ts. Where they differ in a posterior step, both states must be as good within rounding. */
async function compareStep(given: StepCase, wanted: RunState, isSoftware: boolean): Promise<number> {
  const got = await stepOnGpu(await testDevice(), given, isSoftware);
  const { batch, length, span, seed, step, distribution } = given;
  const untouched = (_: number, at: number) => at % length < span.first || at % length >= span.first + span.count;
  expect(got.codes.filter(untouched)).toEqual(given.codes.filter(untouched));
  expectClose(got.confidence, wanted.confidence, { atol: 1e-4 }, 'confidence');
  expectClose(got.entropy, wanted.entropy, { atol: 2e-3 }, 'entropy');
  let apart = 0;
  for (let sample = 0; sample < batch; sample++)
    for (let i = 0; i < span.count; i++) {
      const at = sample * length + span.first + i;
      const [mine = NaN, its = NaN] = [got.codes[at], wanted.codes[at]];
      if (mine === its) continue;
      apart++;
      if (step.kind !== 'posterior' || given.known) continue;
      const row = sample * span.count + i;
      const none = distribution.guidanceScale === 1 ? null : rowOf(given, batch * span.count + row);
      const { logs } = x0Distribution(rowOf(given, row), none, distribution);
      const weights = posteriorWeights(step.coefficients, logs.map(Math.exp), given.codes[at] ?? 0);
      const noise = new Draws(seedOf(seed, sample), step.number, span.first + i).gumbels(span.codebookSize + 1);
      const value = (state: number) => Math.log(weights[state] ?? 0) + (noise[state] ?? NaN);
      expect(Math.abs(value(mine) - value(its))).toBeLessThan(1e-4);
    }
  return apart;
}

/** At most one near-tie in 2000 places. */
class Tally {
  private places = 0;
  private apart = 0;

  async add(given: StepCase): Promise<void> {
    const wanted = await stepOnCpu(given);
    for (const isSoftware of VARIANTS) {
      this.places += given.batch * given.span.count;
      this.apart += await compareStep(given, wanted, isSoftware);
    }
  }

  close(name: string): void {
    console.log(`${name}: ${this.apart} of ${this.places} codes differ`);
    expect(this.apart).toBeLessThanOrEqual(this.places / 2000);
  }
}

describe('steps give the codes of run.ts', () => {
  it.each(FAMILIES)('posterior, %s', async (kind) => {
    const tally = new Tally();
    const distributions = [PLAIN, DISTRIBUTIONS.all, DISTRIBUTIONS.truncation];
    let turn = 0;
    for (const K of [7, 1001, 1024])
      for (const T of [10, 100]) {
        const schedule = scheduleFor(kind, K, T);
        const steps = stepsOf(schedule, { kind: 'posterior', numSteps: T / 2 });
        const masked = kind === 'uniform' ? 0 : 0.5;
        for (const share of [0, 0.5, 1]) {
          const distribution = distributions[turn++ % 3] ?? PLAIN;
          const step = stepAt(steps, share);
          await tally.add(randomCase({ schedule, step, distribution, masked, seed: 11 + T, logitStride: K + 3 }));
        }
        turn++;
      }
    tally.close(kind);
  });

  it('part of a sequence; everything masked, nothing masked; samplers that remask', async () => {
    const tally = new Tally();
    for (const kind of ['absorbing', 'mask-replace'] as const)
      for (const masked of [0, 1]) {
        const schedule = scheduleFor(kind, 65, 20);
        const span = { first: 17, count: 19, codebookSize: 65 };
        for (const spec of ['posterior', 'released-fast', 'remdm'] as const) {
          const steps = stepsOf(schedule, { kind: spec, numSteps: 10, eta: 0.5 });
          await tally.add(randomCase({ schedule, step: stepAt(steps, 0.5), masked, span, seed: 0xfffffffe }));
        }
        for (const spec of REVEALING) {
          const step = stepAt(stepsOf(schedule, spec, masked ? 19 : 1), 0.4);
          await tally.add(randomCase({ schedule, step, masked, span, seed: 0xfffffffe }));
        }
      }
    tally.close('spans');
  });

  it.each(REVEALING)('revealing, $kind', async (spec) => {
    const tally = new Tally();
    const distributions = [PLAIN, DISTRIBUTIONS.guidance, DISTRIBUTIONS['top-k']];
    let turn = 0;
    for (const K of [7, 1001, 1024]) {
      const schedule = scheduleFor('absorbing', K, 50);
      const steps = stepsOf(schedule, spec, 64);
      for (const share of [0, 0.5, 0.9, 1]) {
        const distribution = distributions[turn++ % 3] ?? PLAIN;
        const step = stepAt(steps, share);
        await tally.add(randomCase({ schedule, step, distribution, masked: 0.8, length: 100, seed: 3 }));
      }
      // More are to stay masked than there are: nothing is revealed.
      await tally.add(randomCase({ schedule, step: stepAt(steps, 0), masked: 0.1, length: 50 }));
    }
    tally.close(spec.kind);
  });

  it('of equal priorities the first places are revealed first', async () => {
    const tally = new Tally();
    const schedule = scheduleFor('absorbing', 9, 50);
    const step = stepAt(stepsOf(schedule, { kind: 'halton', numSteps: 4 }, 30), 0.5);
    await tally.add(randomCase({ schedule, step, masked: 1, order: new Int32Array(40).fill(3) }));
    tally.close('ties');
  });

  it('known codes come back: some, all, as they are or noised', async () => {
    const tally = new Tally();
    const length = 60;
    for (const kind of FAMILIES)
      for (const K of [7, 1000]) {
        const schedule = scheduleFor(kind, K, 40);
        const step = stepAt(stepsOf(schedule, { kind: 'posterior', numSteps: 40 }), 0.5);
        for (const share of [0.5, 1])
          for (const noised of [true, false]) {
            const next = randomNumbers(K);
            const codes = Int32Array.from({ length: 3 * length }, () =>
              (next() + 1) / 2 < share ? Math.floor(((next() + 1) / 2) * K) : -1,
            );
            const span = { first: 20, count: 40, codebookSize: K };
            await tally.add(randomCase({ schedule, step, length, span, known: { codes, noised } }));
          }
      }
    tally.close('known');
  });
});

it('a batch of 5 is its single runs, bit for bit', async () => {
  const context = await testDevice();
  const [batch, length, K] = [5, 33, 77];
  const span = { first: 3, count: 29, codebookSize: K };
  const schedule = scheduleFor('mask-replace', K, 30);
  for (const spec of [{ kind: 'posterior', numSteps: 30 } as const, ...REVEALING])
    for (const isSoftware of VARIANTS) {
      const step = stepAt(stepsOf(schedule, spec, 20), 0.6);
      const distribution = { guidanceScale: 2, temperature: 0.9, topK: 20, truncation: 0.9 };
      const together = randomCase({ schedule, step, distribution, batch, length, span, seed: 100 });
      const all = await stepOnGpu(context, together, isSoftware);
      const half = batch * span.count * K;
      for (let sample = 0; sample < batch; sample++) {
        const part = <T extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
          values: T,
          size: number,
          first = 0,
        ) => values.slice(first + sample * size, first + (sample + 1) * size) as T;
        const size = span.count * K;
        const logits = Float32Array.of(...part(together.logits, size), ...part(together.logits, size, half));
        const alone = { ...together, batch: 1, seed: 100 + sample, logits, codes: part(together.codes, length) };
        const one = await stepOnGpu(context, alone, isSoftware);
        const rowSize = Math.ceil(K / 4) * 4 * span.count;
        expect(one.codes).toEqual(part(all.codes, length));
        expect(one.logs).toEqual(part(all.logs, rowSize));
        expect(one.best).toEqual(part(all.best, span.count));
        expect(one.confidence).toEqual(part(all.confidence, span.count));
        expect(one.entropy).toEqual(part(all.entropy, span.count));
      }
    }
});
