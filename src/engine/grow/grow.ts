/** Growing back: pictures are encoded once by the engine's own network, then the codebook follows their latents; from time to time it is measured. */
import { unitRows, type WeightSource } from '../../graph/weights';
import type { VqvaeModel } from '../../models/loader';
import { VariedModel } from '../../models/varied';
import { codebookNames, isCosine } from '../../models/vqvae/config';
import { buildDecoder } from '../../models/vqvae/graph';
import { openGrowDecoder, type GrowDecoder } from '../../tfjs/grow/open';
import type { TfjsBackend } from '../../tfjs/types';
import type { Backend } from '../backend';
import { breathe } from '../calls';
import type { ModelShelf } from '../modelShelf';
import { encodePicture, type RunControl } from '../runs';
import type { Picture, TokenizerSummary } from '../types';
import { Plant, type Seen } from './plant';
import { folderOf } from './folder';
import type { GrownWeights, GrowOptions, GrowPoint, GrowReport, GrowScore, Growth, ModelFile } from './types';

const MOST_STEPS = 10_000;
const MOST_PICTURES = 512;
/** Held-back pictures that are shown. */
const SHOWN = 8;
/** Measurements take at most this share of the time. */
const MEASURE_SHARE = 0.3;
/** A point without a measurement comes after so many steps, or so long. */
const POINT_STEPS = 10;
const POINT_MS = 400;
/** Where measuring is quick, each quarter of the steps is measured. */
const QUICK_MS = 500;

export interface GrowParts {
  readonly shelf: ModelShelf;
  readonly backend: Backend;
  readonly tfjs: TfjsBackend;
}

/** What the engine holds. */
export class Garden {
  private constructor(
    private readonly plant: Plant,
    private readonly options: GrowOptions,
    private readonly model: {
      readonly base: VqvaeModel;
      readonly changed: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
    },
    private readonly inputs: readonly Picture[],
  ) {}

  private before: { readonly score: GrowScore; readonly pictures: readonly Picture[] } | null = null;
  private now: readonly Picture[] = [];
  private curve: GrowPoint[] = [];
  private counts: Int32Array<ArrayBuffer> = new Int32Array();
  private backend = '';

  /** Encodes the pictures. @throws Error that says what was needed and what was found */
  static async plant({ shelf, backend }: GrowParts, options: GrowOptions, control: RunControl): Promise<Garden> {
    const { modelId, pictures, heldOut, fit, seed, revival, decoder } = options;
    const networks = await shelf.open(modelId, backend, control);
    const { model } = networks;
    check(options, model);
    const onSphere = isCosine(shelf.quantizer(modelId));
    const all = [...pictures, ...heldOut];
    const seen: Seen[] = [];
    for (const [i, picture] of all.entries()) {
      const { input, latents } = await encodePicture(networks, picture, fit ? { fit } : {}, { signal: control.signal });
      seen.push({ input, latents: onSphere ? Float32Array.from(unitRows(latents, model.codeDim)) : latents });
      control.report?.({
        stage: 'encode',
        fraction: (i + 1) / all.length,
        message: `picture ${i + 1} of ${all.length}`,
      });
      await breathe(control.signal);
    }
    const held = seen.slice(pictures.length);
    const found = shelf.tokenizer(modelId);
    const base = found instanceof VariedModel ? found.base : found;
    // A variant may be written anew while this grows: what it changes of the decoder is taken now.
    const codebooks = codebookNames(base.manifest.config);
    const replaced =
      found instanceof VariedModel ? [...found.replaced].filter(([name]) => !codebooks.includes(name)) : [];
    const changed = new Map(replaced);
    const weights: WeightSource = {
      get: (name) => {
        const given = base.weights.get(name);
        return { shape: given.shape, data: changed.get(name) ?? given.data };
      },
    };
    const plant = new Plant({
      ...{
        pictures: seen.slice(0, pictures.length),
        heldOut: held,
        seed,
        revival,
        decoder,
        isCosine: onSphere,
        weights,
      },
      ...{ rows: shelf.codebook(modelId, 0), codeDim: model.codeDim },
    });
    return new Garden(
      plant,
      options,
      { base, changed },
      held.slice(0, SHOWN).map(({ input }) => input),
    );
  }

  /**
   * Takes `steps` steps. What was reached is held, also when it is aborted.
   * @throws the signal's reason when aborted, at most a step later
   */
  async grow(
    parts: GrowParts,
    steps: number,
    control: RunControl,
    onReport?: (report: GrowReport) => void,
  ): Promise<Growth> {
    const { tfjs, backend } = parts;
    const tools = await this.tools(parts);
    this.backend =
      tfjs.name === 'webgpu' ? `tfjs on ${backend.capabilities.adapter}` : `tfjs on the CPU (${tfjs.name})`;
    const { plant } = this;
    const last = plant.steps + steps;
    const total = Math.max(1, steps);
    let measureMs = 0;
    if (!this.before) {
      measureMs = await this.measure(tools, control, 'measuring before the first step');
      this.tell(onReport, true);
    }
    let measuredAt = performance.now();
    let toldAt = measuredAt;
    while (plant.steps < last) {
      await plant.grow(tools);
      control.report?.({
        ...{ stage: 'sample', fraction: 1 - (last - plant.steps) / total },
        message: `step ${plant.steps - last + steps} of ${steps}`,
      });
      const now = performance.now();
      const isQuarter = (last - plant.steps) % Math.ceil(total / 4) === 0;
      const isDue =
        now - measuredAt > Math.max(1000, measureMs * (1 / MEASURE_SHARE - 1)) || (isQuarter && measureMs < QUICK_MS);
      if (isDue || plant.steps === last) {
        measureMs = await this.measure(tools, control, 'measuring');
        this.tell(onReport, true);
        toldAt = measuredAt = performance.now();
      } else if (now - toldAt > POINT_MS || plant.steps % POINT_STEPS === 0) {
        this.tell(onReport, false);
        toldAt = now;
      }
      await breathe(control.signal);
    }
    return this.growth();
  }

  get steps(): number {
    return this.plant.steps;
  }

  get isMeasured(): boolean {
    return this.before !== null;
  }

  growth(): Growth {
    const { plant, options, before } = this;
    if (!before) throw new Error('Nothing was measured yet: grow it first.');
    return {
      ...{ modelId: options.modelId, steps: plant.steps, size: plant.size, decoder: options.decoder },
      canRevive: plant.canRevive,
      ...{ pictures: options.pictures.length, heldOut: options.heldOut.length, backend: this.backend },
      stepMs: plant.steps > 0 ? plant.learnMs / plant.steps : null,
      ...{ before: before.score, curve: [...this.curve], counts: this.counts.slice() },
      shown: { inputs: this.inputs, before: before.pictures, now: this.now },
    };
  }

  weights(): GrownWeights {
    const { plant } = this;
    const { base, changed } = this.model;
    return {
      modelId: base.manifest.id,
      ...{ rows: plant.wholeRows, remap: plant.remap },
      tensors: { ...Object.fromEntries(changed), ...plant.tensors },
    };
  }

  /** The model's folder with what has grown, as files. */
  files(): Promise<ModelFile[]> {
    return folderOf(this.model.base, this.weights(), this.growth());
  }

  private async tools({ tfjs }: GrowParts): Promise<GrowDecoder> {
    const { decoder } = this.options;
    const { config, preprocess } = this.model.base.manifest;
    const side = preprocess.size;
    const tools = await openGrowDecoder(tfjs, buildDecoder(config, side, side, { pictures: 'floats' }));
    if (decoder && !tools.hasGradient)
      throw new Error(
        'The decoder cannot learn here: tfjs runs on WASM, which has no gradient of a convolution. Let the codebook grow alone, or open the page in a browser with WebGPU on a GPU.',
      );
    return tools;
  }

  /** @returns the time it took */
  private async measure(tools: GrowDecoder, { signal, report }: RunControl, message: string): Promise<number> {
    const began = performance.now();
    let done = 0;
    const { score, pictures } = await this.plant.measure(tools, SHOWN, async () => {
      done++;
      if (!this.before) report?.({ stage: 'decode', fraction: done / this.options.heldOut.length, message });
      await breathe(signal);
    });
    this.counts = await this.plant.usage(tools);
    this.before ??= { score, pictures };
    this.now = pictures;
    this.curve.push(this.plant.point(score));
    return performance.now() - began;
  }

  private tell(onReport: ((report: GrowReport) => void) | undefined, isMeasured: boolean): void {
    if (!isMeasured) this.curve.push(this.plant.point(null));
    const point = this.curve.at(-1);
    if (point) onReport?.({ steps: this.plant.steps, point, growth: isMeasured ? this.growth() : null });
  }
}

/** @throws Error that says what was needed, what was found and what to do */
export function check({ modelId, pictures, heldOut, steps, seed }: GrowOptions, { quantizer }: TokenizerSummary): void {
  checkSteps(steps);
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff))
    throw new Error(`The seed is a whole number from 0 to ${0xffffffff}, found ${seed}.`);
  const found = {
    vq: null,
    rvq: 'a residual quantizer, whose codebooks build on each other',
    fsq: 'finite scalar quantization (FSQ), a fixed lattice',
    'two-level': 'codes on two levels',
  }[quantizer];
  if (found !== null)
    throw new Error(`One codebook (VQ) can grow here; ${modelId} has ${found}. Choose another tokenizer.`);
  if (pictures.length === 0 || heldOut.length === 0)
    throw new Error(
      `At least one picture to learn from and one to measure with are needed, found ${pictures.length} and ${heldOut.length}: add pictures.`,
    );
  if (pictures.length + heldOut.length > MOST_PICTURES)
    throw new Error(`At most ${MOST_PICTURES} pictures, found ${pictures.length + heldOut.length}: choose fewer.`);
}

export function checkSteps(steps: number): void {
  if (!(Number.isInteger(steps) && steps >= 0 && steps <= MOST_STEPS))
    throw new Error(`steps is a whole number from 0 to ${MOST_STEPS}, found ${steps}.`);
}
