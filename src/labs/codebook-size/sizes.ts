/** The sizes that the slider knows, and models that were trained with them. */
import { sameValue } from '../../experiment/spec';
import type { TokenizerSummary } from '../../engine/types';

/** Notches for each halving. */
const PER_OCTAVE = 8;
/** The smallest codebook. */
const LEAST = 2;

/** Sizes from 2 to `most`, evenly spaced by their logarithm, the powers of two and `most` among them. */
export function notches(most: number): number[] {
  const sizes = new Set([most]);
  for (let step = PER_OCTAVE; ; step++) {
    const size = Math.round(2 ** (step / PER_OCTAVE));
    if (size >= most) break;
    if (size >= LEAST) sizes.add(size);
  }
  return [...sizes].sort((a, b) => a - b);
}

/** Two sizes for each halving, largest first: what the sweep measures. */
export function sweepSizes(most: number): number[] {
  const sizes = new Set([most]);
  for (let step = 0; ; step++) {
    const size = Math.round(most / 2 ** (step / 2));
    if (size < LEAST) break;
    sizes.add(size);
  }
  sizes.add(Math.min(LEAST, most));
  return [...sizes].sort((a, b) => b - a);
}

/** The place of the notch nearest to `size`, by the ratio. */
export const notchOf = (sizes: readonly number[], size: number): number =>
  sizes.reduce(
    (best, one, i) => (Math.abs(Math.log(one / size)) < Math.abs(Math.log(sizes[best]! / size)) ? i : best),
    0,
  );

/** The largest codebook of a model. */
export const wholeSize = ({ codebookSizes }: Pick<TokenizerSummary, 'codebookSizes'>): number =>
  Math.max(...codebookSizes);

/** A model that was trained with a codebook of its own size. */
export interface Rung {
  readonly size: number;
  readonly model: TokenizerSummary;
}

/**
 * Models that differ from `model` in nothing but the size of their codebook: the same networks, trained on the same pictures. From the smallest; the
 * model itself is one. Empty for models without a plain codebook.
 */
export function ladderOf(models: readonly TokenizerSummary[], model: TokenizerSummary): Rung[] {
  const { quantizer } = model.config;
  if (quantizer.kind !== 'vq') return [];
  const plain = (one: TokenizerSummary) => ({ ...one.config, quantizer: null });
  const bySize = new Map<number, TokenizerSummary>();
  for (const one of models) {
    const own = one.config.quantizer;
    if (own.kind !== 'vq' || own.distance !== quantizer.distance || !!one.local !== !!model.local) continue;
    if (!sameValue(plain(one), plain(model)) || !sameValue(dataOf(one), dataOf(model))) continue;
    if (one.resolution !== model.resolution) continue;
    const size = wholeSize(one);
    if (!bySize.has(size) || one.id === model.id) bySize.set(size, one);
  }
  return [...bySize].map(([size, one]) => ({ size, model: one })).sort((a, b) => a.size - b.size);
}

/** What the manifest says of its pictures; a model that says nothing is like no other. */
const dataOf = ({ id, training }: TokenizerSummary): unknown => (training as { data?: unknown }).data ?? id;

/** The rung nearest to `size`, by the ratio; null where there is none. */
export function rungAt(ladder: readonly Rung[], size: number): Rung | null {
  if (!ladder.length) return null;
  return (
    ladder[
      notchOf(
        ladder.map((rung) => rung.size),
        size,
      )
    ] ?? null
  );
}
