/**
 * The lab's doings: the lists, the model and its vocabulary, the spec with its undo, the runs. A change of the spec runs nothing: the visitor
 * says when.
 */
import { levelOf } from '../../diffusion/layout';
import type { Capabilities, EngineClient, PriorSummary, Progress, VocabularyView } from '../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../abort';
import type { Notice } from '../contract';
import { draftOf, forkRun, isDraftOf, putCode, toggleLock, type Draft } from './fork';
import { createPictureWork, type PictureWork } from './pictures';
import { laneModel, laneOptions, newLane, raceEntries, runRace, type Lane } from './race';
import { createRuns, type Runs } from './runs';
import { sampleOptions } from './samplers';
import type { GenerateSpec } from './spec';
import {
  isPrior,
  isTokenizer,
  selectFrame,
  selectModel,
  selectNode,
  selectNodeModel,
  selectVocabulary,
  type GenerateStore,
} from './store';

/** The undo history as this session uses it (experiment/store). */
export interface SpecHistory {
  readonly current: GenerateSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: GenerateSpec, change?: { label?: string; gesture?: string }): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
}

export interface SessionServices {
  readonly engine: EngineClient;
  readonly history: SpecHistory;
  readonly notify: (notice: Notice) => void;
  /** Folder of the models, for a message about it. */
  readonly modelsUrl: string;
  /** Called after the engine moved to another backend. */
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called after each change of the spec. */
  readonly onSpec?: (spec: GenerateSpec) => void;
}

export interface GenerateSession extends PictureWork, Omit<Runs, 'begin' | 'exclusive'> {
  /** Fetches the lists, and the vocabulary of the model. Ended by `dispose`. */
  start(): Promise<void>;
  /** Changes the spec (undoable). @param gesture changes of one gesture make one entry */
  change(patch: Partial<GenerateSpec>, gesture?: string): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
  /** Runs the present spec from noise. */
  generate(): Promise<void>;
  /** Goes on from the state on the screen, with the changes made to it and the present settings. */
  fork(): Promise<void>;
  /** The present words and seed through every lane. */
  race(): Promise<void>;
  /** A touch of a place of the state on the screen with the tool in hand; `drag`: the pointer came over it. */
  touch(place: number, drag?: boolean): void;
  /** The model in force and its vocabulary; fetched where they are missing. */
  ready(signal: AbortSignal): Promise<{ model: PriorSummary; vocabulary: VocabularyView }>;
  /** Fetches again what failed before the first run. */
  retry(): Promise<void>;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

export function createGenerateSession(store: GenerateStore, services: SessionServices): GenerateSession {
  const { engine, history, notify } = services;
  const set = store.setState;
  let life = new AbortController();
  let unsubscribe = () => {};
  let listed: Promise<void> | null = null;
  const vocabularies = new Map<string, Promise<VocabularyView>>();
  const runs = createRuns(store, engine);
  const pictures = createPictureWork(store, engine, () => life.signal, runs.free);
  /** A run that waits for its model: another request takes its place. */
  let waiting: AbortController | null = null;
  let prepared = 0;

  /** The lists: fetched once, again after a failure. */
  function lists(): Promise<void> {
    listed ??= Promise.all([
      engine.ready.then((capabilities) => set({ capabilities })),
      engine.models().then(
        (models) => set({ models: models.filter(isPrior), tokenizers: models.filter(isTokenizer) }),
        (error: unknown) => {
          throw new Error(`The models could not be listed. ${messageOf(error)}`, { cause: error });
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

  /** The vocabulary of a prior, which is downloaded for it; asked for once, again after a failure. */
  function vocabularyOf(model: PriorSummary): Promise<VocabularyView> {
    const known = vocabularies.get(model.id);
    if (known) return known;
    const onProgress = (progress: Progress) => selectModel(store.getState())?.id === model.id && set({ progress });
    const wanted = engine.vocabulary(model.id, { signal: life.signal, onProgress }).then((vocabulary) => {
      set(({ vocabularies: old }) => ({ vocabularies: new Map(old).set(model.id, vocabulary) }));
      return vocabulary;
    });
    vocabularies.set(model.id, wanted);
    wanted.catch(() => vocabularies.delete(model.id));
    return wanted;
  }

  async function ready(signal: AbortSignal): Promise<{ model: PriorSummary; vocabulary: VocabularyView }> {
    await unlessAborted(signal, lists());
    const model = selectModel(store.getState());
    if (!model)
      throw new Error(
        `There is no prior to draw codes from: ${services.modelsUrl}index.json lists none. Drop the folder of one on the Models page, and come back.`,
      );
    return { model, vocabulary: await unlessAborted(signal, vocabularyOf(model)) };
  }

  /** Brings lists and vocabulary up to the spec, unless a run does. */
  async function prepare(): Promise<void> {
    if (runs.busy() || waiting) return;
    const mine = ++prepared;
    const current = () => mine === prepared && !runs.busy() && !waiting && !life.signal.aborted;
    if (!selectVocabulary(store.getState())) set({ phase: 'loading', failure: null });
    try {
      await ready(life.signal);
      if (current()) set({ phase: 'idle', progress: null });
    } catch (error) {
      if (current()) set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  function specChanged(): void {
    const spec = history.current;
    const before = selectModel(store.getState())?.id;
    set({ spec, canUndo: history.canUndo, canRedo: history.canRedo });
    services.onSpec?.(spec);
    if (selectModel(store.getState())?.id !== before) void prepare();
  }

  /** The state on the screen with the visitor's changes; null where there is none. */
  function shownDraft() {
    const state = store.getState();
    const [node, model, frame] = [selectNode(state), selectNodeModel(state), selectFrame(state)];
    if (!node || !model || !frame) return null;
    const { draft, view } = state;
    const layout = model.config.grids;
    const changed = draft && isDraftOf(draft, node.id, frame.step, view.sample) ? draft : null;
    return { node, model, frame, layout, draft: changed ?? draftOf(node.id, frame, view.sample, layout) };
  }

  /** Waits for the run in flight to stop, then does the work that begins another; the last one asked for wins. */
  async function begin(work: (signal: AbortSignal) => Promise<() => Promise<void>>): Promise<void> {
    waiting?.abort();
    const mine = (waiting = new AbortController());
    runs.pause();
    await runs.free();
    if (waiting !== mine) return;
    set({ phase: 'loading', failure: null });
    try {
      const run = await work(AbortSignal.any([mine.signal, life.signal]));
      if (waiting !== mine) return;
      waiting = null;
      await run();
      // The visitor may have chosen another model meanwhile.
      if (!selectVocabulary(store.getState())) void prepare();
    } catch (error) {
      if (waiting !== mine) return;
      waiting = null;
      if (isAbort(error)) set({ phase: 'idle', progress: null });
      else set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  const session: GenerateSession = {
    ...pictures,
    ...runs,
    async start() {
      if (life.signal.aborted) life = new AbortController();
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') set({ capabilities: event.capabilities });
      });
      set({ canUndo: history.canUndo, canRedo: history.canRedo });
      await prepare();
    },
    retry: prepare,
    ready,
    change(patch, gesture) {
      history.push({ ...history.current, ...patch }, gesture === undefined ? {} : { gesture });
      specChanged();
    },
    endGesture: () => history.endGesture(),
    undo() {
      history.undo();
      specChanged();
    },
    redo() {
      history.redo();
      specChanged();
    },
    generate: () =>
      begin(async (signal) => {
        const spec = history.current;
        const { model, vocabulary } = await ready(signal);
        const options = sampleOptions(spec, model, vocabulary);
        return () => runs.begin({ parent: null, fork: null, spec, options }, model);
      }),
    async fork() {
      const from = shownDraft();
      if (!from) return;
      await begin(async (signal) => {
        const { node, model, frame, draft } = from;
        const vocabulary = await unlessAborted(signal, vocabularyOf(model));
        const run = forkRun(node, model, vocabulary, history.current, frame, draft);
        return () => runs.begin(run, model);
      });
    },
    race: () =>
      begin(async (signal) => {
        const spec = history.current;
        const { model } = await ready(signal);
        const { models } = store.getState();
        const asked = await Promise.all(
          raceEntries(spec, model, models).map(async (entry) => {
            const own = laneModel(entry, model, models);
            const vocabulary = await unlessAborted(signal, vocabularyOf(own));
            return { model: own, options: laneOptions(entry, spec, own, vocabulary) };
          }),
        );
        set({ race: asked.map(({ options, model: own }) => newLane(options, own)) });
        const onLane = (at: number, lane: Lane) =>
          set(({ race }) => ({ race: race.map((old, i) => (i === at ? lane : old)) }));
        return () => runs.exclusive('the race is on, below', (stop) => runRace(asked, engine, stop, onLane));
      }),
    touch(place, drag = false) {
      const shown = shownDraft();
      const { tool, brush } = store.getState().view;
      if (!shown || tool === 'look') return;
      const { layout, draft } = shown;
      const masked = layout[levelOf(layout, place)]?.codebookSize ?? 0;
      let changed: Draft = draft;
      if (tool === 'paint') changed = putCode(draft, place, Math.min(brush, masked - 1), layout);
      if (tool === 'mask') changed = putCode(draft, place, masked, layout);
      // A drag over a place would lock and free it again.
      if (tool === 'lock' && !drag) changed = toggleLock(draft, place, layout);
      if (changed !== draft) set({ draft: changed });
    },
    cancel() {
      waiting?.abort();
      runs.cancel();
    },
    async useBackend(choice) {
      runs.pause();
      await runs.free();
      set({ phase: 'loading', progress: null, failure: null });
      try {
        const capabilities = await engine.setBackend(choice);
        set({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        notify({ id: 'backend', kind: 'error', title: 'The engine stayed where it was', message: messageOf(error) });
      }
      set({ phase: 'idle' });
    },
    dispose() {
      waiting?.abort();
      runs.pause();
      life.abort();
      unsubscribe();
      // Where this fails (no engine came up) there is nothing to free.
      engine.releaseSamplers().catch(() => undefined);
    },
  };
  return session;
}
