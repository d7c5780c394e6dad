import { proxy, wrap, type Remote } from 'comlink';
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

interface Started {
  readonly worker: Worker;
  readonly api: Remote<StatisticsWorker>;
  readonly failed: Promise<never>;
}

export function createStatisticsClient(): StatisticsClient {
  let shared: Started | null = null;
  let life = new AbortController();

  const start = (): Started => {
    // Vite bundles a worker only where it is written in one expression: by a variable the source would be shipped as it is.
    const worker = new Worker(new URL('./statisticsWorker.ts', import.meta.url), {
      type: 'module',
      name: 'statistics',
    });
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = (event) => {
        shared = null;
        reject(new Error(`The statistics worker did not start: ${event.message || 'its script could not be loaded'}.`));
      };
    });
    // Whoever waits for it hears of it; nobody has to.
    failed.catch(() => undefined);
    return { worker, api: wrap<StatisticsWorker>(worker), failed };
  };

  async function race<T>(
    { api, failed }: Started,
    signal: AbortSignal,
    send: (api: Remote<StatisticsWorker>) => Promise<T>,
  ) {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    return Promise.race([send(api), failed, aborted]);
  }

  const signalOf = ({ signal }: StatisticsCall): AbortSignal => {
    signal?.throwIfAborted();
    return AbortSignal.any(signal ? [signal, life.signal] : [life.signal]);
  };

  const run = async <T>(call: StatisticsCall, send: (api: Remote<StatisticsWorker>) => Promise<T>): Promise<T> => {
    const signal = signalOf(call);
    return race((shared ??= start()), signal, send);
  };

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
    async umap(codebook, codeDim, options, onReport, call = {}) {
      const signal = signalOf(call);
      const own = start();
      try {
        const tell = (report: MapReport) => !signal.aborted && onReport(report);
        return await race(own, signal, (api) => api.umap(codebook, codeDim, options, proxy(tell)));
      } finally {
        own.worker.terminate();
      }
    },
    dispose() {
      life.abort();
      life = new AbortController();
      shared?.worker.terminate();
      shared = null;
    },
  };
}
