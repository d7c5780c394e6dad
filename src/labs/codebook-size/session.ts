/**
 * The runs of the lab: the picture with all codes once, then with as many as the slider says; the latest wish wins. All sizes are one variant of the
 * model, written anew each time: nothing is compiled on the way.
 */
import type { ResizeClient } from '../../codebook/resize/client';
import type { CountedCodebook } from '../../codebook/resize/types';
import type {
  Capabilities,
  EngineClient,
  Picture,
  Progress,
  Reconstruction,
  TokenizerSummary,
} from '../../engine/types';
import type { CodecClient } from '../../image/codecs/client';
import type { SpecStore } from '../../experiment/store';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { readAddress } from '../address';
import { countedBooks } from '../codebooks';
import type { Notice } from '../contract';
import { createPictureSources, newestOf, type FileServices } from '../pictureSources';
import { sourceOrFirst, titleOfSample, type Sample } from '../samples';
import { codecPoints } from './codecPoints';
import type { SizeErrors } from './places';
import { datasetOf, type RateFile } from './rate';
import { rungAt, sweepSizes, wholeSize } from './sizes';
import { shownOf } from './shown';
import type { CodebookSizeSpec, SizeMethod } from './spec';
import {
  selectLadder,
  selectModel,
  selectSize,
  type CodebookSizeState,
  type CodebookSizeStore,
  type CodebookSizeView,
  type LoadedPicture,
  type OwnPoint,
  type Shown,
} from './store';
import { countUsage } from './usage';

export interface SessionServices extends FileServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly engine: EngineClient;
  readonly resize: Pick<ResizeClient, 'resize' | 'dispose'>;
  readonly codecs: () => Pick<CodecClient, 'match' | 'dispose'>;
  readonly history: SpecStore<CodebookSizeSpec>;
  readonly notify: (notice: Notice) => void;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  readonly loadRates: (dataset: string, signal: AbortSignal) => Promise<RateFile | null>;
  readonly pageUrl: string;
  readonly modelsUrl: string;
  readonly onBackend?: (capabilities: Capabilities) => void;
  readonly onSpec?: (spec: CodebookSizeSpec) => void;
}

export interface CodebookSizeSession {
  start(): Promise<void>;
  /** Changes the spec (undoable; changes of one gesture are one step) and runs. */
  change(patch: Partial<CodebookSizeSpec>, gesture?: string): Promise<void>;
  endGesture(): void;
  undo(): Promise<void>;
  redo(): Promise<void>;
  open(blob: Blob, name: string): Promise<void>;
  openUrl(address: string): Promise<void>;
  retry(): Promise<void>;
  /** Stops the run, the sweep or the codecs. */
  cancel(): void;
  /** Measures the picture at two sizes for each halving: where it fails first. */
  sweep(): Promise<void>;
  /** What WebP and AVIF make of the picture, for the chart. */
  matchCodecs(): Promise<void>;
  /** Shows a variant that grew in the panel below; the next wish of the slider replaces it. */
  showVariant(id: string): Promise<void>;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  look(view: Partial<CodebookSizeView>): void;
  dispose(): void;
}

/** The variant that the slider writes to. */
export const VARIANT = 'size-lab';
/** Own pictures kept; the oldest leave first. */
const KEPT_PICTURES = 8;
/** Pictures counted where a model comes without counts. */
const COUNTED_SAMPLES = 12;

const remedy =
  'Put a model folder beside index.json and name it there (docs/model-format.md), or open this page with ?models= and the address of a folder of models.';

export function createCodebookSizeSession(store: CodebookSizeStore, services: SessionServices): CodebookSizeSession {
  const { engine, history, notify, resize } = services;
  const get = store.getState;
  const set = (patch: Partial<CodebookSizeState>) => store.setState(patch);
  let life = new AbortController();
  let unsubscribe = () => {};
  let job: AbortController | null = null;
  let matching: AbortController | null = null;
  let listed: Promise<void> | null = null;
  let asked = 0;
  const sources = createPictureSources<LoadedPicture>({
    ...services,
    read: async (blob, file) => ({
      ...{ file, name: titleOfSample(get().samples, file) },
      picture: await services.decode(blob),
    }),
    trim: newestOf(KEPT_PICTURES),
  });
  /** Of the model that was used last. */
  let books: { readonly key: string; readonly books: Promise<CountedCodebook[]> } | null = null;

  function lists(): Promise<void> {
    listed ??= Promise.all([
      engine.ready.then((capabilities) => set({ capabilities })),
      engine.models().then((models) => set({ models: models.filter((model) => model.family === 'vqvae') })),
      services.loadSamples(life.signal).then(
        (samples) => set({ samples }),
        (error: unknown) =>
          isAbort(error) || notify({ id: 'samples', kind: 'warning', title: 'No samples', message: messageOf(error) }),
      ),
    ]).then(
      () => undefined,
      (error: unknown) => {
        listed = null;
        throw error;
      },
    );
    return listed;
  }

  /** Everything that does not depend on the slider: the model, its counts, the picture with all codes. */
  async function prepare(model: TokenizerSummary, source: LoadedPicture, signal: AbortSignal): Promise<Reconstruction> {
    const onProgress = (progress: Progress) => !signal.aborted && set({ progress });
    const before = get();
    const isSameModel = before.whole?.modelId === model.id && before.counted !== null;
    if (isSameModel && before.source === source && before.whole) return before.whole;
    set({ source, whole: null, shown: null, own: [], sweep: null, phase: 'loading' });
    matching?.abort();
    await unlessAborted(signal, engine.load(model.id, { signal, onProgress }));
    if (!isSameModel) {
      set({ counted: null });
      const others = get()
        .samples.filter(({ file }) => file !== source.file)
        .slice(0, COUNTED_SAMPLES);
      const pictures = others.map(
        ({ file }) =>
          async () =>
            (await sources.load({ kind: 'sample', file }, signal)).picture,
      );
      const counted = await countUsage(engine, model, [() => Promise.resolve(source.picture), ...pictures], {
        signal,
        onProgress,
      });
      signal.throwIfAborted();
      books = null;
      set({ counted });
      void fetchRates(model, life.signal);
    }
    const whole = await unlessAborted(signal, engine.reconstruct(model.id, source.picture, {}, { signal, onProgress }));
    set({ whole });
    return whole;
  }

  async function fetchRates(model: TokenizerSummary, signal: AbortSignal): Promise<void> {
    const dataset = datasetOf(model.id);
    if (get().rates?.dataset === dataset) return;
    set({ rates: null, ratesProblem: null });
    try {
      const rates = model.local ? null : await services.loadRates(dataset, signal);
      set({ rates, ratesProblem: rates ? null : `No held-out measurements came with "${dataset}".` });
    } catch (error) {
      if (!isAbort(error)) set({ ratesProblem: messageOf(error) });
    }
  }

  /** The id of a model with so many codes. */
  async function modelAt(
    model: TokenizerSummary,
    size: number,
    method: SizeMethod,
    signal: AbortSignal,
  ): Promise<string> {
    if (method === 'trained') {
      const rung = rungAt(selectLadder(get()), size);
      const id = rung?.model.id ?? model.id;
      const onProgress = (progress: Progress) => !signal.aborted && set({ progress });
      await unlessAborted(signal, engine.load(id, { signal, onProgress }));
      return id;
    }
    if (size >= wholeSize(model)) return model.id;
    const { counted } = get();
    const key = `${model.id} ${counted?.words ?? ''}`;
    if (books?.key !== key) books = { key, books: countedBooks(engine, model, counted?.counts ?? null) };
    const smaller = await resize.resize(key, await unlessAborted(signal, books.books), size, method, { signal });
    const options = { modelId: model.id, name: VARIANT, rows: smaller.map(({ rows }) => rows) };
    const variant = engine.setVariant({ ...options, remap: smaller.map(({ remap }) => remap) }, { signal });
    return (await unlessAborted(signal, variant)).id;
  }

  function keepPoint({ method, size, bitsPerPixel: rate, run }: Shown): void {
    const point: OwnPoint = { way: method, size, bitsPerPixel: rate, psnr: run.metrics.psnr, ssim: run.metrics.ssim };
    const others = get().own.filter((one) => one.way !== point.way || one.size !== point.size);
    set({ own: [...others, point] });
  }

  async function runAt(
    whole: Reconstruction,
    source: LoadedPicture,
    model: TokenizerSummary,
    size: number,
    method: SizeMethod,
    signal: AbortSignal,
  ): Promise<Shown> {
    const id = await modelAt(model, size, method, signal);
    const run =
      id === whole.modelId
        ? whole
        : await unlessAborted(signal, engine.reconstruct(id, source.picture, {}, { signal }));
    const shown = shownOf(run, whole, size, method);
    keepPoint(shown);
    return shown;
  }

  /** One piece of work at a time: a later one ends an earlier one. */
  async function only(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    job?.abort();
    if (life.signal.aborted) return;
    const mine = (job = new AbortController());
    try {
      await work(mine.signal);
    } catch (error) {
      if (job !== mine || life.signal.aborted) return;
      if (isAbort(error)) set({ phase: 'idle', progress: null, sweeping: null });
      else set({ phase: 'failed', progress: null, sweeping: null, failure: messageOf(error) });
    }
  }

  /** Brings the screen to the present spec. */
  function apply(): Promise<void> {
    return only(async (signal) => {
      const spec = history.current;
      const busy: Partial<CodebookSizeState> = { phase: get().shown ? 'running' : 'loading' };
      set({
        spec,
        canUndo: history.canUndo,
        canRedo: history.canRedo,
        failure: null,
        progress: null,
        sweeping: null,
        ...busy,
      });
      services.onSpec?.(spec);
      await unlessAborted(signal, lists());
      const model = selectModel(get());
      if (!model)
        throw new Error(`There is no tokenizer with a codebook: ${services.modelsUrl}index.json lists none. ${remedy}`);
      const ref = sourceOrFirst(spec.source, get().samples);
      const source = ref && (await unlessAborted(signal, sources.load(ref, signal)));
      if (!source) return set({ phase: 'idle' });
      const whole = await prepare(model, source, signal);
      const size = selectSize(get());
      const { shown: before, grown } = get();
      // Not everything in the spec asks for another run.
      if (before?.size === size && before.method === spec.method && !grown)
        return set({ phase: 'idle', progress: null });
      set({ phase: 'running', progress: null });
      const shown = await runAt(whole, source, model, size, spec.method, signal);
      set({ shown, grown: null, phase: 'idle', progress: null });
    });
  }

  async function open(blob: Blob, name: string, mine: number): Promise<void> {
    let picture: Picture;
    try {
      picture = await services.decode(blob);
    } catch (error) {
      const title = `${name || 'This file'} could not be opened`;
      return notify({ id: 'open', kind: 'error', title, message: messageOf(error) });
    }
    if (mine !== asked || life.signal.aborted) return;
    await session.change({ source: sources.keep({ file: null, name, picture }) });
  }

  const travel = (step: () => void) => {
    asked++;
    step();
    return apply();
  };

  const session: CodebookSizeSession = {
    start() {
      if (life.signal.aborted) {
        life = new AbortController();
        listed = null;
      }
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') set({ capabilities: event.capabilities });
      });
      return apply();
    },
    retry: apply,
    change(patch, gesture) {
      if ('source' in patch) asked++;
      history.change(patch, gesture === undefined ? {} : { gesture });
      return apply();
    },
    endGesture: () => history.endGesture(),
    undo: () => travel(() => history.undo()),
    redo: () => travel(() => history.redo()),
    open: (blob, name) => open(blob, name, ++asked),
    async openUrl(text) {
      const mine = ++asked;
      const address = readAddress(text, services.pageUrl);
      if (!address) return;
      try {
        await open(await services.fetchPicture(address.url, life.signal), address.name, mine);
      } catch (error) {
        if (isAbort(error)) return;
        notify({ id: 'open', kind: 'error', title: `${address.name} could not be fetched`, message: messageOf(error) });
      }
    },
    cancel() {
      job?.abort();
      matching?.abort();
    },
    sweep() {
      const { whole, source, spec } = get();
      const model = selectModel(get());
      if (!whole || !source || !model) return Promise.resolve();
      const { method } = spec;
      const all =
        method === 'trained'
          ? selectLadder(get())
              .map(({ size }) => size)
              .reverse()
          : sweepSizes(wholeSize(model));
      return only(async (signal) => {
        const sizes: SizeErrors[] = [];
        for (const size of all) {
          const message = `${size} codes: ${sizes.length + 1} of ${all.length}`;
          set({ sweeping: { fraction: sizes.length / all.length, message }, phase: 'running' });
          const { errors } = await runAt(whole, source, model, size, method, signal);
          sizes.push({ size, errors });
          set({ sweep: { method, sizes: [...sizes] } });
        }
        const { view } = get();
        set({ sweeping: null, view: { ...view, map: 'fails' } });
        const shown = await runAt(whole, source, model, selectSize(get()), method, signal);
        set({ shown, grown: null, phase: 'idle' });
      });
    },
    async matchCodecs() {
      const { whole } = get();
      if (!whole) return;
      matching?.abort();
      const { signal } = (matching = new AbortController());
      const client = services.codecs();
      try {
        await codecPoints(client, whole, signal, (task, point) => {
          const others = get().own.filter((one) => one.way !== point?.way || one.size !== point.size);
          set({ matching: task, ...(point && { own: [...others, point] }) });
        });
      } catch (error) {
        if (!isAbort(error))
          notify({ id: 'codecs', kind: 'error', title: 'The codecs stopped', message: messageOf(error) });
      } finally {
        client.dispose();
        if (matching.signal === signal) set({ matching: null });
      }
    },
    showVariant(id) {
      const { whole, source, spec } = get();
      if (!whole || !source) return Promise.resolve();
      return only(async (signal) => {
        set({ phase: 'running' });
        const run = await unlessAborted(signal, engine.reconstruct(id, source.picture, {}, { signal }));
        const method = spec.method === 'trained' ? 'merge' : spec.method;
        set({ shown: shownOf(run, whole, get().shown?.size ?? selectSize(get()), method), grown: id, phase: 'idle' });
      });
    },
    async useBackend(choice) {
      job?.abort();
      job = null;
      set({ phase: 'loading', progress: null, failure: null, whole: null, shown: null });
      try {
        const capabilities = await engine.setBackend(choice);
        set({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        notify({ id: 'backend', kind: 'error', title: 'The engine stayed where it was', message: messageOf(error) });
      }
      await apply();
    },
    look: (view) => set({ view: { ...get().view, ...view } }),
    dispose() {
      job?.abort();
      matching?.abort();
      life.abort();
      unsubscribe();
      resize.dispose();
      sources.clear();
      const model = selectModel(get());
      if (model) void engine.dropVariant(`${model.id}@${VARIANT}`).catch(() => undefined);
    },
  };
  return session;
}
