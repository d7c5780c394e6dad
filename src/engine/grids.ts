/** The code grids that a tokenizer writes. */
import type { TokenizerSummary } from './types';

export interface GridKind {
  readonly name: string;
  /** Pixels per code and side. */
  readonly factor: number;
  readonly codebookSize: number;
}

type Tokenizer = Pick<TokenizerSummary, 'factor' | 'codebookSizes' | 'quantizer'>;

export const isTwoLevel = ({ quantizer }: Pick<Tokenizer, 'quantizer'>): boolean => quantizer === 'two-level';

/** In the order of the codebooks. Two levels: the top, whose codes are twice as large, then the bottom. */
export function gridKinds(model: Tokenizer): readonly GridKind[] {
  const { factor, codebookSizes } = model;
  return codebookSizes.map((codebookSize, level) => {
    if (isTwoLevel(model))
      return level === 0 ? { name: 'top', factor: 2 * factor, codebookSize } : { name: 'bottom', factor, codebookSize };
    return { name: codebookSizes.length > 1 ? `level ${level + 1}` : 'codes', factor, codebookSize };
  });
}

/** What both sides of a picture must be a multiple of: the pixels under the largest code. */
export const sideUnit = (model: Tokenizer): number => Math.max(...gridKinds(model).map(({ factor }) => factor));
