/**
 * The engine itself: the worker's calls, one after another, on a device that lives on (`livingDevice.ts`), with the models at hand (`modelShelf.ts`).
 * It knows no DOM and no worker: `worker.ts` gives it to a page, tests run it in Node.
 */
import type { EngineApi, Report, WorkerOptions } from './api';
import type { Backend } from './backend';
import { Calls } from './calls';
import { checkCodes } from './checkCodes';
import { inpaint } from './inpaint/inpaint';
import { inspectQuantizer, levelsAt } from './inspect';
import { LivingDevice } from './livingDevice';
import { LearningHost } from './learningHost';
import { ModelShelf } from './modelShelf';
import { decodePatches } from './patches';
import { decodeCodes, encodePicture, reconstructPicture, type Networks, type RunControl } from './runs';
import { isCosine } from '../models/vqvae/config';
import { sampleExact } from './sampling/exactSample';
import { explainPlace, SampleMemory, samplePrior } from './sampling/open';
import { TileClass } from './tiles/tileClass';
import type {
  BackendChoice,
  Capabilities,
  CodeGrid,
  CodePlace,
  EngineEvent,
  ExactOptions,
  ExactResult,
  GoldenEntry,
  InpaintOptions,
  InpaintResult,
  LocalFolder,
  PatchContext,
  ModelSummary,
  Picture,
  PlaceAnswer,
  PlaceQuestion,
  QuantizerView,
  Reconstruction,
  RunOptions,
  SampleFrame,
  SampleOptions,
  SampleResult,
  StorageReport,
  TokenizerSummary,
  VariantOptions,
  VocabularyView,
} from './types';

export interface HostEnvironment {
  /** `navigator.gpu` of the worker, or Dawn's in Node. */
  readonly gpu: GPU | null;
}

export class EngineHost extends LearningHost implements EngineApi {
  protected readonly calls = new Calls();
  private shelf_: ModelShelf | null = null;
  private device_: LivingDevice | null = null;
  /** The last picture that went through: run again after the device came back, so that everything is warm. */
  private last: { modelId: string; picture: Picture; options: RunOptions } | null = null;

  constructor(private readonly environment: HostEnvironment) {
    super();
  }

  async start(options: WorkerOptions, tell: (event: EngineEvent) => void): Promise<Capabilities> {
    const shelf = new ModelShelf(options.modelsUrl);
    this.shelf_ = shelf;
    this.tiles = new TileClass(options.tilesUrl ?? null);
    this.device_ = await LivingDevice.open(options.backend, options.useGpu ? this.environment.gpu : null, {
      tell,
      onChange: (next) => shelf.forgetNetworks(next),
      onRestored: () => this.repeatLastRun(),
    });
    return this.capabilities();
  }

  cancel(call: number): void {
    this.calls.cancel(call);
  }

  capabilities(): Capabilities {
    return this.live.capabilities;
  }

  setBackend(choice: BackendChoice): Promise<Capabilities> {
    return this.calls.run(0, async () => {
      await this.device.choose(choice);
      return this.capabilities();
    });
  }

  models(): Promise<ModelSummary[]> {
    return this.shelf.list();
  }

  load(call: number, modelId: string, report?: Report): Promise<ModelSummary> {
    return this.guarded(call, (control) => this.shelf.prepare(modelId, this.live, control), report);
  }

  reconstruct(
    call: number,
    modelId: string,
    picture: Picture,
    options: RunOptions = {},
    report?: Report,
  ): Promise<Reconstruction> {
    return this.guarded(
      call,
      async (control) => {
        const networks = await this.networks(modelId, control);
        const { encoded, image, metrics, timings } = await reconstructPicture(networks, picture, options, control);
        this.last = { modelId, picture, options };
        const memory = this.shelf.memory();
        return { modelId, ...encoded, image, metrics, timings, memory, backend: this.live.kind };
      },
      report,
    );
  }

  encode(
    call: number,
    modelId: string,
    picture: Picture,
    options: RunOptions = {},
    report?: Report,
  ): Promise<{ codes: CodeGrid[]; input: Picture }> {
    return this.guarded(
      call,
      async (control) => {
        const networks = await this.networks(modelId, control);
        const { codes, input } = await encodePicture(networks, picture, options, control);
        return { codes, input };
      },
      report,
    );
  }

  decode(call: number, modelId: string, codes: readonly CodeGrid[], report?: Report): Promise<Picture> {
    return this.guarded(
      call,
      async (control) => {
        const networks = await this.networks(modelId, control);
        checkCodes(codes, networks.model);
        return decodeCodes(networks, codes, control);
      },
      report,
    );
  }

  decodePatches(
    call: number,
    modelId: string,
    level: number,
    indices: readonly number[],
    context?: PatchContext,
    report?: Report,
  ): Promise<Picture[]> {
    return this.guarded(
      call,
      async (control) => decodePatches(await this.networks(modelId, control), level, indices, context, control),
      report,
    );
  }

  inspect(call: number, modelId: string, place: CodePlace, count: number): Promise<QuantizerView> {
    return this.guarded(call, async (control) => {
      const { model } = await this.networks(modelId, control);
      const { latent, chosen } = place;
      const levels = levelsAt(model, place.level);
      if (latent.length !== model.codeDim || chosen.length !== levels.length)
        throw new Error(
          `${modelId} has ${model.codeDim} numbers a code and ${levels.length} code(s) at a place, got ${latent.length} and ${chosen.length}.`,
        );
      const quantizer = this.shelf.quantizer(modelId);
      const remap = this.shelf.remap(modelId);
      return inspectQuantizer({
        latent,
        chosen,
        count,
        kind: quantizer.kind,
        cosine: isCosine(quantizer),
        fsqLevels: quantizer.kind === 'fsq' ? quantizer.levels : undefined,
        codebooks: levels.map((level) => this.shelf.codebook(modelId, level)),
        remap: remap && levels.map((level) => remap[level] ?? null),
      });
    });
  }

  codebook(call: number, modelId: string, level: number): Promise<Float32Array<ArrayBuffer>> {
    return this.guarded(call, async (control) => {
      await this.networks(modelId, control);
      return this.shelf.codebook(modelId, level);
    });
  }

  setVariant(call: number, options: VariantOptions, report?: Report): Promise<TokenizerSummary> {
    return this.guarded(call, (control) => this.shelf.setVariant(options, this.live, control), report);
  }

  dropVariant(call: number, variantId: string): Promise<void> {
    return this.calls.run(call, () => {
      this.forget(variantId);
      this.shelf.dropVariant(variantId);
      return Promise.resolve();
    });
  }

  storage(): Promise<StorageReport> {
    return this.shelf.storage();
  }

  /** Waits for its turn: no run loses its weights under way. */
  unload(call: number, modelId: string): Promise<void> {
    return this.calls.run(call, () => {
      this.forget(modelId);
      this.shelf.unload(modelId);
      return Promise.resolve();
    });
  }

  /** Waits for its turn, as `unload` does. */
  releaseSamplers(call: number): Promise<void> {
    return this.calls.run(call, () => {
      this.shelf.releaseSamplers();
      return Promise.resolve();
    });
  }

  emptyCache(modelId?: string): Promise<void> {
    return this.shelf.emptyCache(modelId);
  }

  /** Waits for its turn: it may replace a model that is running. */
  addLocalModel(folder: LocalFolder): Promise<ModelSummary> {
    return this.calls.run(0, () => this.shelf.addLocal(folder));
  }

  removeLocalModel(call: number, modelId: string): Promise<void> {
    return this.calls.run(call, () => {
      this.forget(modelId);
      this.shelf.removeLocal(modelId);
      return Promise.resolve();
    });
  }

  modelFile(modelId: string, name: string): Promise<Blob | null> {
    return this.shelf.file(modelId, name);
  }

  checkGolden(call: number, modelId: string, report?: Report): Promise<GoldenEntry[]> {
    return this.guarded(call, (control) => this.shelf.checkGolden(modelId, this.live, control), report);
  }

  vocabulary(call: number, modelId: string, report?: Report): Promise<VocabularyView> {
    return this.guarded(
      call,
      async (control) => {
        const vocabulary = await this.shelf.vocabulary(modelId, control);
        const slots = vocabulary.slots.map(({ name, count }) => ({ name, count, choices: vocabulary.choices(name) }));
        return { slots };
      },
      report,
    );
  }

  sample(
    call: number,
    options: SampleOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<SampleResult> {
    const kept = new SampleMemory();
    return this.guarded(
      call,
      (control) => samplePrior({ shelf: this.shelf, backend: this.live }, options, kept, control, onFrame),
      report,
    );
  }

  inpaint(
    call: number,
    options: InpaintOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<InpaintResult> {
    const kept = new SampleMemory();
    return this.guarded(
      call,
      (control) => inpaint({ shelf: this.shelf, backend: this.live }, options, kept, control, onFrame),
      report,
    );
  }

  sampleExact(
    call: number,
    options: ExactOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<ExactResult> {
    const kept = new SampleMemory();
    return this.guarded(
      call,
      (control) => sampleExact(this.live, options, (program) => kept.take(program), control, onFrame),
      report,
    );
  }

  explainPlace(call: number, question: PlaceQuestion, report?: Report): Promise<PlaceAnswer> {
    return this.guarded(
      call,
      (control) => explainPlace({ shelf: this.shelf, backend: this.live }, question, control),
      report,
    );
  }

  async simulateDeviceLoss(): Promise<void> {
    await this.device.lose();
  }

  private get device(): LivingDevice {
    if (!this.device_) throw new Error('The engine is not started: call start() first.');
    return this.device_;
  }

  protected get live(): Backend {
    return this.device.live;
  }

  protected get shelf(): ModelShelf {
    if (!this.shelf_) throw new Error('The engine is not started: call start() first.');
    return this.shelf_;
  }

  private networks(modelId: string, control: RunControl): Promise<Networks> {
    return this.shelf.open(modelId, this.live, control);
  }

  protected guarded<T>(call: number, work: (control: RunControl) => Promise<T>, report?: Report): Promise<T> {
    return this.calls.run(call, (signal) => this.device.run({ signal, report }, work));
  }

  /** A model that is put away is not to come back by itself after a lost device. */
  private forget(modelId: string): void {
    if (this.last?.modelId === modelId) this.last = null;
  }

  private repeatLastRun(): void {
    const { last } = this;
    if (!last) return;
    this.calls.runInBackground((signal) =>
      this.device.run({ signal }, async (control) =>
        reconstructPicture(await this.networks(last.modelId, control), last.picture, last.options, control),
      ),
    );
  }
}
