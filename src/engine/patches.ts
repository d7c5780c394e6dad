/** What codes look like: each alone, or put into a picture. Many are decoded at once, with one readback. */
import { breathe } from './calls';
import { checkCodes } from './checkCodes';
import { sideUnit } from './grids';
import type { Networks, RunControl } from './runs';
import type { CodeGrid, PatchContext, Picture, TokenizerSummary } from './types';

/** The largest codes on each side of what is decoded: a patch in the middle is shown, the others are neighbours like itself. */
const SIDE = 3;
/** Patches at once: a few, or many. Two sizes only, so that little is compiled; what is over is filled up. */
const FEW = 8;
const MANY = 64;
/** Without a real GPU: a batch takes a second or less, so that it can be cancelled. */
const MANY_SLOW = 16;
/** Pixels at once, all patches together. */
const MAX_PIXELS = MANY * 32 * 32;

/** The codes that are decoded for each patch, and what of the picture is shown. In codes and pixels of the patch's own level. */
interface Scene {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** All grids, with `index` at its places. */
  grids(index: number): Int32Array[];
  /** Pixels. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/**
 * One patch for each index: see `EngineClient.decodePatches`. Progress after every batch; a cancel waits for the one under way at most.
 * @throws Error for a level, a code or a place that there is not
 */
export async function decodePatches(
  networks: Networks,
  level: number,
  indices: readonly number[],
  context: PatchContext | undefined,
  { signal, report }: RunControl,
): Promise<Picture[]> {
  const { model, isSlow } = networks;
  const kind = model.grids[level];
  if (!kind)
    throw new Error(`${model.id} has ${model.grids.length} code grid(s), counted from 0: there is no ${level}.`);
  const wrong = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < kind.codebookSize));
  if (wrong !== undefined)
    throw new Error(`Code ${wrong} is not in the codebook of "${kind.name}" (0 to ${kind.codebookSize - 1}).`);
  const scene = context ? inPicture(model, level, context) : alone(model, level);
  const { width, height } = scene;
  const largest = Math.max(1, Math.min(isSlow ? MANY_SLOW : MANY, Math.floor(MAX_PIXELS / (width * height))));
  const patches: Picture[] = [];
  while (patches.length < indices.length) {
    await breathe(signal);
    report?.({
      stage: 'decode',
      fraction: patches.length / indices.length,
      message: `${patches.length} of ${indices.length} codes`,
    });
    const left = indices.length - patches.length;
    const batch = left > FEW || largest < FEW ? largest : FEW;
    const chunk = indices.slice(patches.length, patches.length + batch);
    const decoder = await networks.decoder(width, height, batch);
    const grids = joined(
      Array.from({ length: batch }, (_, i) => scene.grids(chunk[i] ?? chunk[0]!)),
      model.grids.length,
    );
    const pixels = await decoder.decode(grids, { signal });
    chunk.forEach((_, i) => patches.push(cut(pixels, i * height, width, scene.crop)));
  }
  return patches;
}

/**
 * The code tiled 3 x 3; its patch is the one in the middle. Where there are several grids the others hold their code 0, so there only the
 * differences between patches mean something. In two levels the bottom is tiled 6 x 6, since the top needs whole codes too.
 */
function alone(model: TokenizerSummary, level: number): Scene {
  const side = SIDE * sideUnit(model);
  const { factor } = model.grids[level]!;
  const from = Math.floor(side / factor / 2) * factor;
  return {
    width: side,
    height: side,
    grids: (index) =>
      model.grids.map((kind, i) => new Int32Array((side / kind.factor) ** 2).fill(i === level ? index : 0)),
    crop: { x: from, y: from, width: factor, height: factor },
  };
}

/** A picture with the code at one place. Of one larger than the model's square, that much of it around the place. */
function inPicture(model: TokenizerSummary, level: number, { codes, place, around }: PatchContext): Scene {
  checkCodes(codes, model);
  const grid = codes[level]!;
  if (!(Number.isInteger(place) && place >= 0 && place < grid.indices.length))
    throw new Error(`Place ${place} is not in "${grid.name}": it has places 0 to ${grid.indices.length - 1}.`);
  if (!(Number.isInteger(around) && around >= 0)) throw new Error(`${around} codes around a place cannot be shown.`);
  const { factor } = model.grids[level]!;
  const unit = sideUnit(model);
  const column = place % grid.width;
  const row = Math.floor(place / grid.width);
  // In pixels: what is decoded, in whole codes of every grid; within it, what is shown.
  const decoded = (at: number, count: number) => {
    const length = Math.min(count * factor, Math.floor(model.resolution / unit) * unit);
    const start = Math.round((at * factor + factor / 2 - length / 2) / unit) * unit;
    return { start: clamp(start, 0, count * factor - length), length };
  };
  const shown = (at: number, { start, length }: { start: number; length: number }) => {
    const size = Math.min((2 * around + 1) * factor, length);
    return { start: clamp((at - around) * factor - start, 0, length - size), size };
  };
  const across = decoded(column, grid.width);
  const down = decoded(row, grid.height);
  const [x, y] = [shown(column, across), shown(row, down)];
  const windows = codes.map((one, i) => windowOf(one, model.grids[i]!.factor, across, down));
  const at = (row - down.start / factor) * (across.length / factor) + column - across.start / factor;
  return {
    width: across.length,
    height: down.length,
    grids: (index) => windows.map((codes, i) => (i === level ? codes.with(at, index) : codes)),
    crop: { x: x.start, y: y.start, width: x.size, height: y.size },
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

interface Span {
  readonly start: number;
  readonly length: number;
}

/** The codes under a part of the picture, in pixels. */
function windowOf({ indices, width }: CodeGrid, factor: number, across: Span, down: Span): Int32Array<ArrayBuffer> {
  const [columns, rows] = [across.length / factor, down.length / factor];
  const out = new Int32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const from = (down.start / factor + y) * width + across.start / factor;
    out.set(indices.subarray(from, from + columns), y * columns);
  }
  return out;
}

/** Grids of many pictures, each level end to end. */
function joined(pictures: readonly Int32Array[][], levels: number): Int32Array<ArrayBuffer>[] {
  return Array.from({ length: levels }, (_, level) => {
    const size = pictures[0]![level]!.length;
    const out = new Int32Array(size * pictures.length);
    pictures.forEach((grids, i) => out.set(grids[level]!, i * size));
    return out;
  });
}

/** A part of one of many pictures that lie under one another. @param top the picture's first row */
function cut(
  pixels: Uint8ClampedArray,
  top: number,
  rowPixels: number,
  { x, y, width, height }: Scene['crop'],
): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = ((top + y + row) * rowPixels + x) * 4;
    data.set(pixels.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, data };
}
