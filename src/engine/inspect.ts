/** The quantizing step at one place, computed again in doubles for the eye: latent, distances, choice. */
import { isTwoLevel } from './grids';
import type { Remaps } from './codebook/variants';
import type { QuantizerView, TokenizerSummary } from './types';

export interface InspectInput {
  /** [codeDim] */
  readonly latent: Float32Array<ArrayBuffer>;
  readonly kind: TokenizerSummary['quantizer'];
  /** FSQ: steps of each dimension. */
  readonly fsqLevels?: readonly number[] | undefined;
  readonly cosine: boolean;
  /** Per level: [codebookSize, codeDim]; for FSQ the lattice. */
  readonly codebooks: readonly Float32Array<ArrayBuffer>[];
  /** Per level: the code the engine chose here. */
  readonly chosen: readonly number[];
  /** Per level: a variant's names for its codes; those that are known by another name are not listed. */
  readonly remap?: Remaps | null;
  /** How many neighbours to list. */
  readonly count: number;
}

/** The codebooks that a vector of grid `level` goes through: all residual levels, the grid's own in two levels. */
export const levelsAt = (model: TokenizerSummary, level: number): readonly number[] =>
  isTwoLevel(model) ? [level] : model.codebookSizes.map((_, i) => i);

/** Lists the nearest codes of each level, the chosen one first; a residual level sees what the levels before it left over. */
export function inspectQuantizer(input: InspectInput): QuantizerView {
  const measured = input.cosine
    ? normalized(input.latent)
    : input.fsqLevels
      ? fsqBound(input.latent, input.fsqLevels)
      : input.latent;
  let rest = measured;
  const levels = input.codebooks.map((codebook, level) => {
    const chosen = input.chosen[level] ?? 0;
    const view = {
      chosen,
      nearest:
        input.kind === 'fsq' ? [entry(codebook, rest, chosen, false)] : nearest(codebook, rest, chosen, level, input),
    };
    const row = rowOf(codebook, rest.length, chosen);
    rest = rest.map((value, i) => value - (row[i] ?? 0));
    return view;
  });
  return { latent: measured, levels };
}

/** What FSQ rounds (Mentzer et al. 2023, as in docs/model-format.md), in units of its code values: [-1, 1]. */
function fsqBound(latent: Float32Array<ArrayBuffer>, levels: readonly number[]): Float32Array<ArrayBuffer> {
  return latent.map((value, dim) => {
    const count = levels[dim] ?? 2;
    const half = ((count - 1) * (1 + 1e-3)) / 2;
    const offset = count % 2 ? 0 : 0.5;
    return (Math.tanh(value + Math.atanh(offset / half)) * half - offset) / Math.floor(count / 2);
  });
}

type Entry = QuantizerView['levels'][number]['nearest'][number];

function nearest(
  codebook: Float32Array<ArrayBuffer>,
  latent: Float32Array,
  chosen: number,
  level: number,
  { cosine, count, remap }: InspectInput,
): Entry[] {
  const size = codebook.length / latent.length;
  const names = remap?.[level];
  const order = Array.from({ length: size }, (_, index) => ({
    index,
    distance: distance(codebook, latent, index, cosine),
  })).filter(({ index }) => index === chosen || !names || names[index] === index);
  order.sort(
    (a, b) => Number(b.index === chosen) - Number(a.index === chosen) || a.distance - b.distance || a.index - b.index,
  );
  return order.slice(0, count).map(({ index }) => entry(codebook, latent, index, cosine));
}

function entry(codebook: Float32Array<ArrayBuffer>, latent: Float32Array, index: number, cosine: boolean): Entry {
  return { index, distance: distance(codebook, latent, index, cosine), vector: rowOf(codebook, latent.length, index) };
}

function distance(codebook: Float32Array<ArrayBuffer>, latent: Float32Array, index: number, cosine: boolean): number {
  const raw = rowOf(codebook, latent.length, index);
  const row = cosine ? normalized(raw) : raw;
  return row.reduce((sum, value, i) => sum + (value - (latent[i] ?? 0)) ** 2, 0);
}

const rowOf = (codebook: Float32Array<ArrayBuffer>, dim: number, index: number) =>
  codebook.slice(index * dim, (index + 1) * dim);

function normalized(vector: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const length = Math.max(Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)), 1e-12);
  return vector.map((value) => value / length);
}
