/** Batched matrix product with strides, offsets, a scale and an optional transpose of b. */
import matmul from '../../../shaders/matmul.wgsl';
import { ceil4, ShapeError, type Elem, type OpPlan, type Target } from '../kernel';
import { checkSizes, packParams, variantOf } from '../params';

/** Where a matrix lies in its buffer, in elements; all multiples of four. */
export interface Operand {
  readonly rowStride: number;
  readonly batchStride: number;
  readonly offset: number;
}

export interface MatmulOptions {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** b is [n, k] instead of [k, n]. */
  readonly transposeB: boolean;
  readonly scale: number;
  readonly a: Operand;
  readonly b: Operand;
  readonly out: Operand;
  /** Type of a and b. */
  readonly elem: Elem;
  readonly outElem: Elem;
}

const WG_X = 8;
const WG_Y = 8;

/**
 * Roles a, b, out; a and b may be one buffer. Padding columns of a (and of a transposed b) must be zero.
 * @throws ShapeError for strides that are no multiples of four or too short.
 */
export function plan(options: MatmulOptions, target: Target): OpPlan {
  const { batch, m, n, k, transposeB, scale, elem, outElem } = options;
  checkSizes('matmul', { batch, m, n, k });
  const operand = (name: 'a' | 'b' | 'out', columns: number): number[] => {
    const { rowStride, batchStride, offset } = options[name];
    if ([rowStride, batchStride, offset].some((value) => value % 4 || value < 0))
      throw new ShapeError(
        `matmul: ${name}: strides and offset must be multiples of 4, found ${rowStride}, ${batchStride}, ${offset}`,
      );
    if (rowStride < ceil4(columns))
      throw new ShapeError(
        `matmul: ${name}: rows of ${columns} need a stride of ${ceil4(columns)}, found ${rowStride}`,
      );
    return [rowStride / 4, batchStride / 4, offset / 4];
  };
  const operands = [...operand('a', k), ...operand('b', transposeB ? k : n), ...operand('out', n)];
  const columns = ceil4(n) / 4;
  // Two vec4s a piece only where enough pieces remain.
  const vectors = columns > 1 && (batch * m * columns) / 8 >= (target.isSoftware ? 256 : 8192) ? 2 : 1;
  const workgroups = [Math.ceil(columns / vectors / WG_X), Math.ceil(m / 4 / WG_Y), batch] as const;
  const most = target.limits.maxComputeWorkgroupsPerDimension;
  if (Math.max(...workgroups) > most)
    throw new ShapeError(`matmul: [${m}, ${n}] x ${batch} needs more than ${most} workgroups in one dimension`);
  return {
    dispatches: [
      {
        shader: matmul,
        variant: `${variantOf(elem, outElem)}@4x${vectors}`,
        constants: { TRANSPOSE_B: Number(transposeB), WG_X, WG_Y },
        bindings: ['a', 'b', 'out'],
        params: packParams(...operands, m, n, k, { float: scale }),
        workgroups,
      },
    ],
    scratch: {},
  };
}
