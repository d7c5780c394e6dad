/** What one code looks like alone. */
import { sideUnit } from './grids';
import type { Networks } from './runs';
import { breathe } from './calls';
import type { Picture } from './types';

/** The largest codes on each side of what is decoded: a patch in the middle is shown, the others are neighbours like itself. */
const SIDE = 3;

/**
 * The code tiled 3 x 3 and decoded; the patch in the middle, [factor, factor] pixels of its grid. Where there are several
 * grids the others hold their code 0, so there only the differences between patches mean something. In two levels
 * the bottom is tiled 6 x 6, since the top needs whole codes too.
 */
export async function decodePatch(
  networks: Networks,
  level: number,
  index: number,
  signal: AbortSignal,
): Promise<Picture> {
  await breathe(signal);
  const { model } = networks;
  const kinds = model.grids;
  const factor = kinds[level]?.factor;
  if (!factor) throw new Error(`${model.id} has ${kinds.length} code grid(s), counted from 0: there is no ${level}.`);
  const side = SIDE * sideUnit(model);
  const { runtime } = await networks.at(side, side);
  const grids = kinds.map((kind, i) => new Int32Array((side / kind.factor) ** 2).fill(i === level ? index : 0));
  const from = Math.floor(side / factor / 2) * factor;
  const whole = await runtime.decode(grids);
  const data = new Uint8ClampedArray(factor * factor * 4);
  for (let y = 0; y < factor; y++) {
    const row = ((from + y) * side + from) * 4;
    data.set(whole.subarray(row, row + factor * 4), y * factor * 4);
  }
  return { width: factor, height: factor, data };
}
