/**
 * What the page and the engine worker say to each other. The page imports only these types and `client.ts`;
 * everything here crosses `postMessage`, so it is plain data.
 */
import type { Fit, Picture } from '../image/types';
import type { GoldenEntry } from '../models/golden';
import type { PriorManifest, VqvaeManifest } from '../models/manifest';
import type { CodeGrid } from '../models/types';
import type { GridKind } from '../models/vqvae/config';
import type {
  ExactOptions,
  ExactResult,
  PlaceAnswer,
  PlaceQuestion,
  SampleFrame,
  SampleOptions,
  SampleResult,
  VocabularyView,
} from './sampling/types';
import type { InpaintOptions, InpaintResult } from './inpaint/types';
import type { FitOptions, FitReport, FitResult } from './fit/types';
import type { PatchContext, VariantOptions } from './codebook/types';
import type { LearntTiles, TilesReport, TrainTilesOptions } from './tiles/types';
import type { GrownWeights, GrowOptions, GrowReport, Growth, ModelFile } from './grow/types';
import type { TheatreFrame, TheatreOptions, TheatreResult } from './theatre/types';

export type { CodeGrid, Fit, GoldenEntry, Picture };
export type * from './sampling/types';
export type * from './tiles/types';
export type * from './inpaint/types';
export type * from './fit/types';
export type * from './codebook/types';
export type * from './grow/types';
export type * from './theatre/types';

export type BackendName = 'webgpu' | 'wasm' | 'cpu';

export interface Capabilities {
  readonly backend: BackendName;
  /** Human name of the adapter ("NVIDIA GeForce RTX 4090", "SwiftShader"), or of the CPU path. */
  readonly adapter: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** True where WebGPU runs on a CPU: the WASM path is faster there, and is offered. */
  readonly isFallbackAdapter: boolean;
  /** Why WebGPU is not used, in one sentence; null when it is. */
  readonly notice: string | null;
}

/** Where the work should run. 'auto': WebGPU where there is an adapter, else WASM, else plain JavaScript. */
export type BackendChoice = 'auto' | BackendName;

/** What follows from the manifest of any family. */
interface CommonSummary {
  /** Of the weights file. */
  readonly sizeBytes: number;
  readonly parameters: number;
  /** Scores of the training record, as in the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
  /** True for a model folder of the visitor's own: it lives in this page until it is reloaded. */
  readonly local?: true;
  /** The files that came with a local model. */
  readonly localFiles?: readonly string[];
}

/** What there is of the models: in memory, and in the browser's cache. */
export interface StorageReport {
  /** Bytes in the cache, all together. */
  readonly keptBytes: number;
  /** Of these, of files that belong to no model listed here: other versions, other folders of models. */
  readonly strayBytes: number;
  readonly models: readonly ModelStorage[];
}

export interface ModelStorage {
  readonly id: string;
  /** Weights are in memory. */
  readonly loaded: boolean;
  /** Bytes in the cache; always 0 for a local model, which is read from its own files. */
  readonly keptBytes: number;
}

/** A model folder that the visitor gave: files by name, without folders inside. */
export interface LocalFolder {
  /** For messages. */
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly file: Blob }[];
}

/** A tokenizer's manifest (all but the tensor table), and what follows from it. */
export interface TokenizerSummary extends CommonSummary, Readonly<Omit<VqvaeManifest, 'tensors' | 'schemaVersion'>> {
  /** Pixels per side the model was trained at. */
  readonly resolution: number;
  /** Pixels per code and side; of two levels the bottom's, the top's codes are twice as large. */
  readonly factor: number;
  /** Codes in each grid the model writes: [1024], [256, 256, 256, 256] for four residual levels, [512, 512] for top and bottom. */
  readonly codebookSizes: readonly number[];
  /** The grids that it writes, in the order of their codebooks: `codes`; `level 1` ..; `top` and `bottom`. */
  readonly grids: readonly GridKind[];
  readonly codeDim: number;
  readonly quantizer: 'vq' | 'fsq' | 'rvq' | 'two-level';
  readonly fit: Fit;
}

/** A prior's, likewise. */
export interface PriorSummary extends CommonSummary, Readonly<Omit<PriorManifest, 'tensors' | 'schemaVersion'>> {
  /** Codes of all grids. */
  readonly codeCount: number;
}

/** Told apart by `family`. */
export type ModelSummary = TokenizerSummary | PriorSummary;

/** Progress of anything that takes longer than a blink. `fraction` is null when the total is unknown. */
export interface Progress {
  readonly stage: 'download' | 'verify' | 'compile' | 'prepare' | 'encode' | 'decode' | 'sample';
  readonly fraction: number | null;
  readonly message: string;
}

export interface RunOptions {
  /** How the picture meets the model's square. Default: the model's own. */
  readonly fit?: Fit;
  /** 'fit': one square at the model's resolution. 'tile': the whole picture at its own resolution, in overlapping tiles. */
  readonly mode?: 'fit' | 'tile';
}

/** Times of one run. What was not measured is null, never 0: in tiles, quantizing and reading lie inside encode and decode. */
export interface Timings {
  readonly prepareMs: number;
  readonly encodeMs: number;
  readonly quantizeMs: number | null;
  readonly decodeMs: number;
  /** Reading the result back. */
  readonly readMs: number | null;
  /** Compiling the network for this size, outside `totalMs`; 0 where it was compiled already. */
  readonly compileMs: number;
  readonly totalMs: number;
  /** False for the first run after compiling: drivers and caches warm up in it, later runs are faster. */
  readonly warm: boolean;
  /** How the stages were measured: on the GPU's clock, or from outside with a wait after each stage. */
  readonly clock: 'timestamp-query' | 'wall';
}

export interface Memory {
  readonly weightsBytes: number;
  /** Null on tfjs, which makes and frees activations as it goes. */
  readonly activationsBytes: number | null;
  readonly buffers: number | null;
}

export interface Metrics {
  /** dB, 8-bit RGB after clipping, against the picture the model was given. Infinity for equal pictures. */
  readonly psnr: number;
  readonly ssim: number;
  /** ceil(h w log2 K / 8), summed over the grids. */
  readonly bytes: number;
}

export interface Reconstruction {
  readonly modelId: string;
  /** What the model was given: fitted, or (tile mode) the picture padded to a multiple of the factor and cut back. */
  readonly input: Picture;
  readonly image: Picture;
  readonly codes: CodeGrid[];
  /** The encoder's vectors before the quantizer, [height, width, codeDim]: what `inspect` opens up. Two levels: the bottom's. */
  readonly latents: Float32Array<ArrayBuffer>;
  /** Two levels: the top's. */
  readonly topLatents?: Float32Array<ArrayBuffer>;
  readonly metrics: Metrics;
  readonly timings: Timings;
  readonly memory: Memory;
  readonly backend: BackendName;
}

/** One place of a run, to be opened up. */
export interface CodePlace {
  /** The grid that was pointed at. Matters in two levels, where each has latents of its own. */
  readonly level: number;
  /** That place's vector out of `Reconstruction.latents` (of the top: `topLatents`), [codeDim]. */
  readonly latent: Float32Array<ArrayBuffer>;
  /** The codes that this vector became: one per residual level, else one. */
  readonly chosen: readonly number[];
}

/** The quantizing step at one place, opened up. */
export interface QuantizerView {
  /** What the quantizer measures: the encoder's vector; on the unit sphere for cosine; bounded for FSQ. [codeDim] */
  readonly latent: Float32Array<ArrayBuffer>;
  /** Per code of the place: the nearest ones in order of distance, the chosen one first. FSQ: one entry. */
  readonly levels: readonly {
    readonly chosen: number;
    readonly nearest: readonly {
      readonly index: number;
      readonly distance: number;
      readonly vector: Float32Array<ArrayBuffer>;
    }[];
  }[];
}

/** Things the engine tells without being asked. */
export type EngineEvent =
  | { readonly kind: 'device-lost'; readonly reason: string }
  /** The work goes on: on a new device, or, where none came, on the CPU (then `capabilities.notice` says why). */
  | { readonly kind: 'device-restored'; readonly capabilities: Capabilities }
  /** No backend could be opened again: calls reject with this message until the page is reloaded. */
  | { readonly kind: 'engine-failed'; readonly message: string }
  | { readonly kind: 'gpu-error'; readonly message: string };

/**
 * The engine as the page sees it (`client.ts` implements it over the worker). Every promise rejects with an `Error`
 * whose message names what was needed, what was found and what to do; with an `AbortError` after `signal` fired.
 */
export interface EngineClient {
  /** Resolves when the worker runs and the backend is chosen. */
  readonly ready: Promise<Capabilities>;
  capabilities(): Promise<Capabilities>;
  /** Moves everything to another backend; loaded models come along. */
  setBackend(choice: BackendChoice): Promise<Capabilities>;
  /** Models of all families. Does not wait for `ready`. */
  models(): Promise<ModelSummary[]>;
  /** Downloads (or takes from the cache), checks and compiles a model. Repeating it is free. */
  load(modelId: string, call?: CallOptions): Promise<ModelSummary>;
  reconstruct(modelId: string, picture: Picture, options?: RunOptions, call?: CallOptions): Promise<Reconstruction>;
  encode(
    modelId: string,
    picture: Picture,
    options?: RunOptions,
    call?: CallOptions,
  ): Promise<{ codes: CodeGrid[]; input: Picture }>;
  decode(modelId: string, codes: readonly CodeGrid[], call?: CallOptions): Promise<Picture>;
  /**
   * What codes look like, many at a time, in the order asked for. Each alone: tiled and decoded, and of that the patch in the middle, of as many pixels
   * as the code stands for. With `context` each put into a picture: of what that decodes to, the part around the place.
   */
  decodePatches(modelId: string, level: number, indices: readonly number[], call?: PatchCall): Promise<Picture[]>;
  /**
   * The quantizing step at one place of a run.
   * @param count how many neighbours to list
   */
  inspect(modelId: string, place: CodePlace, count: number, call?: CallOptions): Promise<QuantizerView>;
  /** The codebook's rows. FSQ: the lattice. [codebookSize, codeDim]. */
  codebook(modelId: string, level: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Makes a variant of a tokenizer: the same networks over other code vectors (or other weights). Loads the tokenizer where needed. Making it again
   * under the same name is quick: nothing is compiled. What does not fit is refused in words, and the variant stays as it was.
   */
  setVariant(options: VariantOptions, call?: CallOptions): Promise<TokenizerSummary>;
  /** Frees a variant; nothing happens where there is none of that id. */
  dropVariant(variantId: string): Promise<void>;
  /** What is loaded and what is kept. */
  storage(): Promise<StorageReport>;
  /** Frees a model's weights and networks; the next use loads it again, from the cache where it is kept. */
  unload(modelId: string): Promise<void>;
  /**
   * Frees every network of every prior, and what samplers made for them: for a lab that closes. Tokenizers stay compiled, the last few of them,
   * since all labs share them; weights stay in memory. The next run compiles again.
   */
  releaseSamplers(): Promise<void>;
  /** Forgets the kept files of one model; of all, and strays, without an id. What is loaded stays loaded. */
  emptyCache(modelId?: string): Promise<void>;
  /**
   * Takes a model folder of the visitor's into this page, until it is reloaded; nothing is uploaded. Manifest, hash and
   * every tensor are checked. An id that the page ships gets the suffix `-local`; an earlier local model of
   * the same folder id is replaced.
   */
  addLocalModel(folder: LocalFolder): Promise<ModelSummary>;
  removeLocalModel(modelId: string): Promise<void>;
  /** A file of the model's folder (`card.md`, `curve.json`, a preview); null where there is none. Does not wait for `ready`. */
  modelFile(modelId: string, name: string): Promise<Blob | null>;
  /** Loads the model and replays its golden file on this machine's backend: the largest difference from PyTorch, tensor by tensor. */
  checkGolden(modelId: string, call?: CallOptions): Promise<GoldenEntry[]>;
  /** Downloads the prior where needed. @throws for a model that is a tokenizer */
  vocabulary(modelId: string, call?: CallOptions): Promise<VocabularyView>;
  /**
   * New codes out of a prior, and their pictures. `onFrame` gets states while it runs (not necessarily all; the result's trace has all).
   * Resumes by itself from the last kept step after a lost device.
   */
  sample(options: SampleOptions, onFrame?: (frame: SampleFrame) => void, call?: CallOptions): Promise<SampleResult>;
  /**
   * Fills a hole: the picture is encoded with a stand-in under the hole, known codes stay, the others are sampled, and every answer is decoded and
   * scored. Two pictures that differ only under the hole get the same answers.
   */
  inpaint(options: InpaintOptions, onFrame?: (frame: SampleFrame) => void, call?: CallOptions): Promise<InpaintResult>;
  /**
   * A second opinion without a prior: latents go down the slope until their picture fits what is known of one (a part of it, or a noisy, blurred or
   * small copy), then become codes. Several runs from different starts show what the known pixels leave open. Begins again after a lost device.
   */
  fitLatents(options: FitOptions, onReport?: (report: FitReport) => void, call?: CallOptions): Promise<FitResult>;
  /** The same samplers over a world of 1,152 maps of 8 x 8 codes, where the network is replaced by the truth. */
  sampleExact(options: ExactOptions, onFrame?: (frame: SampleFrame) => void, call?: CallOptions): Promise<ExactResult>;
  /**
   * A small network learns the same world by tfjs, in the worker; one is kept for each noise process until the page is reloaded. What it
   * has learnt is kept when it is aborted: `from: 'kept'` goes on.
   */
  trainTiles(
    options: TrainTilesOptions,
    onReport?: (report: TilesReport) => void,
    call?: CallOptions,
  ): Promise<LearntTiles>;
  /** What `trainTiles` has learnt so far. */
  learntTiles(): Promise<LearntTiles[]>;
  /** `sampleExact` with the learnt network in place of the truth. `certain` is not for it: it has only what the state shows. */
  sampleLearnt(options: ExactOptions, onFrame?: (frame: SampleFrame) => void, call?: CallOptions): Promise<ExactResult>;
  /**
   * Trains one or two tiny VQ-VAEs from scratch, in the worker, on the CPU: the collapse theatre. The engine holds the last show, so that an abort
   * is a pause: `from: 'kept'` goes on.
   */
  trainTheatre(
    options: TheatreOptions,
    onFrame?: (frame: TheatreFrame) => void,
    call?: CallOptions,
  ): Promise<TheatreResult>;
  /**
   * A codebook follows the visitor's pictures: moving averages with revival of dead codes and, where asked, the decoder by gradient. What it has come
   * to is held in the engine when it is aborted: `from: 'kept'` goes on. One at a time; `resetGrowth` frees it.
   */
  growCodebook(options: GrowOptions, onReport?: (report: GrowReport) => void, call?: CallOptions): Promise<Growth>;
  /** What `growCodebook` has come to; null where nothing is held. */
  growth(): Promise<Growth | null>;
  /** For `setVariant`. @throws Error where nothing is held */
  grownWeights(): Promise<GrownWeights>;
  /** What has grown as a model folder: manifest and weights. @throws Error where nothing is held */
  grownFiles(): Promise<ModelFile[]>;
  resetGrowth(): Promise<void>;
  /** The network's opinion of one place of a state. */
  explainPlace(question: PlaceQuestion, call?: CallOptions): Promise<PlaceAnswer>;
  simulateDeviceLoss(): Promise<void>;
  subscribe(listener: (event: EngineEvent) => void): () => void;
}

export interface PatchCall extends CallOptions {
  readonly context?: PatchContext;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
