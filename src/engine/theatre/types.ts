/** What page and engine say to each other about the collapse theatre: a tiny VQ-VAE, trained from scratch, twice. Plain data. */

/** Points in the plane, or 7 x 7 patches of small pictures of clothes that the engine draws itself. */
export type TheatreData = 'blobs' | 'ring' | 'spiral' | 'moons' | 'garments';

/** What both runs share. */
export interface TheatreStage {
  readonly data: TheatreData;
  /** 'linear': encoder and decoder are one linear map each, which for points begins as "leave it as it is"; 'mlp': three layers. */
  readonly network: 'linear' | 'mlp';
  /** K. FSQ takes the lattice that comes nearest. */
  readonly codebookSize: number;
  /** Adam's, of everything that is learnt by gradient. */
  readonly learningRate: number;
  /** u32: of data, batches, first weights and first codes, alike in both runs. */
  readonly seed: number;
}

/** What the two runs may differ in. */
export interface TheatreRecipe {
  readonly quantizer: 'vq' | 'simvq' | 'fsq';
  /** VQ alone: the codes follow the loss of the codebook, or moving averages of their latents. */
  readonly update: 'loss' | 'ema';
  /** VQ alone: U(-1/K, 1/K), N(0, 1), or k-means on the first batch. */
  readonly init: 'uniform' | 'normal' | 'kmeans';
  /** VQ alone: a code that nobody chose for 20 steps moves to a latent of the batch. */
  readonly revival: boolean;
  /** Not for FSQ. */
  readonly distance: 'l2' | 'cosine';
  /** Not for FSQ. */
  readonly gradient: 'straight-through' | 'rotation';
}

export interface TheatreOptions {
  readonly stage: TheatreStage;
  /** One or two. */
  readonly recipes: readonly TheatreRecipe[];
  /** 'kept' goes on with what the engine holds, where stage and recipes are the same; else it begins. */
  readonly from: 'scratch' | 'kept';
  /** Steps to take; 0: the first frame alone. */
  readonly steps: number;
  /** Steps of each run between two frames. */
  readonly stepsPerFrame: number;
  /** Frames come no faster than this. Default: 0. */
  readonly frameMs?: number;
}

/** One run at one step. Everything is measured on the same examples, which are never learnt from. */
export interface TheatreActorFrame {
  /** Codes in use, and exp of the entropy of their use. */
  readonly used: number;
  readonly perplexity: number;
  /** Mean square difference of the examples from what comes back. */
  readonly error: number;
  readonly codebookSize: number;
  readonly codeDim: number;
  /** [codebookSize]: examples of each code. */
  readonly counts: Float64Array<ArrayBuffer>;
  /** [codebookSize]: steps for which no batch has chosen it. */
  readonly idle: Int32Array<ArrayBuffer>;
  /** Codes that were revived since the last frame. */
  readonly revived: readonly number[];
  /** Where the codes lie among the latents, [codebookSize, codeDim], and decoded, [codebookSize, inputs]. */
  readonly vectors: Float32Array<ArrayBuffer>;
  readonly decoded: Float32Array<ArrayBuffer>;
  /** Latents of the examples as compared with the codes, [examples, codeDim], and their codes. */
  readonly latents: Float32Array<ArrayBuffer>;
  readonly indices: Int32Array<ArrayBuffer>;
  /** What comes back, [examples, inputs]. */
  readonly outputs: Float32Array<ArrayBuffer>;
}

export interface TheatreFrame {
  readonly step: number;
  readonly actors: readonly TheatreActorFrame[];
  /** Mean time of a step of all runs, in milliseconds; null before the first. */
  readonly stepMs: number | null;
}

/** What is learnt from, for the page to draw. */
export interface TheatreScene {
  /** Numbers of an example: 2, or 49. */
  readonly inputs: number;
  /** [examples, inputs] */
  readonly examples: Float32Array<ArrayBuffer>;
  /** Of pictures: sides in pixels and in patches; the examples are whole pictures, patch by patch in rows. */
  readonly picture: { readonly side: number; readonly patches: number } | null;
}

export interface TheatreResult {
  readonly scene: TheatreScene;
  readonly frame: TheatreFrame;
  /** Where tfjs ran. */
  readonly backend: string;
}
