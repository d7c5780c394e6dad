/** Some tokens of embedTokens' sequence: the condition before an autoregressive run, or the one token of a step of it. */
import embedWindow from '../../../shaders/embed_window.wgsl';
import type { EmbedTokensOptions } from '../embedTokens';
import { NAN_BITS } from '../gatherCodes';
import { ShapeError, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

/** The sequence is embedTokens' with `shift`: the input at code n is code n - 1. */
export interface EmbedWindowOptions extends Omit<EmbedTokensOptions, 'shift'> {
  /** First token, counted from the condition's first, and how many of each sample. */
  readonly first: number;
  readonly tokens: number;
  /** The window begins at first + position. */
  readonly moves: boolean;
}

const WG = 64;

/**
 * Roles as embedTokens', but position (i32 [1]) after codes, and out [samples, tokens, width]; all floats f32.
 * @throws ShapeError for sizes that do not fit
 */
export function plan(options: EmbedWindowOptions, target: Target): OpPlan {
  const { samples, width, contextLength, contextRows, grids, first, tokens, moves } = options;
  const [one, second] = grids;
  if (!one || grids.length > 2) throw new ShapeError(`embedWindow: one or two grids are needed, found ${grids.length}`);
  checkSizes('embedWindow', { samples, width, contextLength, contextRows, tokens, count: one.count, rows: one.rows });
  if (second) checkSizes('embedWindow', { count: second.count, rows: second.rows });
  if (width % 4) throw new ShapeError(`embedWindow: width must be a multiple of 4, found ${width}`);
  const codes = one.count + (second?.count ?? 0);
  if (first < 0 || first + tokens > contextLength + codes)
    throw new ShapeError(`embedWindow: tokens ${first} to ${first + tokens} of ${contextLength + codes}`);
  checkBinding('embedWindow', 'out', samples * tokens * width * 4, target);
  const vectors = width / 4;
  const items = samples * tokens * vectors;
  const tables = [contextRows, one.rows, second?.rows ?? 0];
  const table1 = second ? 'table1' : 'table0';
  return {
    dispatches: [
      {
        shader: embedWindow,
        variant: 'f32',
        constants: { MOVES: Number(moves), WG },
        bindings: ['context', 'codes', 'position', 'contextTable', 'table0', table1, 'positions', 'out'],
        params: packParams(items, vectors, tokens, first, contextLength, codes, one.count, ...tables, NAN_BITS),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
