/** What page and engine say to each other about sampling. Plain data. */
import type { DistributionOptions } from '../../diffusion/distribution';
import type { StandIn } from '../../diffusion/layout';
import type { KnownCodes } from '../../diffusion/run';
import type { SamplerSpec } from '../../diffusion/samplers';
import type { DiscreteProcess, ScheduleSpec } from '../../diffusion/schedule';
import type { Picture } from '../../image/types';
import type { CodeGrid } from '../../models/types';

export type { DiscreteProcess, DistributionOptions, KnownCodes, SamplerSpec, ScheduleSpec, StandIn };

/** What a prior is asked for: text of every slot of its vocabulary, `{ words: 'red heart', style: 'noto', group: 'food' }`. What is left out is not given. */
export type SampleCondition = Readonly<Record<string, string>>;

export interface SampleOptions {
  /** A prior. Its tokenizer is loaded with it. */
  readonly model: string;
  readonly condition: SampleCondition;
  /** u32. Sample i of the batch takes seed + i, and is the same as that seed alone. */
  readonly seed: number;
  /** 1 .. 16 */
  readonly batch: number;
  readonly sampler: SamplerSpec;
  /** 'model' (what it was trained with) for autoregressive and gaussian priors. */
  readonly schedule: ScheduleSpec;
  readonly distribution: DistributionOptions;
  /** Codes that stay: [batch, N], -1 where the sampler is free. */
  readonly known?: KnownCodes;
  /** Go on from here (a fork) instead of from noise. */
  readonly start?: SampleStart;
  /** What comes with every frame while it runs. Default: 'codes'. */
  readonly draw?: 'codes' | 'pictures';
  readonly standIn?: StandIn;
}

export interface SampleStart {
  /** [batch, N], [MASK] = K. Two grids: one after the other. */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Time of the schedule that these codes are at; the steps go on from there, with as many as the sampler's spec says. */
  readonly time: number;
  /** Number of the first new step: random numbers of steps that were taken are not drawn again. */
  readonly number: number;
}

/** A state of a run: after a step, or (step 0) before the first. */
export interface SampleFrame {
  /** 0 .. steps */
  readonly step: number;
  readonly steps: number;
  /** Number of the step in the random numbers; `SampleStart.number` of a fork from this state is this + 1. */
  readonly number: number;
  /** Time of the schedule that the codes are at; 0: done. Autoregressive: codes still to come. */
  readonly time: number;
  /** What the network was told in the step that led here; null in step 0. */
  readonly networkTime: number | null;
  /** [batch, N], [MASK] = K. A gaussian prior: the codes nearest to its latents. */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Of the network's answer in this step, [batch, N]: most likely x0, its probability, entropy in bits. Zeros in step 0 and for a gaussian prior. */
  readonly best: Int32Array<ArrayBuffer>;
  readonly confidence: Float32Array<ArrayBuffer>;
  readonly entropy: Float32Array<ArrayBuffer>;
  /** With draw 'pictures': each sample's state (with the stand-in), and its most likely x0. */
  readonly pictures?: readonly Picture[];
  readonly x0Pictures?: readonly Picture[];
}

export interface SampleTimings {
  /** From the first evaluation to the last code, without compiling and without drawing frames. */
  readonly sampleMs: number;
  readonly decodeMs: number;
  readonly compileMs: number;
  /** Evaluations of the network: guidance counts once (both halves are one batch). */
  readonly passes: number;
  /** False for the first run after compiling. */
  readonly warm: boolean;
}

export interface SampleResult {
  readonly model: string;
  readonly tokenizer: string;
  /** One entry per sample. */
  readonly codes: readonly CodeGrid[][];
  readonly images: readonly Picture[];
  /** Every state, from noise to result. */
  readonly trace: readonly SampleFrame[];
  readonly timings: SampleTimings;
  /** Words that the vocabulary does not have, and what stood in for them (null: nothing). */
  readonly unknownWords: readonly { readonly word: string; readonly replacedBy: string | null }[];
}

/** A run over the finite world of src/diffusion/exact.ts, whose p(x0 | xt) is known. */
export interface ExactOptions extends Pick<
  SampleOptions,
  'seed' | 'sampler' | 'schedule' | 'distribution' | 'known' | 'start'
> {
  readonly process: DiscreteProcess | { readonly kind: 'autoregressive' };
  /** 1 .. 256 */
  readonly batch: number;
  /** The denoiser is told that known codes are certain; a trained network has only what the state shows. Default: false. */
  readonly certain?: boolean;
}

export interface ExactResult {
  /** [batch, 64] */
  readonly codes: Int32Array<ArrayBuffer>;
  readonly trace: readonly SampleFrame[];
  readonly timings: Omit<SampleTimings, 'decodeMs'>;
}

/** What a prior can be asked for. */
export interface VocabularyView {
  readonly slots: readonly {
    readonly name: string;
    /** Texts that the slot takes at once: 1 for style and group, several for words. */
    readonly count: number;
    readonly choices: readonly string[];
  }[];
}

/** One place of a state, to be opened up. */
export interface PlaceQuestion {
  readonly model: string;
  readonly condition: SampleCondition;
  /** One sample's codes [N]. */
  readonly codes: Int32Array<ArrayBuffer>;
  readonly networkTime: number;
  readonly place: number;
  readonly guided: boolean;
}

/** Logits of x0 at that place, [K]: with the condition, and without where `guided`. */
export interface PlaceAnswer {
  readonly conditional: Float32Array<ArrayBuffer>;
  readonly unconditional: Float32Array<ArrayBuffer> | null;
}
