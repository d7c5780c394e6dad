/** What follows from the code grids that a tokenizer writes. */
import type { TokenizerSummary } from './types';

export const isTwoLevel = ({ quantizer }: Pick<TokenizerSummary, 'quantizer'>): boolean => quantizer === 'two-level';

/** What both sides of a picture must be a multiple of: the pixels under the largest code. */
export const sideUnit = ({ grids }: Pick<TokenizerSummary, 'grids'>): number =>
  Math.max(...grids.map(({ factor }) => factor));
