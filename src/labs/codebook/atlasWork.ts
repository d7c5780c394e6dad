/** Atlases: the picture that comes with a model, or every code decoded here, in batches. */
import { readUsage } from '../../codebook/usageFile';
import type { UsageFile } from '../../codebook/types';
import type { Picture, TokenizerSummary } from '../../engine/types';
import type { AtlasSheet } from '../../ui/codeAtlas/geometry';
import { isAbort, messageOf } from '../abort';
import { loadAtlas } from '../atlasFile';
import { squareWidth } from './orders';
import type { CodebookServices } from './services';
import { levelKey, type Atlas, type CodebookStore } from './store';

export interface AtlasWork {
  /** The usage that comes with a model, and the atlas of a level where one does. Needs no weights; repeating it is free. */
  open(model: TokenizerSummary, level: number): Promise<void>;
  /** Decodes the atlas of a level that has none. One that was stopped stays as it is until `resume`. */
  fill(model: TokenizerSummary, level: number): Promise<void>;
  /** Goes on decoding after `stop`. */
  resume(model: TokenizerSummary, level: number): Promise<void>;
  stop(): void;
}

/** Codes in one call: small enough that progress moves and a stop is quick. */
const BATCH = 64;

/** @param life fires at the end of the session */
export function createAtlasWork(
  store: CodebookStore,
  { engine, notify, decode }: CodebookServices,
  life: () => AbortSignal,
): AtlasWork {
  let job: AbortController | null = null;
  const opening = new Map<string, Promise<void>>();
  const warn = (id: string, title: string, error: unknown) =>
    notify({ id, kind: 'warning', title, message: messageOf(error) });
  const put = (key: string, atlas: Atlas) =>
    store.setState(({ atlases }) => ({ atlases: new Map(atlases).set(key, atlas) }));

  async function usageOf(model: TokenizerSummary): Promise<UsageFile | null> {
    const known = store.getState().usage.get(model.id);
    if (known !== undefined) return known;
    let usage: UsageFile | null = null;
    try {
      usage = await readUsage(await engine.modelFile(model.id, 'usage.json'), model.codebookSizes);
    } catch (error) {
      warn('usage', 'The record of how its codes are used cannot be read', error);
    }
    store.setState((state) => ({ usage: new Map(state.usage).set(model.id, usage) }));
    return usage;
  }

  /** The atlas that came with the model; null where there is none that fits. */
  async function shippedSheet(model: TokenizerSummary, level: number, usage: UsageFile): Promise<AtlasSheet | null> {
    const entry = usage.atlas[level];
    if (!entry) return null;
    try {
      return await loadAtlas(engine, decode, model, level, entry);
    } catch (error) {
      warn('atlas', 'The atlas is decoded here instead', error);
      return null;
    }
  }

  async function open(model: TokenizerSummary, level: number): Promise<void> {
    const key = levelKey(model.id, level);
    const usage = await usageOf(model);
    if (!usage || store.getState().atlases.has(key)) return;
    const sheet = await shippedSheet(model, level, usage);
    const count = model.codebookSizes[level]!;
    if (sheet && !life().aborted) put(key, { sheet, done: count, count, shipped: true, running: false });
  }

  async function decodeAll(model: TokenizerSummary, level: number): Promise<void> {
    job?.abort();
    const mine = (job = new AbortController());
    const signal = AbortSignal.any([mine.signal, life()]);
    const key = levelKey(model.id, level);
    const count = model.codebookSizes[level]!;
    let atlas = store.getState().atlases.get(key) ?? emptyAtlas(count, model.grids[level]!.factor);
    put(key, (atlas = { ...atlas, running: true }));
    try {
      await engine.load(model.id, {
        signal,
        onProgress: (progress) => signal.aborted || store.setState({ progress }),
      });
      store.setState({ progress: null });
      while (atlas.done < count) {
        const codes = Array.from({ length: Math.min(BATCH, count - atlas.done) }, (_, i) => atlas.done + i);
        const patches = await engine.decodePatches(model.id, level, codes, { signal });
        signal.throwIfAborted();
        atlas = { ...atlas, sheet: withPatches(atlas.sheet, codes, patches), done: atlas.done + codes.length };
        put(key, atlas);
      }
      put(key, { ...atlas, running: false });
    } catch (error) {
      store.setState({ progress: null });
      put(key, { ...atlas, running: false });
      if (!isAbort(error)) warn('atlas', 'Not all codes could be decoded', error);
    }
  }

  return {
    open(model, level) {
      const key = levelKey(model.id, level);
      const opened = opening.get(key) ?? open(model, level).finally(() => opening.delete(key));
      opening.set(key, opened);
      return opened;
    },
    async fill(model, level) {
      if (!store.getState().atlases.has(levelKey(model.id, level))) await decodeAll(model, level);
    },
    resume: decodeAll,
    stop: () => job?.abort(),
  };
}

function emptyAtlas(count: number, patch: number): Atlas {
  const columns = squareWidth(count);
  const [width, height] = [columns * patch, Math.ceil(count / columns) * patch];
  const picture = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  return { sheet: { picture, columns, patch }, done: 0, count, shipped: false, running: false };
}

/** The sheet with patches in their places. The pixels are shared with the old one, whose canvas is drawn and done. */
export function withPatches(sheet: AtlasSheet, codes: readonly number[], patches: readonly Picture[]): AtlasSheet {
  const { picture, columns, patch } = sheet;
  codes.forEach((code, i) => {
    const { data, width } = patches[i]!;
    if (width !== patch) throw new Error(`Code ${code} came as ${width} pixels, ${patch} are needed.`);
    const [left, top] = [(code % columns) * patch, Math.floor(code / columns) * patch];
    for (let y = 0; y < patch; y++)
      picture.data.set(data.subarray(y * patch * 4, (y + 1) * patch * 4), ((top + y) * picture.width + left) * 4);
  });
  return { ...sheet, picture: { ...picture } };
}
