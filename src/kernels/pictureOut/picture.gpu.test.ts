import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan as planIn } from '../pictureIn';
import { pictureInReference } from '../pictureIn/reference';
import { stored } from '../testing';
import { plan as planOut } from './index';
import { pictureOutReference } from './reference';

const sizes = [
  [1, 1],
  [7, 9],
  [8, 8],
  [5, 13],
  [16, 16],
] as const;
const words = (bytes: ArrayLike<number>): Uint32Array => new Uint32Array(Uint8Array.from(bytes).buffer);

it('pictureIn: every byte', async () => {
  const context = await testDevice();
  for (const outElem of ['f32', 'f16'] as const)
    for (const [height, width] of sizes) {
      const bytes = Array.from({ length: 4 * height * width }, (_, i) => (i * 37) & 255);
      const { out } = await runPlan(context, planIn({ height, width, outElem }, context.target), {
        pixels: { dtype: 'u32', data: words(bytes) },
        out: { dtype: outElem, length: bytes.length },
      });
      expectClose(out, pictureInReference(bytes), { atol: outElem === 'f16' ? 2 ** -11 : 1e-6 });
    }
});

it('pictureOut: clips, rounds, opaque; infinities clip too', async () => {
  const context = await testDevice();
  for (const elem of ['f32', 'f16'] as const)
    for (const [height, width] of sizes) {
      const x = stored(elem, randomArray(4 * height * width, height, 1.3));
      x.set([Infinity, -Infinity, 1, 5]);
      const { pixels } = await runPlan(context, planOut({ height, width, elem }, context.target), {
        x: { dtype: elem, data: x },
        pixels: { dtype: 'u32', length: height * width },
      });
      expect([...(pixels ?? [])]).toEqual([...words(pictureOutReference(x))]);
    }
});
