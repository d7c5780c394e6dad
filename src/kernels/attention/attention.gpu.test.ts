import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { storageError, stored } from '../testing';
import { plan, type AttentionOptions } from './index';
import { attentionReference } from './reference';

const base: AttentionOptions = {
  ...{ samples: 1, sequence: 5, heads: 2, headWidth: 16, scale: 0.25, causalFrom: null, elem: 'f32' },
};

async function run(options: AttentionOptions, qkv: Float32Array, isSoftware = true) {
  const context = await testDevice();
  const { out } = await runPlan(context, plan(options, { ...context.target, isSoftware }), {
    qkv: { dtype: options.elem, data: qkv },
    out: { dtype: options.elem, length: qkv.length / 3 },
  });
  return out!;
}

async function check(change: Partial<AttentionOptions>, isSoftware = true, size = 2): Promise<void> {
  const options = { ...base, ...change };
  const { samples, sequence, heads, headWidth, elem } = options;
  const qkv = stored(elem, randomArray(3 * samples * sequence * heads * headWidth, 1, size));
  const tolerance = 2e-5 + 2 * storageError(elem);
  const out = await run(options, qkv, isSoftware);
  expectClose(out, attentionReference(options, qkv), { atol: tolerance, rtol: tolerance }, JSON.stringify(change));
}

it('sequences of 1, primes, workgroup - 1, exact, + 1', async () => {
  for (const isSoftware of [true, false])
    for (const sequence of [1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 101]) await check({ sequence }, isSoftware);
});

it('every head width, causal or not, several samples', async () => {
  for (const headWidth of [4, 12, 16, 20, 32])
    for (const causalFrom of [null, 0, 7, 19]) await check({ samples: 2, sequence: 19, headWidth, causalFrom });
});

it('every variant', async () => {
  for (const elem of ['f32', 'f16'] as const)
    for (const headWidth of [16, 32, 40, 64])
      for (const isSoftware of [true, false]) await check({ headWidth, elem, causalFrom: 2, sequence: 9 }, isSoftware);
});

it('scores so large that one key takes all', () => check({ sequence: 37, scale: 3 }, true, 30));

it('a token past the first sees nothing of the future: not even NaN', async () => {
  const options = { ...base, sequence: 9, causalFrom: 2 };
  const qkv = randomArray(3 * 9 * 32, 4);
  const spoilt = qkv.slice().fill(NaN, 3 * 6 * 32, 3 * 7 * 32);
  for (const isSoftware of [true, false]) {
    const [before, after] = [await run(options, qkv, isSoftware), await run(options, spoilt, isSoftware)];
    expect(after.subarray(0, 6 * 32)).toEqual(before.subarray(0, 6 * 32));
    expect(after.subarray(6 * 32).every((value) => Number.isNaN(value))).toBe(true);
  }
});
