/** What one code looks like alone. */
import type { Networks } from './runs';
import { breathe } from './calls';
import type { Picture } from './types';

/** Codes on each side of the patch: the middle one is shown, the others give it neighbours like itself. */
const SIDE = 3;

/**
 * The code tiled 3 x 3 and decoded; the patch in the middle, [factor, factor] pixels. In a residual model the other
 * levels hold their code 0, so there only the differences between patches mean something.
 */
export async function decodePatch(
  networks: Networks,
  level: number,
  index: number,
  signal: AbortSignal,
): Promise<Picture> {
  await breathe(signal);
  const { model } = networks;
  const { factor } = model;
  const { runtime } = await networks.at(SIDE * factor, SIDE * factor);
  const grids = model.codebookSizes.map((_, i) => new Int32Array(SIDE * SIDE).fill(i === level ? index : 0));
  const whole = await runtime.decode(grids);
  const data = new Uint8ClampedArray(factor * factor * 4);
  for (let y = 0; y < factor; y++) {
    const from = ((factor + y) * SIDE * factor + factor) * 4;
    data.set(whole.subarray(from, from + factor * 4), y * factor * 4);
  }
  return { width: factor, height: factor, data };
}
