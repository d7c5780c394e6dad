/** Points in the plane, put on a stage. `aspect` is its width over its height. Pure. */
import type { Viewport } from '../viewport';

/** Points as shares of the stage's sides, [count, 2], y downwards: one scale for both directions, the middle in the middle. */
export function fitPoints(points: ArrayLike<number>, margin = 0.04, aspect = 1): Float64Array {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    low = Math.min(low, points[i + 1]!);
    high = Math.max(high, points[i + 1]!);
  }
  /** In heights of the stage, which the points fill in one direction or the other. */
  const spread = Math.max((right - left) / aspect, high - low);
  // Points in one place lie in the middle.
  const reach = spread > 1e-30 ? spread : 1;
  const scale = (1 - 2 * margin) / reach;
  const out = new Float64Array(points.length);
  // From one edge, not from the middle: points that lie close together far from 0 would lose their last digits.
  for (let i = 0; i < points.length; i += 2) {
    out[i] = 0.5 + ((points[i]! - left - (right - left) / 2) * scale) / aspect;
    out[i + 1] = 0.5 - (points[i + 1]! - low - (high - low) / 2) * scale;
  }
  return out;
}

/** The nearest point to a place of the stage, within `reach` of its height; null where there is none. */
export function pointAt(
  places: ArrayLike<number>,
  view: Viewport,
  x: number,
  y: number,
  reach: number,
  aspect = 1,
): number | null {
  let best: number | null = null;
  let least = reach * reach;
  for (let i = 0; i * 2 < places.length; i++) {
    const dx = (view.x + view.scale * places[i * 2]! - x) * aspect;
    const dy = view.y + view.scale * places[i * 2 + 1]! - y;
    const square = dx * dx + dy * dy;
    if (square <= least) {
      // The point that is drawn last lies on top.
      best = i;
      least = square;
    }
  }
  return best;
}

const directions: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The point that an arrow key leads to: the nearest of those that lie more ahead than aside. null where there is none, and for other keys.
 * Points in one place are walked by index.
 */
export function pointTowards(places: ArrayLike<number>, from: number, key: string, aspect = 1): number | null {
  const direction = directions[key];
  if (!direction) return null;
  const [fromX, fromY] = [places[from * 2]!, places[from * 2 + 1]!];
  let best: number | null = null;
  let least = Infinity;
  for (let i = 0; i * 2 < places.length; i++) {
    const [dx, dy] = [(places[i * 2]! - fromX) * aspect, places[i * 2 + 1]! - fromY];
    const ahead = dx * direction[0] + dy * direction[1];
    const aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    if (ahead <= 0 || aside > ahead) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) {
      best = i;
      least = cost;
    }
  }
  return best;
}

/** The view moved as little as brings a point onto the stage, a little away from its edge. */
export function viewWithPoint(places: ArrayLike<number>, view: Viewport, point: number): Viewport {
  const move = (offset: number, place: number) => {
    const at = offset + view.scale * place;
    const inside = Math.min(0.95, Math.max(0.05, at));
    return Math.min(0, Math.max(1 - view.scale, offset + inside - at));
  };
  return { scale: view.scale, x: move(view.x, places[point * 2]!), y: move(view.y, places[point * 2 + 1]!) };
}
