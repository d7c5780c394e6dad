import { expect, it } from 'vitest';
import { readBuffer } from '../../gpu/buffers';
import { withErrorScopes } from '../../gpu/errorScopes';
import { fromHalfs } from '../../gpu/halfs';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { preparePlan } from '../../gpu/testing/runKernel';
import { sizeOf } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type AttentionCachedOptions } from './index';
import { attentionCachedReference } from './reference';

const base: AttentionCachedOptions = {
  ...{ samples: 3, tokens: 1, capacity: 12, heads: 2, headWidth: 16, scale: 0.25, first: 2, moves: true, elem: 'f32' },
};

/** Runs once on a cache that holds NaN where no token stands yet, and compares result and cache. */
async function check(change: Partial<AttentionCachedOptions>, position: number, isSoftware = true, size = 2) {
  const context = await testDevice();
  const options = { ...base, ...change };
  const { samples, tokens, capacity, heads, headWidth, first, moves, elem } = options;
  const row = 2 * heads * headWidth;
  const qkv = stored(elem, randomArray((samples * tokens * 3 * row) / 2, 1, size));
  const cache = stored(elem, randomArray(samples * capacity * row, 2, size));
  const start = first + (moves ? position : 0);
  for (let sample = 0; sample < samples; sample++)
    cache.fill(NaN, (sample * capacity + start) * row, (sample + 1) * capacity * row);
  const lengths = { out: (samples * tokens * row) / 2, cache: cache.length };
  const found = await withErrorScopes(context.device, async () => {
    const prepared = await preparePlan(context, plan(options, { ...context.target, isSoftware }), {
      qkv: { dtype: elem, data: qkv },
      position: { dtype: 'i32', data: [position] },
      cache: { dtype: elem, data: cache },
      out: { dtype: elem, length: lengths.out },
    });
    const encoder = context.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    prepared.record(pass);
    pass.end();
    context.device.queue.submit([encoder.finish()]);
    const read = async (role: keyof typeof lengths) => {
      const buffer = prepared.buffers.get(role)!;
      const bytes = await readBuffer(context.device, buffer, lengths[role] * sizeOf(elem));
      return elem === 'f16' ? fromHalfs(new Uint16Array(bytes)) : new Float32Array(bytes);
    };
    const values = { out: await read('out'), cache: await read('cache') };
    prepared.destroy();
    return values;
  });
  const expected = attentionCachedReference(options, qkv, cache, position);
  const tolerance = 2e-5 + 2 * storageError(elem);
  expectClose(found.out, expected.out, { atol: tolerance, rtol: tolerance }, JSON.stringify({ ...change, position }));
  expect(found.cache).toEqual(Float32Array.from(expected.cache));
}

it.each([true, false])('every position of a step, isSoftware %s', async (isSoftware) => {
  for (let position = 0; position < 10; position++) await check({}, position, isSoftware);
});

it('an empty cache: several new tokens see each other', async () => {
  for (const isSoftware of [true, false])
    for (const tokens of [1, 3, 12]) await check({ tokens, first: 0, moves: false }, 5, isSoftware);
});

it('new tokens behind old ones', () => check({ tokens: 4, first: 3 }, 2));

it('samples and heads about the size of a workgroup', async () => {
  for (const samples of [1, 3, 4, 5]) await check({ samples }, 3);
  await check({ samples: 7, heads: 3 }, 6);
});

it.each([
  ['f32', true],
  ['f32', false],
  ['f16', true],
  ['f16', false],
] as const)('every head width and tile, %s, isSoftware %s', async (elem, isSoftware) => {
  for (const headWidth of [4, 12, 16, 20, 32, 40, 64]) await check({ samples: 2, headWidth, elem }, 5, isSoftware);
});

it('scores so large that one key takes all', () => check({ scale: 3 }, 9, false, 30));

it('a position past the end stays inside its sample', async () => {
  const device = await testDevice();
  const { samples, capacity, heads, headWidth } = base;
  const length = samples * capacity * 2 * heads * headWidth;
  await withErrorScopes(device.device, async () => {
    const prepared = await preparePlan(device, plan(base, device.target), {
      qkv: { dtype: 'f32', data: randomArray(samples * 3 * heads * headWidth, 1) },
      position: { dtype: 'i32', data: [100] },
      cache: { dtype: 'f32', data: new Float32Array(length) },
      out: { dtype: 'f32', length: samples * heads * headWidth },
    });
    const encoder = device.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    prepared.record(pass);
    pass.end();
    device.device.queue.submit([encoder.finish()]);
    const cache = new Float32Array(await readBuffer(device.device, prepared.buffers.get('cache')!, 4 * length));
    const written = Array.from({ length: samples * capacity }, (_, token) => {
      const row = cache.subarray(token * (length / samples / capacity), (token + 1) * (length / samples / capacity));
      return row.some((value) => value !== 0);
    });
    expect(written).toEqual(
      Array.from({ length: samples * capacity }, (_, token) => token % capacity === capacity - 1),
    );
    prepared.destroy();
  });
});
