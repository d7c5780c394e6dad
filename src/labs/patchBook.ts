/** What codes look like: out of the atlas that a model brings along, else decoded when they are asked for. */
import type { UsageFile } from '../codebook/types';
import { readUsage } from '../codebook/usageFile';
import type { EngineClient, Picture, TokenizerSummary } from '../engine/types';
import { cutRect } from '../image/picture';
import { isAbort, messageOf } from './abort';
import { loadAtlas, type Atlas } from './atlasFile';

type Model = Pick<TokenizerSummary, 'id' | 'codebookSizes'>;

export interface PatchBook {
  /** Reads a model's atlas and counts, once. Never rejects: a model may have none. */
  open(model: Model): Promise<void>;
  /** Which codes its data sets use; null where the model does not say, or was not opened. */
  usage(modelId: string): UsageFile | null;
  /** All patches at once; null where the model brings none, or until it is read. */
  atlas(modelId: string, level: number): Atlas | null;
  /** Undefined until it is known. The same object each time. */
  patchOf(modelId: string, level: number, index: number): Picture | undefined;
  /** Decodes those that no atlas shows and nobody asked for before. */
  want(model: Model, level: number, indices: readonly number[]): Promise<void>;
  clear(): void;
}

/** Patches decoded in one call: small, so that other work does not wait long behind them. */
const CHUNK = 8;

const keyOf = (modelId: string, level: number, index: number) => `${modelId}/${level}/${index}`;

/**
 * @param decode a file as a picture
 * @param onChange patches were added
 * @param life fires when nobody looks any more
 */
export function createPatchBook(
  engine: Pick<EngineClient, 'modelFile' | 'decodePatches'>,
  decode: (blob: Blob) => Promise<Picture>,
  onChange: () => void,
  life: () => AbortSignal,
): PatchBook {
  const opened = new Map<string, Promise<void>>();
  const usages = new Map<string, UsageFile>();
  const atlases = new Map<string, readonly Atlas[]>();
  const patches = new Map<string, Picture>();
  const pending = new Set<string>();

  async function read(model: Model): Promise<void> {
    const usage = await readUsage(await engine.modelFile(model.id, 'usage.json'), model.codebookSizes);
    if (!usage) return;
    usages.set(model.id, usage);
    onChange();
    const found = await Promise.all(usage.atlas.map((entry, level) => loadAtlas(engine, decode, model, level, entry)));
    atlases.set(model.id, found);
    onChange();
  }

  function open(model: Model): Promise<void> {
    const known = opened.get(model.id);
    if (known) return known;
    const reading = read(model).catch((error: unknown) => {
      if (!isAbort(error)) console.warn('tessera: the atlas could not be read:', messageOf(error));
    });
    opened.set(model.id, reading);
    return reading;
  }

  function patchOf(modelId: string, level: number, index: number): Picture | undefined {
    const key = keyOf(modelId, level, index);
    const known = patches.get(key);
    if (known) return known;
    const atlas = atlases.get(modelId)?.[level];
    if (!atlas) return undefined;
    const { picture, columns, patch } = atlas;
    const rect = { x: (index % columns) * patch, y: Math.floor(index / columns) * patch, width: patch, height: patch };
    const cut = cutRect(picture, rect);
    patches.set(key, cut);
    return cut;
  }

  return {
    open,
    patchOf,
    atlas: (modelId, level) => atlases.get(modelId)?.[level] ?? null,
    usage: (modelId) => usages.get(modelId) ?? null,
    async want(model, level, indices) {
      await open(model);
      const missing = [...new Set(indices)].filter(
        (index) => !pending.has(keyOf(model.id, level, index)) && !patchOf(model.id, level, index),
      );
      missing.forEach((index) => pending.add(keyOf(model.id, level, index)));
      try {
        for (let at = 0; at < missing.length; at += CHUNK) {
          const chunk = missing.slice(at, at + CHUNK);
          const pictures = await engine.decodePatches(model.id, level, chunk, { signal: life() });
          chunk.forEach((index, i) => patches.set(keyOf(model.id, level, index), pictures[i]!));
          onChange();
        }
      } catch (error) {
        // A patch is an ornament: its code is painted as a colour instead.
        if (!isAbort(error)) console.warn('tessera: patches could not be decoded:', messageOf(error));
      } finally {
        missing.forEach((index) => pending.delete(keyOf(model.id, level, index)));
      }
    },
    clear() {
      opened.clear();
      usages.clear();
      atlases.clear();
      patches.clear();
    },
  };
}
