import type { Viewport } from '../viewport';
import { rowsOf, visibleCells, type AtlasLayout } from './geometry';

/** Codes with a mark: `faded` are dimmed, `lit` get a small square in the corner. */
export interface AtlasMarks {
  readonly faded?: ReadonlySet<number>;
  readonly lit?: ReadonlySet<number>;
}

export interface AtlasScene {
  /** The patches, one pixel of theirs for one of its own. */
  readonly stamp: HTMLCanvasElement;
  readonly layout: AtlasLayout;
  readonly view: Viewport;
  readonly chosen: number | null;
  readonly hovered: number | null;
  readonly marks: AtlasMarks;
  readonly ink: string;
  readonly accent: string;
  readonly card: string;
  readonly lit: string;
}

/** Draws the part of the atlas that can be seen into a canvas of `width` x `height` device pixels. */
export function drawAtlas(context: CanvasRenderingContext2D, width: number, height: number, scene: AtlasScene): void {
  const { stamp, layout, view, marks } = scene;
  const rows = rowsOf(layout);
  const cell = { width: (width * view.scale) / layout.width, height: (height * view.scale) / rows };
  const [left, top] = [view.x * width, view.y * height];
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.drawImage(stamp, left, top, width * view.scale, height * view.scale);
  const seen = visibleCells(layout, view);
  const boxOf = (column: number, row: number) => {
    const [x, y] = [Math.round(left + column * cell.width), Math.round(top + row * cell.height)];
    const [right, bottom] = [Math.round(left + (column + 1) * cell.width), Math.round(top + (row + 1) * cell.height)];
    return { x, y, width: right - x, height: bottom - y };
  };
  const joint = cell.width >= 12 ? Math.max(1, Math.round(cell.width * 0.05)) : 0;
  const frames: { box: ReturnType<typeof boxOf>; colour: string; line: number }[] = [];
  for (let row = seen.top; row < seen.bottom; row++)
    for (let column = seen.left; column < seen.right; column++) {
      const code = layout.order[row * layout.width + column];
      if (code === undefined) continue;
      const box = boxOf(column, row);
      if (marks.faded?.has(code)) {
        context.globalAlpha = 0.82;
        context.fillStyle = scene.card;
        context.fillRect(box.x, box.y, box.width, box.height);
        context.globalAlpha = 1;
      }
      if (joint) {
        context.fillStyle = scene.card;
        context.fillRect(box.x + box.width - joint, box.y, joint, box.height);
        context.fillRect(box.x, box.y + box.height - joint, box.width, joint);
      }
      if (marks.lit?.has(code)) {
        const side = Math.max(2, Math.min(14, Math.round(cell.width * 0.3)));
        context.fillStyle = scene.card;
        context.fillRect(box.x, box.y, side + 1, side + 1);
        context.fillStyle = scene.lit;
        context.fillRect(box.x, box.y, side, side);
      }
      if (code === scene.chosen)
        frames.push({ box, colour: scene.accent, line: Math.min(9, Math.max(3, cell.width * 0.09)) });
      else if (code === scene.hovered)
        frames.push({ box, colour: scene.ink, line: Math.min(6, Math.max(2, cell.width * 0.06)) });
    }
  for (const { box, colour, line } of frames) {
    context.lineWidth = line + 2;
    context.strokeStyle = scene.card;
    context.strokeRect(box.x, box.y, box.width - joint, box.height - joint);
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.strokeRect(box.x, box.y, box.width - joint, box.height - joint);
  }
}
