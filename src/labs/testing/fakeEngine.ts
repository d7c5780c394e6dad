/**
 * An EngineClient for unit tests of stores and sessions: a real, if crude, vector quantizer on the CPU. A code is one of
 * 1,000 colours (ten levels for each channel); a picture's codes are the mean colours of its 8 x 8 blocks. Never imported by the app.
 */
import type {
  CallOptions,
  Capabilities,
  CodeGrid,
  EngineClient,
  EngineEvent,
  InpaintOptions,
  ModelSummary,
  Picture,
  PriorSummary,
  QuantizerView,
  Reconstruction,
  RunOptions,
  TokenizerSummary,
} from '../../engine/types';
import { cutRect } from '../../image/picture';
import { fakeFit } from './fakeFit';
import { fakeInpaint } from './fakeInpaint';
import { FakeGrow } from './fakeGrow';
import { FakeTheatre } from './fakeTheatre';
import { fakeExplain, fakeSample, fakeVocabulary } from './fakePrior';

const factor = 8;
const levels = 10;
const codebookSize = levels ** 3;

export const fakeModel: TokenizerSummary = {
  id: 'fake-64',
  title: 'Mean colours',
  family: 'vqvae',
  sizeBytes: 12_000,
  licence: 'CC0-1.0',
  resolution: 64,
  factor,
  codebookSizes: [codebookSize],
  grids: [{ name: 'codes', factor, codebookSize }],
  codeDim: 3,
  quantizer: 'vq',
  fit: 'contain',
  parameters: 3000,
  metrics: { psnr: 20 },
  config: {
    inChannels: 3,
    encoder: { stem: 1, channels: [8], resBlocks: [1], attention: [false], midBlock: false, midAttention: false },
    decoder: { stem: 1, channels: [8], resBlocks: [1], attention: [false], midBlock: false, midAttention: false },
    downsample: 'conv3',
    upsample: 'nearest',
    latentChannels: 8,
    codeDim: 8,
    quantConv: true,
    postQuantConv: true,
    normGroups: 4,
    normEps: 1e-6,
    quantizer: { kind: 'vq', codebookSize: 1024, distance: 'l2' },
  },
  weights: { file: 'model.safetensors', sizeBytes: 1, sha256: '' },
  preprocess: { size: 128, fit: 'contain', range: [-1, 1], background: '#ffffff' },
  training: { metrics: {} },
  credits: 'CREDITS.md',
};

export interface FakeEngineOptions {
  readonly models?: readonly TokenizerSummary[];
  /** None without. */
  readonly priors?: readonly PriorSummary[];
  readonly capabilities?: Partial<Capabilities>;
  /** Waits before each reconstruct settles, and between two steps of a sample; aborts end the wait. */
  readonly delayMs?: number;
  /** Waits before each load settles; aborts end the wait. */
  readonly loadDelayMs?: number;
  /** Rejects the next load with this message. */
  failLoad?: string;
  /** Rejects the next sample, in the middle, with this message. */
  failSample?: string;
}

const abortable = (delayMs: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    if (signal?.aborted) return reject(new DOMException('cancelled', 'AbortError'));
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException('cancelled', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', stop);
  });

const colourOf = (index: number) =>
  [Math.floor(index / levels ** 2), Math.floor(index / levels) % levels, index % levels].map(
    (v) => (v / (levels - 1)) * 255,
  );

const codeOf = (colour: readonly number[]) =>
  colour.reduce((code, value) => code * levels + Math.round((value / 255) * (levels - 1)), 0);

const solid = (width: number, height: number): Picture => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4).fill(255),
});

/** Nearest-neighbour resize: enough for a test. */
function squareOf(picture: Picture, side: number): Picture {
  const out = solid(side, side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const sx = Math.floor((x * picture.width) / side);
      const sy = Math.floor((y * picture.height) / side);
      for (let c = 0; c < 3; c++) out.data[(y * side + x) * 4 + c] = picture.data[(sy * picture.width + sx) * 4 + c]!;
    }
  return out;
}

function encodeBlocks(input: Picture): CodeGrid {
  const width = Math.ceil(input.width / factor);
  const height = Math.ceil(input.height / factor);
  const indices = new Int32Array(width * height);
  for (let cell = 0; cell < indices.length; cell++) {
    const left = (cell % width) * factor;
    const top = Math.floor(cell / width) * factor;
    const sum = [0, 0, 0];
    let count = 0;
    for (let y = top; y < Math.min(top + factor, input.height); y++)
      for (let x = left; x < Math.min(left + factor, input.width); x++, count++)
        for (let c = 0; c < 3; c++) sum[c]! += input.data[(y * input.width + x) * 4 + c]!;
    indices[cell] = codeOf(sum.map((value) => value / count));
  }
  return { name: 'codes', width, height, codebookSize, indices };
}

function decodeBlocks(grid: CodeGrid, width = grid.width * factor, height = grid.height * factor): Picture {
  const out = solid(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const colour = colourOf(grid.indices[Math.floor(y / factor) * grid.width + Math.floor(x / factor)]!);
      for (let c = 0; c < 3; c++) out.data[(y * width + x) * 4 + c] = colour[c]!;
    }
  return out;
}

function psnrOf(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 ** 2 * a.width * a.height * 3) / sum);
}

export interface FakeEngine extends EngineClient {
  readonly calls: string[];
  /** What was asked of `inpaint`. */
  readonly fillings: InpaintOptions[];
  emit(event: EngineEvent): void;
}

export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const listeners = new Set<(event: EngineEvent) => void>();
  const calls: string[] = [];
  const fillings: InpaintOptions[] = [];
  const theatre = new FakeTheatre();
  const grow = new FakeGrow();
  let list: readonly TokenizerSummary[] = options.models ?? [fakeModel];
  const loaded = new Set<string>();
  const kept = new Set<string>();
  let capabilities: Capabilities = {
    backend: 'webgpu',
    adapter: 'Fake adapter',
    features: [],
    limits: {},
    isFallbackAdapter: false,
    notice: null,
    ...options.capabilities,
  };
  const found = <M extends ModelSummary>(models: readonly M[], id: string): M => {
    const model = models.find((one) => one.id === id);
    if (!model) throw new Error(`There is no model "${id}".`);
    return model;
  };
  const variants = new Map<string, TokenizerSummary>();
  /** A variant's codes are the whole ones by other names: a crude merger. */
  const names = new Map<string, Int32Array | null>();
  const modelOf = (id: string) => variants.get(id) ?? found(list, id);
  const priors = options.priors ?? [];

  const reconstruct = async (
    modelId: string,
    picture: Picture,
    run: RunOptions = {},
    call: CallOptions = {},
  ): Promise<Reconstruction> => {
    calls.push(`reconstruct ${picture.width}x${picture.height} ${run.mode ?? 'fit'} ${run.fit ?? 'model'}`);
    const model = modelOf(modelId);
    call.onProgress?.({ stage: 'encode', fraction: 0.5, message: 'Encoding' });
    await abortable(options.delayMs ?? 0, call.signal);
    const input = run.mode === 'tile' ? picture : squareOf(picture, model.resolution);
    const grid = encodeBlocks(input);
    const renamed = names.get(modelId);
    if (renamed) grid.indices.forEach((code, i) => (grid.indices[i] = renamed[code] ?? code));
    const image = decodeBlocks(grid, input.width, input.height);
    const bytes = Math.ceil((grid.indices.length * Math.log2(codebookSize)) / 8);
    return {
      modelId,
      input,
      image,
      codes: [grid],
      latents: Float32Array.from([...grid.indices].flatMap(colourOf), (value) => value / 255 + 0.01),
      metrics: { psnr: psnrOf(input, image), ssim: 0.9, bytes },
      timings: {
        ...{ prepareMs: 1, encodeMs: 2, quantizeMs: 0.5, decodeMs: 3, readMs: 0.5, totalMs: 7 },
        ...{ compileMs: 0, warm: true, clock: 'wall' },
      },
      memory: { weightsBytes: 12_000, activationsBytes: 48_000, buffers: 4 },
      backend: capabilities.backend,
    };
  };

  /** Waits between two steps of a run, and fails in the middle of it where that is asked for. */
  const breather = (call: CallOptions) => {
    let steps = 0;
    return async () => {
      await abortable(options.delayMs ?? 0, call.signal);
      if (++steps === 3 && options.failSample) {
        const message = options.failSample;
        options.failSample = undefined;
        throw new Error(message);
      }
    };
  };

  return {
    calls,
    fillings,
    emit: (event) => listeners.forEach((listener) => listener(event)),
    ready: Promise.resolve(capabilities),
    capabilities: () => Promise.resolve(capabilities),
    setBackend: (choice) => {
      capabilities = { ...capabilities, backend: choice === 'auto' ? 'webgpu' : choice, isFallbackAdapter: false };
      return Promise.resolve(capabilities);
    },
    models: () => Promise.resolve([...list, ...priors]),
    load: async (modelId, call = {}) => {
      calls.push(`load ${modelId}`);
      const failure = options.failLoad;
      options.failLoad = undefined;
      call.onProgress?.({ stage: 'download', fraction: 0.5, message: 'Downloading 6.0 of 12.0 kB' });
      await abortable(options.loadDelayMs ?? 0, call.signal);
      if (failure) throw new Error(failure);
      loaded.add(modelId);
      kept.add(modelId);
      return found<ModelSummary>([...list, ...priors], modelId);
    },
    reconstruct,
    encode: async (modelId, picture, run, call) => {
      const { codes, input } = await reconstruct(modelId, picture, run, call);
      return { codes, input };
    },
    decode: (modelId, codes) => {
      calls.push(`decode ${modelId}`);
      return Promise.resolve(decodeBlocks(codes[0]!));
    },
    decodePatches: (_modelId, level, indices, call) => {
      calls.push(`patches ${indices.length}`);
      if (call?.context) {
        const { codes, place, around } = call.context;
        const grid = codes[level]!;
        const start = (at: number, cells: number) =>
          Math.max(0, Math.min(at - around, cells - 2 * around - 1)) * factor;
        const side = (cells: number) => Math.min(2 * around + 1, cells) * factor;
        const window = {
          ...{ x: start(place % grid.width, grid.width), y: start(Math.floor(place / grid.width), grid.height) },
          ...{ width: side(grid.width), height: side(grid.height) },
        };
        const painted = (code: number) => decodeBlocks({ ...grid, indices: grid.indices.with(place, code) });
        return Promise.resolve(indices.map((code) => cutRect(painted(code), window)));
      }
      return Promise.resolve(
        indices.map((index) =>
          decodeBlocks({ name: 'codes', width: 1, height: 1, codebookSize, indices: Int32Array.of(index) }),
        ),
      );
    },
    inspect: (_modelId, { latent, chosen }, count): Promise<QuantizerView> => {
      const nearest = Array.from({ length: codebookSize }, (_, index) => {
        const vector = Float32Array.from(colourOf(index), (value) => value / 255);
        return { index, vector, distance: vector.reduce((sum, value, i) => sum + (value - latent[i]!) ** 2, 0) };
      }).sort((a, b) => a.distance - b.distance);
      return Promise.resolve({ latent, levels: [{ chosen: chosen[0]!, nearest: nearest.slice(0, count) }] });
    },
    codebook: () =>
      Promise.resolve(
        Float32Array.from({ length: codebookSize * 3 }, (_, i) => colourOf(Math.floor(i / 3))[i % 3]! / 255),
      ),
    setVariant: ({ modelId, name, remap }) => {
      calls.push(`vary ${modelId} ${name}`);
      const variant = { ...modelOf(modelId), id: `${modelId}@${name}` };
      variants.set(variant.id, variant);
      names.set(variant.id, remap?.[0] ?? null);
      return Promise.resolve(variant);
    },
    dropVariant: (variantId) => Promise.resolve(void variants.delete(variantId)),
    storage: () => {
      const models = list.map(({ id, sizeBytes, local }) => ({
        id,
        loaded: loaded.has(id),
        keptBytes: kept.has(id) && !local ? sizeBytes : 0,
      }));
      return Promise.resolve({ models, strayBytes: 0, keptBytes: models.reduce((sum, one) => sum + one.keptBytes, 0) });
    },
    releaseSamplers: () => Promise.resolve(void calls.push('releaseSamplers')),
    unload: (modelId) => Promise.resolve(void loaded.delete(modelId)),
    emptyCache: (modelId) => Promise.resolve(void (modelId === undefined ? kept.clear() : kept.delete(modelId))),
    addLocalModel: ({ name, files }) => {
      if (!files.some((file) => file.name === 'manifest.json'))
        return Promise.reject(new Error(`${name}: needed manifest.json.`));
      const model: TokenizerSummary = {
        ...fakeModel,
        ...{ id: `${name}-local`, title: name, local: true, localFiles: files.map((file) => file.name) },
      };
      list = [...list, model];
      loaded.add(model.id);
      return Promise.resolve(model);
    },
    removeLocalModel: (modelId) => {
      list = list.filter(({ id }) => id !== modelId);
      return Promise.resolve();
    },
    modelFile: () => Promise.resolve(null),
    checkGolden: (modelId) => {
      calls.push(`golden ${modelId}`);
      const entry = { maxAbsDiff: 1e-6, scale: 2, indicesDifferent: 0, nearTies: 0, count: 48 };
      return Promise.resolve([{ ...entry, name: 'reconstruction' }]);
    },
    vocabulary: (modelId) => {
      calls.push(`vocabulary ${modelId}`);
      return Promise.resolve(fakeVocabulary);
    },
    sample: (asked, onFrame, call = {}) => {
      const from = asked.start ? ` from ${asked.start.time}` : '';
      calls.push(`sample ${asked.model} ${asked.sampler.kind} x${asked.batch}${from}`);
      const decode = (grid: CodeGrid) => decodeBlocks(grid);
      return fakeSample(found(priors, asked.model), asked, { onFrame, breathe: breather(call), decode });
    },
    inpaint: (asked, onFrame, call = {}) => {
      const from = asked.from ? ` from ${asked.from.renoise}` : '';
      calls.push(`inpaint ${asked.model} ${asked.sampler.kind} x${asked.count} seed ${asked.seed}${from}`);
      fillings.push(asked);
      const tokenizer = { encode: encodeBlocks, decode: (grid: CodeGrid) => decodeBlocks(grid) };
      return fakeInpaint(found(priors, asked.model), asked, { onFrame, breathe: breather(call), ...tokenizer });
    },
    fitLatents: (asked, onReport, call = {}) => {
      calls.push(`fit ${asked.model} ${asked.task.kind} x${asked.runs} seed ${asked.seed}`);
      return fakeFit(asked, { onReport, breathe: breather(call), encode: encodeBlocks, decode: decodeBlocks });
    },
    sampleExact: () => Promise.reject(new Error('The fake engine has no exact world.')),
    trainTiles: () => Promise.reject(new Error('The fake engine learns nothing.')),
    learntTiles: () => Promise.resolve([]),
    sampleLearnt: () => Promise.reject(new Error('The fake engine has learnt nothing.')),
    trainTheatre: (asked, onFrame, call = {}) => {
      calls.push(`theatre ${asked.from} ${asked.steps}`);
      return theatre.perform(asked, { onFrame, breathe: breather(call) });
    },
    growCodebook: (asked, onReport, call = {}) => {
      calls.push(
        `grow ${asked.modelId} ${asked.from} ${asked.steps} of ${asked.pictures.length}+${asked.heldOut.length}`,
      );
      const tokenizer = { codebookSize, encode: encodeBlocks, decode: (grid: CodeGrid) => decodeBlocks(grid) };
      return grow.grow(asked, { onReport, breathe: breather(call), ...tokenizer });
    },
    growth: () => grow.growth(),
    grownWeights: () => grow.weights(3),
    grownFiles: () => grow.files(),
    resetGrowth: () => {
      calls.push('resetGrowth');
      return grow.reset();
    },
    explainPlace: (question) => {
      calls.push(`explain ${question.place}`);
      return Promise.resolve(fakeExplain(question, found(priors, question.model)));
    },
    simulateDeviceLoss: () => {
      listeners.forEach((listener) => listener({ kind: 'device-lost', reason: 'simulated' }));
      listeners.forEach((listener) => listener({ kind: 'device-restored', capabilities }));
      return Promise.resolve();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
