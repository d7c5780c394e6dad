/** What samples of the learnt network are worth. Pure. */
import { nearestMap } from '../../diffusion/exact';
import type { TileWorld } from './data';
import type { TilesScore } from './types';

/** @param codes [samples, N] */
export function scoreSamples({ set, isHeldOut }: TileWorld, codes: Int32Array<ArrayBuffer>): TilesScore {
  const places = set.height * set.width;
  const samples = codes.length / places;
  let [valid, neverShown, total] = [0, 0, 0];
  for (let sample = 0; sample < samples; sample++) {
    const { map, distance } = nearestMap(set, codes.subarray(sample * places, (sample + 1) * places));
    total += distance;
    if (distance > 0) continue;
    valid++;
    if (isHeldOut[map]) neverShown++;
  }
  return { samples, valid, neverShown, meanDistance: total / samples, codes };
}
