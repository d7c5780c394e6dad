import type { Rect } from '../types';

/**
 * The part of a `width` x `height` picture that is worked on at its own scale, in windows of `resolution` pixels, for a hole within `bounds`: all that a
 * window over the hole can see, within the picture; at least one window long and wide, around a picture that is smaller.
 */
export function chooseWhole(width: number, height: number, bounds: Rect, resolution: number): Rect {
  const [x, w] = within(width, bounds.x, bounds.width, resolution);
  const [y, h] = within(height, bounds.y, bounds.height, resolution);
  return { x, y, width: w, height: h };
}

/** [start, length]: a stretch with `margin` on both sides, cut to 0 .. `limit`, and `margin` long at least. */
function within(limit: number, start: number, length: number, margin: number): readonly [number, number] {
  if (limit <= margin) return [Math.floor((limit - margin) / 2), margin];
  const from = Math.max(0, start - margin);
  const to = Math.min(limit, start + length + margin);
  const longer = Math.max(to - from, margin);
  return [Math.min(from, limit - longer), longer];
}
