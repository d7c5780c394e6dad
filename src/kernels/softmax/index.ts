/** Softmax over the rows of a matrix. */
import softmax from '../../../shaders/softmax.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface SoftmaxOptions {
  readonly rows: number;
  readonly columns: number;
  /** Elements from row to row, a multiple of four. */
  readonly rowStride: number;
  readonly elem: Elem;
}

const WG = 32;

/** Roles x, out. Columns from `columns` to `rowStride` become zero. @throws ShapeError for a stride that does not fit. */
export function plan({ rows, columns, rowStride, elem }: SoftmaxOptions, target: Target): OpPlan {
  checkSizes('softmax', { rows, columns, rowStride });
  if (rowStride % 4 || rowStride < columns)
    throw new ShapeError(`softmax: ${columns} columns need a stride of ${ceil4(columns)} or more, found ${rowStride}`);
  checkBinding('softmax', 'x', rows * rowStride * sizeOf(elem), target);
  return {
    dispatches: [
      {
        shader: softmax,
        variant: elem,
        constants: { WG },
        bindings: ['x', 'out'],
        params: packParams(rows, columns, rowStride / 4),
        workgroups: linearGrid(rows, WG, target),
      },
    ],
    scratch: {},
  };
}
