/** A canvas with as many pixels as the screen has in its place, up to three for one of the page's. */
export interface SharpCanvas {
  readonly context: CanvasRenderingContext2D;
  /** In pixels of the canvas. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the canvas for one of the page's. */
  readonly ratio: number;
  /** A colour of the page, by its custom property. */
  readonly colour: (name: string) => string;
}

/** Sizes a canvas for `size` pixels of the page, which empties it; null while there is nothing to draw on. */
export function sharpCanvas(
  element: HTMLCanvasElement | null,
  size: { readonly width: number; readonly height: number },
): SharpCanvas | null {
  const context = element?.getContext('2d');
  if (!element || !context || size.width === 0) return null;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  element.width = Math.round(size.width * ratio);
  element.height = Math.round(size.height * ratio);
  const style = getComputedStyle(element);
  const { width, height } = element;
  return { context, width, height, ratio, colour: (name) => style.getPropertyValue(name) };
}
