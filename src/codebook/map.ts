/** UMAP of code vectors: McInnes, Healy, Melville 2018, by umap-js, on exact nearest neighbours. Slow: for a worker. */
import { UMAP } from 'umap-js';
import { normsOf, type Metric } from './nearest';
import { principalComponents } from './pca';
import { createStream, STREAM } from './stream';

export interface MapOptions {
  /** How many neighbours of a code keep it in place: few show fine clusters, many the whole. */
  readonly neighbours: number;
  /** How close points may lie, 0 .. 1. */
  readonly minDist: number;
  readonly metric: Metric;
  /** The same seed gives the same map. */
  readonly seed: number;
}

export interface MapReport {
  /** 0 .. 1 of all the work. */
  readonly fraction: number;
  readonly message: string;
  /** The map as it is now, [codebookSize, 2]; null while neighbours are searched. */
  readonly points: Float32Array<ArrayBuffer> | null;
}

/** Parts of the work, about: the search grows with the square of K, the layout with K. */
const searchShare = (size: number): number => size / (size + 30_000);
/** Rounds of the layout between two reports. */
const REPORT_EVERY = 10;
/** Rows of the search between two reports. */
const REPORT_ROWS = 1024;

/**
 * The `count` nearest codes of each, by brute force: exact, and at 8 numbers a code faster than being clever. A code comes first among its own,
 * then by distance, equal ones by index. Rows of [count].
 */
export function exactNeighbours(
  codebook: Float32Array,
  codeDim: number,
  count: number,
  metric: Metric,
  onRow: (row: number) => void = () => undefined,
): { indices: number[][]; distances: number[][] } {
  const size = codebook.length / codeDim;
  const vectors = Float64Array.from(codebook);
  // On the unit sphere |a - b|^2 = 2 (1 - cos): the same order, and the same loop.
  if (metric === 'cosine') {
    const norms = normsOf(codebook, codeDim);
    vectors.forEach((value, i) => (vectors[i] = value / (norms[Math.floor(i / codeDim)]! || 1)));
  }
  const indices: number[][] = [];
  const distances: number[][] = [];
  const kept = Math.min(count, size) - 1;
  for (let row = 0; row < size; row++) {
    const near: number[] = [];
    const far: number[] = [];
    let limit = Infinity;
    for (let other = 0; other < size; other++) {
      if (other === row) continue;
      let sum = 0;
      for (let i = 0; i < codeDim; i++) sum += (vectors[row * codeDim + i]! - vectors[other * codeDim + i]!) ** 2;
      if (sum >= limit || kept === 0) continue;
      let at = far.length;
      while (at > 0 && far[at - 1]! > sum) at--;
      near.splice(at, 0, other);
      far.splice(at, 0, sum);
      if (near.length > kept) {
        near.pop();
        far.pop();
      }
      if (near.length === kept) limit = far[kept - 1]!;
    }
    indices.push([row, ...near]);
    distances.push([0, ...far.map((square) => (metric === 'cosine' ? square / 2 : Math.sqrt(square)))]);
    onRow(row);
  }
  return { indices, distances };
}

/**
 * The map, [codebookSize, 2]. It starts from the first two principal components, so that its left and right are theirs.
 * @throws RangeError for a codebook of fewer than 4 codes
 */
export function umapOf(
  codebook: Float32Array,
  codeDim: number,
  options: MapOptions,
  onReport: (report: MapReport) => void = () => undefined,
): Float32Array<ArrayBuffer> {
  const size = codebook.length / codeDim;
  if (size < 4) throw new RangeError(`A map needs 4 codes or more, not ${size}.`);
  const search = searchShare(size);
  const neighbours = Math.min(options.neighbours, size - 1);
  const { indices, distances } = exactNeighbours(codebook, codeDim, neighbours, options.metric, (row) => {
    if (row % REPORT_ROWS === 0)
      onReport({ fraction: (search * row) / size, message: 'Finding the nearest codes of each', points: null });
  });
  onReport({ fraction: search, message: 'Joining neighbours', points: null });
  const { uniform } = createStream(options.seed, STREAM.map);
  const umap = new UMAP({ nNeighbors: neighbours, minDist: options.minDist, random: uniform });
  umap.setPrecomputedKNN(indices, distances);
  // Its third dimension is never read: neighbours are known.
  const epochs = umap.initializeFit(indices);
  const layout = umap.getEmbedding();
  placeByComponents(layout, codebook, codeDim, uniform);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch % REPORT_EVERY === 0)
      onReport({
        fraction: search + ((1 - search) * epoch) / epochs,
        message: `Laying out, round ${epoch} of ${epochs}`,
        points: pointsOf(layout),
      });
    umap.step();
  }
  return pointsOf(layout);
}

const pointsOf = (layout: readonly (readonly number[])[]): Float32Array<ArrayBuffer> =>
  Float32Array.from(layout.flat());

/** Puts the points where their first two principal components are, 20 across, with a little noise so that equal vectors can part. */
function placeByComponents(layout: number[][], codebook: Float32Array, codeDim: number, uniform: () => number): void {
  const { points } = principalComponents(codebook, codeDim, 2);
  const axes = points.length / layout.length;
  const reach = points.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  layout.forEach((point, row) => {
    for (let axis = 0; axis < 2; axis++) {
      const along = axis < axes ? points[row * axes + axis]! : 0;
      point[axis] = (along / reach) * 10 + (uniform() - 0.5) * 0.01;
    }
  });
}
