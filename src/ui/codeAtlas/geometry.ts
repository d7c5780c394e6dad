/** Where codes lie in an atlas: places in rows, each with one code. Pure. */
import type { PictureLike } from '../types';
import type { Viewport } from '../viewport';

/** Patches of all codes in one picture: code i at column i % columns, row floor(i / columns), each `patch` pixels wide and high. */
export interface AtlasSheet {
  readonly picture: PictureLike;
  readonly columns: number;
  readonly patch: number;
}

/** An atlas on the screen: the code at each place, in rows of `width`. */
export interface AtlasLayout {
  readonly order: ArrayLike<number>;
  readonly width: number;
}

export const rowsOf = ({ order, width }: AtlasLayout): number => Math.max(1, Math.ceil(order.length / width));

/** The codes by index, in the picture's own rows. */
export const plainLayout = (count: number, width: number): AtlasLayout => ({
  order: Int32Array.from({ length: count }, (_, i) => i),
  width,
});

/** The patches laid out anew: one picture in the order of the layout. Places without a code stay transparent. */
export function arrange({ picture, columns, patch }: AtlasSheet, layout: AtlasLayout): PictureLike {
  const width = layout.width * patch;
  const height = rowsOf(layout) * patch;
  const data = new Uint8ClampedArray(width * height * 4);
  const [from, to] = [new Uint32Array(picture.data.buffer, picture.data.byteOffset), new Uint32Array(data.buffer)];
  for (let place = 0; place < layout.order.length; place++) {
    const code = layout.order[place]!;
    const source = Math.floor(code / columns) * patch * picture.width + (code % columns) * patch;
    const target = Math.floor(place / layout.width) * patch * width + (place % layout.width) * patch;
    for (let y = 0; y < patch; y++)
      to.set(from.subarray(source + y * picture.width, source + y * picture.width + patch), target + y * width);
  }
  return { width, height, data };
}

/** The place under a point of the stage, both as shares of its sides; null where there is none. */
export function placeAt(layout: AtlasLayout, view: Viewport, x: number, y: number): number | null {
  const column = Math.floor(((x - view.x) / view.scale) * layout.width);
  const row = Math.floor(((y - view.y) / view.scale) * rowsOf(layout));
  const place = row * layout.width + column;
  return column >= 0 && column < layout.width && row >= 0 && place < layout.order.length ? place : null;
}

/** Columns and rows that can be seen, in part at least; the ends are not among them. */
export function visibleCells(
  layout: AtlasLayout,
  view: Viewport,
): { left: number; right: number; top: number; bottom: number } {
  const range = (offset: number, cells: number) => {
    const first = Math.floor((-offset / view.scale) * cells + 1e-9);
    const end = Math.ceil(((1 - offset) / view.scale) * cells - 1e-9);
    return [Math.max(0, first), Math.min(cells, end)] as const;
  };
  const [left, right] = range(view.x, layout.width);
  const [top, bottom] = range(view.y, rowsOf(layout));
  return { left, right, top, bottom };
}

/** The codes that can be seen, row by row. */
export function visibleCodes(layout: AtlasLayout, view: Viewport): number[] {
  const { left, right, top, bottom } = visibleCells(layout, view);
  const codes: number[] = [];
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const place = row * layout.width + column;
      if (place < layout.order.length) codes.push(layout.order[place]!);
    }
  return codes;
}

/** Where a key leads from a place; null where it means nothing here. Without a place, to the first one. */
export function placeAfterKey(layout: AtlasLayout, place: number | null, key: string, ctrl: boolean): number | null {
  const last = layout.order.length - 1;
  const { width } = layout;
  if (last < 0) return null;
  const at = place ?? 0;
  const row = Math.floor(at / width) * width;
  const steps: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - width >= 0 ? at - width : at,
    ArrowDown: at + width <= last ? at + width : at,
    PageUp: at - 8 * width >= 0 ? at - 8 * width : at % width,
    PageDown: at + 8 * width,
    Home: ctrl ? 0 : row,
    End: ctrl ? last : row + width - 1,
  };
  const next = steps[key];
  if (next === undefined) return null;
  return place === null ? 0 : Math.min(last, Math.max(0, next));
}

/** The view moved as little as brings the whole cell of a place onto the stage. */
export function viewWith(layout: AtlasLayout, view: Viewport, place: number): Viewport {
  const move = (offset: number, cell: number, cells: number) => {
    const start = offset + (view.scale * cell) / cells;
    const end = offset + (view.scale * (cell + 1)) / cells;
    if (start < 0) return offset - start;
    return end > 1 ? offset - (end - 1) : offset;
  };
  return {
    scale: view.scale,
    x: move(view.x, place % layout.width, layout.width),
    y: move(view.y, Math.floor(place / layout.width), rowsOf(layout)),
  };
}
