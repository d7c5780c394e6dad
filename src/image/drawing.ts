/** Whether a picture is a drawing on white, as the emoji models know them, or a photograph. A guess that the visitor can overrule. */
import type { RgbaImage } from './picture';

/** Pixels looked at along a side. */
const SAMPLES = 64;
/** White, within what a JPEG makes of it. */
const LEAST_WHITE = 246;
/** Shares of a drawing on white, at least: of its border that is white or transparent, and of its pixels that equal their neighbour. */
const LEAST_BORDER = 0.5;
const LEAST_FLAT = 0.35;

/** True for flat colours on a white or transparent ground. Looks at some 4,000 pixels, whatever the size. */
export function looksDrawn({ width, height, data }: RgbaImage): boolean {
  const at = (x: number, y: number) => (y * width + x) * 4;
  const isWhite = (i: number) =>
    data[i + 3]! < 8 || Math.min(data[i]!, data[i + 1]!, data[i + 2]!) * (data[i + 3]! / 255) >= LEAST_WHITE;
  const isFlat = (i: number, j: number) => [0, 1, 2, 3].every((c) => data[i + c] === data[j + c]);
  let [border, white, pairs, flat] = [0, 0, 0, 0];
  for (let row = 0; row < SAMPLES; row++)
    for (let column = 0; column < SAMPLES; column++) {
      const x = Math.floor(((column + 0.5) * width) / SAMPLES);
      const y = Math.floor(((row + 0.5) * height) / SAMPLES);
      if (row === 0 || column === 0 || row === SAMPLES - 1 || column === SAMPLES - 1) {
        border++;
        white += Number(isWhite(at(x, y)));
      }
      if (x + 1 < width) {
        pairs++;
        flat += Number(isFlat(at(x, y), at(x + 1, y)));
      }
    }
  return white >= LEAST_BORDER * border && flat >= LEAST_FLAT * pairs;
}
