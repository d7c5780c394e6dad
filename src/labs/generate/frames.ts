/** The end of a run as a state; what any kept state says is beside the catalogue (labs/frames.ts). */
import type { SampleFrame } from '../../engine/types';
import { flatten } from '../frames';
import type { RunNode } from './tree';

export * from '../frames';

/** Step under which the end of a run is kept whose steps were let go. */
export const END_STEP = -1;

/** The end of a finished run as a state, without the network's opinion; null where there is no result. */
export function endFrame({ result }: Pick<RunNode, 'result'>): SampleFrame | null {
  if (!result) return null;
  const codes = Int32Array.from(result.codes.flatMap((grids) => [...flatten(grids)]));
  return {
    ...{ step: END_STEP, steps: 0, number: 0, time: 0, networkTime: null, codes },
    best: new Int32Array(codes.length),
    confidence: new Float32Array(codes.length),
    entropy: new Float32Array(codes.length),
  };
}
