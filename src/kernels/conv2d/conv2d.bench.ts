/** What the convolution is timed on: `node scripts/bench-kernels.mjs conv2d`. */
import type { KernelBench } from '../bench';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { ceil4, type Target } from '../kernel';
import { packConvWeight, plan, type Conv2dOptions } from './index';
import { conv2dReference } from './reference';

function bench(size: number, inChannels: number, outChannels: number, kernelSize: 1 | 3): KernelBench {
  const side = kernelSize >> 1;
  const options: Conv2dOptions = {
    ...{ batch: 1, inHeight: size, inWidth: size, inChannels, outChannels, kernelSize, stride: 1, upsample: 1 },
    ...{ pad: { top: side, left: side, bottom: side, right: side }, activation: 'none', residual: 'none' },
    ...{ residualChannels: 0, elem: 'f32', outElem: 'f32' },
  };
  const x = randomMap(size * size, inChannels, 1);
  const weight = randomArray(outChannels * inChannels * kernelSize ** 2, 2, 0.1);
  const bias = new Float32Array(ceil4(outChannels));
  return {
    name: `conv2d ${kernelSize}x${kernelSize} ${size}x${size} ${inChannels} -> ${outChannels}`,
    operations: 2 * size * size * inChannels * outChannels * kernelSize ** 2,
    plan: (target: Target) => plan(options, target),
    roles: {
      x: { dtype: 'f32', data: x },
      weight: { dtype: 'f32', data: packConvWeight(weight, options) },
      bias: { dtype: 'f32', data: bias },
      out: { dtype: 'f32', length: size * size * ceil4(outChannels) },
    },
    expected: () => ({ out: conv2dReference(options, { x, weight, bias }) }),
    tolerance: { atol: 1e-4, rtol: 1e-4 },
  };
}

export default [bench(64, 32, 32, 3), bench(32, 64, 64, 3), bench(16, 160, 160, 3), bench(16, 160, 160, 1)];
