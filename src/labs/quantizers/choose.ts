/** Which two models stand side by side, and what their kinds are, in words. Pure. */
import type { TokenizerSummary } from '../../engine/types';
import { dataOf } from '../pickerModel';
import type { QuantizersSpec } from './spec';

export type Kind = TokenizerSummary['quantizer'];
export type SideName = 'left' | 'right';

export const KINDS: Readonly<Record<Kind, { readonly title: string; readonly words: string }>> = {
  vq: {
    title: 'Vector quantization',
    words: 'Each place becomes the nearest of the vectors in a codebook that was learnt.',
  },
  fsq: {
    title: 'Finite scalar quantization',
    words:
      'There is no codebook: each number of the vector is rounded to one of a few steps. The code is where that lands in a fixed lattice.',
  },
  rvq: {
    title: 'Residual vector quantization',
    words: 'The first codebook comes close, each further one adds what was still missing.',
  },
  'two-level': {
    title: 'Two levels',
    words: 'A coarse grid says what lies where, a fine one adds what the coarse one left over.',
  },
};

const ORDER: readonly Kind[] = ['fsq', 'rvq', 'two-level', 'vq'];

/**
 * The models in force: the spec's; else on the left the first plain VQ, on the right a model of another kind that was trained on the same pictures
 * (FSQ before residual before two levels), another model where there is none.
 */
export function chosenModels(
  models: readonly TokenizerSummary[],
  spec: Pick<QuantizersSpec, 'left' | 'right'>,
): Record<SideName, TokenizerSummary | null> {
  const byId = (id: string | null) => models.find((model) => model.id === id) ?? null;
  const left = byId(spec.left) ?? models.find(({ quantizer }) => quantizer === 'vq') ?? models[0] ?? null;
  const others = models.filter((model) => model !== left);
  const rank = (model: TokenizerSummary) =>
    (model.quantizer === left?.quantizer ? 100 : 0) +
    (left && sameData(model, left) ? 0 : 10) +
    ORDER.indexOf(model.quantizer);
  const [best] = [...others].sort((a, b) => rank(a) - rank(b));
  return { left, right: byId(spec.right) ?? best ?? left };
}

const sameData = (a: TokenizerSummary, b: TokenizerSummary): boolean =>
  dataOf(a) === dataOf(b) && a.resolution === b.resolution && a.fit === b.fit;

/** Which kinds are not listed, in a sentence; null where all four are. */
export function missingKinds(models: readonly TokenizerSummary[]): string | null {
  const missing = (Object.keys(KINDS) as Kind[]).filter((kind) => models.every(({ quantizer }) => quantizer !== kind));
  if (missing.length === 0 || models.length === 0) return null;
  const names = missing.map((kind) => KINDS[kind].title.toLowerCase());
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
  return `This folder of models has none of this kind: ${list}. Drop the folder of one on the Models page, and come back.`;
}
