/** What page and engine say to each other about filling holes. Plain data. */
import type { Picture } from '../../image/types';
import type { CodeGrid } from '../../models/types';
import type { SampleFrame, SampleOptions, SampleTimings } from '../sampling/types';

export interface InpaintOptions extends Pick<
  SampleOptions,
  'model' | 'condition' | 'seed' | 'sampler' | 'schedule' | 'distribution' | 'draw' | 'standIn'
> {
  /** Answers at once, 1 .. 8. Answer i has seed + i. */
  readonly count: number;
  /**
   * The tokenizer's own square, or larger: then the prior looks through windows of its square that overlap, and what they say is averaged.
   * Sides are whole numbers of codes. What lies under the hole is not read.
   */
  readonly picture: Picture;
  /** Above 0 in the hole, one byte a pixel of the picture. */
  readonly hole: Uint8Array<ArrayBuffer>;
  /** Codes around the hole that are drawn anew as well: their encoder saw the hole's stand-in. */
  readonly grow: 0 | 1 | 2;
  /** Begin from these codes instead of from noise: "more like this", or a refill of some places. */
  readonly from?: InpaintStart;
}

export interface InpaintStart {
  /** One answer's codes, [N]: grids one after the other. */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Share of the schedule's times that the codes under the hole are noised back to: near 0 little changes, 1 begins from noise. */
  readonly renoise: number;
  /** Only these places are drawn anew, [N], where above 0; the others keep their codes. Default: all free places. */
  readonly places?: Uint8Array<ArrayBuffer>;
}

export interface InpaintResult {
  readonly model: string;
  readonly tokenizer: string;
  /** One entry per answer, in the order of the seeds. */
  readonly codes: readonly CodeGrid[][];
  /** Decoded answers: the whole square, codes that were known included. */
  readonly images: readonly Picture[];
  readonly seeds: readonly number[];
  /** One per answer. */
  readonly scores: readonly InpaintScore[];
  /** Places that were drawn, [N]: 1 where free. */
  readonly free: Uint8Array<ArrayBuffer>;
  /** What the encoder saw: the picture with the stand-in under the hole. */
  readonly seen: Picture;
  readonly trace: readonly SampleFrame[];
  readonly timings: SampleTimings & { readonly scoreMs: number };
  readonly unknownWords: readonly { readonly word: string; readonly replacedBy: string | null }[];
}

export interface InpaintScore {
  /**
   * What the prior thinks of the answer, in bits for a code of the hole; less is likelier. Absorbing: a bound from the same few states of every
   * answer. Null for a gaussian prior, which has no likelihood here.
   */
  readonly bitsPerCode: number | null;
}
