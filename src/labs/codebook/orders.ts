/** Orders of an atlas, and colours of its codes. Pure. */
import { rankCodes } from '../../codebook/counts';
import type { Pca } from '../../codebook/pca';
import type { AtlasLayout, AtlasSheet } from '../../ui/codeAtlas/geometry';
import type { SortName } from './spec';

/** What an order may need; what is null is not known (yet). */
export interface OrderFacts {
  readonly count: number;
  /** Mean colours of the patches, [count, 3], 0 .. 255. */
  readonly colours: Float32Array | null;
  /** Uses of each code in the training set, or in whatever set there is. */
  readonly counts: ArrayLike<number> | null;
  readonly groupOf: readonly number[] | null;
  readonly norms: Float64Array | null;
  readonly components: Pca | null;
  /** FSQ's levels for each dimension. */
  readonly lattice: readonly number[] | null;
}

/** Mean colours of the first `count` patches of a sheet, [count, 3]. */
export function meanColours({ picture, columns, patch }: AtlasSheet, count: number): Float32Array {
  const out = new Float32Array(count * 3);
  for (let code = 0; code < count; code++) {
    const start = Math.floor(code / columns) * patch * picture.width + (code % columns) * patch;
    for (let y = 0; y < patch; y++)
      for (let x = 0; x < patch; x++) {
        const at = (start + y * picture.width + x) * 4;
        for (let c = 0; c < 3; c++) out[code * 3 + c]! += picture.data[at + c]! / (patch * patch);
      }
  }
  return out;
}

export const brightnessOf = (colours: Float32Array, code: number): number =>
  0.299 * colours[code * 3]! + 0.587 * colours[code * 3 + 1]! + 0.114 * colours[code * 3 + 2]!;

/** Colours that are nearly grey have no hue worth sorting by. */
const GREY_CHROMA = 24;

/** Degrees, 0 .. 360; null for greys. */
export function hueOf(colours: Float32Array, code: number): number | null {
  const [r, g, b] = [colours[code * 3]!, colours[code * 3 + 1]!, colours[code * 3 + 2]!];
  const most = Math.max(r, g, b);
  const chroma = most - Math.min(r, g, b);
  if (chroma < GREY_CHROMA) return null;
  const sector = most === r ? ((g - b) / chroma + 6) % 6 : most === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return sector * 60;
}

/** Rows of a plain atlas: about a square, a power of two. */
export const squareWidth = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)) / 2);

/** Codes in a row, so that all rows together have about the sides of a stage: `aspect` is its width over its height. */
export const stageWidth = (count: number, aspect: number): number => {
  const width = Math.sqrt(Math.max(1, count) * aspect);
  return Math.max(1, width < 16 ? Math.round(width) : Math.round(width / 4) * 4);
};

/** Names of the orders that can be made with what there is, in the order of `sorts`. */
export function possibleSorts(sorts: readonly SortName[], facts: OrderFacts): SortName[] {
  const has: Readonly<Record<SortName, boolean>> = {
    index: true,
    usage: facts.counts !== null,
    hue: true,
    brightness: true,
    group: facts.groupOf !== null && new Set(facts.groupOf).size > 1,
    norm: facts.norms !== null,
    pca: facts.components !== null,
    lattice: facts.lattice !== null,
  };
  return sorts.filter((sort) => has[sort]);
}

/**
 * The atlas in an order; by index where what the order needs is missing. Equal codes stay by index.
 * @param width codes in a row; a lattice has its own
 */
export function layoutOf(sort: SortName, facts: OrderFacts, width = squareWidth(facts.count)): AtlasLayout {
  const { count, colours, counts, groupOf, norms, components, lattice } = facts;
  const plain = Array.from({ length: count }, (_, i) => i);
  const by = (value: (code: number) => number) => plain.sort((a, b) => value(a) - value(b) || a - b);
  switch (sort) {
    case 'usage':
      return { order: counts ? rankCodes(counts) : plain, width };
    case 'brightness':
      return { order: colours ? by((code) => brightnessOf(colours, code)) : plain, width };
    case 'hue':
      return { order: colours ? hueRows(plain, colours, width) : plain, width };
    case 'group': {
      if (!groupOf) return { order: plain, width };
      const rank = new Float64Array(count);
      if (counts) rankCodes(counts).forEach((code, at) => (rank[code] = at));
      // Dead codes, of no group, come last.
      const group = (code: number) => (groupOf[code]! < 0 ? Infinity : groupOf[code]!);
      return { order: plain.sort((a, b) => compare(group(a), group(b)) || rank[a]! - rank[b]! || a - b), width };
    }
    case 'norm':
      return { order: norms ? by((code) => norms[code]!) : plain, width };
    case 'pca':
      return { order: components ? componentRows(plain, components, width) : plain, width };
    case 'lattice':
      return lattice ? latticeLayout(lattice) : { order: plain, width };
    default:
      return { order: plain, width };
  }
}

const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Greys first, dark to light; then rows of about one hue, dark to light inside each. */
function hueRows(codes: number[], colours: Float32Array, width: number): number[] {
  const light = (a: number, b: number) => brightnessOf(colours, a) - brightnessOf(colours, b) || a - b;
  const greys = codes.filter((code) => hueOf(colours, code) === null).sort(light);
  const rest = codes
    .filter((code) => hueOf(colours, code) !== null)
    .sort((a, b) => hueOf(colours, a)! - hueOf(colours, b)! || a - b);
  const rows: number[] = [...greys];
  let at = 0;
  // The first row of colours fills up what the greys left over.
  let take = width - (greys.length % width);
  while (at < rest.length) {
    rows.push(...rest.slice(at, at + take).sort(light));
    at += take;
    take = width;
  }
  return rows;
}

/** The first component runs down, the second along each row. */
function componentRows(codes: number[], { points }: Pca, width: number): number[] {
  const axes = points.length / codes.length;
  const along = (code: number, axis: number) => (axis < axes ? points[code * axes + axis]! : 0);
  const down = codes.sort((a, b) => along(a, 0) - along(b, 0) || a - b);
  const rows: number[] = [];
  for (let at = 0; at < down.length; at += width)
    rows.push(...down.slice(at, at + width).sort((a, b) => along(a, 1) - along(b, 1) || a - b));
  return rows;
}

/**
 * FSQ's lattice unrolled into the plane: the first half of its dimensions runs to the right, nested, the other half down. Code = d0 + L0 (d1 + L1 (d2 ..)),
 * the numbering of the model.
 */
export function latticeLayout(levels: readonly number[]): AtlasLayout {
  const half = Math.ceil(levels.length / 2);
  const product = (values: readonly number[]) => values.reduce((all, value) => all * value, 1);
  const [width, height] = [product(levels.slice(0, half)), product(levels.slice(half))];
  // The first half counts fastest, so that a row holds codes that follow each other.
  return { order: Array.from({ length: width * height }, (_, i) => i), width };
}

/** The steps of a code along each dimension of the lattice. */
export function latticeSteps(levels: readonly number[], code: number): number[] {
  let rest = code;
  return levels.map((count) => {
    const step = rest % count;
    rest = Math.floor(rest / count);
    return step;
  });
}

/** The code at these steps: undoes `latticeSteps`. */
export const latticeCode = (levels: readonly number[], steps: readonly number[]): number =>
  levels.reduceRight((code, count, i) => code * count + steps[i]!, 0);
