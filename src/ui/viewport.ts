/**
 * Zoom and pan of a square stage in its own unit coordinates: a point c of the content appears at `offset + scale * c`.
 * At scale 1 the content fills the stage; the content never leaves it.
 */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const wholeView: Viewport = { scale: 1, x: 0, y: 0 };
export const maxScale = 32;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

function settle(view: Viewport): Viewport {
  const scale = clamp(view.scale, 1, maxScale);
  return { scale, x: clamp(view.x, 1 - scale, 0), y: clamp(view.y, 1 - scale, 0) };
}

/** Zooms by `factor` so that the content under the stage point (x, y) stays where it is. */
export function zoomAt(view: Viewport, x: number, y: number, factor: number): Viewport {
  const scale = clamp(view.scale * factor, 1, maxScale);
  const ratio = scale / view.scale;
  return settle({ scale, x: x - ratio * (x - view.x), y: y - ratio * (y - view.y) });
}

/** Moves the content by a part of the stage's side. */
export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return settle({ scale: view.scale, x: view.x + dx, y: view.y + dy });
}

/** What a key does to the view; null where the key means nothing here. */
export function viewAfterKey(view: Viewport, key: string): Viewport | null {
  switch (key) {
    case '+':
    case '=':
      return zoomAt(view, 0.5, 0.5, 1.5);
    case '-':
    case '_':
      return zoomAt(view, 0.5, 0.5, 1 / 1.5);
    case '0':
      return wholeView;
    case 'ArrowLeft':
      return panBy(view, 0.1, 0);
    case 'ArrowRight':
      return panBy(view, -0.1, 0);
    case 'ArrowUp':
      return panBy(view, 0, 0.1);
    case 'ArrowDown':
      return panBy(view, 0, -0.1);
    default:
      return null;
  }
}

/** The CSS transform of a layer that covers the stage. */
export const viewTransform = (view: Viewport): string =>
  `translate(${(view.x * 100).toFixed(3)}%, ${(view.y * 100).toFixed(3)}%) scale(${view.scale.toFixed(4)})`;
