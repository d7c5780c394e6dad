/** What page and engine say to each other about a codebook that grows back: it follows the visitor's pictures, in the tab. Plain data. */
import type { Fit, Picture } from '../../image/types';

export interface GrowOptions {
  /** A tokenizer with one codebook, or a variant of one: equal rows of it are one code, so that a codebook made smaller stays small. */
  readonly modelId: string;
  /** 'start': from that model's codes; 'kept': the engine goes on with what it holds, and reads nothing of pictures, fit, seed and decoder. */
  readonly from: 'start' | 'kept';
  /** Learnt from. */
  readonly pictures: readonly Picture[];
  /** Measured, never learnt from. */
  readonly heldOut: readonly Picture[];
  /** How pictures meet the model's square. Default: the model's own. */
  readonly fit?: Fit;
  /** u32: of the latents in each step, and of where dead codes go. */
  readonly seed: number;
  /** Steps to take, 0 .. 10,000. */
  readonly steps: number;
  /**
   * A code that nobody chose for 20 steps moves to a latent of the batch, those that are served badly first; only where the pictures have 32 latents for each
   * code: with fewer, a code that they do not use may be needed by others.
   */
  readonly revival: boolean;
  /** The decoder learns too, by gradient. Needs tfjs on a GPU (or in plain JavaScript): its WASM backend has no gradient of a convolution. */
  readonly decoder: boolean;
}

/** Of the pictures that are held back. */
export interface GrowScore {
  /** Mean square difference of latents from their codes, for each of their numbers. */
  readonly latentError: number;
  /** Mean square difference of pictures from what comes back, in levels of 255 squared: the mean over the pictures. */
  readonly pictureError: number;
  /** dB: mean of the pictures' own. */
  readonly psnr: number;
}

export interface GrowPoint {
  readonly step: number;
  /** Of the latents of the steps since the last point; null at the first. */
  readonly latentError: number | null;
  /** Codes that these steps chose, and exp of the entropy of that choice. */
  readonly used: number;
  readonly perplexity: number;
  /** Codes that were revived since the last point. */
  readonly revived: number;
  /** Loss of the decoder since the last point: mean square difference in [-1, 1]; null where it does not learn. */
  readonly decoderLoss: number | null;
  /** Null between two measurements. */
  readonly score: GrowScore | null;
}

/** How far it is. */
export interface Growth {
  /** As it was asked for. */
  readonly modelId: string;
  readonly steps: number;
  /** Codes that differ. */
  readonly size: number;
  readonly decoder: boolean;
  /** Whether there are latents enough to tell a dead code from a rare one. */
  readonly canRevive: boolean;
  readonly pictures: number;
  readonly heldOut: number;
  /** Where tfjs runs. */
  readonly backend: string;
  /** Mean time of a step, without the measurements; null before the first. */
  readonly stepMs: number | null;
  /** The score before the first step. */
  readonly before: GrowScore;
  readonly curve: readonly GrowPoint[];
  /** How often each code of the codebook, in the model's numbering, stands in the pictures that are learnt from; [codebookSize]. */
  readonly counts: Int32Array<ArrayBuffer>;
  /** The first of the pictures that are held back: as the model sees them, before, and now. */
  readonly shown: {
    readonly inputs: readonly Picture[];
    readonly before: readonly Picture[];
    readonly now: readonly Picture[];
  };
}

/** After some steps. Pictures come with a measurement only. */
export interface GrowReport {
  readonly steps: number;
  readonly point: GrowPoint;
  readonly growth: Growth | null;
}

/** What a variant of the model is made of (`setVariant`). */
export interface GrownWeights {
  /** The model, or the variant's model. */
  readonly modelId: string;
  /** [codebookSize, codeDim], in the model's numbering. */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [codebookSize]: the lowest code with the same row. */
  readonly remap: Int32Array<ArrayBuffer>;
  /** Of the decoder, by name, in the file's layout; empty where it did not learn and was not changed before. */
  readonly tensors: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
}

/** A file of a model folder. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
}
