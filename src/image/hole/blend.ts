import { flattenAlpha, type RgbaImage } from '../picture';
import { applyTables, resampleTable, type ResampleTable } from '../resize';
import type { Picture, Rect } from '../types';
import { NO_TARGET, squaredDistances } from './distance';
import { countHole, cutMask, holeBounds } from './mask';
import { neutralise } from './neutral';
import { fillHarmonic } from './poisson';
import { enlarge, halve, sampleInto, type Sums } from './pyramid';
import { checkSameSize, cutImage, growRect, intersectRects, wholeOf } from './rect';
import type { Blend, Mask, StraightImage } from './types';

/** Width of a feathered edge in pixels of the answer: of what the model can tell apart. */
const FEATHER = 3;
/** Hidden pixels up to which the membrane is solved at full size (200 MB); above, at half the size, or half of that. */
const MAX_SOLVED = 2_000_000;

/**
 * The picture with an answer under its mask. `answer` stands for the part `rect` and is resampled to it (Lanczos); of that size it is taken
 * bit for bit. Where the mask is 0, and beyond `rect`, RGBA stays bit for bit, colours under alpha 0 too. Copies.
 * - `none`: the answer where the mask is 128 or more; elsewhere the picture.
 * - `feather`: from the hole's edge inwards the answer comes in over 3 of its own pixels (at least 2 of the picture's). Before it is fully
 *   there the rest is the stand-in of `neutralise`, not what was hidden. A soft mask then mixes that with the picture: `mask / 255`.
 * - `poisson`: answer plus the membrane that makes up its difference to the picture along the hole's edge (see poisson.ts), wherever the
 *   mask is above 0. Where the hole touches the picture's border or that of `rect`, nothing pulls. Holes of more than 2 million pixels are
 *   solved on 2 x 2 means.
 * Pixels that change become opaque; what is mixed in of a translucent picture is laid on white before. With `poisson`, and with any blend
 * where the mask is 0 or 255, nothing that was hidden shows through.
 * @throws RangeError when mask and picture differ in size, or `rect` is empty.
 */
export function composeAnswer(image: RgbaImage, mask: Mask, rect: Rect, answer: Picture, blend: Blend): StraightImage {
  checkSameSize(image, mask);
  const out: StraightImage = { width: image.width, height: image.height, data: new Uint8ClampedArray(image.data) };
  const page = intersectRects(rect, wholeOf(image));
  if (!page)
    throw new RangeError(`An answer for ${describe(rect)} lies outside of a ${image.width} x ${image.height} picture.`);
  const bounds = holeBounds(mask);
  const hidden = bounds && intersectRects(bounds, page);
  if (!hidden) return out;

  const feather = Math.max(2, Math.round((FEATHER * rect.width) / answer.width));
  const margin = { none: 0, feather, poisson: 1 }[blend];
  const area = intersectRects(growRect(hidden, margin), page)!;
  const hole = cutMask(mask, area);
  const fill = resizePart(answer, rect, area);
  if (blend !== 'none') {
    const around = flattenAlpha(cutImage(image, area));
    if (blend === 'feather') featherInto(fill, around, hole, feather);
    else cloneInto(fill, around, hole);
  }
  const least = blend === 'none' ? 128 : 1;
  for (let y = 0, i = 0; y < area.height; y++) {
    let to = 4 * ((area.y + y) * image.width + area.x);
    for (let x = 0; x < area.width; x++, i++, to += 4) {
      if (hole.data[i]! < least) continue;
      for (let c = 0; c < 3; c++) out.data[to + c] = fill.data[4 * i + c]!;
      out.data[to + 3] = 255;
    }
  }
  return out;
}

const describe = ({ x, y, width, height }: Rect) => `${width} x ${height} pixels at (${x}, ${y})`;

/** The pixels under `area` of the answer enlarged to `rect`, in memory of their own. */
function resizePart(answer: Picture, rect: Rect, area: Rect): Picture {
  const part = (inSize: number, outSize: number, first: number, length: number): ResampleTable => {
    const table = resampleTable(inSize, outSize);
    return {
      ...table,
      outSize: length,
      weights: table.weights.subarray(first * table.taps, (first + length) * table.taps),
      starts: table.starts.subarray(first, first + length),
    };
  };
  return applyTables(
    answer,
    part(answer.width, rect.width, area.x - rect.x, area.width),
    part(answer.height, rect.height, area.y - rect.y, area.height),
  );
}

/** Mixes `fill` with the stand-in towards the hole's edge, and with `around` where the mask is soft; in place. */
function featherInto(fill: Picture, around: Picture, hole: Mask, width: number): void {
  const standIn = neutralise(around, hole);
  const known = hole.data.map((value) => (value === 0 ? 1 : 0));
  const distances = squaredDistances(hole.width, hole.height, known);
  for (let i = 0; i < hole.data.length; i++) {
    const soft = hole.data[i]! / 255;
    if (soft === 0) continue;
    // From the border between two pixels, half a pixel from the centre of either.
    const inwards = distances[i] === NO_TARGET ? 1 : Math.min((Math.sqrt(distances[i]!) - 0.5) / width, 1);
    const weight = inwards * inwards * (3 - 2 * inwards);
    for (let c = 4 * i; c < 4 * i + 3; c++) {
      const filled = standIn.data[c]! + weight * (fill.data[c]! - standIn.data[c]!);
      fill.data[c] = around.data[c]! + soft * (filled - around.data[c]!);
    }
  }
}

/** Adds to `fill`, in place, the membrane of what `around` differs from it by along the hole's edge. */
function cloneInto(fill: Picture, around: Picture, hole: Mask): void {
  const data = new Float32Array(4 * hole.data.length);
  for (let i = 0; i < hole.data.length; i++) {
    if (hole.data[i]! > 0) continue;
    for (let c = 4 * i; c < 4 * i + 3; c++) data[c] = around.data[c]! - fill.data[c]!;
    data[4 * i + 3] = 1;
  }
  stretch({ width: hole.width, height: hole.height, data }, countHole(hole));
  for (let i = 0; i < hole.data.length; i++) {
    if (hole.data[i]! > 0) for (let c = 4 * i; c < 4 * i + 3; c++) fill.data[c]! += data[c]!;
  }
}

/** Turns sums into means, and fills in the membrane where the weight is 0; in place. */
function stretch({ width, height, data }: Sums, hidden: number): void {
  const half = hidden > MAX_SOLVED ? halve({ width, height, data }) : null;
  const hole = new Uint8Array(width * height);
  for (let i = 0; i < hole.length; i++) {
    const weight = data[4 * i + 3]!;
    if (weight === 0) hole[i] = 1;
    else for (let c = 4 * i; c < 4 * i + 3; c++) data[c]! /= weight;
  }
  if (!half) {
    fillHarmonic(width, height, hole, data);
    return;
  }
  stretch(half, hidden / 4);
  const enlarged = enlarge(half, width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) if (hole[i]! > 0) sampleInto(data, 4 * i, enlarged, x, y);
  }
}
