/**
 * The runs of the lab and what they hold: the pictures the visitor brought, the run in flight, the engine's answers.
 * Whatever changes the spec goes through `change`, so that it can be undone; the picture on the screen stays until
 * another one has taken its place.
 */
import type { Capabilities, EngineClient, ModelSummary, Picture } from '../../engine/types';
import type { Notice } from '../contract';
import { countCodes } from './codeFacts';
import type { ReconstructSpec, SourceRef } from './spec';
import { codebookKey, patchKey, selectModel, type LoadedPicture, type ReconstructStore, type Sample } from './store';

/** The undo history as this session uses it (experiment/store). */
export interface SpecHistory {
  readonly current: ReconstructSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: ReconstructSpec, change?: { label?: string }): void;
  undo(): void;
  redo(): void;
}

/** What the session is given. */
export interface SessionServices {
  readonly engine: EngineClient;
  readonly history: SpecHistory;
  readonly notify: (notice: Notice) => void;
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
  /** Called after the engine moved to another backend. */
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called after each change of the spec. */
  readonly onSpec?: (spec: ReconstructSpec) => void;
}

export interface ReconstructSession {
  /** Fetches the lists, loads the model, reconstructs the first sample. Resolves when there is nothing left to do. Ended by `dispose`. */
  start(): Promise<void>;
  /** Changes the spec (undoable) and runs. */
  change(patch: Partial<ReconstructSpec>): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Takes a file or a camera shot as the picture; on failure the previous one stays. */
  open(blob: Blob, name: string): Promise<void>;
  /** Takes a picture of this site by its address. */
  openUrl(url: URL): Promise<void>;
  /** Runs the present spec again. */
  retry(): Promise<void>;
  /** Stops the run in flight. */
  cancel(): void;
  /** Decodes patches of codes that are not known yet. Failures are silent: the grid shows colours instead. */
  wantPatches(level: number, indices: readonly number[]): Promise<void>;
  /** Patches of every code of the shown result. */
  wantAllPatches(level: number): Promise<void>;
  wantCodebook(level: number): Promise<void>;
  /** Moves the engine to another backend and runs again. */
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Own pictures kept for undo; the oldest leave first. */
const keptPictures = 12;
/** Patches decoded in one call: small, so that a new picture does not wait long behind them. */
const patchChunk = 32;

export function createReconstructSession(store: ReconstructStore, services: SessionServices): ReconstructSession {
  const { engine, history, notify } = services;
  let life = new AbortController();
  let unsubscribe = () => {};
  const own = new Map<number, LoadedPicture>();
  const sampleCache = new Map<string, LoadedPicture>();
  const pending = new Set<string>();
  let nextOwn = 1;
  let job: AbortController | null = null;
  let listed: Promise<void> | null = null;

  const set = store.setState;
  async function refreshCapabilities(): Promise<void> {
    try {
      set({ capabilities: await engine.capabilities() });
    } catch {
      // The engine tells of its own end through the run that fails.
    }
  }

  /** The lists of models and samples: fetched once, again after a failure. */
  function lists(): Promise<void> {
    listed ??= Promise.all([
      engine.ready.then((capabilities) => set({ capabilities })),
      engine.models().then((models) => set({ models })),
    ]).then(
      () => undefined,
      (error: unknown) => {
        listed = null;
        throw error;
      },
    );
    return listed;
  }

  async function fetchSamples(): Promise<void> {
    if (store.getState().samples.length) return;
    try {
      set({ samples: await services.loadSamples(life.signal) });
    } catch (error) {
      if (!isAbort(error)) notify({ id: 'samples', kind: 'warning', title: 'No samples', message: messageOf(error) });
    }
  }

  /** The source in force: the spec's, or the first sample that no model has seen. */
  function sourceOf(spec: ReconstructSpec): SourceRef | null {
    if (spec.source) return spec.source;
    const { samples } = store.getState();
    const first = samples.find((sample) => sample.heldOut) ?? samples[0];
    return first ? { kind: 'sample', file: first.file } : null;
  }

  async function loadSource(source: SourceRef | null, signal: AbortSignal): Promise<LoadedPicture | null> {
    if (!source) return null;
    if (source.kind === 'own') {
      const picture = own.get(source.id);
      if (!picture) throw new Error('That picture is no longer in memory: drop it again.');
      return picture;
    }
    const known = sampleCache.get(source.file);
    if (known) return known;
    const blob = await services.fetchPicture(services.sampleUrl(source.file), signal);
    const title = store.getState().samples.find((sample) => sample.file === source.file)?.title ?? source.file;
    const loaded = { picture: await services.decode(blob), name: title, fileBytes: blob.size };
    sampleCache.set(source.file, loaded);
    return loaded;
  }

  async function loadModel(signal: AbortSignal): Promise<ModelSummary> {
    await lists();
    const model = selectModel(store.getState());
    if (!model) throw new Error('The model folder lists no models: check the address behind ?models=.');
    return engine.load(model.id, { signal, onProgress: (progress) => !signal.aborted && set({ progress }) });
  }

  /** Brings the screen to the present spec: picture, model, run. A later call ends an earlier one. */
  async function apply(): Promise<void> {
    job?.abort();
    const mine = (job = new AbortController());
    const { signal } = mine;
    const spec = history.current;
    set({
      spec,
      canUndo: history.canUndo,
      canRedo: history.canRedo,
      failure: null,
      phase: store.getState().result ? 'running' : 'loading',
    });
    services.onSpec?.(spec);
    try {
      const pictureReady = fetchSamples()
        .then(() => loadSource(sourceOf(spec), signal))
        .then((source) => {
          if (source && !signal.aborted) set({ source });
          return source;
        });
      const [source, model] = await Promise.all([pictureReady, loadModel(signal)]);
      signal.throwIfAborted();
      if (!source) return set({ phase: 'idle', progress: null });
      set({ phase: 'running', progress: null });
      const result = await engine.reconstruct(
        model.id,
        source.picture,
        { mode: spec.mode, ...(spec.fit ? { fit: spec.fit } : {}) },
        { signal, onProgress: (progress) => !signal.aborted && set({ progress }) },
      );
      signal.throwIfAborted();
      const view = store.getState().view;
      set({
        result,
        resultOf: source,
        phase: 'idle',
        progress: null,
        view: { ...view, hovered: null, selected: null, level: Math.min(view.level, result.codes.length - 1) },
      });
      if (view.look === 'patch') void session.wantAllPatches(store.getState().view.level);
    } catch (error) {
      if (job !== mine || life.signal.aborted) return;
      if (isAbort(error)) set({ phase: 'idle', progress: null });
      else set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  async function fetchPatches(model: ModelSummary, level: number, indices: readonly number[]): Promise<void> {
    const keyOf = (index: number) => patchKey(model.id, level, index);
    const wanted = [...new Set(indices)].filter(
      (i) => !store.getState().patches.has(keyOf(i)) && !pending.has(keyOf(i)),
    );
    wanted.forEach((index) => pending.add(keyOf(index)));
    try {
      for (let at = 0; at < wanted.length; at += patchChunk) {
        const chunk = wanted.slice(at, at + patchChunk);
        const pictures = await engine.decodePatches(model.id, level, chunk, { signal: life.signal });
        const patches = new Map(store.getState().patches);
        chunk.forEach((index, i) => patches.set(keyOf(index), pictures[i]!));
        set({ patches });
      }
    } finally {
      wanted.forEach((index) => pending.delete(keyOf(index)));
    }
  }

  /** Runs side work that may fail without harm: its absence shows. */
  async function quietly(work: (model: ModelSummary) => Promise<void>): Promise<void> {
    const { result, models } = store.getState();
    const model = models.find((one) => one.id === result?.modelId);
    if (!model) return;
    try {
      await work(model);
    } catch (error) {
      if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
    }
  }

  const session: ReconstructSession = {
    start() {
      if (life.signal.aborted) life = new AbortController();
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') void refreshCapabilities();
      });
      return apply();
    },
    retry: apply,
    change(patch) {
      history.push({ ...history.current, ...patch });
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
    async open(blob, name) {
      let picture: Picture;
      try {
        picture = await services.decode(blob);
      } catch (error) {
        notify({
          id: 'open',
          kind: 'error',
          title: `${name || 'This file'} could not be opened`,
          message: messageOf(error),
        });
        return;
      }
      const id = nextOwn++;
      own.set(id, { picture, name, fileBytes: blob.size || null });
      if (own.size > keptPictures) own.delete(own.keys().next().value!);
      await session.change({ source: { kind: 'own', id } });
    },
    async openUrl(url) {
      const name = decodeURIComponent(url.pathname.split('/').pop() ?? '') || url.host;
      try {
        const blob = await services.fetchPicture(url.href, life.signal);
        await session.open(blob, name);
      } catch (error) {
        if (!isAbort(error))
          notify({ id: 'open', kind: 'error', title: `${name} could not be fetched`, message: messageOf(error) });
      }
    },
    cancel: () => job?.abort(),
    wantPatches: (level, indices) => quietly((model) => fetchPatches(model, level, indices)),
    wantAllPatches: (level) =>
      quietly(async (model) => {
        const grid = store.getState().result?.codes[level];
        if (grid) await fetchPatches(model, level, [...countCodes(grid).keys()]);
      }),
    wantCodebook: (level) =>
      quietly(async (model) => {
        const key = codebookKey(model.id, level);
        if (store.getState().codebooks.has(key) || pending.has(key)) return;
        pending.add(key);
        try {
          const codebook = await engine.codebook(model.id, level);
          set({ codebooks: new Map(store.getState().codebooks).set(key, codebook) });
        } finally {
          pending.delete(key);
        }
      }),
    async useBackend(choice) {
      job?.abort();
      set({ phase: 'loading', progress: null, failure: null });
      try {
        const capabilities = await engine.setBackend(choice);
        set({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        notify({ id: 'backend', kind: 'error', title: 'The engine stayed where it was', message: messageOf(error) });
      }
      await apply();
    },
    dispose() {
      job?.abort();
      life.abort();
      unsubscribe();
      own.clear();
      sampleCache.clear();
    },
  };
  return session;
}
