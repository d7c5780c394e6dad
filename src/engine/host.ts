/**
 * The engine itself: owns the backend, the loaded models and their compiled networks, and survives the loss of the GPU.
 * It knows no DOM and no worker: `worker.ts` gives it to a page, tests run it in Node.
 */
import type { EngineApi, Report, WorkerOptions } from './api';
import { openBackend, type Backend } from './backend';
import { Calls } from './calls';
import { inspectQuantizer } from './inspect';
import { ModelShelf } from './modelShelf';
import { decodePatch } from './patches';
import { CanvasPainter } from './painter';
import { decodeCodes, encodePicture, reconstructPicture, type Encoded, type Networks, type RunControl } from './runs';
import type {
  BackendChoice,
  Capabilities,
  CodeGrid,
  EngineEvent,
  ModelSummary,
  Picture,
  QuantizerView,
  Reconstruction,
  RunOptions,
} from './types';

export interface HostEnvironment {
  /** `navigator.gpu` of the worker, or Dawn's in Node. */
  readonly gpu: GPU | null;
}

/** A device that dies again and again is left alone: after this many losses in a minute the engine moves to the CPU. */
const MAX_LOSSES_PER_MINUTE = 3;
/** How long a failed run waits for word that the device is gone before it counts as a failure of its own. */
const LOSS_GRACE_MS = 250;

/** The last picture that went through: what `inspect` looks at, and what is run again after the device came back. */
interface LastRun {
  readonly modelId: string;
  readonly picture: Picture;
  readonly options: RunOptions;
  readonly encoded: Encoded;
}

export class EngineHost implements EngineApi {
  private readonly calls = new Calls();
  private readonly painter = new CanvasPainter();
  private shelf: ModelShelf | null = null;
  private backend: Backend | null = null;
  private gpu: GPU | null = null;
  private rebuilding: Promise<void> | null = null;
  private tell: (event: EngineEvent) => void = () => undefined;
  private losses: number[] = [];
  private last: LastRun | null = null;

  constructor(private readonly environment: HostEnvironment) {}

  async start(options: WorkerOptions, tell: (event: EngineEvent) => void): Promise<Capabilities> {
    this.tell = tell;
    this.gpu = options.useGpu ? this.environment.gpu : null;
    this.shelf = new ModelShelf(options.modelsUrl);
    await this.open(options.backend);
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
      const before = this.live;
      // The new one first: if it does not open, the visitor keeps the old one.
      const next = await openBackend(choice, this.gpu);
      this.adopt(next);
      close(before);
      return this.capabilities();
    });
  }

  models(): Promise<ModelSummary[]> {
    return this.models_.list();
  }

  load(call: number, modelId: string, report?: Report): Promise<ModelSummary> {
    return this.guarded(
      call,
      async (control) => {
        const networks = await this.networks(modelId, control);
        await networks.at(networks.model.resolution, networks.model.resolution);
        return networks.model;
      },
      report,
    );
  }

  reconstruct(
    call: number,
    modelId: string,
    picture: Picture,
    options: RunOptions = {},
    report?: Report,
  ): Promise<Reconstruction> {
    return this.guarded(call, (control) => this.runPicture(modelId, picture, options, control), report);
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
        const { encoded } = await encodePicture(await this.networks(modelId, control), picture, options, control);
        this.last = { modelId, picture, options, encoded };
        return { codes: encoded.codes, input: encoded.input };
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

  decodePatches(call: number, modelId: string, level: number, indices: readonly number[]): Promise<Picture[]> {
    return this.guarded(call, async (control) => {
      const networks = await this.networks(modelId, control);
      const patches: Picture[] = [];
      for (const index of indices) patches.push(await decodePatch(networks, level, index, control.signal));
      return patches;
    });
  }

  inspect(call: number, modelId: string, x: number, y: number, count: number): Promise<QuantizerView> {
    return this.guarded(call, async (control) => {
      const { model } = await this.networks(modelId, control);
      const { last } = this;
      const grid = last?.modelId === modelId ? last.encoded.codes[0] : undefined;
      if (!last || !grid)
        throw new Error(`No picture has gone through ${modelId} yet: reconstruct one, then open its quantizer.`);
      if (!(x >= 0 && x < grid.width && y >= 0 && y < grid.height))
        throw new Error(`Position ${x}, ${y} lies outside the ${grid.width} x ${grid.height} codes.`);
      const place = y * grid.width + x;
      return inspectQuantizer({
        x,
        y,
        count,
        kind: model.quantizer,
        cosine: this.models_.isCosine(modelId),
        latent: last.encoded.latents.slice(place * model.codeDim, (place + 1) * model.codeDim),
        codebooks: model.codebookSizes.map((_, level) => this.models_.codebook(modelId, level)),
        chosen: last.encoded.codes.map(({ indices }) => indices[place] ?? 0),
      });
    });
  }

  codebook(call: number, modelId: string, level: number): Promise<Float32Array<ArrayBuffer>> {
    return this.guarded(call, async (control) => {
      await this.networks(modelId, control);
      return this.models_.codebook(modelId, level);
    });
  }

  attachCanvas(canvas: OffscreenCanvas): void {
    this.painter.attach(canvas);
  }

  async simulateDeviceLoss(): Promise<void> {
    const { live } = this;
    if (live.kind !== 'webgpu')
      throw new Error(`There is no GPU device to lose: the engine runs on ${live.capabilities.adapter}.`);
    live.context.device.destroy();
    await live.context.lost;
    await this.rebuilding;
  }

  private get live(): Backend {
    if (!this.backend) throw new Error('The engine is not started: call start() first.');
    return this.backend;
  }

  private get models_(): ModelShelf {
    if (!this.shelf) throw new Error('The engine is not started: call start() first.');
    return this.shelf;
  }

  private async runPicture(
    modelId: string,
    picture: Picture,
    options: RunOptions,
    control: RunControl,
  ): Promise<Reconstruction> {
    const networks = await this.networks(modelId, control);
    const run = await reconstructPicture(networks, picture, options, control);
    this.last = { modelId, picture, options, encoded: run.encoded };
    await this.painter.paint(this.live, run.image, run.shown);
    return {
      modelId,
      input: run.encoded.input,
      image: run.image,
      codes: run.encoded.codes,
      metrics: run.metrics,
      timings: run.timings,
      memory: this.models_.memory(),
      backend: this.live.kind,
    };
  }

  private networks(modelId: string, control: RunControl): Promise<Networks> {
    return this.models_.open(modelId, this.live, control);
  }

  /** Runs one call on a living device: waits while it is rebuilt, and starts again if it dies on the way. */
  private guarded<T>(call: number, work: (control: RunControl) => Promise<T>, report?: Report): Promise<T> {
    return this.calls.run(call, async (signal) => {
      for (;;) {
        await this.rebuilding;
        const { live } = this;
        try {
          return await work({ signal, report });
        } catch (error) {
          if (signal.aborted || !(await this.isLost(live))) throw error;
        }
      }
    });
  }

  private async open(choice: BackendChoice): Promise<void> {
    this.adopt(await openBackend(choice, this.gpu));
  }

  private adopt(backend: Backend): void {
    this.shelf?.forgetNetworks();
    this.backend = backend;
    if (backend.kind !== 'webgpu') return;
    backend.context.onError((message) => this.tell({ kind: 'gpu-error', message }));
    void backend.context.lost.then(({ message, reason }) => {
      if (this.backend === backend) this.rebuilding = this.rebuild(message || reason);
    });
  }

  /** Opens a device again, takes the models from the cache and repeats the last run, so that everything is as it was. */
  private async rebuild(reason: string): Promise<void> {
    this.tell({ kind: 'device-lost', reason });
    const now = Date.now();
    this.losses = [...this.losses.filter((time) => now - time < 60_000), now];
    this.models_.forgetAll();
    try {
      await this.open(this.losses.length > MAX_LOSSES_PER_MINUTE ? 'wasm' : 'auto');
      this.tell({ kind: 'device-restored', adapter: this.capabilities().adapter });
    } finally {
      this.rebuilding = null;
    }
    const { last } = this;
    if (last)
      void this.guarded(0, (control) => this.runPicture(last.modelId, last.picture, last.options, control)).catch(
        () => undefined,
      );
  }

  private async isLost(backend: Backend): Promise<boolean> {
    if (backend.kind !== 'webgpu') return false;
    if (this.backend !== backend) return true;
    const grace = new Promise<false>((resolve) => setTimeout(() => resolve(false), LOSS_GRACE_MS));
    return Promise.race([backend.context.lost.then(() => true as const), grace]);
  }
}

function close(backend: Backend): void {
  if (backend.kind === 'webgpu') backend.context.device.destroy();
  else backend.tfjs.dispose();
}

/** A code outside the codebook (a [MASK], for one) would read past the table: it is refused here, in words. */
function checkCodes(codes: readonly CodeGrid[], { id, codebookSizes }: ModelSummary): void {
  if (codes.length !== codebookSizes.length)
    throw new Error(`${id} needs ${codebookSizes.length} code grid(s), got ${codes.length}.`);
  codes.forEach((grid, level) => {
    const size = codebookSizes[level] ?? 0;
    if (grid.indices.length !== grid.width * grid.height || grid.indices.length === 0 || grid.width !== codes[0]?.width)
      throw new Error(
        `Grid "${grid.name}" says ${grid.width} x ${grid.height}, but holds ${grid.indices.length} codes.`,
      );
    const wrong = grid.indices.findIndex((index) => !(index >= 0 && index < size));
    if (wrong >= 0)
      throw new Error(
        `Code ${grid.indices[wrong]} at position ${wrong % grid.width}, ${Math.floor(wrong / grid.width)} of "${grid.name}" is not in the codebook (0 to ${size - 1}). Replace masked or edited places before decoding.`,
      );
  });
}
