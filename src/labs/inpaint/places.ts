/** From a hole in pixels to places among the codes. Pure. */
import { spansOf, type Layout } from '../../diffusion/layout';
import { freePlaces } from '../../image/hole/places';
import type { PriorSummary, TokenizerSummary } from '../../engine/types';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The grids that a picture becomes: the prior's own for the tokenizer's square; of a larger picture one larger grid. */
export function layoutFor({ config }: PriorSummary, tokenizer: TokenizerSummary, { width, height }: Size): Layout {
  const [grid] = config.grids;
  if (!grid || (width === tokenizer.resolution && height === tokenizer.resolution)) return config.grids;
  return [{ ...grid, width: width / tokenizer.factor, height: height / tokenizer.factor }];
}

/**
 * Places whose patch the hole touches, grid after grid, [N]: 1 there. Shown before a run; the engine finds the same.
 * @param hole one byte a pixel, above 0 in the hole. @param grow so many codes around them belong to it too
 */
export const placesUnder = (hole: Uint8Array, { width }: Size, layout: Layout, grow = 0): Uint8Array<ArrayBuffer> =>
  freePlaces(
    hole,
    width,
    layout.map((grid) => ({ height: grid.height, width: grid.width, factor: width / grid.width })),
    grow,
  );

export const countPlaces = (places: Uint8Array): number => places.reduce((sum, one) => sum + (one ? 1 : 0), 0);

/** Of the free places those of the last grid, [N]: texture, where the grids before it hold the structure. Null where there is one grid. */
export function texturePlaces(layout: Layout, free: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const last = spansOf(layout).at(-1);
  return layout.length > 1 && last ? Uint8Array.from(free, (one, i) => (one && i >= last.first ? 1 : 0)) : null;
}
