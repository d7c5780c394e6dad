import { proxy, type Remote } from 'comlink';
import { createWorkerLink, type WorkerLink } from '../workers/link';
import type { BatchOptions, BatchPoint } from './batches';
import type { IndexGrid } from './counts';
import type { MapOptions, MapReport } from './map';
import type { Direction, PairTable } from './pairs';
import type { Pca } from './pca';
import type { StatisticsWorker } from './statisticsWorker';

export interface StatisticsCall {
  readonly signal?: AbortSignal;
}

/**
 * The slow part of the statistics, off the page. The first call starts a worker; a UMAP has one of its own, which ends with it. Every call rejects with
 * an AbortError after its `signal` fired or `dispose`; a UMAP stops at once then, shorter work is finished and thrown away.
 */
export interface StatisticsClient {
  /** See `perplexityByBatch`. */
  perplexityByBatch(
    pictures: readonly Int32Array[],
    codebookSize: number,
    sizes: readonly number[],
    options: BatchOptions,
    call?: StatisticsCall,
  ): Promise<BatchPoint[]>;
  /** See `perplexityOfDraws`. */
  perplexityOfDraws(
    counts: readonly number[],
    codesPerPicture: number,
    sizes: readonly number[],
    options: BatchOptions,
    call?: StatisticsCall,
  ): Promise<BatchPoint[]>;
  /** See `countPairs`. */
  pairs(
    grids: readonly IndexGrid[],
    codebookSize: number,
    direction: Direction,
    call?: StatisticsCall,
  ): Promise<PairTable>;
  /** See `principalComponents`. */
  components(codebook: Float32Array, codeDim: number, count: number, call?: StatisticsCall): Promise<Pca>;
  /** See `umapOf`. */
  umap(
    codebook: Float32Array,
    codeDim: number,
    options: MapOptions,
    onReport: (report: MapReport) => void,
    call?: StatisticsCall,
  ): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

export function createStatisticsClient(): StatisticsClient {
  const open = () =>
    createWorkerLink<StatisticsWorker>(
      () => new Worker(new URL('./statisticsWorker.ts', import.meta.url), { type: 'module', name: 'statistics' }),
      'statistics worker',
    );
  const shared = open();
  /** Of maps under way. */
  const maps = new Set<WorkerLink<StatisticsWorker>>();
  const run = <T>(call: StatisticsCall, send: (api: Remote<StatisticsWorker>) => Promise<T>) => shared.run(send, call);

  return {
    perplexityByBatch: (pictures, codebookSize, sizes, options, call = {}) =>
      run(call, (api) => api.perplexityByBatch(pictures, codebookSize, sizes, options)),
    perplexityOfDraws: (counts, codesPerPicture, sizes, options, call = {}) =>
      run(call, (api) => api.perplexityOfDraws(counts, codesPerPicture, sizes, options)),
    pairs: (grids, codebookSize, direction, call = {}) =>
      run(call, (api) =>
        api.pairs(
          grids.map(({ width, height, indices }) => ({ width, height, indices })),
          codebookSize,
          direction,
        ),
      ),
    components: (codebook, codeDim, count, call = {}) => run(call, (api) => api.components(codebook, codeDim, count)),
    async umap(codebook, codeDim, options, onReport, { signal } = {}) {
      const own = open();
      maps.add(own);
      let ended = false;
      try {
        const tell = (report: MapReport) => ended || onReport(report);
        return await own.run((api) => api.umap(codebook, codeDim, options, proxy(tell)), { signal });
      } finally {
        ended = true;
        own.dispose();
        maps.delete(own);
      }
    },
    dispose() {
      for (const map of maps) map.dispose();
      shared.dispose();
    },
  };
}
