import type { PictureLike } from './types';

/** Mean colour of a picture as a CSS colour. */
export function meanColour(picture: PictureLike): string {
  const { data } = picture;
  const sum = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sum[c]! += data[i + c]!;
  const count = Math.max(1, data.length / 4);
  return `rgb(${sum.map((value) => Math.round(value / count)).join(' ')})`;
}

/**
 * A stable colour for a code of which nothing is known but its index: neighbours in the codebook get hues a golden angle
 * apart, and lightness and chroma step through three levels, so that equal hues still differ.
 */
export function indexColour(index: number): string {
  const hue = (index * 137.508) % 360;
  const lightness = [62, 72, 52][index % 3]!;
  const saturation = [46, 38, 52][(index >> 1) % 3]!;
  return `hsl(${hue.toFixed(1)} ${saturation}% ${lightness}%)`;
}
