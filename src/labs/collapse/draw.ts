/** The two stages on a canvas: points with their codes and cells, or an atlas of decoded codes over pictures. No React. */
import type { TheatreActorFrame, TheatreScene } from '../../engine/types';
import { indexColour } from '../../ui/colour';
import { voronoiCells } from './voronoi';

/** Colours out of the tokens; a canvas knows no CSS variables. */
export interface Ink {
  readonly line: string;
  readonly ink: string;
  readonly card: string;
  readonly alive: string;
  readonly dead: string;
  readonly well: string;
}

export function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ line: token('line-strong'), ink: token('ink'), card: token('card'), well: token('well') },
    ...{ alive: token('lapis'), dead: token('terracotta') },
  };
}

/** Half the side of the plane that is shown: all latents and living codes, in steps, so that it does not breathe with every frame. */
export function extentOf({ latents, vectors, counts }: TheatreActorFrame): number {
  let most = 0.2;
  for (const value of latents) most = Math.max(most, Math.abs(value));
  counts.forEach((count, code) => {
    if (count > 0) most = Math.max(most, Math.abs(vectors[2 * code]!), Math.abs(vectors[2 * code + 1]!));
  });
  const STEP = 1.25;
  return STEP ** Math.ceil(Math.log(most * 1.04) / Math.log(STEP));
}

/** Points where the encoder puts them, in the colour of their code; cells; codes: a disc that lives, an empty ring that is dead. */
export function drawPoints(context: CanvasRenderingContext2D, side: number, actor: TheatreActorFrame, ink: Ink): void {
  const { latents, indices, vectors, counts, codebookSize, revived } = actor;
  const extent = extentOf(actor);
  const px = (value: number) => ((value + extent) / (2 * extent)) * side;
  const py = (value: number) => ((extent - value) / (2 * extent)) * side;
  const scale = side / 420;
  context.clearRect(0, 0, side, side);
  context.fillStyle = ink.card;
  context.fillRect(0, 0, side, side);

  const placed = Float32Array.from(vectors, (value, i) => (i % 2 ? py(value) : px(value)));
  const cells = voronoiCells(placed, { left: 0, top: 0, right: side, bottom: side });
  context.lineWidth = Math.max(0.5, 0.6 * scale);
  context.strokeStyle = ink.line;
  cells.forEach((cell, code) => {
    if (cell.length < 6) return;
    context.beginPath();
    for (let i = 0; i < cell.length; i += 2) context.lineTo(cell[i]!, cell[i + 1]!);
    context.closePath();
    if (counts[code]! > 0) {
      context.globalAlpha = 0.16;
      context.fillStyle = indexColour(code);
      context.fill();
    }
    context.globalAlpha = 0.55;
    context.stroke();
  });

  context.globalAlpha = 0.8;
  const dot = 1.7 * scale;
  indices.forEach((code, i) => {
    context.fillStyle = indexColour(code);
    context.beginPath();
    context.arc(px(latents[2 * i]!), py(latents[2 * i + 1]!), dot, 0, 7);
    context.fill();
  });

  context.globalAlpha = 1;
  // The living ones last: on top of a heap of dead ones.
  for (const lives of [false, true])
    for (let code = 0; code < codebookSize; code++) {
      if (counts[code]! > 0 !== lives) continue;
      const radius = (lives ? 3 + Math.min(3, Math.sqrt(counts[code]!) / 3) : 3) * scale;
      context.beginPath();
      context.arc(placed[2 * code]!, placed[2 * code + 1]!, radius, 0, 7);
      context.lineWidth = 1.4 * scale;
      context.strokeStyle = lives ? ink.ink : ink.dead;
      if (lives) {
        context.fillStyle = indexColour(code);
        context.fill();
      }
      context.stroke();
    }
  context.strokeStyle = ink.alive;
  context.lineWidth = 2 * scale;
  for (const code of revived) {
    context.beginPath();
    context.arc(placed[2 * code]!, placed[2 * code + 1]!, 9 * scale, 0, 7);
    context.stroke();
  }
}

/** Pictures in the row under the atlas. */
const PICTURES = 6;
const GAP = 0.02;

/** Every code decoded; a dead one is pale under a stroke. Below, pictures, and what comes back of them. */
export function drawPatches(
  context: CanvasRenderingContext2D,
  side: number,
  actor: TheatreActorFrame,
  scene: TheatreScene,
  ink: Ink,
): void {
  const { decoded, counts, codebookSize, revived, outputs } = actor;
  const { inputs, examples, picture } = scene;
  if (!picture) return;
  const patch = Math.sqrt(inputs);
  context.clearRect(0, 0, side, side);
  context.fillStyle = ink.card;
  context.fillRect(0, 0, side, side);
  const rowHeight = side / PICTURES;
  const room = side - 2 * rowHeight - 2 * GAP * side;
  const columns = Math.ceil(Math.sqrt((codebookSize * side) / room));
  const cell = Math.min(side / columns, room / Math.ceil(codebookSize / columns));
  const tile = cell * 0.86;
  for (let code = 0; code < codebookSize; code++) {
    const [x, y] = [(code % columns) * cell, Math.floor(code / columns) * cell];
    const lives = counts[code]! > 0;
    context.globalAlpha = lives ? 1 : 0.25;
    drawGrey(context, decoded.subarray(code * inputs, (code + 1) * inputs), patch, x, y, tile);
    context.globalAlpha = 1;
    if (!lives) {
      context.strokeStyle = ink.dead;
      context.lineWidth = Math.max(1, tile / 22);
      context.beginPath();
      context.moveTo(x + tile * 0.15, y + tile * 0.85);
      context.lineTo(x + tile * 0.85, y + tile * 0.15);
      context.stroke();
    }
    if (revived.includes(code)) {
      context.strokeStyle = ink.alive;
      context.lineWidth = Math.max(1.5, tile / 14);
      context.strokeRect(x, y, tile, tile);
    }
  }
  const size = inputs * picture.patches ** 2;
  for (let i = 0; i < PICTURES; i++)
    [examples, outputs].forEach((values, row) =>
      drawPicture(context, values.subarray(i * size, (i + 1) * size), picture.patches, patch, {
        x: i * rowHeight,
        y: side - (2 - row) * rowHeight + (row ? 0 : -GAP * side),
        side: rowHeight * 0.94,
      }),
    );
}

function drawPicture(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  patches: number,
  patch: number,
  at: { readonly x: number; readonly y: number; readonly side: number },
): void {
  const pixels = new Float32Array(values.length);
  const width = patches * patch;
  values.forEach((value, i) => {
    const [within, which] = [i % patch ** 2, Math.floor(i / patch ** 2)];
    const x = (which % patches) * patch + (within % patch);
    const y = Math.floor(which / patches) * patch + Math.floor(within / patch);
    pixels[y * width + x] = value;
  });
  drawGrey(context, pixels, width, at.x, at.y, at.side);
}

let scratch: HTMLCanvasElement | null = null;

/** A square of values from -1 to 1, as large pixels. */
function drawGrey(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  width: number,
  x: number,
  y: number,
  side: number,
): void {
  const image = new ImageData(width, values.length / width);
  values.forEach((value, i) => {
    const level = (value + 1) * 127.5;
    image.data.set([level, level, level, 255], 4 * i);
  });
  scratch ??= document.createElement('canvas');
  scratch.width = image.width;
  scratch.height = image.height;
  scratch.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(scratch, x, y, side, side);
}
