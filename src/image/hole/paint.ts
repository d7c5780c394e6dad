/**
 * Tools that paint a mask in place. Each returns the rectangle that it may have changed, clipped to the picture, or null where every pixel
 * stayed as it was: what has to be drawn again, and whether there is something to undo.
 */
import type { Rect } from '../types';
import { intersectRects, wholeOf } from './rect';
import type { Mask, Point } from './types';

/** What a tool paints: more hole, or the known picture again. */
export type PaintValue = 'hole' | 'known';

export interface Brush {
  /** In pixels. At least the pixel under the pointer is painted, however thin the brush. */
  readonly radius: number;
  /** 0 .. 1: the share of the radius that is painted fully; from there the strength falls smoothly to 0 at the radius. */
  readonly hardness: number;
  readonly value: PaintValue;
}

/** Half the diagonal of a pixel: the pixel that holds a point has its centre at most this far from it. */
const THINNEST = Math.SQRT1_2;

/**
 * One straight piece of a brush stroke: everything at most `radius` from the line, its ends round. Painting takes the maximum of mask and
 * brush, erasing the minimum of mask and 255 - brush, so pieces may overlap. Touches only the rows and columns around the line.
 * @throws RangeError when a number is not finite, the radius negative or the hardness outside 0 .. 1.
 */
export function strokeSegment(mask: Mask, from: Point, to: Point, brush: Brush): Rect | null {
  const { hardness, value } = brush;
  if (!(brush.radius >= 0 && brush.radius < Infinity && hardness >= 0 && hardness <= 1)) {
    throw new RangeError(
      `A brush needs a radius of 0 or more and a hardness from 0 to 1, not ${brush.radius} and ${hardness}.`,
    );
  }
  checkPoints([from, to]);
  const radius = Math.max(brush.radius, THINNEST);
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  const inner = hardness * radius;
  return paintRows(mask, boundsOf([from, to], radius), (y, row, clip) => {
    const span = rowSpan(from, to, radius, y + 0.5);
    const first = Math.max(Math.floor(span.left), clip.x);
    const end = Math.min(Math.ceil(span.right), clip.x + clip.width);
    let changed = false;
    for (let x = first; x < end; x++) {
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      const t = length2 === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
      // Math.hypot takes ten times as long, and most pixels need no root.
      const distance2 = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (distance2 > radius * radius) continue;
      const strength =
        distance2 <= inner * inner ? 255 : Math.round(255 * smooth((radius - Math.sqrt(distance2)) / (radius - inner)));
      changed = paintPixel(mask, row + x, strength, value) || changed;
    }
    return changed;
  });
}

/** Fills the pixels of `rect` (whole numbers, of any place). */
export function fillRect(mask: Mask, rect: Rect, value: PaintValue): Rect | null {
  return paintRows(mask, rect, (_, row, clip) => paintSpan(mask, row + clip.x, row + clip.x + clip.width, value));
}

/**
 * Fills the pixels whose centre is inside a closed polygon, by the even-odd rule: where a lasso crosses itself, twice round is outside.
 * @throws RangeError when a number is not finite.
 */
export function fillPolygon(mask: Mask, points: readonly Point[], value: PaintValue): Rect | null {
  checkPoints(points);
  if (points.length < 3) return null;
  const bounds = boundsOf(points, 0);
  // Where each row's centre line crosses an edge, by row from `bounds.y`. An edge holds its upper end, but not its lower one.
  const crossings = new Map<number, number[]>();
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length]!;
    const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
    const end = Math.min(Math.ceil(lower.y - 0.5), mask.height);
    for (let y = Math.max(Math.ceil(upper.y - 0.5), 0); y < end; y++) {
      const x = upper.x + ((y + 0.5 - upper.y) / (lower.y - upper.y)) * (lower.x - upper.x);
      const row = crossings.get(y);
      if (row) row.push(x);
      else crossings.set(y, [x]);
    }
  });
  return paintRows(mask, bounds, (y, row, clip) => {
    const xs = (crossings.get(y) ?? []).sort((a, b) => a - b);
    let changed = false;
    for (let k = 0; k + 1 < xs.length; k += 2) {
      const first = Math.max(Math.ceil(xs[k]! - 0.5), clip.x);
      const end = Math.min(Math.ceil(xs[k + 1]! - 0.5), clip.x + clip.width);
      changed = paintSpan(mask, row + first, row + end, value) || changed;
    }
    return changed;
  });
}

/** Calls `paint` with each row of `area` inside the mask (its number and first index) until done; null where nothing changed. */
function paintRows(mask: Mask, area: Rect, paint: (y: number, row: number, clip: Rect) => boolean): Rect | null {
  const clip = intersectRects(area, wholeOf(mask));
  if (!clip) return null;
  let first = -1;
  let last = -1;
  for (let y = clip.y; y < clip.y + clip.height; y++) {
    if (!paint(y, y * mask.width, clip)) continue;
    if (first < 0) first = y;
    last = y;
  }
  return first < 0 ? null : { ...clip, y: first, height: last - first + 1 };
}

/** True where the pixel changed. */
function paintPixel({ data }: Mask, i: number, strength: number, value: PaintValue): boolean {
  const old = data[i]!;
  const painted = value === 'hole' ? Math.max(old, strength) : Math.min(old, 255 - strength);
  data[i] = painted;
  return painted !== old;
}

function paintSpan(mask: Mask, first: number, end: number, value: PaintValue): boolean {
  let changed = false;
  for (let i = first; i < end; i++) changed = paintPixel(mask, i, 255, value) || changed;
  return changed;
}

/** The columns that a stroke may reach on the line at height `y`: those of the part of its axis that is near enough, and `radius` more. */
function rowSpan(from: Point, to: Point, radius: number, y: number): { left: number; right: number } {
  const dy = to.y - from.y;
  const at = (height: number) => {
    const t = dy === 0 ? 0 : Math.min(Math.max((height - from.y) / dy, 0), 1);
    return from.x + t * (to.x - from.x);
  };
  const [a, b] = dy === 0 ? [from.x, to.x] : [at(y - radius), at(y + radius)];
  return { left: Math.min(a, b) - radius, right: Math.max(a, b) + radius };
}

/** Whole pixels that hold the points and everything at most `margin` around them. */
function boundsOf(points: readonly Point[], margin: number): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, Math.floor(x - margin));
    top = Math.min(top, Math.floor(y - margin));
    right = Math.max(right, Math.ceil(x + margin));
    bottom = Math.max(bottom, Math.ceil(y + margin));
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function checkPoints(points: readonly Point[]): void {
  const odd = points.find(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y));
  if (odd) throw new RangeError(`A tool needs places in the picture, not (${odd.x}, ${odd.y}).`);
}

const smooth = (t: number) => t * t * (3 - 2 * t);
