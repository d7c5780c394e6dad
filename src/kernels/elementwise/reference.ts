import type { ElementwiseOptions } from './index';

/** The op in double precision; `b` only for 'add' and 'sub'. */
export function elementwiseReference(
  op: ElementwiseOptions['op'],
  a: ArrayLike<number>,
  b: ArrayLike<number> = [],
): Float64Array {
  const other = (i: number): number => b[i] ?? NaN;
  const apply = {
    add: (x: number, i: number) => x + other(i),
    sub: (x: number, i: number) => x - other(i),
    silu: (x: number) => x / (1 + Math.exp(-x)),
    cast: (x: number) => x,
  }[op];
  return Float64Array.from(a, apply);
}
