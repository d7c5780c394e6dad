/**
 * The lab's doings: lists, pictures, the history of the painting, the address. What changes the codes goes through the history; `changed` then
 * brings the screen, the decoded picture and the link up to it.
 */
import type { NamedCodebook } from '../../codebook/paint/client';
import { PaintHistory } from '../../codebook/paint/history';
import type { CodeGrid, TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import { comparesDirections } from '../codebooks';
import { countCodes } from '../codeFacts';
import { createLists } from '../lists';
import { firstSample } from '../samples';
import { createPatchBook, type PatchBook } from '../patchBook';
import { createEditing, type Editing } from './editing';
import { createMixing, type Mixing } from './mixing';
import { createOpening, type Opening } from './opening';
import type { SessionServices, Shared } from './services';
import { createShowing } from './showing';
import { defaultSpec, packGrids, type PaintSpec } from './spec';
import { changedByLevel, selectModel, type Opened, type PaintStore } from './store';

export interface PaintSession extends Editing, Opening, Mixing {
  readonly patches: Pick<PatchBook, 'patchOf' | 'usage' | 'atlas'>;
  /** Fetches the lists and opens what the spec says. Resolves when there is nothing left to do. Ended by `dispose`. */
  start(): Promise<void>;
  /** Opens again what could not be opened at the start. */
  retry(): Promise<void>;
  cancel(): void;
  dismiss(): void;
  /** Decodes patches of codes that no atlas shows. */
  wantPatches(level: number, indices: readonly number[]): void;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

/** The address follows when the visitor pauses. */
const LINK_DELAY_MS = 300;

export function createPaintSession(store: PaintStore, services: SessionServices): PaintSession {
  const { engine, paint, measure } = services;
  const set = store.setState;
  let life = new AbortController();
  let unsubscribe = () => {};
  let history: PaintHistory<Opened> | null = null;
  let linkTimer: ReturnType<typeof setTimeout> | undefined;
  let tooLarge = false;
  const codebooks = new Map<string, Promise<NamedCodebook>>();

  const patches = createPatchBook(
    engine,
    services.decode,
    () => set(({ patchesVersion }) => ({ patchesVersion: patchesVersion + 1 })),
    () => life.signal,
  );
  const lists = createLists(engine, services.loadSamples, {
    onCapabilities: (capabilities) => set({ capabilities }),
    onModels: (models) => set({ models }),
    onSamples: (samples) => set({ samples }),
    onNoSamples: (message) => shared.say('warn', message),
  });

  const shared: Shared = {
    ...{ store, engine, paint, measure, patches },
    history: () => history,
    life: () => life.signal,
    say: (kind, message) => set({ notice: { kind, message } }),
    changed,
    place(opened, label) {
      const painting = { grids: opened.base, about: opened };
      if (history) history.swap(painting, label);
      else history = new PaintHistory(painting);
      set({ notice: null });
      changed();
    },
    codebook(model, level) {
      const key = `${model.id}/${level}`;
      const known = codebooks.get(key);
      if (known) return known;
      const cosine = comparesDirections(model);
      const size = model.codebookSizes[level] ?? 0;
      const asked = engine.codebook(model.id, level).then((rows) => ({ key, rows, size, cosine }));
      codebooks.set(key, asked);
      asked.catch(() => codebooks.delete(key));
      return asked;
    },
  };
  const showing = createShowing(shared);
  const opening = createOpening(shared, services, () => lists.models());
  const editing = createEditing(shared);
  const mixing = createMixing(shared);

  /** The screen follows the history. */
  function changed(): void {
    if (!history) return;
    const before = store.getState();
    const { grids, about } = history;
    const other = before.opened !== about;
    set({
      ...{ grids, opened: about, canUndo: history.canUndo, canRedo: history.canRedo },
      ...{ undoLabel: history.undoLabel, redoLabel: history.redoLabel },
      ...(grids === before.grids ? {} : { ladder: 0 }),
    });
    if (other) arrived(before.opened, about);
    void showing.show();
    writeLink();
  }

  /** Another painting is on the canvas: what was chosen in the one before may not exist here. */
  function arrived(before: Opened | null, opened: Opened): void {
    mixing.stopMix();
    set(({ view, spec }) => {
      const level = Math.min(view.level, opened.base.length - 1);
      const sameModel = before?.modelId === opened.modelId;
      const codes = opened.base.map((grid, i) => {
        const held = sameModel ? view.codes[i] : undefined;
        // At first the code in the middle: the most used one is often the empty background.
        return held !== undefined && held < grid.codebookSize ? held : middleOf(grid);
      });
      const first = store.getState().models[0]?.id;
      return {
        ...{ picture: null, pictureOf: null, psnr: null, mix: null, failure: null },
        ...(sameModel ? {} : { recent: [], nearest: [] }),
        spec: { ...spec, model: opened.modelId === first ? null : opened.modelId, mode: opened.mode },
        view: { ...view, level, codes, selection: null, hovered: null, cursor: { x: 0, y: 0 } },
      };
    });
    const model = selectModel(store.getState());
    if (model) void patches.open(model).then(() => bringPatches(model, opened));
    editing.hold(store.getState().view.codes[store.getState().view.level] ?? 0);
    void opening.bringSecond();
  }

  function bringPatches(model: TokenizerSummary, opened: Opened): void {
    const { view } = store.getState();
    const grid = opened.base[view.level];
    if (grid) void patches.want(model, view.level, [...countCodes(grid).keys()]);
  }

  function writeLink(): void {
    clearTimeout(linkTimer);
    linkTimer = setTimeout(() => services.onSpec?.(travelling()), LINK_DELAY_MS);
  }

  /** The painting as an address tells it. */
  function travelling(): PaintSpec {
    const { opened, grids, second, spec, samples } = store.getState();
    if (!opened) return spec;
    const sample = firstSample(samples);
    const { source } = opened;
    const own = source?.kind !== 'sample';
    const painted = changedByLevel(store.getState()).some((places) => places.length > 0);
    const codes = own || painted ? packGrids(opened.modelId, grids) : null;
    const large = (own || painted) && codes === null;
    if (large && !tooLarge)
      shared.say('info', 'These codes are more than an address holds: to keep or send them, save them as a file.');
    tooLarge = large;
    return {
      ...{ model: spec.model, mode: opened.mode, codes, second: second?.source ?? null },
      // Codes of a link without a picture stand for themselves: painted ones name theirs, also where it is the usual one.
      source: !codes && source?.kind === 'sample' && source.file === sample?.file ? defaultSpec.source : source,
    };
  }

  /** The lists, and what the spec says. @param again it could not be opened before */
  async function bring(again: boolean): Promise<void> {
    if (again || !store.getState().opened) set({ phase: 'starting', failure: null, progress: null });
    try {
      await Promise.all([lists.models(), lists.samples(life.signal)]);
      if (!life.signal.aborted) await opening.begin(store.getState().spec, again);
    } catch (error) {
      if (!isAbort(error) && !life.signal.aborted) set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  const session: PaintSession = {
    ...opening,
    ...editing,
    ...mixing,
    patches,
    async start() {
      if (life.signal.aborted) life = new AbortController();
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') set({ capabilities: event.capabilities });
        if (event.kind === 'device-lost')
          shared.say('info', 'The GPU went away. It is being started again; the painting is not lost.');
      });
      await bring(false);
    },
    retry: () => bring(true),
    cancel: () => opening.cancel(),
    dismiss: () => set({ notice: null }),
    wantPatches(level, indices) {
      const model = selectModel(store.getState());
      if (model) void patches.want(model, level, indices);
    },
    async useBackend(choice) {
      try {
        const capabilities = await engine.setBackend(choice);
        set({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        shared.say('bad', `The engine stayed where it was. ${messageOf(error)}`);
      }
    },
    dispose() {
      clearTimeout(linkTimer);
      life.abort();
      unsubscribe();
      opening.clear();
      mixing.stopMix();
      patches.clear();
      paint.dispose();
      measure.dispose();
      // React mounts twice in development: what is opened again begins anew.
      history = null;
      set({ opened: null, grids: [], picture: null, pictureOf: null, second: null, mix: null });
    },
  };
  return session;
}

const middleOf = ({ indices, width, height }: CodeGrid): number =>
  indices[Math.floor(height / 2) * width + Math.floor(width / 2)] ?? 0;
