import { expose, transfer } from 'comlink';
import { perplexityByBatch, perplexityOfDraws, type BatchOptions, type BatchPoint } from './batches';
import type { IndexGrid } from './counts';
import { umapOf, type MapOptions, type MapReport } from './map';
import { countPairs, type Direction, type PairTable } from './pairs';
import { principalComponents, type Pca } from './pca';

const api = {
  perplexityByBatch: (
    pictures: readonly Int32Array[],
    codebookSize: number,
    sizes: readonly number[],
    options: BatchOptions,
  ): BatchPoint[] => perplexityByBatch(pictures, codebookSize, sizes, options),
  perplexityOfDraws: (
    counts: readonly number[],
    codesPerPicture: number,
    sizes: readonly number[],
    options: BatchOptions,
  ): BatchPoint[] => perplexityOfDraws(counts, codesPerPicture, sizes, options),
  pairs(grids: readonly IndexGrid[], codebookSize: number, direction: Direction): PairTable {
    const table = countPairs(grids, codebookSize, direction);
    return transfer(table, [table.from.buffer, table.to.buffer, table.count.buffer]);
  },
  components(codebook: Float32Array, codeDim: number, count: number): Pca {
    const pca = principalComponents(codebook, codeDim, count);
    return transfer(pca, [pca.points.buffer, pca.axes.buffer]);
  },
  umap(
    codebook: Float32Array,
    codeDim: number,
    options: MapOptions,
    onReport: (report: MapReport) => void,
  ): Float32Array<ArrayBuffer> {
    const points = umapOf(codebook, codeDim, options, onReport);
    return transfer(points, [points.buffer]);
  },
};

export type StatisticsWorker = typeof api;

expose(api);
