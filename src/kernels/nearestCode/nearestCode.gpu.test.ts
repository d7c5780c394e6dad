import { describe, expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan } from './index';
import { nearestCodeReference } from './reference';

async function search(
  count: number,
  codebookSize: number,
  codeDim: number,
  latents: ArrayLike<number>,
  codebook: ArrayLike<number>,
  isSoftware = true,
) {
  const context = await testDevice();
  return runPlan(context, plan({ count, codebookSize, codeDim }, { ...context.target, isSoftware }), {
    latents: { dtype: 'f32', data: latents },
    codebook: { dtype: 'f32', data: codebook },
    indices: { dtype: 'i32', length: count },
    distances: { dtype: 'f32', length: count },
  });
}

describe('nearestCode', () => {
  it('sizes 1, primes, workgroup - 1, workgroup, workgroup + 1', async () => {
    for (const isSoftware of [true, false])
      for (const [count, codebookSize, codeDim] of [
        [1, 1, 1],
        [1, 1009, 8],
        [15, 17, 3],
        [16, 4, 4],
        [17, 5, 5],
        [63, 64, 8],
        [64, 63, 8],
        [65, 65, 12],
        [257, 131, 7],
        [40, 100, 256],
      ] as const) {
        const latents = randomMap(count, codeDim, count);
        const codebook = randomMap(codebookSize, codeDim, 7);
        const expected = nearestCodeReference({ count, codebookSize, codeDim }, latents, codebook);
        const found = await search(count, codebookSize, codeDim, latents, codebook, isSoftware);
        expect([...(found.indices ?? [])], `${count} ${codebookSize} ${codeDim}`).toEqual([...expected.indices]);
        expectClose(found.distances, expected.distances, { atol: 1e-6, rtol: 1e-5 });
      }
  });

  it('a codebook of 16,384 rows: only near ties may differ', async () => {
    const [count, codebookSize, codeDim] = [64, 16384, 8];
    const latents = randomMap(count, codeDim, 1);
    const codebook = randomMap(codebookSize, codeDim, 2);
    const expected = nearestCodeReference({ count, codebookSize, codeDim }, latents, codebook);
    const { distances } = await search(count, codebookSize, codeDim, latents, codebook);
    expectClose(distances, expected.distances, { rtol: 1e-5 });
  });

  it('ties go to the lowest index, within a tile, over tiles and over segments', async () => {
    for (const [low, high] of [
      [0, 1],
      [2, 3],
      [3, 4],
      [5, 2000],
      [1023, 1024],
      [64, 130],
    ] as const) {
      const codebook = randomMap(2048, 4, 3).map((v) => v + 10);
      const row = [0.25, -0.5, 0.125, 1];
      codebook.set(row, 4 * low);
      codebook.set(row, 4 * high);
      for (const isSoftware of [true, false]) {
        const { indices, distances } = await search(3, 2048, 4, [...row, ...row, ...row], codebook, isSoftware);
        expect([...(indices ?? [])]).toEqual([low, low, low]);
        expect([...(distances ?? [])]).toEqual([0, 0, 0]);
      }
    }
  });

  it('NaN and infinity give index 0 and show in the distance; other latents are not touched', async () => {
    const codebook = randomMap(100, 4, 5);
    const latents = Float32Array.of(
      NaN,
      0,
      0,
      0,
      ...codebook.subarray(4 * 77, 4 * 78),
      Infinity,
      0,
      0,
      0,
      3e38,
      3e38,
      0,
      0,
    );
    const { indices, distances } = await search(4, 100, 4, latents, codebook);
    expect([...(indices ?? [])]).toEqual([0, 77, 0, 0]);
    expect([...(distances ?? [])]).toEqual([NaN, 0, Infinity, Infinity]);
  });
});
