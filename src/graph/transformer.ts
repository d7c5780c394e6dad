/** Records the ops of a transformer. */
import { GraphBuilder } from './builder';
import {
  GraphError,
  channelsOf,
  type AttentionAttrs,
  type AttentionCachedNode,
  type Constant,
  type EmbedLatentsNode,
  type EmbedTokensNode,
  type EmbedWindowNode,
  type LayerNormAttrs,
  type LinearAttrs,
  type ModulationPlace,
  type Shape,
  type Tensor,
} from './ir';

export interface LinearOptions {
  readonly outWidth: number;
  readonly activation?: LinearAttrs['activation'];
  /** Keep the result in f32 whatever the precision; a gated residual keeps its residual's type. */
  readonly exact?: boolean;
  /** Several layers of one input, side by side (q, k, v). Default: the op's own name. */
  readonly parts?: readonly string[];
  readonly residual?: {
    readonly x: Tensor;
    readonly gate: ModulationPlace;
    readonly modulation: Tensor;
    readonly table: Constant;
  };
}

/**
 * Records transformers. Tokens lie along the third axis: [samples, 1, tokens, width]; where all samples are modulated alike they may
 * lie along the second, [1, samples, tokens, width].
 */
export class TransformerBuilder extends GraphBuilder {
  /** `{part}.weight` [outWidth, inWidth] and `{part}.bias` of every part. */
  linear(name: string, x: Tensor, options: LinearOptions): Tensor {
    const { outWidth, activation = 'none', exact = false, parts = [name], residual } = options;
    const [n, h, w, inWidth] = x.shape;
    const shape: Shape = [n, h, w, outWidth * parts.length];
    if (residual && residual.x.shape.join() !== shape.join())
      throw new GraphError(`${name}: gives [${shape.join(', ')}], the residual is [${residual.x.shape.join(', ')}]`);
    const joined = (what: string, partShape: readonly number[], layout: 'conv' | 'vector'): Constant => ({
      ...{ layout, shape: partShape, parts: parts.map((part) => `${part}.${what}`), combine: 'concat' },
    });
    return this.push(shape, residual?.x.type ?? (exact ? 'f32' : 'elem'), name, (out) => ({
      op: 'linear',
      attrs: { activation, gate: residual?.gate ?? null, before: 'none' },
      reads: { x: this.float(name, x), ...(residual && { residual: residual.x, modulation: residual.modulation }) },
      writes: { out },
      constants: {
        weight: joined('weight', [outWidth, inWidth], 'conv'),
        bias: joined('bias', [outWidth], 'vector'),
        ...(residual && { table: residual.table }),
      },
    }));
  }

  /** LN(x) (1 + scale) + shift of the rows from `first` on; `grid` [h, w] of them. */
  layerNorm(
    name: string,
    x: Tensor,
    options: LayerNormAttrs & {
      readonly modulation: Tensor;
      readonly table: Constant;
      readonly grid?: readonly [h: number, w: number];
    },
  ): Tensor {
    const { modulation, table, grid = [x.shape[1], x.shape[2]], ...attrs } = options;
    const [n, h, w, width] = x.shape;
    if (attrs.first + grid[0] * grid[1] > h * w || modulation.shape[0] !== n)
      throw new GraphError(
        `${name}: ${grid.join(' x ')} tokens from ${attrs.first} on do not fit into [${x.shape.join(', ')}], modulated by [${modulation.shape.join(', ')}]`,
      );
    return this.push([n, grid[0], grid[1], width], 'elem', name, (out) => ({
      op: 'layerNorm',
      attrs,
      reads: { x: this.exact(name, x), modulation: this.exact(name, modulation) },
      writes: { out },
      constants: { table },
    }));
  }

  /** softmax(q k^T / sqrt(width of a head)) v. @param qkv [samples, 1, tokens, 3 * width] */
  attention(name: string, qkv: Tensor, attrs: AttentionAttrs): Tensor {
    const [n, h, w, columns] = qkv.shape;
    if (columns % (3 * attrs.heads))
      throw new GraphError(`${name}: ${columns} columns are not q, k and v of ${attrs.heads} heads`);
    return this.push([n, h, w, columns / 3], qkv.type, name, (out) => ({
      op: 'attention',
      attrs,
      reads: { qkv: this.float(name, qkv) },
      writes: { out },
      constants: {},
    }));
  }

  /**
   * Attention of new tokens over those in `cache` and over each other; they enter the cache behind the first `first`, or with `moves`
   * behind first + position. @param qkv [1, samples, tokens, 3 * width]. @param state position i32 [1, 1, 1, 1], cache [1, samples,
   * capacity, 2 * width], an input of the graph that keeps what is written
   */
  attentionCached(
    name: string,
    qkv: Tensor,
    state: { readonly position: Tensor; readonly cache: Tensor },
    attrs: AttentionCachedNode['attrs'],
  ): Tensor {
    const [one, samples, tokens, columns] = qkv.shape;
    const { position, cache } = state;
    const width = columns / 3;
    if (
      width % attrs.heads ||
      cache.shape.join() !== [one, samples, cache.shape[2], 2 * width].join() ||
      cache.type !== qkv.type
    )
      throw new GraphError(
        `${name}: [${qkv.shape.join(', ')}] ${qkv.type} with ${attrs.heads} heads does not go with a cache of [${cache.shape.join(', ')}] ${cache.type}`,
      );
    return this.push([one, samples, tokens, width], qkv.type, name, (out) => ({
      op: 'attentionCached',
      attrs,
      reads: { qkv: this.float(name, qkv), position: this.integers(name, position), cache },
      writes: { out, cache },
      constants: {},
    }));
  }

  /** Condition [n, 1, 1, C] and codes [n, 1, 1, N] by their tables [rows, width], plus positions [C + N, width]. */
  embedTokens(
    name: string,
    context: Tensor,
    codes: Tensor,
    attrs: { readonly counts: readonly number[]; readonly shift: boolean },
    constants: EmbedTokensNode['constants'],
  ): Tensor {
    const total = this.codes(name, codes, attrs.counts);
    return this.push(this.sequence(name, context, total, constants), 'f32', name, (out) => ({
      op: 'embedTokens',
      attrs,
      reads: { context: this.integers(name, context), codes: this.integers(name, codes) },
      writes: { out },
      constants,
    }));
  }

  /**
   * Tokens `first` .. first + tokens of what `embedTokens` makes with `shift`, or with `moves` as many from first + position on.
   * [1, n, tokens, width]
   */
  embedWindow(
    name: string,
    reads: EmbedWindowNode['reads'],
    { tokens, ...attrs }: EmbedWindowNode['attrs'] & { readonly tokens: number },
    constants: EmbedWindowNode['constants'],
  ): Tensor {
    const { context, codes, position } = reads;
    const [n, , , width] = this.sequence(name, context, this.codes(name, codes, attrs.counts), constants);
    return this.push([1, n, tokens, width], 'f32', name, (out) => ({
      op: 'embedWindow',
      attrs,
      reads: {
        context: this.integers(name, context),
        codes: this.integers(name, codes),
        position: this.integers(name, position),
      },
      writes: { out },
      constants,
    }));
  }

  /** Condition by its table; latents [n, 1, N, d] through a linear layer; plus positions. */
  embedLatents(name: string, context: Tensor, latents: Tensor, constants: EmbedLatentsNode['constants']): Tensor {
    return this.push(this.sequence(name, context, latents.shape[2], constants), 'f32', name, (out) => ({
      op: 'embedLatents',
      attrs: {},
      reads: { context: this.integers(name, context), latents: this.exact(name, latents) },
      writes: { out },
      constants,
    }));
  }

  private codes(name: string, codes: Tensor, counts: readonly number[]): number {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== channelsOf(codes))
      throw new GraphError(`${name}: grids of ${total} codes, found ${channelsOf(codes)}`);
    return total;
  }

  private sequence(name: string, context: Tensor, codes: number, constants: { readonly positions: Constant }): Shape {
    const tokens = channelsOf(context) + codes;
    const [positions, width = 0] = constants.positions.shape;
    if (positions !== tokens) throw new GraphError(`${name}: ${tokens} tokens, but ${positions} positions`);
    return [context.shape[0], 1, tokens, width];
  }
}
