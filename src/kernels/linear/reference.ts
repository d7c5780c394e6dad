import { ceil4 } from '../kernel';
import type { LinearOptions } from './index';

const activate = {
  none: (x: number) => x,
  silu: (x: number) => x / (1 + Math.exp(-x)),
  gelu: (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

export interface LinearTensors {
  /** [rows, ceil4(inWidth)] */
  readonly x: ArrayLike<number>;
  /** PyTorch's [outWidth, inWidth]. */
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly residual?: ArrayLike<number>;
  readonly modulation?: ArrayLike<number>;
  readonly table?: ArrayLike<number>;
}

/** In double precision; [rows, ceil4(outWidth)], zeros in the padding. */
export function linearReference(options: LinearOptions, tensors: LinearTensors): Float64Array {
  const { rows, inWidth, outWidth, activation, siluX, gate } = options;
  const enter = activate[siluX ? 'silu' : 'none'];
  const { x, weight, bias, residual = [], modulation = [], table = [] } = tensors;
  const out = new Float64Array(rows * ceil4(outWidth));
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < outWidth; o++) {
      let sum = bias[o] ?? NaN;
      for (let i = 0; i < inWidth; i++)
        sum += enter(x[row * ceil4(inWidth) + i] ?? NaN) * (weight[o * inWidth + i] ?? NaN);
      const at = row * ceil4(outWidth) + o;
      out[at] = activate[activation](sum);
      if (!gate) continue;
      const sample = Math.floor(row / (rows / gate.samples));
      const m = modulation[sample * gate.modulationWidth + gate.modulationOffset + o] ?? NaN;
      out[at] = (residual[at] ?? NaN) + (m + (table[gate.tableOffset + o] ?? NaN)) * out[at];
    }
  return out;
}
