/** The worker's methods, as comlink carries them: a call number first, a progress callback last. */
import type {
  BackendChoice,
  Capabilities,
  CodeGrid,
  CodePlace,
  EngineEvent,
  ExactOptions,
  ExactResult,
  FitOptions,
  FitReport,
  FitResult,
  GoldenEntry,
  GrownWeights,
  GrowOptions,
  GrowReport,
  Growth,
  InpaintOptions,
  InpaintResult,
  LearntTiles,
  LocalFolder,
  ModelFile,
  PatchContext,
  ModelSummary,
  Picture,
  PlaceAnswer,
  PlaceQuestion,
  Progress,
  QuantizerView,
  Reconstruction,
  RunOptions,
  SampleFrame,
  SampleOptions,
  SampleResult,
  StorageReport,
  TheatreFrame,
  TheatreOptions,
  TheatreResult,
  TokenizerSummary,
  VariantOptions,
  TilesReport,
  TrainTilesOptions,
  VocabularyView,
} from './types';

export interface WorkerOptions {
  readonly modelsUrl: string;
  readonly backend: BackendChoice;
  /** Folder of the small denoiser's weights; left out where the page has none. */
  readonly tilesUrl?: string;
  /** False where the page itself has no `navigator.gpu`: then the worker does not try either. */
  readonly useGpu: boolean;
}

export type Report = (progress: Progress) => void;

export interface EngineApi {
  start(options: WorkerOptions, tell: (event: EngineEvent) => void): Promise<Capabilities>;
  cancel(call: number): void;
  capabilities(): Capabilities;
  setBackend(choice: BackendChoice): Promise<Capabilities>;
  models(): Promise<ModelSummary[]>;
  load(call: number, modelId: string, report?: Report): Promise<ModelSummary>;
  reconstruct(
    call: number,
    modelId: string,
    picture: Picture,
    options?: RunOptions,
    report?: Report,
  ): Promise<Reconstruction>;
  encode(
    call: number,
    modelId: string,
    picture: Picture,
    options?: RunOptions,
    report?: Report,
  ): Promise<{ codes: CodeGrid[]; input: Picture }>;
  decode(call: number, modelId: string, codes: readonly CodeGrid[], report?: Report): Promise<Picture>;
  decodePatches(
    call: number,
    modelId: string,
    level: number,
    indices: readonly number[],
    context?: PatchContext,
    report?: Report,
  ): Promise<Picture[]>;
  inspect(call: number, modelId: string, place: CodePlace, count: number): Promise<QuantizerView>;
  codebook(call: number, modelId: string, level: number): Promise<Float32Array<ArrayBuffer>>;
  setVariant(call: number, options: VariantOptions, report?: Report): Promise<TokenizerSummary>;
  dropVariant(call: number, variantId: string): Promise<void>;
  storage(): Promise<StorageReport>;
  unload(call: number, modelId: string): Promise<void>;
  releaseSamplers(call: number): Promise<void>;
  emptyCache(modelId?: string): Promise<void>;
  addLocalModel(folder: LocalFolder): Promise<ModelSummary>;
  removeLocalModel(call: number, modelId: string): Promise<void>;
  modelFile(modelId: string, name: string): Promise<Blob | null>;
  checkGolden(call: number, modelId: string, report?: Report): Promise<GoldenEntry[]>;
  vocabulary(call: number, modelId: string, report?: Report): Promise<VocabularyView>;
  sample(
    call: number,
    options: SampleOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<SampleResult>;
  inpaint(
    call: number,
    options: InpaintOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<InpaintResult>;
  fitLatents(
    call: number,
    options: FitOptions,
    onReport?: (report: FitReport) => void,
    report?: Report,
  ): Promise<FitResult>;
  sampleExact(
    call: number,
    options: ExactOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<ExactResult>;
  trainTiles(
    call: number,
    options: TrainTilesOptions,
    onReport?: (report: TilesReport) => void,
    report?: Report,
  ): Promise<LearntTiles>;
  learntTiles(): Promise<LearntTiles[]>;
  sampleLearnt(
    call: number,
    options: ExactOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<ExactResult>;
  trainTheatre(
    call: number,
    options: TheatreOptions,
    onFrame?: (frame: TheatreFrame) => void,
    report?: Report,
  ): Promise<TheatreResult>;
  growCodebook(
    call: number,
    options: GrowOptions,
    onReport?: (report: GrowReport) => void,
    report?: Report,
  ): Promise<Growth>;
  growth(call: number): Promise<Growth | null>;
  grownWeights(call: number): Promise<GrownWeights>;
  grownFiles(call: number): Promise<ModelFile[]>;
  resetGrowth(call: number): Promise<void>;
  explainPlace(call: number, question: PlaceQuestion, report?: Report): Promise<PlaceAnswer>;
  simulateDeviceLoss(): Promise<void>;
}
