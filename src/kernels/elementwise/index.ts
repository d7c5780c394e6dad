/** Sums, differences, SiLU and changes of type, element by element. */
import elementwise from '../../../shaders/elementwise.wgsl';
import { ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams, variantOf } from '../params';

export interface ElementwiseOptions {
  /** Padded elements: a multiple of four. */
  readonly count: number;
  readonly op: 'add' | 'sub' | 'silu' | 'cast';
  readonly elem: Elem;
  readonly outElem: Elem;
}

const OPS = { add: 0, sub: 1, silu: 2, cast: 3 } as const;
const WG = 64;

/** Roles a, b (for 'add' and 'sub'), out. @throws ShapeError where `count` is no multiple of four. */
export function plan(options: ElementwiseOptions, target: Target): OpPlan {
  const { count, op, elem, outElem } = options;
  checkSizes('elementwise', { count });
  if (count % 4) throw new ShapeError(`elementwise: needed a multiple of 4 elements, found ${count}`);
  checkBinding('elementwise', 'a', count * Math.max(sizeOf(elem), sizeOf(outElem)), target);
  return {
    dispatches: [
      {
        shader: elementwise,
        variant: variantOf(elem, outElem),
        constants: { OP: OPS[op], WG },
        bindings: ['a', op === 'add' || op === 'sub' ? 'b' : 'a', 'out'],
        params: packParams(count / 4),
        workgroups: linearGrid(count / 4, WG, target),
      },
    ],
    scratch: {},
  };
}
