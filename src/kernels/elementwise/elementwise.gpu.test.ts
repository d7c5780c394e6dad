import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import type { Elem } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type ElementwiseOptions } from './index';
import { elementwiseReference } from './reference';

async function run(op: ElementwiseOptions['op'], elem: Elem, outElem: Elem, a: Float32Array, b: Float32Array) {
  const context = await testDevice();
  const roles = { a: { dtype: elem, data: a }, b: { dtype: elem, data: b }, out: { dtype: outElem, length: a.length } };
  return (await runPlan(context, plan({ count: a.length, op, elem, outElem }, context.target), roles)).out;
}

it('every op, type and size', async () => {
  for (const [elem, outElem] of [
    ['f32', 'f32'],
    ['f16', 'f16'],
    ['f16', 'f32'],
    ['f32', 'f16'],
  ] as const)
    for (const op of ['add', 'sub', 'silu', 'cast'] as const)
      for (const count of [4, 4 * 63, 4 * 64, 4 * 65, 4 * 1009]) {
        const a = stored(elem, randomArray(count, 1, 5));
        const b = stored(elem, randomArray(count, 2, 5));
        const rtol = op === 'cast' && outElem === elem ? 0 : 4 * storageError(outElem);
        const expected = elementwiseReference(op, a, b);
        expectClose(
          await run(op, elem, outElem, a, b),
          expected,
          { atol: rtol, rtol },
          `${op} ${elem} ${outElem} ${count}`,
        );
      }
});

it('SiLU far out, infinities in sums', async () => {
  const far = Float32Array.of(-3e38, -100, 100, 3e38);
  expectClose(await run('silu', 'f32', 'f32', far, far), [0, 0, 100, Math.fround(3e38)], { rtol: 1e-6 });
  const out = await run(
    'add',
    'f32',
    'f32',
    Float32Array.of(Infinity, -Infinity, Infinity, 1),
    Float32Array.of(1, 1, -Infinity, 1),
  );
  expect([...(out ?? [])]).toEqual([Infinity, -Infinity, NaN, 2]);
});
