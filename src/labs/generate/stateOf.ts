/** Which decoded picture a view shows: the state's own, or until it is there the nearest earlier one. */
import { type Layout } from '../../diffusion/layout';
import type { Picture, SampleFrame, StandIn } from '../../engine/types';
import { kindOf, type PictureWish } from './pictures';
import { pictureKey } from './store';

export interface FoundPicture {
  readonly picture: Picture;
  /** True: of an earlier state; the right one is on its way. */
  readonly stale: boolean;
}

export interface PictureQuestion {
  readonly run: number;
  readonly trace: readonly SampleFrame[];
  /** The state that is asked for. */
  readonly frame: SampleFrame;
  readonly sample: number;
  readonly kind: PictureWish['kind'];
  readonly standIn: StandIn;
  readonly layout: Layout;
}

/** Null where neither the state nor an earlier one has a picture. */
export function findPicture(pictures: ReadonlyMap<string, Picture>, question: PictureQuestion): FoundPicture | null {
  const { run, trace, frame, sample, kind, standIn, layout } = question;
  const keyOf = (one: SampleFrame) => pictureKey(run, one.step, sample, kindOf(one, sample, layout, standIn, kind));
  const own = pictures.get(keyOf(frame));
  if (own) return { picture: own, stale: false };
  for (let at = trace.findIndex(({ step }) => step === frame.step) - 1; at >= 0; at--) {
    const earlier = trace[at];
    const picture = earlier && pictures.get(keyOf(earlier));
    if (picture) return { picture, stale: true };
  }
  return null;
}
