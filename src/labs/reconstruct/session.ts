/**
 * The runs of the lab: what is asked for, the run in flight, the engine's answers. Whatever changes the spec goes
 * through `change`, so that it can be undone; the picture on the screen stays until another one has taken its place.
 */
import type { Capabilities, EngineClient, Picture, TokenizerSummary, Progress } from '../../engine/types';
import { codesFromJson } from '../../image/codes';
import type { Notice } from '../contract';
import { sourceOrFirst, titleOfSample, type Sample } from '../samples';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { readAddress } from '../address';
import { createSideWork, type SideWork } from './sideWork';
import { createPictureSources, type FileServices } from '../pictureSources';
import { isCodesFile } from '../pictureFiles';
import type { ReconstructSpec } from './spec';
import {
  selectBusy,
  selectModel,
  selectShown,
  type LoadedCodes,
  type LoadedPicture,
  type ReconstructStore,
  type ReconstructView,
} from './store';

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
type Loaded = LoadedPicture | LoadedCodes;

export interface SessionServices extends FileServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly engine: EngineClient;
  readonly history: SpecHistory;
  readonly notify: (notice: Notice) => void;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  /** Address of the page: what relative addresses start from. */
  readonly pageUrl: string;
  /** Folder of the models, for a message about it. */
  readonly modelsUrl: string;
  /** Called after the engine moved to another backend. */
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called after each change of the spec. */
  readonly onSpec?: (spec: ReconstructSpec) => void;
}

export interface ReconstructSession extends SideWork {
  /** Fetches the lists, loads the model, reconstructs the first sample. Resolves when there is nothing left to do. Ended by `dispose`. */
  start(): Promise<void>;
  /** Changes the spec (undoable) and runs. */
  change(patch: Partial<ReconstructSpec>): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Takes a picture file, a camera shot or a saved codes file; on failure what was there stays. The last one taken wins. */
  open(blob: Blob, name: string): Promise<void>;
  /** Takes a picture by its address. */
  openUrl(address: string): Promise<void>;
  /** Runs the present spec again. */
  retry(): Promise<void>;
  /** Stops the run in flight. */
  cancel(): void;
  /** The model in force, loaded: waits for the lists, so that it can be called at any time. */
  loadModel(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<TokenizerSummary>;
  /** Stops the run in flight for other work; the function it returns makes up for what was missed. */
  hold(): () => void;
  /** Moves the engine to another backend and runs again. */
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

/** The view of the next result: what was pointed at is gone, the rest stays as far as there are levels. */
const viewOf = (view: ReconstructView, levels: number): ReconstructView => ({
  ...view,
  ...{ hovered: null, selected: null, paintedFrom: null },
  level: Math.min(view.level, levels - 1),
});

const remedy =
  'Put a model folder beside index.json and name it there (docs/model-format.md), or open this page with ?models= and the address of a folder of models.';

export function createReconstructSession(store: ReconstructStore, services: SessionServices): ReconstructSession {
  const { engine, history, notify } = services;
  const sources = createPictureSources<Loaded>({
    ...services,
    read: async (blob, file) => ({ picture: await services.decode(blob), name: titleOf(file), fileBytes: blob.size }),
  });
  const set = store.setState;
  let life = new AbortController();
  let unsubscribe = () => {};
  let job: AbortController | null = null;
  let listed: Promise<void> | null = null;
  /** Counts what was asked for: a file that took long to read must not replace what was asked for after it. */
  let asked = 0;

  /** The lists of models and samples: fetched once, again after a failure. */
  function lists(): Promise<void> {
    listed ??= Promise.all([
      engine.ready.then((capabilities) => set({ capabilities })),
      engine.models().then(
        (models) => set({ models: models.filter((model) => model.family === 'vqvae') }),
        (error: unknown) => {
          throw new Error(`The models could not be listed. ${messageOf(error)} ${remedy}`, { cause: error });
        },
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

  async function fetchSamples(): Promise<void> {
    if (store.getState().samples.length) return;
    try {
      set({ samples: await services.loadSamples(life.signal) });
    } catch (error) {
      if (!isAbort(error)) notify({ id: 'samples', kind: 'warning', title: 'No samples', message: messageOf(error) });
    }
  }

  const titleOf = (file: string) => titleOfSample(store.getState().samples, file);

  async function loadModel(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<TokenizerSummary> {
    await unlessAborted(signal, lists());
    const model = selectModel(store.getState());
    if (!model) {
      throw new Error(`There is no model to run: ${services.modelsUrl}index.json lists none. ${remedy}`);
    }
    const tell = (progress: Progress) => !signal.aborted && onProgress?.(progress);
    await unlessAborted(signal, engine.load(model.id, { signal, onProgress: tell }));
    return model;
  }

  /** Shows what the model makes of the picture. */
  async function run(source: LoadedPicture, model: TokenizerSummary, spec: ReconstructSpec, signal: AbortSignal) {
    const options = { mode: spec.mode, ...(spec.fit ? { fit: spec.fit } : {}) };
    const onProgress = (progress: Progress) => !signal.aborted && set({ progress });
    const result = await unlessAborted(
      signal,
      engine.reconstruct(model.id, source.picture, options, { signal, onProgress }),
    );
    const { view } = store.getState();
    set({
      ...{ result, resultOf: source, decoded: null, shownSpec: spec, alone: new Map(), phase: 'idle', progress: null },
      view: viewOf(view, result.codes.length),
    });
  }

  /** Shows what the model makes of the codes of a file. */
  async function paint(file: LoadedCodes, model: TokenizerSummary, spec: ReconstructSpec, signal: AbortSignal) {
    if (file.modelId !== model.id)
      throw new Error(`${file.name} holds codes of the model "${file.modelId}": no other model can read them.`);
    const image = await unlessAborted(signal, engine.decode(model.id, file.codes, { signal }));
    const { view } = store.getState();
    set({
      ...{ source: null, result: null, resultOf: null, decoded: { ...file, image }, shownSpec: spec },
      ...{ alone: new Map(), phase: 'idle', progress: null },
      view: viewOf(view, file.codes.length),
    });
  }

  /** Brings the screen to the present spec: picture, model, run. A later call ends an earlier one. */
  async function apply(): Promise<void> {
    job?.abort();
    if (life.signal.aborted) return;
    const mine = (job = new AbortController());
    const { signal } = mine;
    const spec = history.current;
    set({
      ...{ spec, canUndo: history.canUndo, canRedo: history.canRedo, failure: null, progress: null },
      phase: selectShown(store.getState()) ? 'running' : 'loading',
    });
    services.onSpec?.(spec);
    try {
      const load = async (): Promise<Loaded | null> => {
        await fetchSamples();
        const ref = sourceOrFirst(spec.source, store.getState().samples);
        const source = ref && (await sources.load(ref, signal));
        if (source && 'picture' in source && !signal.aborted) set({ source });
        return source;
      };
      const [source, model] = await Promise.all([
        unlessAborted(signal, load()),
        loadModel(signal, (progress) => set({ progress })),
      ]);
      if (!source) return set({ phase: 'idle', progress: null });
      set({ phase: 'running', progress: null });
      await ('picture' in source ? run(source, model, spec, signal) : paint(source, model, spec, signal));
      const { view } = store.getState();
      if (view.look === 'patch') void session.wantAllPatches(view.level);
    } catch (error) {
      if (job !== mine || life.signal.aborted) return;
      if (isAbort(error)) set({ phase: 'idle', progress: null });
      else set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  /** Reads a saved codes file; its model becomes the one in force. */
  async function readCodes(blob: Blob, name: string): Promise<LoadedCodes> {
    const { model, codes } = codesFromJson(await blob.text());
    await lists();
    const known = store.getState().models.map(({ id }) => id);
    if (!known.includes(model))
      throw new Error(
        `Its codes are of the model "${model}", which is not here. Here are: ${known.join(', ') || 'none'}.`,
      );
    return { name, modelId: model, codes };
  }

  /** Opens a file unless something else was asked for after the request `mine`. */
  async function open(blob: Blob, name: string, mine: number): Promise<void> {
    let loaded: Loaded;
    try {
      loaded = isCodesFile(blob, name)
        ? await readCodes(blob, name)
        : { picture: await services.decode(blob), name, fileBytes: blob.size || null };
    } catch (error) {
      const title = `${name || 'This file'} could not be opened`;
      return notify({ id: 'open', kind: 'error', title, message: messageOf(error) });
    }
    if (mine !== asked || life.signal.aborted) return;
    const model = 'codes' in loaded ? { model: loaded.modelId } : {};
    await session.change({ source: sources.keep(loaded), ...model });
  }

  const session: ReconstructSession = {
    ...createSideWork(store, engine, () => life.signal),
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
      if ('source' in patch) asked++;
      history.push({ ...history.current, ...patch });
      return apply();
    },
    undo() {
      asked++;
      history.undo();
      return apply();
    },
    redo() {
      asked++;
      history.redo();
      return apply();
    },
    open: (blob, name) => open(blob, name, ++asked),
    async openUrl(text) {
      const mine = ++asked;
      const address = readAddress(text, services.pageUrl);
      if (!address) {
        const message = `"${text.slice(0, 80)}" cannot be read as an address. Save the picture and drop the file here.`;
        return notify({ id: 'open', kind: 'error', title: 'This is not an address', message });
      }
      try {
        const blob = await services.fetchPicture(address.url, life.signal);
        await open(blob, address.name, mine);
      } catch (error) {
        if (isAbort(error)) return;
        notify({ id: 'open', kind: 'error', title: `${address.name} could not be fetched`, message: messageOf(error) });
      }
    },
    cancel: () => job?.abort(),
    loadModel,
    hold() {
      let missed = selectBusy(store.getState());
      job?.abort();
      return () => {
        if (missed && !selectBusy(store.getState())) void apply();
        missed = false;
      };
    },
    async useBackend(choice) {
      job?.abort();
      job = null;
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
      sources.clear();
    },
  };
  return session;
}
