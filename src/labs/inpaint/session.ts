/**
 * The lab's doings: the lists, the picture and its hole, the model and its vocabulary, the spec with its undo. What the visitor changes goes
 * through `change`, strokes too, so that one history undoes them all; a change of the settings runs nothing.
 */
import { isAbort, messageOf } from '../abort';
import { readAddress } from '../address';
import { kindOfPicture } from './choose';
import { createEditing, type Editing } from './editing';
import { createMasks, type Masks } from './masks';
import { createModels } from './models';
import { layoutFor, placesUnder } from './places';
import { regionFor, settleSquare } from './region';
import { createRuns, type Runs } from './runs';
import type { SessionServices, Shared } from './services';
import { createShowing, type Showing } from './showing';
import { createPictureSources } from '../pictureSources';
import { sourceOrFirst, titleOfSample } from '../samples';
import { keyOf, withinMemory, type LoadedPicture } from './sources';
import type { InpaintSpec, SourceRef, SquareRef } from './spec';
import {
  selectBusy,
  selectMode,
  selectModel,
  selectTokenizer,
  type InpaintStore,
  type InpaintView,
  type OpenPicture,
} from './store';

const pause = () => new Promise<void>((resolve) => setTimeout(resolve));

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface InpaintSession extends Editing, Runs, Pick<Showing, 'wantAlone'> {
  readonly masks: Pick<Masks, 'get' | 'onChange'>;
  /** Fetches the lists, the picture and the vocabulary. Ended by `dispose`. */
  start(): Promise<void>;
  /** Changes the spec (undoable). @param gesture changes of one gesture make one entry */
  change(patch: Partial<InpaintSpec>, gesture?: string): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
  /** Takes a picture file; on failure what was there stays. The last one taken wins. */
  open(blob: Blob, name: string): Promise<void>;
  openUrl(address: string): Promise<void>;
  openSample(file: string): Promise<void>;
  /** Puts the square somewhere by hand, within reason. */
  setSquare(square: SquareRef | 'auto', gesture?: string): void;
  /** Shows an answer; null: the picture with its hole. */
  showAnswer(ref: { generation: number; answer: number } | null): void;
  /** Changes what the visitor looks at. */
  look(patch: Partial<InpaintView>): void;
  /** The answer on the screen becomes the picture (undoable). */
  accept(): Promise<void>;
  /** The picture as it is on the screen, at full size, as PNG. */
  download(): Promise<Blob | null>;
  dismiss(): void;
  /** Fetches again what failed before the first run. */
  retry(): Promise<void>;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

/** Packing a large hole for the address takes a moment: it follows when the visitor pauses. */
const LINK_DELAY_MS = 300;

export function createInpaintSession(store: InpaintStore, services: SessionServices): InpaintSession {
  const { engine, hole, history, notify } = services;
  const set = store.setState;
  const masks = createMasks();
  const sources = createPictureSources<LoadedPicture>({
    ...services,
    read: async (blob, file, signal) => ({ image: await hole.decode(blob, { signal }), name: titleOf(file) }),
    trim: withinMemory,
    again: 'open it again',
  });
  let life = new AbortController();
  let unsubscribe = () => {};
  /** The picture is with the worker. */
  let opened = Promise.resolve();
  let linkTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked for: slow work for an older request must not replace a newer one's. */
  let [asked, brought, measured, prepared] = [0, 0, 0, 0];
  /** The last answer that was looked at in each picture, so that undo finds it again. */
  const lastShown = new Map<string, NonNullable<ReturnType<typeof store.getState>['shown']>>();

  const models = createModels(store, engine, () => life.signal, services.modelsUrl);
  const shared: Shared = {
    ...{ store, engine, masks, ready: (signal) => models.ready(signal) },
    hole: {
      ...hole,
      prepare: async (...asked) => (await opened, hole.prepare(...asked)),
      compose: async (...asked) => (await opened, hole.compose(...asked)),
    },
    life: () => life.signal,
    say: (kind, message) => set({ notice: { kind, message } }),
  };
  const { say } = shared;
  const showing = createShowing(shared);
  const runs = createRuns(shared, () => {
    remember();
    // The spot was for the answer before.
    session.change({ spot: null });
    void showing.show();
  });
  const editing = createEditing(
    shared,
    (patch) => session.change(patch),
    (own) => sources.keep(own),
  );

  /** Brings the vocabulary up to the spec. A run that needs it waits for the same. */
  async function prepare(): Promise<void> {
    const mine = ++prepared;
    try {
      await models.ready(life.signal);
      if (store.getState().phase === 'starting') set({ phase: 'idle', progress: null });
    } catch (error) {
      if (mine === prepared && !isAbort(error) && !selectBusy(store.getState()))
        set({ phase: 'failed', progress: null, failure: messageOf(error) });
    }
  }

  const titleOf = (file: string) => titleOfSample(store.getState().samples, file);

  const sourceOf = ({ source }: InpaintSpec) => sourceOrFirst(source, store.getState().samples);

  function remember(): void {
    const { shown, picture } = store.getState();
    if (shown && picture) lastShown.set(picture.key, shown);
  }

  /** Opens the picture of the spec where another one is open. @returns false where it could not, or something newer was asked for */
  async function bringPicture(spec: InpaintSpec, mine: number): Promise<boolean> {
    const source = sourceOf(spec);
    if (!source || store.getState().picture?.key === keyOf(source)) return true;
    const { image, name } = await sources.load(source, life.signal);
    if (mine !== brought || life.signal.aborted) return false;
    runs.cancel();
    showing.clear();
    // Copying a large picture takes a moment: not the one in which the screen changes. What needs it waits for it.
    opened = pause().then(() => hole.open(image, { signal: life.signal }));
    opened.catch((error: unknown) => isAbort(error) || say('bad', messageOf(error)));
    masks.reset(image.width, image.height);
    const key = keyOf(source);
    const shown = lastShown.get(key);
    set(({ generations, view, picture: before }) => ({
      picture: { key, name, image, kind: kindOfPicture(image) },
      shown: shown && generations.some(({ id }) => id === shown.generation) ? shown : null,
      ...{ patch: null, composed: false, live: null, bounds: null, spotBounds: null, region: null, free: null },
      view: { ...view, step: null, playing: 0, comparing: false, size: brushFor(image, before, view) },
    }));
    return true;
  }

  /** Brings the screen to the present spec. */
  async function bring(): Promise<void> {
    const mine = ++brought;
    const spec = history.current;
    const source = sourceOf(spec);
    if (source && store.getState().picture?.key !== keyOf(source)) {
      try {
        if (!(await bringPicture(spec, mine))) return;
      } catch (error) {
        if (mine === brought && !isAbort(error)) say('bad', messageOf(error));
        return;
      }
      void prepare();
    }
    const { picture } = store.getState();
    if (!picture) return;
    if (!masks.load('hole', spec.mask) && spec.mask?.kind === 'bits')
      say(
        'warn',
        `The hole of this link is for a picture of ${spec.mask.width} × ${spec.mask.height} pixels, which does not travel: open that picture, and the hole is in its place.`,
      );
    masks.load('spot', spec.spot);
    measure();
    void showing.show();
  }

  /** What follows from the masks and the settings. */
  function measure(): void {
    const state = store.getState();
    const tokenizer = selectTokenizer(state);
    const bounds = masks.bounds('hole');
    const region =
      state.picture && tokenizer
        ? regionFor(state.spec, selectMode(state), state.picture.image, bounds, tokenizer)
        : null;
    const same = JSON.stringify(region) === JSON.stringify(state.region);
    set({ bounds, spotBounds: masks.bounds('spot'), ...(same ? {} : { region }) });
    void bringFree();
  }

  /** Which codes are free, where that is looked at. */
  async function bringFree(): Promise<void> {
    const mine = ++measured;
    const state = store.getState();
    const [model, tokenizer, mask] = [selectModel(state), selectTokenizer(state), masks.get('hole')];
    const { region, spec, view } = state;
    if (!view.showCodes || !region || !model || !tokenizer || !mask) {
      if (state.free) set({ free: null });
      return;
    }
    const size = selectMode(state) === 'square' ? tokenizer.resolution : null;
    const unit = Math.max(...tokenizer.grids.map(({ factor }) => factor));
    try {
      const made = await shared.hole.prepare(mask, region, size, unit, { signal: life.signal });
      if (mine !== measured) return;
      const layout = layoutFor(model, tokenizer, made.picture);
      set({ free: { rect: made.rect, layout, places: placesUnder(made.hole, made.picture, layout, spec.grow) } });
    } catch (error) {
      if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
    }
  }

  function specChanged(): void {
    const spec = history.current;
    const before = selectModel(store.getState())?.id;
    const { mask } = store.getState().spec;
    set({ spec, canUndo: history.canUndo, canRedo: history.canRedo });
    // Another hole is another question: the picture is shown with it.
    if (mask !== spec.mask && store.getState().shown) set({ shown: null });
    clearTimeout(linkTimer);
    linkTimer = setTimeout(() => services.onSpec?.({ ...spec, mask: masks.travelling(spec.mask) }), LINK_DELAY_MS);
    void bring();
    if (selectModel(store.getState())?.id !== before) void prepare();
  }

  /** Puts a loaded picture in place of the one there is. */
  function takePicture(source: SourceRef, { width, height }: Size): void {
    const { mask } = history.current;
    // The hole of a link waits for its picture.
    const fits = mask?.kind === 'bits' && mask.width === width && mask.height === height;
    set({ notice: null, failure: null });
    session.change({ source, mask: fits ? mask : null, spot: null, square: 'auto' });
  }

  async function open(mine: number, name: string, load: () => Promise<Blob>): Promise<void> {
    try {
      const image = await hole.decode(await load(), { signal: life.signal });
      if (mine !== asked || life.signal.aborted) return;
      takePicture(sources.keep({ image, name }), image);
    } catch (error) {
      if (mine === asked && !isAbort(error))
        say('bad', `${name || 'This file'} could not be opened. ${messageOf(error)}`);
    }
  }

  const session: InpaintSession = {
    ...editing,
    ...runs,
    masks,
    wantAlone: () => showing.wantAlone(),
    async start() {
      if (life.signal.aborted) {
        life = new AbortController();
        // The worker that had the picture is gone.
        set({ picture: null });
      }
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') set({ capabilities: event.capabilities });
        if (event.kind === 'device-lost' && selectBusy(store.getState()))
          say('info', 'The GPU went away. It is being started again, and the work goes on by itself; nothing is lost.');
      });
      set({ canUndo: history.canUndo, canRedo: history.canRedo });
      await session.retry();
    },
    async retry() {
      set({ phase: 'starting', failure: null, progress: null });
      try {
        const samples = services.loadSamples(life.signal).then(
          (list) => set({ samples: list }),
          (error: unknown) => isAbort(error) || say('warn', messageOf(error)),
        );
        // The picture is worth showing, and painting on, without a model.
        await Promise.all([models.lists(), samples.then(bring)]);
        measure();
        await prepare();
      } catch (error) {
        if (!isAbort(error)) set({ phase: 'failed', progress: null, failure: messageOf(error) });
      }
    },
    change(patch, gesture) {
      const before = history.current;
      history.push({ ...before, ...patch }, gesture === undefined ? {} : { gesture });
      if (history.current !== before) specChanged();
    },
    endGesture: () => history.endGesture(),
    undo() {
      asked++;
      history.undo();
      specChanged();
    },
    redo() {
      asked++;
      history.redo();
      specChanged();
    },
    open: (blob, name) => open(++asked, name, () => Promise.resolve(blob)),
    async openUrl(text) {
      const address = readAddress(text, services.pageUrl);
      if (!address)
        return say(
          'warn',
          `"${text.slice(0, 80)}" cannot be read as an address. Save the picture and drop the file here.`,
        );
      await open(++asked, address.name, () => services.fetchPicture(address.url, life.signal));
    },
    async openSample(file) {
      const mine = ++asked;
      const source = { kind: 'sample', file } as const;
      try {
        const { image } = await sources.load(source, life.signal);
        if (mine === asked && !life.signal.aborted) takePicture(source, image);
      } catch (error) {
        if (mine === asked && !isAbort(error)) say('bad', `${titleOf(file)} could not be opened. ${messageOf(error)}`);
      }
    },
    setSquare(square, gesture) {
      const { picture } = store.getState();
      if (picture)
        session.change({ square: square === 'auto' ? square : settleSquare(square, picture.image) }, gesture);
    },
    showAnswer(ref) {
      const { shown, spec } = store.getState();
      if (shown?.generation === ref?.generation && shown?.answer === ref?.answer) return;
      set(({ view }) => ({
        shown: ref,
        view: { ...view, comparing: false, ...(ref ? {} : { step: null, playing: 0 }) },
      }));
      remember();
      // A spot belongs to the answer that it was painted on.
      if (spec.spot) session.change({ spot: null });
      else void showing.show();
    },
    look(patch) {
      set(({ view }) => ({ view: { ...view, ...patch } }));
      if ('step' in patch) void showing.show();
      if ('showCodes' in patch) void bringFree();
    },
    async accept() {
      const { picture, shown } = store.getState();
      if (!picture || !shown) return;
      try {
        const image = await showing.image();
        if (!image || store.getState().shown !== shown) return;
        remember();
        const source = sources.keep({ image, name: picture.name });
        session.change({ source, mask: null, spot: null, square: 'auto' });
      } catch (error) {
        if (!isAbort(error)) say('bad', messageOf(error));
      }
    },
    async download() {
      const { picture } = store.getState();
      const image = (await showing.image()) ?? picture?.image;
      return image ? hole.png(image, { signal: life.signal }) : null;
    },
    dismiss: () => set({ notice: null }),
    async useBackend(choice) {
      runs.cancel();
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
      clearTimeout(linkTimer);
      runs.cancel();
      life.abort();
      unsubscribe();
      showing.clear();
      hole.dispose();
      // Where this fails (no engine came up) there is nothing to free.
      engine.releaseSamplers().catch(() => undefined);
    },
  };
  return session;
}

/** A brush that is neither a needle nor a broom in a picture of this size, in whole pixels; the visitor's in one of the size before. */
function brushFor({ width, height }: Size, before: OpenPicture | null, { size }: InpaintView): number {
  if (before?.image.width === width && before.image.height === height) return size;
  return Math.max(4, Math.round(Math.max(width, height) / 9));
}
