/** The numbers of the sampler's kernels against src/diffusion: both variants, on the test adapter. */
import { describe, expect, it } from 'vitest';
import { PLAIN, x0Distribution, type DistributionOptions } from '../../diffusion/distribution';
import { COEFFICIENTS, posteriorCoefficients, posteriorWeights } from '../../diffusion/posterior';
import { DRAW, philox, toGumbel, toUniform } from '../../diffusion/random';
import { expectClose, largestDifference } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomNumbers } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan as posteriorSample } from '../../kernels/posteriorSample';
import { packStep, planRows, STEP_BYTES } from '../../kernels/samplerParams';
import { openSamplerBench } from '../../kernels/samplerTesting';
import { DISTRIBUTIONS, FAMILIES, scheduleFor, stepAt, stepsOf, VARIANTS } from './testing/cases';
import { chiSquareP } from './testing/chiSquare';
import { randomCase, rowOf, runBytes, stepBytes, stepOnGpu } from './testing/gpuStep';
import philoxDraws from './testing/philox_draws.wgsl';
import posteriorLogs from './testing/posterior_logs.wgsl';

/** -1: bit for bit the same. */
const firstDifference = (actual: ArrayLike<number> | undefined, expected: Uint32Array | Float32Array): number =>
  expected.findIndex((value, i) => actual?.[i] !== value);

describe('philox', () => {
  it('gives the bits, uniforms, indices and Gumbel noise of random.ts on 10^6 draws', async () => {
    const count = 250_000;
    const K = 1000;
    const next = randomNumbers(1);
    const word = () => Math.floor((next() + 1) * 2 ** 31) >>> 0;
    // Small addresses as a run has them, and any others.
    const addresses = Uint32Array.from({ length: 4 * count }, (_, i) =>
      i < 2 * count ? [i % 16, 1 + (i % 97), i % 1024, i % 5 ? i % 256 : DRAW.known][i % 4]! : word(),
    );
    addresses.set([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 0]);
    const dispatch = {
      shader: philoxDraws,
      variant: 'f32',
      constants: { COUNT: count, INDICES: K },
      bindings: ['addresses', 'bits', 'uniforms', 'gumbels', 'indices'],
      params: null,
      workgroups: [Math.ceil(count / 64), 1, 1],
    } as const;
    const length = 4 * count;
    const out = await runPlan(
      await testDevice(),
      { dispatches: [dispatch], scratch: {} },
      {
        addresses: { dtype: 'u32', data: addresses },
        bits: { dtype: 'u32', length },
        uniforms: { dtype: 'f32', length },
        gumbels: { dtype: 'f32', length },
        indices: { dtype: 'u32', length },
      },
    );
    const bits = new Uint32Array(length);
    for (let i = 0; i < count; i++) {
      const [seed = 0, c0 = 0, c1 = 0, c2 = 0] = addresses.subarray(4 * i, 4 * i + 4);
      philox(seed, c0, c1, c2, bits.subarray(4 * i, 4 * i + 4));
    }
    expect(firstDifference(out.bits, bits)).toBe(-1);
    const uniforms = Float32Array.from(bits, toUniform);
    expect(firstDifference(out.uniforms, uniforms)).toBe(-1);
    const indices = bits.map((word) => Math.floor(toUniform(word) * K));
    expect(firstDifference(out.indices, indices)).toBe(-1);
    expectClose(out.gumbels, Float64Array.from(uniforms, toGumbel), { atol: 4e-6 }, 'gumbels');
  });
});

describe('categorical sampling', () => {
  it('chi-square has the p of the tables', () => {
    // Two and four degrees of freedom have closed forms.
    expect(chiSquareP([13, 10, 7], [10, 10, 10])).toBeCloseTo(Math.exp(-0.9), 9);
    expect(chiSquareP([20, 10, 4, 10, 6], [10, 10, 10, 10, 10])).toBeCloseTo(Math.exp(-7.6) * 8.6, 9);
  });

  it.each([2, 1000, 4096])('10^5 draws of %i codes pass chi-square, and those of row 0 alone', async (K) => {
    const [batch, length, rounds] = [4, 125, 200];
    const span = { first: 0, count: length, codebookSize: K };
    const next = randomNumbers(K);
    const raw = Float64Array.from({ length: K }, () => 1 + 0.7 * next());
    const total = raw.reduce((sum, value) => sum + value, 0);
    const p = raw.map((value) => value / total);
    const padded = Math.ceil(K / 4) * 4;
    const row = Float32Array.from({ length: padded }, (_, k) => (k < K ? Math.log(p[k] ?? 0) : -70));
    const rows = batch * length;
    const logs = new Float32Array(rows * padded);
    for (let r = 0; r < rows; r++) logs.set(row, r * padded);
    const masks = new Int32Array(rows).fill(K);
    const context = await testDevice();
    const given = { seed: 5, batch, length, span, distribution: PLAIN, logitStride: K, known: null };
    const bench = await openSamplerBench(
      context,
      [posteriorSample({ samples: batch, count: length, codebookSize: K }, { ...context.target, isSoftware: true })],
      runBytes(given),
      STEP_BYTES,
      { logs, xt: masks },
    );
    // The last step: every masked place becomes a code.
    const schedule = scheduleFor('absorbing', K, 10);
    const last = stepAt(stepsOf(schedule, { kind: 'posterior', numSteps: 1 }), 1);
    const counts = new Float64Array(K);
    const bins = K === 2 ? 2 : 8;
    const binOf = (code: number) => Math.floor((code * bins) / K);
    const row0 = new Float64Array(bins);
    for (let number = 1; number <= rounds; number++) {
      bench.write('xt', masks);
      await bench.run(stepBytes({ ...last, number }, span, schedule));
      const codes = await bench.i32('xt');
      for (const code of codes) counts[code] = (counts[code] ?? NaN) + 1;
      row0[binOf(codes[0] ?? NaN)]! += 1;
    }
    bench.destroy();
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(1e5);
    const expected0 = new Float64Array(bins);
    p.forEach((value, k) => (expected0[binOf(k)]! += rounds * value));
    const ps = [
      chiSquareP(
        counts,
        p.map((value) => 1e5 * value),
      ),
      chiSquareP(row0, expected0),
    ];
    console.log(`K = ${K}: p = ${ps.map((value) => value.toFixed(4)).join(', row 0 ')}`);
    for (const value of ps) expect(value).toBeGreaterThan(0.001);
  });
});

describe('log-probabilities', () => {
  it.each(Object.entries(DISTRIBUTIONS))('%s: within 1e-4 of distribution.ts', async (name, distribution) => {
    const context = await testDevice();
    let [most, cutsApart, rows] = [0, 0, 0];
    for (const K of [1, 2, 7, 64, 1001, 1024])
      for (const isSoftware of VARIANTS) {
        const schedule = scheduleFor('absorbing', K, 10);
        const step = stepAt(stepsOf(schedule, { kind: 'posterior', numSteps: 10 }), 0.5);
        const given = randomCase({ schedule, step, distribution, batch: 2, length: 20, logitStride: K + 5 });
        const got = await stepOnGpu(context, given, isSoftware);
        const padded = Math.ceil(K / 4) * 4;
        for (let row = 0; row < given.batch * given.span.count; row++, rows++) {
          const none = distribution.guidanceScale === 1 ? null : rowOf(given, given.batch * given.span.count + row);
          const reference = x0Distribution(rowOf(given, row), none, distribution);
          const logs = got.logs.subarray(row * padded, (row + 1) * padded);
          expect([...logs.subarray(K)]).toEqual(new Array(padded - K).fill(-70));
          const kept = [logs.subarray(0, K), reference.logs].map((values) => values.filter((log) => log > -70).length);
          if (kept[0] !== kept[1]) {
            // The cut lies within rounding of a code: no number is right or wrong there.
            expect(cutMargin(rowOf(given, row), none, distribution)).toBeLessThan(2e-5);
            cutsApart++;
            continue;
          }
          most = Math.max(most, largestDifference(logs.subarray(0, K), reference.logs).maxAbs);
          expect(got.best[row]).toBe(reference.best);
          expectClose([got.confidence[row] ?? NaN], [reference.confidence], { atol: 1e-5 }, 'confidence');
          expectClose([got.entropy[row] ?? NaN], [reference.entropy], { atol: 1e-4 }, 'entropy');
        }
      }
    console.log(
      `${name}: log-probabilities within ${most.toExponential(1)}; ${cutsApart} of ${rows} rows cut at a tie`,
    );
    expect(most).toBeLessThan(1e-4);
    expect(cutsApart).toBeLessThanOrEqual(rows / 200);
  });

  it('equals stand or fall together; logits of minus infinity are nothing', async () => {
    const context = await testDevice();
    const schedule = scheduleFor('absorbing', 6, 10);
    const step = stepAt(stepsOf(schedule, { kind: 'posterior', numSteps: 10 }), 0);
    const logits = Float32Array.of(1, 3, 3, 0, 3, -Infinity, 2, 2, 2, 2, 2, 2);
    for (const isSoftware of VARIANTS)
      for (const distribution of [
        { ...PLAIN, topK: 2 },
        { ...PLAIN, truncation: 0.3 },
        { ...PLAIN, topK: 4 },
        { ...PLAIN, topK: 5, truncation: 0.99 },
      ]) {
        const given = randomCase({ schedule, step, distribution, batch: 1, length: 2, logits });
        const { logs, best } = await stepOnGpu(context, given, isSoftware);
        for (const row of [0, 1]) {
          const reference = x0Distribution(rowOf(given, row), null, distribution);
          expectClose(
            logs.subarray(8 * row, 8 * row + 6),
            reference.logs,
            { atol: 1e-5 },
            JSON.stringify(distribution),
          );
          expect(best[row]).toBe(reference.best);
        }
      }
  });
});

/** How near the truncation comes to a code: the least distance between r and what the codes before one hold together. */
function cutMargin(given: Float32Array, none: Float32Array | null, distribution: DistributionOptions): number {
  const { logs } = x0Distribution(given, none, { ...distribution, topK: 0, truncation: 1 });
  const falling = logs.map(Math.exp).sort().reverse();
  let [before, least] = [0, Infinity];
  for (const p of falling) least = Math.min(least, Math.abs((before += p) - distribution.truncation));
  return least;
}

describe('posterior', () => {
  it.each(FAMILIES)('%s: log weights within 1e-4 of posterior.ts', async (kind) => {
    const context = await testDevice();
    let [most, compared, nothing] = [0, 0, -Infinity];
    for (const K of [7, 1024])
      for (const T of [10, 100])
        for (const isSoftware of VARIANTS) {
          const schedule = scheduleFor(kind, K, T);
          const count = 12;
          const given = randomCase({
            schedule,
            step: stepAt(stepsOf(schedule, { kind: 'posterior', numSteps: 1 }), 0),
            batch: 2,
            length: count,
            distribution: { ...PLAIN, truncation: 0.9 },
          });
          const { logs, best } = await stepOnGpu(context, given, isSoftware);
          // Any code, the most likely one (nothing left for the others), [MASK].
          const codes = given.codes.map((code, row) => (row % 3 === 1 ? (best[row] ?? 0) : code));
          const target = { ...context.target, isSoftware };
          const bench = await openSamplerBench(
            context,
            [planRows(posteriorLogs, ['logs', 'xt', 'weights'], 2 * count, target)],
            runBytes(given),
            STEP_BYTES,
            { logs, xt: codes, weights: 2 * count * (K + 1) },
          );
          const padded = Math.ceil(K / 4) * 4;
          for (const [t, s] of [
            [1, 0],
            [2, 1],
            [T / 2, T / 2 - 1],
            [T, T - 1],
            [T, 0],
            [T - 1, T / 2],
          ] as const) {
            const c = posteriorCoefficients(schedule, t, s);
            const coefficients = COEFFICIENTS.map((name) => c[name]);
            await bench.run(packStep({ number: 1, first: 0, count, alphaBarTo: 0, gammaBarTo: 0, coefficients }));
            const got = await bench.f32('weights');
            for (let row = 0; row < 2 * count; row++) {
              const p0 = Float64Array.from(logs.subarray(row * padded, row * padded + K), Math.exp);
              posteriorWeights(c, p0, codes[row] ?? 0).forEach((weight, k) => {
                const log = got[row * (K + 1) + k] ?? NaN;
                compared++;
                if (weight === 0) nothing = log < nothing ? nothing : log;
                else most = Math.max(most, Math.abs(log - Math.log(weight)));
              });
            }
          }
          bench.destroy();
        }
    console.log(`${kind}: ${compared} log weights within ${most.toExponential(1)}`);
    expect(nothing).toBeLessThan(-1e29);
    expect(most).toBeLessThan(1e-4);
  });
});
