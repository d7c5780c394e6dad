import { layerNormReference } from '../layerNorm/reference';
import { linearReference } from '../linear/reference';
import type { NormedLinearOptions } from './index';

export interface NormedLinearTensors {
  /** [samples, inRows, width] */
  readonly x: ArrayLike<number>;
  /** PyTorch's [outWidth, width]. */
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly modulation: ArrayLike<number>;
  readonly table: ArrayLike<number>;
}

/** [samples, outRows, ceil4(outWidth)] in double precision, by definition one after the other. */
export function normedLinearReference(options: NormedLinearOptions, tensors: NormedLinearTensors): Float64Array {
  const { samples, outRows, width, outWidth, activation, elem, outElem } = options;
  const { x, weight, bias, modulation, table } = tensors;
  const sizes = { rows: samples * outRows, inWidth: width, outWidth, activation, elem, outElem };
  const normed = layerNormReference(options, x, modulation, table);
  return linearReference({ ...sizes, siluX: false, gate: null }, { x: normed, weight, bias });
}
