/** Perplexity against the number of pictures it is measured on. */
import { addCounts, perplexity, sumOf } from './counts';
import { createStream, STREAM } from './stream';

export interface BatchPoint {
  /** Pictures in a batch. */
  readonly pictures: number;
  /** Mean perplexity of the batches. */
  readonly mean: number;
  /** Standard deviation (n - 1) among them; 0 for one batch. */
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

export interface BatchOptions {
  readonly seed: number;
  /** Batches of each size. */
  readonly repeats: number;
}

/** 1, 2, 4 .. and `most` itself. */
export function batchSizes(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size *= 2) sizes.push(size);
  return most > 0 ? [...sizes, most] : [];
}

function summarize(pictures: number, values: readonly number[]): BatchPoint {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A mean of equal numbers is off in its last digit: all batches of everything are one.
  const mean = low === high ? low : sumOf(values) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(square / (values.length - 1)) : 0;
  return { pictures, mean, deviation, low, high };
}

/**
 * Mean and spread of the perplexity of random batches, drawn without replacement: the first n of a random order of the pictures, for each n of `sizes`.
 * @param pictures the codes of each picture
 * @param sizes rising, none above `pictures.length`
 */
export function perplexityByBatch(
  pictures: readonly ArrayLike<number>[],
  codebookSize: number,
  sizes: readonly number[],
  { seed, repeats }: BatchOptions,
): BatchPoint[] {
  const values = sizes.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { below } = createStream(seed, STREAM.subsets, repeat);
    const order = pictures.map((_, i) => i);
    const counts = new Float64Array(codebookSize);
    let taken = 0;
    sizes.forEach((size, i) => {
      for (; taken < size; taken++) {
        // Fisher and Yates, as far as it is needed.
        const other = taken + below(order.length - taken);
        [order[taken], order[other]] = [order[other]!, order[taken]!];
        addCounts(counts, pictures[order[taken]!]!);
      }
      values[i]!.push(perplexity(counts));
    });
  }
  return sizes.map((size, i) => summarize(size, values[i]!));
}

/**
 * The same for batches whose codes are drawn independently from a histogram: what is left of the rise when no two codes of a picture have anything to
 * do with each other. For sets of which only the counts are known.
 */
export function perplexityOfDraws(
  counts: ArrayLike<number>,
  codesPerPicture: number,
  sizes: readonly number[],
  { seed, repeats }: BatchOptions,
): BatchPoint[] {
  const draw = createSampler(counts);
  const values = sizes.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const stream = createStream(seed, STREAM.draws, repeat);
    const drawn = new Float64Array(counts.length);
    let taken = 0;
    sizes.forEach((size, i) => {
      for (; taken < size * codesPerPicture; taken++) drawn[draw(stream.uniform())]!++;
      values[i]!.push(perplexity(drawn));
    });
  }
  return sizes.map((size, i) => summarize(size, values[i]!));
}

/** A category of the weights for a uniform number, by search in their running sum. */
function createSampler(weights: ArrayLike<number>): (uniform: number) => number {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i]!;
  return (uniform) => {
    const aim = uniform * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > aim) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
