import { describe, expect, it } from 'vitest';
import { PLAIN } from './distribution';
import { createWorld, ExactDenoiser } from './exact';
import { haltonRanks } from './halton';
import { Draws, DRAW } from './random';
import { argmaxGumbel, noised, runStep, startCodes, type Denoiser, type RunOptions, type RunState } from './run';
import { planSteps, type RevealStep, type SamplerSpec, type SamplerStep } from './samplers';
import { scheduleOf, type DiscreteKind } from './schedule';
import { bruteForcePosterior, KINDS, oneStepMatrices, processOf, product, stateOf } from './testing';

const world = createWorld();
const [N, K] = [64, 6];
const span = { first: 0, count: N, codebookSize: K };
const scheduleFor = (kind: DiscreteKind, T = 100) => scheduleOf(processOf(kind, T), K);

/** Any network: logits that depend on the code, its neighbour and the place. */
class FakeDenoiser implements Denoiser {
  constructor(
    readonly batch: number,
    readonly length: number,
    private readonly codebookSize: number,
  ) {}

  evaluate(codes: Int32Array<ArrayBuffer>, t: number, asked: { first: number; count: number }) {
    const { batch, length, codebookSize: size } = this;
    const out = new Float32Array(batch * asked.count * size);
    for (let sample = 0; sample < batch; sample++)
      for (let i = 0; i < asked.count; i++)
        for (let k = 0; k < size; k++) {
          const at = sample * length + asked.first + i;
          const [own = 0, next = 0] = [codes[at], codes[sample * length + ((asked.first + i + 1) % length)]];
          out[(sample * asked.count + i) * size + k] = 2 * Math.sin(own * 3 + next * 7 + k * 5 + i + t / 10);
        }
    return Promise.resolve({ conditional: out, unconditional: null });
  }
}

interface Run {
  readonly kind: DiscreteKind;
  readonly seed: number;
  readonly batch: number;
  readonly denoiser: Denoiser;
  readonly known?: RunOptions['known'];
}

const optionsOf = ({ kind, seed, known = null }: Run): RunOptions => ({
  seed,
  span,
  schedule: scheduleFor(kind),
  distribution: PLAIN,
  known,
  order: haltonRanks(8, 8),
});

async function carryOut(run: Run, steps: readonly SamplerStep[], state: RunState): Promise<RunState> {
  for (const step of steps) await runStep(run.denoiser, step, state, optionsOf(run));
  return state;
}

const start = ({ kind, seed, batch }: Run): RunState => stateOf(startCodes(seed, batch, span, scheduleFor(kind)));
const planOf = (kind: DiscreteKind, spec: SamplerSpec): SamplerStep[] =>
  planSteps(spec, { schedule: scheduleFor(kind), trained: scheduleFor(kind), masked: N });

const EVERY: readonly (readonly [DiscreteKind, SamplerSpec])[] = [
  ...KINDS.map((kind) => [kind, { kind: 'posterior', numSteps: 10 }] as const),
  ['mask-replace', { kind: 'released-fast', numSteps: 10 }],
  ['absorbing', { kind: 'maskgit', numSteps: 8, choiceTemperature: 1 }],
  ['absorbing', { kind: 'halton', numSteps: 8 }],
  ['mask-replace', { kind: 'purity', numSteps: 8, purityWeight: 1 }],
  ['absorbing', { kind: 'remdm', numSteps: 10, eta: 0.5 }],
];

describe.each(EVERY)('%s, %o', (kind, spec) => {
  const steps = planOf(kind, spec);
  const runOf = (batch: number, seed: number): Run => ({
    kind,
    seed,
    batch,
    denoiser: new ExactDenoiser(world, scheduleFor(kind), batch),
  });

  it('a batch of 16 is its 16 single runs, and ends without [MASK]', async () => {
    const all = runOf(16, 40);
    const together = await carryOut(all, steps, start(all));
    if (spec.kind === 'posterior' || spec.kind === 'remdm' || spec.kind === 'released-fast')
      expect(Math.max(...together.codes)).toBeLessThan(K);
    for (let sample = 0; sample < 16; sample++) {
      const one = runOf(1, 40 + sample);
      const alone = await carryOut(one, steps, start(one));
      for (const name of ['codes', 'best', 'confidence', 'entropy'] as const)
        expect(alone[name]).toEqual(together[name].slice(sample * N, (sample + 1) * N));
    }
  });

  it('a fork from a kept state goes on as the run did', async () => {
    const run = runOf(2, 11);
    const half = steps.length >> 1;
    const state = await carryOut(run, steps.slice(0, half), start(run));
    const kept = stateOf(state.codes.slice());
    const whole = await carryOut(run, steps.slice(half), state);
    expect(kept.codes).not.toEqual(whole.codes);
    const next = steps[half]!;
    const forked =
      spec.kind === 'posterior' || spec.kind === 'remdm'
        ? planSteps(
            { ...spec, numSteps: steps.length - half },
            {
              schedule: scheduleFor(kind),
              trained: scheduleFor(kind),
              masked: N,
              start: next.from,
              firstNumber: next.number,
            },
          )
        : steps.slice(half);
    expect((await carryOut(run, forked, kept)).codes).toEqual(whole.codes);
  });
});

describe('the posterior, step by step', () => {
  it.each(KINDS)('%s: stride 1 is ancestral sampling by matrices, code for code', async (kind) => {
    const [T, places, size] = [20, 9, 5];
    const schedule = scheduleOf(processOf(kind, T), size);
    const oneStep = oneStepMatrices(schedule);
    const denoiser = new FakeDenoiser(2, places, size);
    const options: RunOptions = {
      seed: 3,
      span: { first: 0, count: places, codebookSize: size },
      schedule,
      distribution: PLAIN,
      known: null,
      order: new Int32Array(places),
    };
    const state = stateOf(startCodes(3, 2, options.span, schedule));
    const codes = state.codes.slice();
    for (const step of planSteps({ kind: 'posterior', numSteps: T }, { schedule, trained: schedule, masked: places })) {
      await runStep(denoiser, step, state, options);
      const t = T + 1 - step.number;
      const { conditional } = await denoiser.evaluate(codes, t, options.span);
      const toData = [t - 1, t].map((time) => (time ? product(oneStep, 0, time) : oneStep[0]!));
      const before = codes.slice();
      before.forEach((xt, at) => {
        const logits = conditional.subarray(at * size, (at + 1) * size);
        const weights = Float64Array.from(logits, Math.exp);
        const total = weights.reduce((a, b) => a + b, 0);
        const p0 = weights.map((weight) => weight / total);
        const posterior = bruteForcePosterior(oneStep[t]!, toData[0]!, toData[1]!, p0, xt);
        if (!posterior) throw new Error(`no x0 can have become ${xt}`);
        const [sample, place] = [Math.floor(at / places), at % places];
        codes[at] = argmaxGumbel(posterior.map(Math.log), new Draws(3 + sample, step.number, place));
      });
      expect(state.codes).toEqual(codes);
    }
  });

  it('draws with the frequencies of the posterior', async () => {
    // Many places, all masked, one step: p(0) = 1/2 p0(0) and so on.
    const schedule = scheduleOf(processOf('absorbing', 4), 2);
    const count = 20_000;
    const denoiser: Denoiser = {
      batch: 1,
      length: count,
      evaluate: () => {
        const conditional = Float32Array.from({ length: 2 * count }, (_, i) => Math.log(i % 2 ? 0.25 : 0.75));
        return Promise.resolve({ conditional, unconditional: null });
      },
    };
    const [step] = planSteps({ kind: 'posterior', numSteps: 2 }, { schedule, trained: schedule, masked: count });
    const state = stateOf(new Int32Array(count).fill(2));
    const own = { first: 0, count, codebookSize: 2 };
    const options = { seed: 1, span: own, schedule, distribution: PLAIN, known: null, order: new Int32Array(count) };
    await runStep(denoiser, step!, state, options);
    [0.375, 0.125, 0.5].forEach((p, code) => {
      const found = state.codes.filter((own) => own === code).length;
      expect(Math.abs(found - p * count)).toBeLessThan(4.5 * Math.sqrt(count * p * (1 - p)));
    });
    expect(state.confidence[7]).toBeCloseTo(0.75, 6);
    expect(state.best[7]).toBe(0);
    expect(state.entropy[7]).toBeCloseTo(0.811278, 5);
  });
});

describe('revealing steps', () => {
  const step = (given: Partial<RevealStep>): RevealStep => ({
    kind: 'reveal',
    number: 1,
    from: 100,
    to: 50,
    networkTime: 100,
    masked: 40,
    priority: 'order',
    noise: 0,
    sharpen: 0,
    ...given,
  });
  const run: Run = { kind: 'absorbing', seed: 5, batch: 2, denoiser: new FakeDenoiser(2, N, K) };
  const maskedAt = (codes: Int32Array): number[] => [...codes.keys()].filter((at) => codes[at] === K);

  it('leave exactly the wanted number masked, the last ones of the order, in every sample', async () => {
    const { codes } = await carryOut(run, [step({})], start(run));
    const ranks = haltonRanks(8, 8);
    const expected = [...ranks.keys()].filter((i) => ranks[i]! >= 24);
    expect(maskedAt(codes)).toEqual([...expected, ...expected.map((i) => N + i)]);
  });

  it('never mask again, and leave codes as they are', async () => {
    const state = start(run);
    state.codes.set([1, 2, 3], 5);
    const { codes } = await carryOut(run, [step({ masked: 64 })], state);
    expect(maskedAt(codes)).toHaveLength(2 * N - 3);
    const all = await carryOut(run, [step({ masked: 0, number: 2 })], state);
    expect([...all.codes.subarray(5, 8)]).toEqual([1, 2, 3]);
    expect(maskedAt(all.codes)).toEqual([]);
  });

  it('by confidence: no place that stays masked was drawn with more of it', async () => {
    const logs = (await run.denoiser.evaluate(start(run).codes, 100, span, false)).conditional;
    const state = await carryOut(run, [step({ priority: 'confidence', masked: 0 })], start(run));
    const confidence = Array.from({ length: N }, (_, i) => {
      const own = logs.subarray(i * K, (i + 1) * K);
      const total = own.reduce((sum, log) => sum + Math.exp(log), 0);
      return Math.exp(own[state.codes[i]!]!) / total;
    });
    const some = await carryOut(run, [step({ priority: 'confidence' })], start(run));
    const open = confidence.filter((_, i) => some.codes[i] === K);
    const drawn = confidence.filter((_, i) => some.codes[i] !== K);
    expect(open).toHaveLength(40);
    expect(Math.max(...open)).toBeLessThanOrEqual(Math.min(...drawn) + 1e-6);
  });

  it('by purity: the noise moves places about; sharpening makes the most likely code more likely', async () => {
    const plain = await carryOut(run, [step({ priority: 'purity' })], start(run));
    const noisy = await carryOut(run, [step({ priority: 'purity', noise: 1 })], start(run));
    expect(maskedAt(noisy.codes)).not.toEqual(maskedAt(plain.codes));
    const likely = async (sharpen: number) => {
      const { codes, best } = await carryOut(run, [step({ priority: 'purity', masked: 0, sharpen })], start(run));
      return codes.filter((code, at) => code === best[at]).length;
    };
    expect(await likely(20)).toBeGreaterThan(await likely(0));
  });
});

describe('known codes', () => {
  const codes = Int32Array.from({ length: N }, (_, i) => (i % 3 ? -1 : i % K));
  const isKnown = (i: number) => codes[i]! >= 0;

  it('given as they are, they stand there after every step', async () => {
    const known = { codes, noised: false };
    const run: Run = { kind: 'uniform', seed: 2, batch: 1, denoiser: new FakeDenoiser(1, N, K), known };
    const state = start(run);
    for (const step of planOf('uniform', { kind: 'posterior', numSteps: 3 })) {
      await carryOut(run, [step], state);
      codes.forEach((code, i) => isKnown(i) && expect(state.codes[i]).toBe(code));
    }
  });

  it('noised, they are as noisy as the step, and themselves in the end; other places do not notice', async () => {
    const known = { codes, noised: true };
    const run: Run = { kind: 'mask-replace', seed: 2, batch: 1, denoiser: new FakeDenoiser(1, N, K), known };
    const steps = planOf('mask-replace', { kind: 'posterior', numSteps: 2 });
    const state = await carryOut(run, steps.slice(0, 1), start(run));
    const free = await carryOut({ ...run, known: null }, steps.slice(0, 1), start(run));
    const draws = (i: number) => new Draws(2, 1, i);
    codes.forEach((code, i) =>
      expect(state.codes[i]).toBe(
        isKnown(i) ? noised(code, scheduleFor('mask-replace'), 50, K, draws(i)) : free.codes[i],
      ),
    );
    await carryOut(run, steps.slice(1), state);
    codes.forEach((code, i) => isKnown(i) && expect(state.codes[i]).toBe(code));
  });

  it('noise has the masses of the schedule', () => {
    const schedule = scheduleFor('mask-replace');
    const counts = new Float64Array(K + 1);
    const total = 30_000;
    for (let i = 0; i < total; i++) counts[noised(4, schedule, 60, K, new Draws(1, 1, i))]!++;
    counts.forEach((found, code) => {
      const p = code === K ? schedule.gammaBar[60]! : schedule.betaBar[60]! + (code === 4 ? schedule.alphaBar[60]! : 0);
      expect(Math.abs(found - p * total)).toBeLessThan(4.5 * Math.sqrt(total * p * (1 - p)));
    });
  });
});

describe('startCodes', () => {
  it.each(KINDS)('%s: noise alone, with its share of [MASK]', (kind) => {
    const codes = startCodes(1, 400, span, scheduleFor(kind));
    const total = codes.length;
    const shares = { absorbing: [0, 1], 'mask-replace': [0.1 / K, 0.9], uniform: [1 / K, 0] }[kind];
    for (let code = 0; code <= K; code++) {
      const p = shares[Number(code === K)]!;
      const found = codes.filter((own) => own === code).length;
      expect(Math.abs(found - p * total)).toBeLessThanOrEqual(4.5 * Math.sqrt(total * p * (1 - p)));
    }
    expect(new Draws(1, 0, 0).uniforms(DRAW.start)).not.toEqual(new Draws(2, 0, 0).uniforms(DRAW.start));
  });
});
