import type { AtlasSheet } from '../codeAtlas/geometry';
import { stampOf } from '../paint';
import type { Viewport } from '../viewport';

export interface ScatterScene {
  /** Shares of the stage's sides, [count, 2]. */
  readonly places: ArrayLike<number>;
  readonly colours: readonly string[];
  /** Patches to draw in place of the dots once there is room; null where there are none. */
  readonly sheet: AtlasSheet | null;
  readonly view: Viewport;
  readonly chosen: number | null;
  readonly hovered: number | null;
  readonly lit: ReadonlySet<number> | null;
  readonly ink: string;
  readonly accent: string;
  readonly card: string;
}

/** Points that may be seen at once as patches. */
const MAX_PATCHES = 420;

/** Radius of a dot, in shares of the stage's shorter side: smaller where there are many, larger when zoomed in. */
export const dotRadius = (count: number, scale: number): number =>
  Math.min(0.02, (0.2 / Math.sqrt(Math.max(100, count))) * Math.sqrt(scale));

/** Draws all points into a canvas of `width` x `height` device pixels. */
export function drawScatter(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  scene: ScatterScene,
): void {
  const side = Math.min(width, height);
  const { places, view, colours, lit } = scene;
  const count = places.length / 2;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  const seen: number[] = [];
  const x = (i: number) => (view.x + view.scale * places[i * 2]!) * width;
  const y = (i: number) => (view.y + view.scale * places[i * 2 + 1]!) * height;
  for (let i = 0; i < count; i++) if (x(i) > -20 && y(i) > -20 && x(i) < width + 20 && y(i) < height + 20) seen.push(i);
  const patches = scene.sheet !== null && seen.length <= MAX_PATCHES;
  const radius = Math.max(1.5, dotRadius(count, view.scale) * side);
  const half = patches ? Math.max(radius, Math.min(0.028, 0.3 / Math.sqrt(Math.max(1, seen.length))) * side) : radius;
  const draw = (i: number, grow: number, frame: string | null) => {
    const reach = half * grow;
    if (frame) {
      const line = Math.max(2, reach * 0.3);
      context.fillStyle = scene.card;
      context.fillRect(
        x(i) - reach - line - 1.5,
        y(i) - reach - line - 1.5,
        2 * (reach + line) + 3,
        2 * (reach + line) + 3,
      );
      context.fillStyle = frame;
      context.fillRect(x(i) - reach - line, y(i) - reach - line, 2 * (reach + line), 2 * (reach + line));
    }
    if (patches && scene.sheet) {
      const { picture, columns, patch } = scene.sheet;
      const [sx, sy] = [(i % columns) * patch, Math.floor(i / columns) * patch];
      context.drawImage(stampOf(picture), sx, sy, patch, patch, x(i) - reach, y(i) - reach, 2 * reach, 2 * reach);
    } else {
      context.fillStyle = colours[i] ?? scene.ink;
      context.fillRect(x(i) - reach, y(i) - reach, 2 * reach, 2 * reach);
    }
  };
  for (const i of seen) {
    context.globalAlpha = lit && !lit.has(i) ? 0.28 : 1;
    draw(i, 1, null);
  }
  context.globalAlpha = 1;
  if (scene.hovered !== null && scene.hovered !== scene.chosen) draw(scene.hovered, 1.5, scene.ink);
  if (scene.chosen !== null) draw(scene.chosen, 1.6, scene.accent);
}
