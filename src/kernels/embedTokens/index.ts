/** The beginning of a token transformer: condition and codes by their tables, plus positions. */
import embedTokens from '../../../shaders/embed_tokens.wgsl';
import { NAN_BITS } from '../gatherCodes';
import { ShapeError, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface EmbedTokensOptions {
  readonly samples: number;
  /** A multiple of four. */
  readonly width: number;
  readonly contextLength: number;
  readonly contextRows: number;
  /** One or two grids: codes, and rows of the grid's table (codebookSize + 1). */
  readonly grids: readonly { readonly count: number; readonly rows: number }[];
  /** The input at code n is code n - 1, first the last row of the first table (autoregressive). */
  readonly shift: boolean;
}

const WG = 64;

/**
 * Roles context (i32 [samples, contextLength]), codes (i32 [samples, codes of all grids]), contextTable, table0, table1 (with two
 * grids), positions [contextLength + codes, width], out [samples, contextLength + codes, width]; all f32.
 * @throws ShapeError for sizes that do not fit
 */
export function plan(options: EmbedTokensOptions, target: Target): OpPlan {
  const { samples, width, contextLength, contextRows, grids, shift } = options;
  const [first, second] = grids;
  if (!first || grids.length > 2)
    throw new ShapeError(`embedTokens: one or two grids are needed, found ${grids.length}`);
  checkSizes('embedTokens', { samples, width, contextLength, contextRows, count: first.count, rows: first.rows });
  if (second) checkSizes('embedTokens', { count: second.count, rows: second.rows });
  if (width % 4) throw new ShapeError(`embedTokens: width must be a multiple of 4, found ${width}`);
  const codes = first.count + (second?.count ?? 0);
  checkBinding('embedTokens', 'out', samples * (contextLength + codes) * width * 4, target);
  const vectors = width / 4;
  const items = samples * (contextLength + codes) * vectors;
  const sizes = [items, vectors, contextLength, codes, first.count, contextRows, first.rows, second?.rows ?? 0];
  return {
    dispatches: [
      {
        shader: embedTokens,
        variant: 'f32',
        constants: { SHIFT: Number(shift), WG },
        bindings: ['context', 'codes', 'contextTable', 'table0', second ? 'table1' : 'table0', 'positions', 'out'],
        params: packParams(...sizes, NAN_BITS),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
