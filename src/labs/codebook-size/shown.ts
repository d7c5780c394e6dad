import type { Reconstruction } from '../../engine/types';
import { bitsPerPixel } from '../codebooks';
import { changedPlaces, countChanged, placeErrors } from './places';
import type { SizeMethod } from './spec';
import type { Shown } from './store';

/** A run with fewer codes beside the one with all. */
export function shownOf(run: Reconstruction, whole: Reconstruction, size: number, method: SizeMethod): Shown {
  const isOwnBook = method !== 'trained' || run.modelId === whole.modelId;
  return {
    ...{ size, method, modelId: run.modelId, run },
    bitsPerPixel: bitsPerPixel(run.codes, size, run.image.width * run.image.height),
    changed: isOwnBook ? countChanged(whole.codes, run.codes) : null,
    changedAt: isOwnBook ? changedPlaces(whole.codes, run.codes) : null,
    errors: placeErrors(run.input, run.image, run.codes.at(-1)!),
  };
}
