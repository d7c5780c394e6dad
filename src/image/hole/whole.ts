import { growRect } from './rect';
import type { Rect } from '../types';

/**
 * The part of a `width` x `height` picture that is worked on at its own scale, in windows, for a hole within `bounds`: half a window (`resolution`
 * pixels) of known picture on every side, at least one window long and wide, within the picture where that is large enough, else around it.
 */
export function chooseWhole(width: number, height: number, bounds: Rect, resolution: number): Rect {
  const wanted = growRect(bounds, Math.ceil(resolution / 2));
  const [x, w] = within(width, wanted.x, wanted.width, resolution);
  const [y, h] = within(height, wanted.y, wanted.height, resolution);
  return { x, y, width: w, height: h };
}

/** [start, length] of a stretch of at least `least`, held within 0 .. `limit` where it fits. */
function within(limit: number, start: number, length: number, least: number): readonly [number, number] {
  const wanted = Math.max(least, Math.min(length, limit));
  if (wanted >= limit) return [Math.floor((limit - wanted) / 2), wanted];
  const centred = start + Math.floor((length - wanted) / 2);
  return [Math.min(Math.max(0, centred), limit - wanted), wanted];
}
