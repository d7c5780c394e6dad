/** What is computed of code vectors and code grids, off the page. */
import { batchSizes } from '../../codebook/batches';
import { sumOf } from '../../codebook/counts';
import type { TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import type { CodebookServices } from './services';
import { codeSetOf, selectSetName, type CodeSet } from './sets';
import {
  levelKey,
  selectCodebook,
  selectKey,
  selectMapKey,
  selectModel,
  selectSize,
  type CodebookStore,
} from './store';

export interface AnalysisWork {
  /** Vectors and principal components of a level. Repeating it is free. */
  vectors(model: TokenizerSummary, level: number): Promise<void>;
  /** The UMAP of the spec; nothing where it is there, or was stopped (unless `again`). A later call ends an earlier one. */
  map(again?: boolean): Promise<void>;
  stopMap(): void;
  /** Pairs and batches of the set of the spec. Repeating it is free. */
  set(): Promise<void>;
  dispose(): void;
}

/** Batches of each size in the chart, and pictures in the largest that is drawn from counts alone. */
export const REPEATS = 24;
export const MOST_DRAWN = 1024;

/** @param life fires at the end of the session */
export function createAnalysisWork(
  store: CodebookStore,
  { engine, statistics, notify }: CodebookServices,
  life: () => AbortSignal,
): AnalysisWork {
  const pending = new Set<string>();
  let mapJob: AbortController | null = null;
  let setJob: AbortController | null = null;
  let stopped = '';

  async function measure(set: CodeSet, size: number, seed: number, signal: AbortSignal) {
    const { key, grids, counts, pictures, reference } = set;
    if (grids) {
      const all = grids.map(({ grid }) => grid);
      const right = await statistics.pairs(all, size, 'right', { signal });
      const below = await statistics.pairs(all, size, 'below', { signal });
      store.setState({ pairs: { key, value: { right, below } } });
    } else store.setState({ pairs: null });
    const options = { seed, repeats: REPEATS };
    const perPicture = Math.max(1, Math.round(sumOf(counts) / Math.max(1, pictures)));
    const sizes = batchSizes(Math.min(pictures, MOST_DRAWN));
    const draws = reference
      ? await statistics.perplexityOfDraws(Array.from(reference), perPicture, sizes, options, { signal })
      : [];
    const codes = grids?.map(({ grid }) => grid.indices);
    const ofPictures = codes
      ? await statistics.perplexityByBatch(codes, size, batchSizes(codes.length), options, { signal })
      : null;
    store.setState({ batches: { key: `${key} ${seed}`, pictures: ofPictures, draws } });
  }

  return {
    async vectors(model, level) {
      const key = levelKey(model.id, level);
      if (store.getState().components.has(key) || pending.has(key)) return;
      pending.add(key);
      try {
        const signal = life();
        await engine.load(model.id, { signal });
        const codebook = await engine.codebook(model.id, level);
        store.setState((state) => ({ codebooks: new Map(state.codebooks).set(key, codebook) }));
        const codeDim = codebook.length / model.codebookSizes[level]!;
        const components = await statistics.components(codebook, codeDim, 2, { signal });
        store.setState((state) => ({ components: new Map(state.components).set(key, components) }));
      } catch (error) {
        if (!isAbort(error))
          notify({ id: 'vectors', kind: 'warning', title: 'The code vectors are not here', message: messageOf(error) });
      } finally {
        pending.delete(key);
      }
    },
    async map(again = false) {
      const state = store.getState();
      const key = selectMapKey(state);
      const codebook = selectCodebook(state);
      if (!codebook || state.maps.has(key) || state.mapping?.key === key || (stopped === key && !again)) return;
      stopped = '';
      mapJob?.abort();
      const mine = (mapJob = new AbortController());
      const signal = AbortSignal.any([mine.signal, life()]);
      const { neighbours, minDist, metric, seed } = state.spec;
      const options = { neighbours, minDist, metric, seed };
      store.setState({ mapping: { key, fraction: 0, message: 'Starting', points: null } });
      let over = false;
      try {
        const points = await statistics.umap(
          codebook,
          codebook.length / selectSize(state),
          options,
          // Reports have a channel of their own: the last ones may come after the map.
          (report) => over || signal.aborted || store.setState({ mapping: { ...report, key } }),
          { signal },
        );
        over = true;
        store.setState(({ maps }) => ({ maps: new Map(maps).set(key, points), mapping: null }));
      } catch (error) {
        if (mapJob === mine) store.setState({ mapping: null });
        if (!isAbort(error)) notify({ id: 'map', kind: 'error', title: 'There is no map', message: messageOf(error) });
      }
    },
    stopMap() {
      stopped = store.getState().mapping?.key ?? '';
      mapJob?.abort();
    },
    async set() {
      const state = store.getState();
      if (!selectModel(state)) return;
      const set = codeSetOf(state, selectSetName(state));
      setJob?.abort();
      if (!set) return store.setState({ pairs: null, batches: null });
      const mine = (setJob = new AbortController());
      const key = `${set.key} ${state.spec.seed}`;
      if (state.batches?.key === key && (set.grids === null || state.pairs?.key === set.key)) return;
      try {
        await measure(set, selectSize(state), state.spec.seed, AbortSignal.any([mine.signal, life()]));
      } catch (error) {
        if (!isAbort(error))
          notify({ id: 'set', kind: 'error', title: `${set.title} of ${selectKey(state)}`, message: messageOf(error) });
      }
    },
    dispose() {
      mapJob?.abort();
      setJob?.abort();
      statistics.dispose();
    },
  };
}
