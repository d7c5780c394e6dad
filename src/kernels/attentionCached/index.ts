/** Attention of new tokens over a cache of keys and values and over themselves; they enter the cache in the same dispatch. */
import attentionCached from '../../../shaders/attention_cached.wgsl';
import { ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface AttentionCachedOptions {
  readonly samples: number;
  /** New tokens of a sample. They see each other: causal within a step only where this is 1. */
  readonly tokens: number;
  /** Tokens of a sample that the cache can hold. */
  readonly capacity: number;
  readonly heads: number;
  /** Width of one head: a multiple of four, at most 64. */
  readonly headWidth: number;
  /** Of q k^T; 1 / sqrt(headWidth) as a rule. */
  readonly scale: number;
  /** Tokens that the cache holds already: first, or first + position. */
  readonly first: number;
  readonly moves: boolean;
  readonly elem: Elem;
}

/** Vectors of a head that a variant holds in registers, and cached keys at a time: on a software adapter nothing waits. */
const TILES = [
  { vectors: 4, keys: 4 },
  { vectors: 8, keys: 2 },
  { vectors: 16, keys: 1 },
] as const;
const MOST = 64;

/**
 * Roles qkv [samples, tokens, 3, heads, headWidth], position (i32 [1]), cache [samples, capacity, 2, heads, headWidth] (read and
 * written), out [samples, tokens, heads, headWidth]. @throws ShapeError for sizes that do not fit
 */
export function plan(options: AttentionCachedOptions, target: Target): OpPlan {
  const { samples, tokens, capacity, heads, headWidth, scale, first, moves, elem } = options;
  checkSizes('attentionCached', { samples, tokens, capacity, heads, headWidth });
  const vectors = headWidth / 4;
  const tile = TILES.find((size) => size.vectors >= vectors);
  if (headWidth % 4 || !tile)
    throw new ShapeError(`attentionCached: a head is a multiple of 4 and at most ${MOST} wide, found ${headWidth}`);
  if (first < 0 || first + tokens > capacity)
    throw new ShapeError(`attentionCached: tokens ${first} to ${first + tokens} do not fit into ${capacity}`);
  checkBinding('attentionCached', 'cache', 2 * samples * capacity * heads * headWidth * sizeOf(elem), target);
  const items = samples * tokens * heads;
  // Few invocations with long loops: small workgroups spread them.
  const WG = 8;
  return {
    dispatches: [
      {
        shader: attentionCached,
        variant: `${elem}@${tile.vectors}x${target.isSoftware ? 1 : tile.keys}`,
        constants: { MOVES: Number(moves), WG },
        bindings: ['qkv', 'position', 'cache', 'out'],
        params: packParams(items, tokens, heads, vectors, capacity, first, { float: scale }),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
