import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomNumbers } from '../../gpu/testing/random';
import * as exactLogWeights from '../exactLogWeights';
import { EXACT_STEP_BYTES, packExactRun, packExactStep, type ExactSet, type ExactStep } from '../exactLogWeights';
import { exactLogWeightsReference } from '../exactLogWeights/reference';
import { openSamplerBench } from '../samplerTesting';
import { exactLogitStride, plan } from './index';
import { exactDenoiserReference } from './reference';

function numbersBelow(size: number, length: number, seed: number): Int32Array<ArrayBuffer> {
  const next = randomNumbers(seed);
  return Int32Array.from({ length }, () => Math.floor(((next() + 1) / 2) * size));
}

async function vote(set: ExactSet, asked: Pick<ExactStep, 'first' | 'count'>, logWeights: Float32Array<ArrayBuffer>) {
  const context = await testDevice();
  const maps = numbersBelow(set.codebookSize, set.maps * set.length, 2);
  const logits = set.samples * asked.count * exactLogitStride(set.codebookSize);
  const roles = { logWeights, maps, logits };
  const bench = await openSamplerBench(
    context,
    [plan(set, context.target)],
    packExactRun(set),
    EXACT_STEP_BYTES,
    roles,
  );
  await bench.run(packExactStep({ same: 0, other: 0, seen: 0, ...asked }));
  const found = await bench.f32('logits');
  bench.destroy();
  return { found, expected: exactDenoiserReference(set, asked, logWeights, maps) };
}

it('agrees with the reference: any number of codes, all places or a stretch, weights near and far apart', async () => {
  for (const [samples, length, maps, codebookSize] of [
    [1, 1, 1, 1],
    [1, 31, 7, 6],
    [1, 32, 65, 6],
    [3, 11, 101, 5],
    [2, 9, 1152, 9],
  ] as const)
    for (const scale of [0, 3, 60, 5000]) {
      const set = { samples, length, maps, codebookSize };
      const weights = randomArray(samples * maps, 4, scale);
      for (const asked of [
        { first: 0, count: length },
        { first: length >> 1, count: 1 },
      ]) {
        const { found, expected } = await vote(set, asked, weights);
        expectClose(found, expected, { atol: 1e-4 }, JSON.stringify({ ...set, ...asked, scale }));
      }
    }
});

it('maps that are ruled out have no vote', async () => {
  const set = { samples: 1, length: 4, maps: 40, codebookSize: 3 };
  const weights = Float32Array.from({ length: 40 }, (_, map) => (map % 7 ? -1e6 : -3));
  const { found, expected } = await vote(set, { first: 0, count: 4 }, weights);
  expectClose(found, expected, { atol: 1e-4 });
});

it('weights of NaN give NaN for their sample alone', async () => {
  const set = { samples: 3, length: 5, maps: 8, codebookSize: 4 };
  const weights = randomArray(24, 1).fill(NaN, 8, 16);
  const { found, expected } = await vote(set, { first: 0, count: 5 }, weights);
  expect([...found.subarray(20, 40)].every(Number.isNaN)).toBe(true);
  expectClose(found.subarray(0, 20), expected.subarray(0, 20), { atol: 1e-4 });
  expectClose(found.subarray(40), expected.subarray(40), { atol: 1e-4 });
});

it('both kernels after one another, step for step; a batch is its single runs, bit for bit', async () => {
  const context = await testDevice();
  const sizes = { length: 64, maps: 1152, codebookSize: 6 };
  const maps = numbersBelow(6, sizes.maps * 64, 8);
  const all = numbersBelow(7, 5 * 64, 9);
  // The third sample is a map itself but for a few places: there the weights lie far apart.
  all.set(maps.subarray(640, 700), 128);
  const prior = Float32Array.from({ length: 5 * sizes.maps }, (_, i) => (i % 3 ? 0 : -1e6));
  const step = { same: -0.05, other: -6.5, seen: 64, first: 0, count: 64 };
  const evaluate = async (first: number, samples: number) => {
    const set = { ...sizes, samples };
    const bench = await openSamplerBench(
      context,
      [exactLogWeights.plan(set, context.target), plan(set, context.target)],
      packExactRun(set),
      EXACT_STEP_BYTES,
      {
        codes: all.slice(first * 64, (first + samples) * 64),
        maps,
        prior: prior.slice(first * sizes.maps, (first + samples) * sizes.maps),
        logWeights: samples * sizes.maps,
        logits: samples * 64 * 8,
      },
    );
    await bench.run(packExactStep({ ...step, other: -1 }), packExactStep(step));
    const logits = await bench.f32('logits');
    bench.destroy();
    return logits;
  };
  const together = await evaluate(0, 5);
  const set = { ...sizes, samples: 5 };
  const weights = exactLogWeightsReference(set, step, all, maps, prior);
  expectClose(together, exactDenoiserReference(set, step, weights, maps), { atol: 1e-4 });
  for (let sample = 0; sample < 5; sample++)
    expect(await evaluate(sample, 1)).toEqual(together.slice(sample * 512, (sample + 1) * 512));
});
