import { pictureFrom } from '../picture';
import type { Picture } from '../types';
import { isEmptyMask } from './mask';
import { enlarge, halve, sampleInto, type Sums } from './pyramid';
import { checkSameSize } from './rect';
import type { Mask } from './types';

/**
 * The picture with a smooth stand-in wherever the mask is above 0, made from known pixels only: two pictures that differ only under the
 * mask give the same result. Known pixels stay bit for bit. Nothing known: white. Copies.
 *
 * Pull-push, a pyramid of normalised convolutions (Gortler et al., "The Lumigraph", 1996, section 3.4, with weights that are not capped).
 * A Python twin exists, so precisely:
 * 1. Level 0 holds, per pixel, its colour and a weight of 1 where it is known, zeros where it is hidden.
 * 2. Level k + 1 has ceil(side / 2) pixels on each side; each holds the sums of colours and weights over 2 x 2 pixels of level k (those
 *    that exist), up to one of 1 x 1.
 * 3. From the smallest level down: colour = sum / weight where the weight is above 0; elsewhere the next smaller level's colour, enlarged
 *    bilinearly with the centres of pixels at halves, exactly as `cv2.resize(..., INTER_LINEAR)` enlarges float pictures (see `linearTaps`).
 * 4. Hidden pixels of the picture are rounded once, at the end, halves to even (`np.rint`); colours in between are float32.
 * @throws RangeError when picture and mask differ in size.
 */
export function neutralise(picture: Picture, mask: Mask): Picture {
  checkSameSize(picture, mask);
  const { width, height } = picture;
  const out = pictureFrom(width, height, picture.data.slice());
  if (isEmptyMask(mask)) return out;
  const first = halvePicture(picture, mask);
  const levels = [first];
  for (let top = first; Math.max(top.width, top.height) > 1; levels.push(top)) top = halve(top);
  if (levels.at(-1)!.data[3] === 0) {
    mask.data.forEach((hidden, i) => hidden > 0 && out.data.fill(255, 4 * i, 4 * i + 4));
    return out;
  }

  for (let k = levels.length - 1; k >= 0; k--) colour(levels[k]!, levels[k + 1]);
  const half = enlarge(first, width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask.data[i] === 0) continue;
      sampleInto(out.data, 4 * i, half, x, y);
      out.data[4 * i + 3] = 255;
    }
  }
  return out;
}

/** Level 1, straight from the picture: level 0 in float would be four times the picture. */
function halvePicture({ width, height, data }: Picture, mask: Mask): Sums {
  const halfWidth = Math.ceil(width / 2);
  const halfHeight = Math.ceil(height / 2);
  const sums = new Float32Array(4 * halfWidth * halfHeight);
  for (let y = 0, i = 0; y < height; y++) {
    const row = 4 * halfWidth * (y >> 1);
    for (let x = 0; x < width; x++, i++) {
      if (mask.data[i]! > 0) continue;
      const to = row + 4 * (x >> 1);
      sums[to]! += data[4 * i]!;
      sums[to + 1]! += data[4 * i + 1]!;
      sums[to + 2]! += data[4 * i + 2]!;
      sums[to + 3]! += 1;
    }
  }
  return { width: halfWidth, height: halfHeight, data: sums };
}

/** Turns a level's sums into colours, in place; `coarser` has its colours already. Without one, every pixel has a weight. */
function colour({ width, height, data }: Sums, coarser: Sums | undefined): void {
  const half = coarser && enlarge(coarser, width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const weight = data[i + 3]!;
      if (weight > 0) for (let c = i; c < i + 3; c++) data[c]! /= weight;
      else if (half) sampleInto(data, i, half, x, y);
    }
  }
}
