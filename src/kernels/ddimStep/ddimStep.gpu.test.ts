import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { openSamplerBench } from '../samplerTesting';
import {
  DDIM_STEP_BYTES,
  packDdimRun,
  packDdimStep,
  plan,
  type DdimRun,
  type DdimStepOptions,
  type DdimTimes,
} from './index';
import { ddimStepReference } from './reference';

const codebookSize = 5;
const shape = { samples: 3, count: 5, dim: 6, xStride: 8, epsilonStride: 7, codebookSize };
const base = { ...shape, guided: false, guidanceScale: 1, seed: 1, imposes: false } satisfies DdimRun & DdimStepOptions;

/** What the step binds beside epsilon and x; points hold 7 where nothing is written. */
function rolesFor({ samples, count, xStride }: typeof shape) {
  const codebook = randomArray(codebookSize * xStride, 5, 2);
  const units = randomArray(2 * xStride, 6, 2);
  const known = new Int32Array(samples * count).fill(-1);
  return { known, codebook, units, points: new Float32Array(2 * samples * count * xStride).fill(7) };
}

/** Latents of either part in the codebook's units; the padding of a row stays. */
const inUnits = (x: ArrayLike<number>, { dim, xStride }: typeof shape, units: Float32Array): Float64Array =>
  Float64Array.from(x, (value, at) => {
    const column = at % xStride;
    return column < dim ? value * (units[column] ?? NaN) + (units[xStride + column] ?? NaN) : 7;
  });

const TIMES: readonly Omit<DdimTimes, 'number'>[] = [
  { alphaBarFrom: 0.5, alphaBarTo: 0.7 },
  { alphaBarFrom: 0.9999, alphaBarTo: 1 },
  // x0 is held within its limit.
  { alphaBarFrom: 2e-3, alphaBarTo: 0.1 },
  // Blind: next to nothing is left, and nothing at all.
  { alphaBarFrom: 1e-3, alphaBarTo: 0.02 },
  { alphaBarFrom: 0, alphaBarTo: 1e-4 },
];

it('one step as the reference, with and without guidance, sizes 1, prime, one workgroup more or less', async () => {
  const context = await testDevice();
  for (const change of [
    {},
    { guided: true, guidanceScale: 2.5 },
    { samples: 1, count: 1, dim: 1, xStride: 4, epsilonStride: 1 },
    { samples: 1, count: 21, dim: 3, xStride: 4, epsilonStride: 4 },
    { samples: 1, count: 64, dim: 1, xStride: 1, epsilonStride: 1, guided: true, guidanceScale: 0 },
    { samples: 5, count: 13, dim: 1, xStride: 1, epsilonStride: 1, guided: true, guidanceScale: 7 },
  ])
    for (const times of TIMES) {
      const options = { ...base, ...change };
      const { samples, count, xStride, epsilonStride, guided } = options;
      const x = randomArray(2 * samples * count * xStride, 1, 3);
      const epsilon = randomArray(samples * count * epsilonStride * (guided ? 2 : 1), 2, 2);
      const roles = { ...rolesFor(options), x, epsilon };
      const bench = await openSamplerBench(
        context,
        [plan(options, context.target)],
        packDdimRun(options),
        DDIM_STEP_BYTES,
        roles,
      );
      await bench.run(packDdimStep({ ...times, number: 1 }));
      const expected = ddimStepReference(options, times, x, epsilon);
      const what = JSON.stringify({ ...change, ...times });
      expectClose(await bench.f32('x'), expected, { atol: 2e-4 }, what);
      expectClose(
        await bench.f32('points'),
        inUnits(expected, options, roles.units),
        { atol: 5e-4 },
        `points, ${what}`,
      );
      bench.destroy();
    }
});

it('many steps in one submit, each with its own coefficients: the noise that made a latent leads back to it', async () => {
  const context = await testDevice();
  const clean = randomArray(base.samples * base.count * base.xStride, 3);
  const epsilon = randomArray(base.samples * base.count * base.epsilonStride, 4);
  const bars = [0.01, 0.1, 0.4, 0.9, 1];
  const noisy = clean.map((value, i) => {
    const column = i % base.xStride;
    const noise = epsilon[Math.floor(i / base.xStride) * base.epsilonStride + column] ?? NaN;
    return column < base.dim ? Math.sqrt(0.01) * value + Math.sqrt(0.99) * noise : value;
  });
  const bench = await openSamplerBench(context, [plan(base, context.target)], packDdimRun(base), DDIM_STEP_BYTES, {
    ...rolesFor(base),
    x: Float32Array.of(...noisy, ...noisy),
    epsilon,
  });
  await bench.run(
    ...bars.slice(1).map((alphaBarTo, i) => packDdimStep({ alphaBarFrom: bars[i] ?? NaN, alphaBarTo, number: 1 })),
  );
  const result = (await bench.f32('x')).subarray(0, clean.length);
  bench.destroy();
  expectClose(result, clean, { atol: 1e-4 });
});
