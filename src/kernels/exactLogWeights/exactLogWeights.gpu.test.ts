import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomNumbers } from '../../gpu/testing/random';
import { openSamplerBench } from '../samplerTesting';
import { EXACT_STEP_BYTES, packExactRun, packExactStep, plan, type ExactSet, type ExactStep } from './index';
import { exactLogWeightsReference } from './reference';

async function run(set: ExactSet, steps: readonly ExactStep[], spoil?: (codes: Int32Array) => void) {
  const context = await testDevice();
  const next = randomNumbers(3);
  const below = (size: number) => Math.floor(((next() + 1) / 2) * size);
  const codes = Int32Array.from({ length: set.samples * set.length }, () => below(set.codebookSize + 1));
  spoil?.(codes);
  const maps = Int32Array.from({ length: set.maps * set.length }, () => below(set.codebookSize));
  const prior = randomArray(set.samples * set.maps, 5, 4);
  const roles = { codes, maps, prior, logWeights: set.samples * set.maps };
  const bench = await openSamplerBench(
    context,
    [plan(set, context.target)],
    packExactRun(set),
    EXACT_STEP_BYTES,
    roles,
  );
  await bench.run(...steps.map(packExactStep));
  const found = await bench.f32('logWeights');
  bench.destroy();
  const last = steps[steps.length - 1]!;
  return { found, expected: exactLogWeightsReference(set, last, codes, maps, prior) };
}

const sizes = [
  [1, 1, 1, 1],
  [1, 5, 63, 2],
  [2, 7, 32, 3],
  [1, 64, 65, 6],
  [3, 13, 101, 5],
] as const;

it('agrees with the reference about the size of a workgroup, for any noise, for all places and for the first ones', async () => {
  for (const [samples, length, maps, codebookSize] of sizes)
    for (const [same, other] of [
      [-0.1, -7],
      [-0.7, -70],
      [-70, -70],
    ] as const)
      for (const seen of new Set([0, 1, length - 1, length])) {
        const set = { samples, length, maps, codebookSize };
        const { found, expected } = await run(set, [{ same, other, seen, first: 0, count: length }]);
        expectClose(found, expected, { atol: 1e-5, rtol: 2 ** -22 }, JSON.stringify({ ...set, same, other, seen }));
      }
});

it('takes the coefficients of the last step that was copied', async () => {
  const set = { samples: 2, length: 9, maps: 20, codebookSize: 4 };
  const step = { seen: 9, first: 0, count: 9 };
  const { found, expected } = await run(set, [
    { ...step, same: -1, other: -2 },
    { ...step, same: -0.25, other: -9 },
  ]);
  expectClose(found, expected, { atol: 1e-5 });
});

it('a code that is none makes NaN of its sample alone', async () => {
  const set = { samples: 4, length: 6, maps: 70, codebookSize: 3 };
  const { found } = await run(set, [{ same: -1, other: -5, seen: 6, first: 0, count: 6 }], (codes) => {
    codes[6] = -1;
    codes[17] = 4;
  });
  const wrong = [...found].map((value, i) => (Number.isNaN(value) ? Math.floor(i / 70) : -1));
  expect(new Set(wrong)).toEqual(new Set([-1, 1, 2]));
  expect(wrong.filter((sample) => sample >= 0)).toHaveLength(140);
});
