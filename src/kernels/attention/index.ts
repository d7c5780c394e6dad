/** Multi-head attention with a running softmax: one dispatch, no [S, S] matrix in memory, no barriers. */
import attention from '../../../shaders/attention.wgsl';
import { ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, packParams } from '../params';

export interface AttentionOptions {
  readonly samples: number;
  /** Tokens of a sample. */
  readonly sequence: number;
  readonly heads: number;
  /** Width of one head: a multiple of four, at most 64. */
  readonly headWidth: number;
  /** Of q k^T; 1 / sqrt(headWidth) as a rule. */
  readonly scale: number;
  /** Null: every token sees every token. A number c: the first c see each other, token s >= c sees 0 .. s. */
  readonly causalFrom: number | null;
  readonly elem: Elem;
}

/**
 * Vectors of a head that a variant holds in registers, and queries at a time on a software adapter: there loads are dear, and so
 * is compiling.
 */
const TILES = [
  { vectors: 4, softwareQueries: 4 },
  { vectors: 8, softwareQueries: 2 },
  { vectors: 16, softwareQueries: 1 },
] as const;
const MOST = 64;

/** Roles qkv [samples, sequence, 3, heads, headWidth], out [samples, sequence, heads, headWidth]. @throws ShapeError */
export function plan(options: AttentionOptions, target: Target): OpPlan {
  const { samples, sequence, heads, headWidth, scale, causalFrom, elem } = options;
  checkSizes('attention', { samples, sequence, heads, headWidth });
  const vectors = headWidth / 4;
  const tile = TILES.find((size) => size.vectors >= vectors);
  if (headWidth % 4 || !tile)
    throw new ShapeError(`attention: a head is a multiple of 4 and at most ${MOST} wide, found ${headWidth}`);
  if (causalFrom !== null && (causalFrom < 0 || causalFrom > sequence))
    throw new ShapeError(`attention: causalFrom must be 0..${sequence}, found ${causalFrom}`);
  checkBinding('attention', 'qkv', 3 * samples * sequence * heads * headWidth * sizeOf(elem), target);
  const [WG, queries] = target.isSoftware ? [8, tile.softwareQueries] : [64, 1];
  const most = target.limits.maxComputeWorkgroupsPerDimension;
  if (Math.max(heads, samples) > most)
    throw new ShapeError(`attention: ${heads} heads and ${samples} samples need more than ${most} workgroups`);
  return {
    dispatches: [
      {
        shader: attention,
        variant: `${elem}@${tile.vectors}x${queries}`,
        constants: { WG },
        bindings: ['qkv', 'out'],
        params: packParams(
          ...[sequence, causalFrom ?? 0, heads, vectors, { float: scale }, Number(causalFrom !== null)],
        ),
        workgroups: [Math.ceil(sequence / queries / WG), heads, samples],
      },
    ],
    scratch: {},
  };
}
