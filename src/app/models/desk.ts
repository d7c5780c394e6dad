/**
 * What the Models page does: lists, loads, shows what a model makes of a picture, takes folders, checks golden files,
 * empties the cache. State in a store, no React; every call that takes long can be stopped.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  EngineClient,
  GoldenEntry,
  ModelSummary,
  Picture,
  Progress,
  Reconstruction,
  StorageReport,
} from '../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../../labs/abort';
import type { Notice } from '../../labs/contract';
import type { Sample } from '../../labs/samples';
import { modelFolders, type PickedFile } from './folders';

/** Something under way, or how it ended. */
export interface Work<T> {
  readonly phase: 'running' | 'done' | 'failed';
  /** While it runs; null before the first word. */
  readonly progress?: Progress | null;
  readonly message?: string;
  readonly result?: T;
}

export interface Demo {
  readonly sample: Sample;
  readonly run: Reconstruction;
}

export interface GoldenCheck {
  readonly entries: readonly GoldenEntry[];
  /** Where it ran. */
  readonly adapter: string;
}

export interface DeskState {
  /** Null until the list has come. */
  readonly models: readonly ModelSummary[] | null;
  readonly storage: StorageReport | null;
  /** Why there is no list. */
  readonly failure: string | null;
  readonly samples: readonly Sample[];
  /** The sample that the visitor wants all models to show; null: one that suits each. */
  readonly sample: string | null;
  /** Loading and running a model, by model id. */
  readonly loads: Readonly<Record<string, Work<true>>>;
  readonly demos: Readonly<Record<string, Demo>>;
  readonly checks: Readonly<Record<string, Work<GoldenCheck>>>;
  /** Folders being read. */
  readonly taking: number;
  /** Why folders were not taken; the newest first. */
  readonly refused: readonly string[];
}

export interface DeskServices {
  readonly engine: EngineClient;
  readonly notify: (notice: Notice) => void;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  readonly decode: (sample: Sample) => Promise<Picture>;
}

export interface Desk {
  readonly store: StoreApi<DeskState>;
  /** Fetches the lists. Ended by `dispose`. */
  start(): Promise<void>;
  /** Loads a model, and shows what a tokenizer makes of its sample. */
  load(id: string): Promise<void>;
  cancel(id: string): void;
  unload(id: string): Promise<void>;
  /** Forgets what is kept: of one model, or all. */
  empty(id?: string): Promise<void>;
  /** Takes dropped or chosen files: each model folder among them, or a word why not. */
  take(files: Promise<readonly PickedFile[]>): Promise<void>;
  remove(id: string): Promise<void>;
  check(id: string): Promise<void>;
  /** Another sample for all models; those on the screen run again. */
  useSample(file: string | null): Promise<void>;
  forgetRefused(): void;
  dispose(): void;
}

/** The sample that a model is shown on: the visitor's; else a drawing for drawings, a photograph for photographs. */
export function sampleFor(model: ModelSummary, { samples, sample }: Pick<DeskState, 'samples' | 'sample'>) {
  const chosen = samples.find(({ file }) => file === sample);
  if (chosen || model.family !== 'vqvae') return chosen ?? null;
  // Drawings are square; and one that the model has never seen says more.
  const suits = ({ width, height }: Sample) => (width === height) === (model.fit === 'contain');
  return samples.find((one) => suits(one) && one.heldOut) ?? samples.find(suits) ?? samples[0] ?? null;
}

export function createDesk({ engine, notify, loadSamples, decode }: DeskServices): Desk {
  const store = createStore<DeskState>(() => ({
    ...{ models: null, storage: null, failure: null, samples: [], sample: null },
    ...{ loads: {}, demos: {}, checks: {}, taking: 0, refused: [] },
  }));
  const { getState: get, setState: set } = store;
  let life = new AbortController();
  const jobs = new Map<string, AbortController>();

  const modelOf = (id: string) => get().models?.find((model) => model.id === id);
  const without = <T>(record: Readonly<Record<string, T>>, id: string) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
  const setLoad = (id: string, load: Work<true>) => set(({ loads }) => ({ loads: { ...loads, [id]: load } }));
  const setCheck = (id: string, check: Work<GoldenCheck>) =>
    set(({ checks }) => ({ checks: { ...checks, [id]: check } }));

  async function refresh(): Promise<void> {
    const [models, storage] = await Promise.all([engine.models(), engine.storage()]);
    if (!life.signal.aborted) set({ models, storage, failure: null });
  }

  /** Changes what is kept or loaded, then looks again; a failure becomes a notice. */
  async function change(title: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      await refresh();
    } catch (error) {
      if (!isAbort(error)) notify({ id: 'models', kind: 'error', title, message: messageOf(error) });
    }
  }

  /** Runs stoppable work under a name; a later one of that name ends it. */
  function begin(name: string): AbortSignal {
    jobs.get(name)?.abort();
    const controller = new AbortController();
    jobs.set(name, controller);
    life.signal.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
    return controller.signal;
  }

  /** Progress crosses from the worker by another way than results do: what comes after the end is not told. */
  const untilDone = (signal: AbortSignal, tell: (progress: Progress) => void) => {
    let done = false;
    return {
      onProgress: (progress: Progress) => void (done || signal.aborted || tell(progress)),
      end: () => (done = true),
    };
  };

  async function load(id: string): Promise<void> {
    const signal = begin(id);
    const { onProgress, end } = untilDone(signal, (progress) => setLoad(id, { phase: 'running', progress }));
    setLoad(id, { phase: 'running', progress: null });
    try {
      await unlessAborted(signal, engine.load(id, { signal, onProgress }));
      void refresh().catch(() => undefined);
      const model = modelOf(id);
      const sample = model && sampleFor(model, get());
      if (model?.family === 'vqvae' && sample) {
        const picture = await unlessAborted(signal, decode(sample));
        const run = await unlessAborted(signal, engine.reconstruct(id, picture, {}, { signal, onProgress }));
        set(({ demos }) => ({ demos: { ...demos, [id]: { sample, run } } }));
      }
      end();
      setLoad(id, { phase: 'done' });
    } catch (error) {
      end();
      // Stopped by the visitor, or by a later load of the same model, which has the word now.
      if (isAbort(error)) return;
      setLoad(id, { phase: 'failed', message: messageOf(error) });
    }
  }

  async function takeFolder(folder: ReturnType<typeof modelFolders>[number]): Promise<void> {
    try {
      const model = await engine.addLocalModel(folder);
      // A new version of a folder that was here before: what was shown is of the old one.
      set(({ demos, checks, loads }) => ({
        demos: without(demos, model.id),
        checks: without(checks, model.id),
        loads: without(loads, model.id),
      }));
      notify({
        ...{ id: `local ${model.id}`, kind: 'good', title: `${model.title} is here` },
        message: `It is listed as "${model.id}", in every lab, until the page is reloaded. Nothing was uploaded.`,
      });
    } catch (error) {
      set(({ refused }) => ({ refused: [messageOf(error), ...refused] }));
    }
  }

  const desk: Desk = {
    store,
    async start() {
      if (life.signal.aborted) life = new AbortController();
      const samples = loadSamples(life.signal).then(
        (list) => set({ samples: list }),
        (error: unknown) => {
          if (isAbort(error)) return;
          notify({ id: 'samples', kind: 'warning', title: 'No samples', message: messageOf(error) });
        },
      );
      try {
        await unlessAborted(life.signal, refresh());
      } catch (error) {
        if (!isAbort(error)) set({ failure: messageOf(error) });
      }
      await samples;
    },
    load,
    cancel(id) {
      jobs.get(id)?.abort();
      set(({ loads }) => ({ loads: without(loads, id) }));
    },
    unload: (id) =>
      change('The model stayed loaded', async () => {
        await engine.unload(id);
        set(({ loads, demos }) => ({ loads: without(loads, id), demos: without(demos, id) }));
      }),
    empty: (id) => change('The cache was not emptied', () => engine.emptyCache(id)),
    async take(files) {
      set(({ taking }) => ({ taking: taking + 1, refused: [] }));
      try {
        for (const folder of modelFolders(await files)) await takeFolder(folder);
        await refresh();
      } catch (error) {
        set(({ refused }) => ({ refused: [`The files could not be read: ${messageOf(error)}`, ...refused] }));
      } finally {
        set(({ taking }) => ({ taking: taking - 1 }));
      }
    },
    remove: (id) =>
      change('The model is still here', async () => {
        jobs.get(id)?.abort();
        await engine.removeLocalModel(id);
        set(({ loads, demos, checks }) => ({
          loads: without(loads, id),
          demos: without(demos, id),
          checks: without(checks, id),
        }));
      }),
    async check(id) {
      const signal = begin(`golden ${id}`);
      const { onProgress, end } = untilDone(signal, (progress) => setCheck(id, { phase: 'running', progress }));
      setCheck(id, { phase: 'running', progress: null });
      try {
        const entries = await unlessAborted(signal, engine.checkGolden(id, { signal, onProgress }));
        end();
        const { adapter } = await engine.capabilities();
        setCheck(id, { phase: 'done', result: { entries, adapter } });
        await refresh();
      } catch (error) {
        end();
        if (isAbort(error)) return;
        setCheck(id, { phase: 'failed', message: messageOf(error) });
      }
    },
    async useSample(file) {
      set({ sample: file });
      for (const id of Object.keys(get().demos)) await load(id);
    },
    forgetRefused: () => set({ refused: [] }),
    dispose: () => life.abort(),
  };
  return desk;
}
