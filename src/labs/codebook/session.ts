/**
 * The lab at work: lists, model, picture, sets. Whatever changes the spec goes through `change`; what follows from it is brought up to date by `apply`,
 * quickest first: the atlas does not wait for weights.
 */
import type { TokenizerSummary } from '../../engine/types';
import { picturesOf } from '../pictureFiles';
import { readAddress } from '../address';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { createLists, REMEDY } from '../lists';
import { sourceOrFirst } from '../samples';
import { createAnalysisWork } from './analysis';
import { createAtlasWork } from './atlasWork';
import { createContextWork } from './inContext';
import { createPictureWork, MAX_FILES } from './pictures';
import type { CodebookServices } from './services';
import type { CodebookSpec } from './spec';
import {
  levelKey,
  selectKey,
  selectLevel,
  selectModel,
  selectSize,
  type CodebookStore,
  type CollectionName,
} from './store';

export interface CodebookSession {
  /** Fetches the lists, shows the atlas, then the rest. Resolves when there is nothing left to do. Ended by `dispose`. */
  start(): Promise<void>;
  /** Changes the spec; changes of one `gesture` are undone together. */
  change(patch: Partial<CodebookSpec>, gesture?: string): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Takes pictures: one becomes the picture, several become the visitor's set. */
  takeFiles(files: readonly File[]): Promise<void>;
  openUrl(address: string): Promise<void>;
  /** Encodes a set: the built-in pictures, or the visitor's files. */
  collect(name: 'samples'): Promise<void>;
  stopCollecting(name: CollectionName): void;
  /** Decodes the picture with each of these codes at the place of the spec. */
  showInContext(codes: readonly number[]): Promise<void>;
  stopContext(): void;
  stopMap(): void;
  /** Draws the map after it was stopped. */
  drawMap(): Promise<void>;
  stopAtlas(): void;
  resumeAtlas(): Promise<void>;
  retry(): Promise<void>;
  useBackend(choice: 'wasm' | 'webgpu'): Promise<void>;
  dispose(): void;
}

export function createCodebookSession(store: CodebookStore, services: CodebookServices): CodebookSession {
  const { engine, history, notify } = services;
  let life = new AbortController();
  const alive = () => life.signal;
  const atlas = createAtlasWork(store, services, alive);
  const pictures = createPictureWork(store, services, alive);
  const analysis = createAnalysisWork(store, services, alive);
  const context = createContextWork(store, services, alive);
  let unsubscribe = () => {};
  /** What the picture on the screen was made from. */
  let encoded = '';
  /** Counts what was asked for: a file that took long to read must not replace what was asked for after it. */
  let asked = 0;

  const lists = createLists(engine, services.loadSamples, {
    onCapabilities: (capabilities) => store.setState({ capabilities }),
    onModels: (models) => {
      store.setState({ models });
      // The atlas needs neither weights nor a device, which may take longer to be opened.
      void showAtlas();
    },
    onSamples: (samples) => store.setState({ samples }),
    onNoSamples: (message) => notify({ id: 'samples', kind: 'warning', title: 'No samples', message }),
  });

  async function showAtlas(): Promise<void> {
    const state = store.getState();
    const model = selectModel(state);
    if (model) await atlas.open(model, selectLevel(state));
  }

  async function encodePicture(model: TokenizerSummary): Promise<void> {
    const { spec, samples } = store.getState();
    const source = sourceOrFirst(spec.source, samples);
    const wanted = `${model.id} ${JSON.stringify(source)}`;
    if (wanted === encoded) return;
    encoded = wanted;
    await pictures.encode(source, model);
    // A picture that failed, or was overtaken, is tried again when it is asked for again.
    const { picture, pictureFailure } = store.getState();
    if (encoded === wanted && (picture?.modelId !== model.id || pictureFailure)) encoded = '';
  }

  /** Brings everything to the present spec. */
  async function apply(): Promise<void> {
    if (life.signal.aborted) return;
    const { current: spec, canUndo, canRedo } = history;
    store.setState({ spec, canUndo, canRedo, failure: null });
    services.onSpec?.(spec);
    const samples = lists.samples(life.signal);
    try {
      await unlessAborted(life.signal, lists.models());
    } catch (error) {
      if (!isAbort(error)) store.setState({ failure: messageOf(error) });
      return;
    }
    const state = store.getState();
    const model = selectModel(state);
    if (!model) {
      const failure = `There is no tokenizer: ${services.modelsUrl}index.json lists none. ${REMEDY}`;
      return store.setState({ failure });
    }
    const level = selectLevel(state);
    await atlas.open(model, level);
    await analysis.vectors(model, level);
    await samples;
    // Another codebook may have been asked for meanwhile.
    if (selectKey(store.getState()) !== levelKey(model.id, level)) return;
    await encodePicture(model);
    if (selectKey(store.getState()) !== levelKey(model.id, level)) return;
    await Promise.all([atlas.fill(model, level), wantMap(), wantSet()]);
  }

  const wantMap = async () => {
    const { page, projection } = store.getState().spec;
    if (page === 'map' && projection === 'umap') await analysis.map();
  };
  const wantSet = async () => {
    const { page } = store.getState().spec;
    if (page === 'health') await analysis.set();
  };

  const openOne = async (file: Blob, name: string, mine: number) => {
    try {
      const picture = await services.decode(file);
      if (mine !== asked || life.signal.aborted) return;
      await session.change({ source: pictures.keep(picture, name), place: null });
    } catch (error) {
      notify({
        id: 'open',
        kind: 'error',
        title: `${name || 'This file'} could not be opened`,
        message: messageOf(error),
      });
    }
  };

  const session: CodebookSession = {
    start() {
      if (life.signal.aborted) life = new AbortController();
      unsubscribe();
      unsubscribe = engine.subscribe((event) => {
        if (event.kind === 'device-restored') store.setState({ capabilities: event.capabilities });
      });
      return apply();
    },
    change(patch, gesture) {
      if ('source' in patch) asked++;
      // A code of another codebook means nothing in this one.
      const other = 'model' in patch || 'level' in patch;
      const next = { ...history.current, ...(other ? { code: null } : {}), ...patch };
      history.push(next, gesture ? { gesture } : {});
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
    async takeFiles(files) {
      const mine = ++asked;
      const [first] = files;
      if (files.length === 1 && first) return openOne(first, first.name, mine);
      const found = picturesOf(files);
      const model = selectModel(store.getState());
      if (!model) return;
      if (found.length === 0)
        return notify({
          id: 'open',
          kind: 'error',
          title: 'No pictures',
          message: `There is no picture among these ${files.length} files.`,
        });
      if (found.length > MAX_FILES)
        notify({
          id: 'open',
          kind: 'warning',
          title: 'Many pictures',
          message: `The first ${MAX_FILES} of ${found.length} are encoded.`,
        });
      await session.change({ page: 'health', set: 'own' });
      await pictures.collect(
        'own',
        found.map((file) => ({ name: file.name, read: () => Promise.resolve(file) })),
        model,
      );
      await wantSet();
    },
    async openUrl(text) {
      const mine = ++asked;
      const address = readAddress(text, services.pageUrl);
      if (!address) {
        const message = `"${text.slice(0, 80)}" cannot be read as an address. Save the picture and drop the file here.`;
        return notify({ id: 'open', kind: 'error', title: 'This is not an address', message });
      }
      try {
        await openOne(await services.fetchPicture(address.url, life.signal), address.name, mine);
      } catch (error) {
        if (isAbort(error)) return;
        notify({ id: 'open', kind: 'error', title: `${address.name} could not be fetched`, message: messageOf(error) });
      }
    },
    async collect(name) {
      const state = store.getState();
      const model = selectModel(state);
      if (!model) return;
      const files = state.samples.map(({ file, title }) => ({
        name: title,
        read: (signal: AbortSignal) => services.fetchPicture(services.sampleUrl(file), signal),
      }));
      await pictures.collect(name, files, model);
      await wantSet();
    },
    stopCollecting: (name) => pictures.stop(name),
    showInContext: (codes) => context.show(codes),
    stopContext: () => context.stop(),
    stopMap: () => analysis.stopMap(),
    drawMap: () => analysis.map(true),
    stopAtlas: () => atlas.stop(),
    async resumeAtlas() {
      const state = store.getState();
      const model = selectModel(state);
      if (model && selectSize(state) > 0) await atlas.resume(model, selectLevel(state));
      await apply();
    },
    retry: apply,
    async useBackend(choice) {
      try {
        const capabilities = await engine.setBackend(choice);
        store.setState({ capabilities });
        services.onBackend?.(capabilities);
      } catch (error) {
        notify({ id: 'backend', kind: 'error', title: 'The engine stayed where it was', message: messageOf(error) });
      }
      await apply();
    },
    dispose() {
      life.abort();
      unsubscribe();
      atlas.stop();
      pictures.dispose();
      analysis.dispose();
      context.stop();
    },
  };
  return session;
}
