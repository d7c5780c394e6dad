import { stampOf } from '../paint';
import type { Cell, GridLike, PictureLike } from '../types';

/** How a code is shown in its cell. */
export type TokenLook = 'colour' | 'patch' | 'number';

/** Everything one drawing of a token grid depends on. */
export interface TokenScene {
  readonly grid: GridLike;
  readonly look: TokenLook;
  /** CSS colour of a code. */
  readonly colourOf: (index: number) => string;
  /** Decoded patch of a code, where it is known. */
  readonly patchOf: (index: number) => PictureLike | undefined;
  /** The code to light wherever it is used; the others are dimmed. */
  readonly lit: number | null;
  readonly hovered: Cell | null;
  readonly selected: Cell | null;
  readonly ink: string;
  readonly accent: string;
}

/** Side of a cell and the joint between cells, in device pixels, for a grid drawn into a box of `width` pixels. */
export function cellMetrics(grid: GridLike, width: number): { pitch: number; joint: number } {
  const pitch = width / grid.width;
  return { pitch, joint: pitch >= 8 ? Math.max(1, Math.round(pitch * 0.06)) : 0 };
}

/** The cell under a point of a box, both in the same pixels; null outside. */
export function cellAt(grid: GridLike, width: number, height: number, px: number, py: number): Cell | null {
  const x = Math.floor((px / width) * grid.width);
  const y = Math.floor((py / height) * grid.height);
  return x >= 0 && y >= 0 && x < grid.width && y < grid.height ? { x, y } : null;
}

const luminance = (colour: string): number => {
  const parts = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  if (colour.startsWith('hsl')) return (parts[2] ?? 50) / 100;
  return (0.299 * (parts[0] ?? 0) + 0.587 * (parts[1] ?? 0) + 0.114 * (parts[2] ?? 0)) / 255;
};

/** Draws the whole grid: tesserae with joints, the lit code at full strength, frames around the hovered and the selected cell. */
export function drawTokens(context: CanvasRenderingContext2D, width: number, height: number, scene: TokenScene): void {
  const { grid, look, lit } = scene;
  const { pitch, joint } = cellMetrics(grid, width);
  const numbers = look === 'number' && pitch >= 18;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const digits = String(Math.max(1, grid.codebookSize - 1)).length;
  context.font = `500 ${Math.min(pitch * 0.42, ((pitch * 1.45) / digits) * 0.95)}px ui-monospace, Menlo, Consolas, monospace`;
  for (let y = 0; y < grid.height; y++)
    for (let x = 0; x < grid.width; x++) {
      const index = grid.indices[y * grid.width + x]!;
      const left = Math.round(x * pitch);
      const top = Math.round(y * pitch);
      const w = Math.round((x + 1) * pitch) - left - joint;
      const h = Math.round((y + 1) * pitch) - top - joint;
      context.globalAlpha = lit === null || index === lit ? 1 : scene.hovered ? 0.22 : 0.5;
      const patch = look === 'patch' ? scene.patchOf(index) : undefined;
      const colour = scene.colourOf(index);
      if (patch) context.drawImage(stampOf(patch), left, top, w, h);
      else {
        context.fillStyle = colour;
        context.fillRect(left, top, w, h);
      }
      if (numbers) {
        context.fillStyle = luminance(colour) > 0.55 ? '#15181d' : '#ffffff';
        context.fillText(String(index), left + w / 2, top + h / 2);
      }
    }
  context.globalAlpha = 1;
  if (scene.selected) frame(context, scene.selected, pitch, joint, scene.accent, Math.max(3, pitch * 0.1));
  if (scene.hovered) frame(context, scene.hovered, pitch, joint, scene.ink, Math.max(2, pitch * 0.07));
}

function frame(
  context: CanvasRenderingContext2D,
  cell: Cell,
  pitch: number,
  joint: number,
  colour: string,
  line: number,
) {
  const half = line / 2;
  const left = Math.round(cell.x * pitch) + half;
  const top = Math.round(cell.y * pitch) + half;
  const side = pitch - joint - line;
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(left, top, side, side);
}
