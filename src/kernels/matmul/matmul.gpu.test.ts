import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { ceil4 } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type MatmulOptions } from './index';
import { matmulReference } from './reference';

type Sizes = Pick<MatmulOptions, 'batch' | 'm' | 'n' | 'k' | 'transposeB'>;

async function check(sizes: Sizes, types: Pick<MatmulOptions, 'elem' | 'outElem'> = { elem: 'f32', outElem: 'f32' }) {
  const context = await testDevice();
  const { batch, m, n, k, transposeB } = sizes;
  const view = (rows: number, columns: number) => ({
    rowStride: ceil4(columns),
    batchStride: rows * ceil4(columns),
    offset: 0,
  });
  const [bRows, bColumns] = transposeB ? [n, k] : [k, n];
  const options = { ...sizes, ...types, scale: 0.7, a: view(m, k), b: view(bRows, bColumns), out: view(m, n) };
  const a = stored(types.elem, randomMap(batch * m, k, 1));
  const b = stored(types.elem, randomMap(batch * bRows, bColumns, 2));
  const length = batch * m * ceil4(n);
  const { out } = await runPlan(context, plan(options, context.target), {
    a: { dtype: types.elem, data: a },
    b: { dtype: types.elem, data: b },
    out: { dtype: types.outElem, length },
  });
  const tolerance = 1e-5 + storageError(types.outElem);
  expectClose(
    out,
    matmulReference(options, a, b, length),
    { atol: tolerance, rtol: tolerance },
    JSON.stringify(options),
  );
}

it('sizes 1, primes, tile - 1, tile, tile + 1, both orders of b', async () => {
  for (const transposeB of [false, true])
    for (const [m, n, k] of [
      [1, 1, 1],
      [3, 3, 3],
      [4, 4, 4],
      [5, 5, 5],
      [7, 13, 11],
      [31, 31, 8],
      [32, 32, 8],
      [33, 33, 9],
      [64, 101, 37],
      [97, 128, 64],
    ] as const)
      await check({ batch: 1, m, n, k, transposeB });
});

it('batches', async () => {
  for (const transposeB of [false, true]) await check({ batch: 3, m: 9, n: 10, k: 6, transposeB });
});

it('f16', async () => {
  for (const [elem, outElem] of [
    ['f16', 'f16'],
    ['f16', 'f32'],
    ['f32', 'f16'],
  ] as const)
    for (const transposeB of [false, true])
      await check({ batch: 1, m: 17, n: 18, k: 19, transposeB }, { elem, outElem });
});

it('q, k, v side by side in one buffer: strides and offsets, a and b the same', async () => {
  const context = await testDevice();
  const [places, channels] = [19, 6];
  const rowStride = 3 * ceil4(channels);
  const qkv = new Float32Array(2 * places * rowStride);
  for (let part = 0; part < 3; part++) {
    const values = randomMap(2 * places, channels, part);
    for (let i = 0; i < 2 * places; i++)
      qkv.set(values.subarray(i * 8, i * 8 + 8), i * rowStride + part * ceil4(channels));
  }
  const view = (part: number) => ({ rowStride, batchStride: places * rowStride, offset: part * ceil4(channels) });
  const options: MatmulOptions = {
    ...{ batch: 2, m: places, n: places, k: channels, transposeB: true, scale: 1, elem: 'f32', outElem: 'f32' },
    ...{ a: view(0), b: view(1), out: { rowStride: 20, batchStride: 20 * places, offset: 0 } },
  };
  const p = plan(options, context.target);
  const aliased = { ...p, dispatches: p.dispatches.map((d) => ({ ...d, bindings: ['qkv', 'qkv', 'out'] })) };
  const length = 2 * 20 * places;
  const { out } = await runPlan(context, aliased, { qkv: { dtype: 'f32', data: qkv }, out: { dtype: 'f32', length } });
  expectClose(out, matmulReference(options, qkv, qkv, length), { atol: 1e-5 });
});
