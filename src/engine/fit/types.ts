/** What page and engine say to each other about fitting latents to a picture. Plain data. */
import type { CodeGrid } from '../../models/types';
import type { Degradation } from '../../image/degradation';
import type { Picture } from '../../image/types';

/** What happened to the picture that is looked for. 'denoise': the fit's `noise` says how much. 'upscale': the picture given is a half or a quarter of the tokenizer's square. */
export type FitTask = Degradation;

export interface FitOptions {
  /** Id of a tokenizer with one grid of codes and one codebook. */
  readonly model: string;
  readonly task: FitTask;
  /** A square of the tokenizer's resolution; 'upscale': of its half or quarter. */
  readonly picture: Picture;
  /** Above 0 in the hole, one byte a pixel of `picture`; what lies there is not read. 'inpaint' needs it. */
  readonly hole?: Uint8Array<ArrayBuffer>;
  readonly seed: number;
  /** 1 .. 8, one after the other. Run i has seed + i, and is the same alone. */
  readonly runs: number;
  /** Steps of descent, 2 .. 1000. Default: 100. */
  readonly steps?: number;
  /** Standard deviation of the noise in the given picture, in grey levels of 255: less of it fits closer. Default: 5; 'denoise': 25. */
  readonly noise?: number;
  /**
   * Standard deviation of the seeded noise on the first latents, in those of the codebook's numbers: more of it spreads the runs and costs
   * steps. Default: 0.15.
   */
  readonly jitter?: number;
  /** Weight of the pull to the codebook at the end of the free descent. Default: 500 / noise. */
  readonly pull?: number;
}

/** After each step. */
export interface FitReport {
  /** From 0. */
  readonly run: number;
  /** Steps of this run that are done. */
  readonly step: number;
  readonly steps: number;
  /** 'free': the latents move between the codes; 'settle': the picture of their nearest codes is fitted. */
  readonly phase: 'free' | 'settle';
  /** Root mean square difference from the known values, in grey levels, before the step. */
  readonly loss: number;
}

export interface FitResult {
  readonly model: string;
  /** One entry for each run, in the order of the seeds: decoded from the codes. */
  readonly images: readonly Picture[];
  /** Decoded from the latents at the end of the free descent, before they became codes. */
  readonly continuous: readonly Picture[];
  readonly codes: readonly CodeGrid[][];
  readonly seeds: readonly number[];
  /** The losses of the reports, one number a step. */
  readonly losses: readonly Float32Array<ArrayBuffer>[];
  /** The loss of the codes that came out, in grey levels. */
  readonly scores: readonly number[];
  /** That of the start: the given picture, enlarged where it is smaller, encoded and decoded. */
  readonly startScore: number;
  /** What the encoder saw at the start. */
  readonly start: Picture;
  /** Mean of the images. */
  readonly mean: Picture;
  /**
   * Standard deviation of the images over the runs in grey levels of 255, [height * width]: of each pixel the root of the mean variance of
   * its three channels. Zeros for one run.
   */
  readonly spread: Float32Array<ArrayBuffer>;
  /** Where tfjs ran: 'tfjs on <adapter>' or 'tfjs on the CPU (wasm)'. */
  readonly backend: string;
  readonly timings: { readonly totalMs: number; readonly stepMs: number };
}
