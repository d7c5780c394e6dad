/** The lab's doings: one picture through two models, and through parts of their levels. */
import { meanVector, silencedRows } from '../../codebook/paint/parts';
import type { Capabilities, EngineClient, Picture, Progress, TokenizerSummary } from '../../engine/types';
import type { MeasureClient } from '../../image/measure/client';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { readAddress } from '../address';
import { createLists, REMEDY } from '../lists';
import { createPictureSources, type FileServices } from '../pictureSources';
import { createPatchBook, type PatchBook } from '../patchBook';
import { sourceOrFirst, titleOfSample, type Sample } from '../samples';
import type { SideName } from './choose';
import { createProbing, type Probing } from './probe';
import type { QuantizersSpec } from './spec';
import {
  emptySide,
  modelOf,
  partsOfModel,
  type LoadedPicture,
  type PartResult,
  type QuantizersStore,
  type QuantizersView,
  type SideState,
} from './store';

/** The undo history as this session uses it (experiment/store). */
export interface SpecHistory {
  readonly current: QuantizersSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: QuantizersSpec): void;
  undo(): void;
  redo(): void;
}

export interface SessionServices extends FileServices {
  readonly engine: EngineClient;
  /** How alike two pictures are, beside the page. The session disposes of it. */
  readonly measure: MeasureClient;
  readonly history: SpecHistory;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly pageUrl: string;
  readonly modelsUrl: string;
  readonly onBackend?: (capabilities: Capabilities) => void;
  readonly onSpec?: (spec: QuantizersSpec) => void;
}

export interface QuantizersSession extends Probing {
  readonly patches: Pick<PatchBook, 'patchOf'>;
  start(): Promise<void>;
  /** Changes the spec (undoable) and runs what it asks for. */
  change(patch: Partial<QuantizersSpec>): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  open(blob: Blob, name: string): Promise<void>;
  openUrl(address: string): Promise<void>;
  retry(): Promise<void>;
  cancel(): void;
  look(patch: Partial<QuantizersView>): void;
  dismiss(): void;
  wantPatches(side: SideName, level: number, indices: readonly number[]): void;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

const SIDES: readonly SideName[] = ['left', 'right'];
/** Name of the variants whose silenced levels say nothing. */
const VARIANT = 'part';

export function createQuantizersSession(store: QuantizersStore, services: SessionServices): QuantizersSession {
  const { engine, measure, history } = services;
  const set = store.setState;
  let life = new AbortController();
  let unsubscribe = () => {};
  let job: AbortController | null = null;
  let asked = 0;
  const sources = createPictureSources<LoadedPicture>({
    ...services,
    read: async (blob, file) => ({
      picture: await services.decode(blob),
      name: titleOfSample(store.getState().samples, file),
    }),
  });
  const variants = new Set<string>();
  const patches = createPatchBook(
    engine,
    services.decode,
    () => set(({ patchesVersion }) => ({ patchesVersion: patchesVersion + 1 })),
    () => life.signal,
  );
  const say = (notice: string) => set({ notice });
  const lists = createLists(engine, services.loadSamples, {
    onCapabilities: (capabilities) => set({ capabilities }),
    onModels: (models) => set({ models }),
    onSamples: (list) => set({ samples: list }),
    onNoSamples: say,
  });
  const probing = createProbing(store, engine, () => life.signal, say);

  const setSide = (side: SideName, patch: Partial<SideState>) =>
    set((state) => ({ [side]: { ...state[side], ...patch } }));

  /** One picture through one model, then through parts of its levels. */
  async function runSide(side: SideName, source: LoadedPicture, model: TokenizerSummary, signal: AbortSignal) {
    const { run: before, runOf } = store.getState()[side];
    const count = partsOfModel(model).length;
    if (before?.modelId !== model.id || runOf !== source) {
      const tell = (progress: Progress) => void (!signal.aborted && setSide(side, { progress }));
      const call = { signal, onProgress: tell };
      await unlessAborted(signal, engine.load(model.id, call));
      const run = await unlessAborted(signal, engine.reconstruct(model.id, source.picture, { mode: 'fit' }, call));
      const { psnr, ssim } = run.metrics;
      const whole: PartResult = { picture: run.image, psnr, ssim };
      const parts = Array.from({ length: count }, (_, i) => (i === count - 1 ? whole : null));
      setSide(side, { run, runOf: source, parts, progress: null });
    }
    await decodeParts(side, model, signal);
  }

  /** The pictures of the parts that are not there yet. */
  async function decodeParts(side: SideName, model: TokenizerSummary, signal: AbortSignal): Promise<void> {
    const list = partsOfModel(model);
    for (const [i, part] of list.entries()) {
      const { run, parts } = store.getState()[side];
      if (!run || parts[i]) continue;
      setSide(side, {
        progress: { stage: 'decode', fraction: i / list.length, message: `${part.label} of ${model.title}` },
      });
      const levels = await Promise.all(
        run.codes.map(async ({ codebookSize, indices }, level) => {
          const { codeDim } = model;
          // What a residual level adds can be nothing. The decoder of two levels has never seen one of them missing: it gets its mean.
          const rows = model.quantizer === 'two-level' ? await engine.codebook(model.id, level) : null;
          return { size: codebookSize, codeDim, vector: rows && meanVector(rows, codeDim, indices) };
        }),
      );
      const rows = silencedRows(levels, part.kept);
      const variant = await unlessAborted(
        signal,
        engine.setVariant({ modelId: model.id, name: VARIANT, rows }, { signal }),
      );
      variants.add(variant.id);
      const picture = await unlessAborted(signal, engine.decode(variant.id, run.codes, { signal }));
      const likeness = await measure.measure(run.input, picture);
      if (store.getState()[side].run !== run) return;
      setSide(side, {
        parts: store.getState()[side].parts.map((one, k) => (k === i ? { picture, ...likeness } : one)),
      });
    }
  }

  /** Brings both sides up to the spec. A later call ends an earlier one. */
  async function apply(): Promise<void> {
    job?.abort();
    if (life.signal.aborted) return;
    const mine = (job = new AbortController());
    const { signal } = mine;
    const spec = history.current;
    set({ spec, canUndo: history.canUndo, canRedo: history.canRedo, failure: null, probe: null });
    services.onSpec?.(spec);
    try {
      await unlessAborted(signal, Promise.all([lists.models(), lists.samples(life.signal)]));
      if (store.getState().models.length === 0)
        throw new Error(`There is no tokenizer to run: ${services.modelsUrl}index.json lists none. ${REMEDY}`);
      const ref = sourceOrFirst(spec.source, store.getState().samples);
      const source = ref && (await unlessAborted(signal, sources.load(ref, signal)));
      set({ phase: 'idle', source });
      if (!source) return;
      for (const side of SIDES) setSide(side, { phase: 'running', failure: null });
      for (const side of SIDES) {
        const model = modelOf(store.getState(), side);
        if (!model) continue;
        try {
          await runSide(side, source, model, signal);
          setSide(side, { phase: 'idle', progress: null });
          void patches.open(model);
        } catch (error) {
          if (signal.aborted) throw error;
          setSide(side, { phase: 'failed', progress: null, failure: messageOf(error) });
        }
      }
    } catch (error) {
      if (job !== mine || life.signal.aborted) return;
      for (const side of SIDES)
        if (store.getState()[side].phase === 'running') setSide(side, { phase: 'idle', progress: null });
      if (!isAbort(error)) set({ phase: 'failed', failure: messageOf(error) });
    }
  }

  async function take(mine: number, name: string, read: () => Promise<Blob>): Promise<void> {
    try {
      const picture = await services.decode(await read());
      if (mine !== asked || life.signal.aborted) return;
      await session.change({ source: sources.keep({ picture, name }) });
    } catch (error) {
      if (mine === asked && !isAbort(error)) say(`${name || 'This file'} could not be opened. ${messageOf(error)}`);
    }
  }

  const session: QuantizersSession = {
    ...probing,
    patches,
    start() {
      if (life.signal.aborted) life = new AbortController();
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') set({ capabilities: event.capabilities });
      });
      return apply();
    },
    retry: apply,
    change(patch) {
      // A part belongs to its model.
      const parts = { ...('left' in patch && { leftPart: null }), ...('right' in patch && { rightPart: null }) };
      history.push({ ...history.current, ...parts, ...patch });
      return apply();
    },
    undo() {
      history.undo();
      return apply();
    },
    redo() {
      history.redo();
      return apply();
    },
    open: (blob, name) => take(++asked, name, () => Promise.resolve(blob)),
    async openUrl(text) {
      const address = readAddress(text, services.pageUrl);
      if (!address)
        return say(`"${text.slice(0, 80)}" cannot be read as an address. Save the picture and drop the file here.`);
      await take(++asked, address.name, () => services.fetchPicture(address.url, life.signal));
    },
    cancel: () => job?.abort(),
    look: (patch) => set(({ view }) => ({ view: { ...view, ...patch } })),
    dismiss: () => set({ notice: null }),
    wantPatches(side, level, indices) {
      const model = modelOf(store.getState(), side);
      if (model) void patches.want(model, level, indices);
    },
    async useBackend(choice) {
      try {
        const capabilities = await engine.setBackend(choice);
        set({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        say(`The engine stayed where it was. ${messageOf(error)}`);
      }
    },
    dispose() {
      job?.abort();
      life.abort();
      unsubscribe();
      for (const id of variants) engine.dropVariant(id).catch(() => undefined);
      variants.clear();
      patches.clear();
      measure.dispose();
      sources.clear();
      set({ left: emptySide, right: emptySide, probe: null });
    },
  };
  return session;
}
