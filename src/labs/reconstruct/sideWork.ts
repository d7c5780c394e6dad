/** Work beside the runs whose failure does no harm: patches and codebooks. Its absence shows; a console line tells why. */
import type { EngineClient, TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import { codesAlone, countCodes } from '../codeFacts';
import { codebookKey, patchKey, selectShown, type ReconstructStore } from './store';

export interface SideWork {
  /** Decodes patches of codes that are not known yet: the grid shows colours until they are. */
  wantPatches(level: number, indices: readonly number[]): Promise<void>;
  /** Patches of every code that is shown. */
  wantAllPatches(level: number): Promise<void>;
  wantCodebook(level: number): Promise<void>;
  /** Two levels: what is shown, painted from one grid alone. */
  wantAlone(level: number): Promise<void>;
}

/** Patches decoded in one call: small, so that a new picture does not wait long behind them. */
const patchChunk = 32;

/** @param life fires at the end of the session */
export function createSideWork(store: ReconstructStore, engine: EngineClient, life: () => AbortSignal): SideWork {
  const pending = new Set<string>();

  async function quietly(work: (model: TokenizerSummary) => Promise<void>): Promise<void> {
    const shown = selectShown(store.getState());
    const model = store.getState().models.find((one) => one.id === shown?.modelId);
    if (!model) return;
    try {
      await work(model);
    } catch (error) {
      if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
    }
  }

  async function fetchPatches(model: TokenizerSummary, level: number, indices: readonly number[]): Promise<void> {
    const keyOf = (index: number) => patchKey(model.id, level, index);
    const wanted = [...new Set(indices)].filter(
      (i) => !store.getState().patches.has(keyOf(i)) && !pending.has(keyOf(i)),
    );
    wanted.forEach((index) => pending.add(keyOf(index)));
    try {
      for (let at = 0; at < wanted.length; at += patchChunk) {
        const chunk = wanted.slice(at, at + patchChunk);
        const pictures = await engine.decodePatches(model.id, level, chunk, { signal: life() });
        const patches = new Map(store.getState().patches);
        chunk.forEach((index, i) => patches.set(keyOf(index), pictures[i]!));
        store.setState({ patches });
      }
    } finally {
      wanted.forEach((index) => pending.delete(keyOf(index)));
    }
  }

  return {
    wantPatches: (level, indices) => quietly((model) => fetchPatches(model, level, indices)),
    wantAllPatches: (level) =>
      quietly(async (model) => {
        const grid = selectShown(store.getState())?.codes[level];
        if (grid) await fetchPatches(model, level, [...countCodes(grid).keys()]);
      }),
    wantAlone: (level) =>
      quietly(async (model) => {
        const shown = selectShown(store.getState());
        if (!shown || store.getState().alone.has(level)) return;
        const picture = await engine.decode(model.id, codesAlone(shown.codes, level), { signal: life() });
        // Another picture may have come meanwhile.
        if (selectShown(store.getState()) === shown)
          store.setState(({ alone }) => ({ alone: new Map(alone).set(level, picture) }));
      }),
    wantCodebook: (level) =>
      quietly(async (model) => {
        const key = codebookKey(model.id, level);
        if (store.getState().codebooks.has(key) || pending.has(key)) return;
        pending.add(key);
        try {
          const codebook = await engine.codebook(model.id, level);
          store.setState({ codebooks: new Map(store.getState().codebooks).set(key, codebook) });
        } finally {
          pending.delete(key);
        }
      }),
  };
}
