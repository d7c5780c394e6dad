/** Finite scalar quantization (Mentzer et al. 2023), as docs/model-format.md has it: a code is one digit for each dimension. */

/** Codes of the lattice. */
export const fsqSize = (levels: readonly number[]): number => levels.reduce((product, count) => product * count, 1);

/** The digits of a code, 0 .. levels - 1 each; the first dimension counts fastest. */
export function fsqDigits(index: number, levels: readonly number[]): number[] {
  let rest = index;
  return levels.map((count) => {
    const digit = rest % count;
    rest = Math.floor(rest / count);
    return digit;
  });
}

/** The code of given digits. */
export const fsqIndex = (digits: readonly number[], levels: readonly number[]): number =>
  levels.reduceRight((index, count, dim) => index * count + (digits[dim] ?? 0), 0);

/** The value that a digit stands for: (d - floor(L / 2)) / floor(L / 2). */
export const fsqValue = (digit: number, count: number): number =>
  (digit - Math.floor(count / 2)) / Math.floor(count / 2);

const roundHalfToEven = (x: number): number => {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
};

/** The digit that an encoder's number becomes: bounded by a tanh to the dimension's range, then rounded. */
export function fsqDigit(latent: number, count: number): number {
  const halfWidth = ((count - 1) * (1 + 1e-3)) / 2;
  const offset = count % 2 === 0 ? 0.5 : 0;
  const bounded = Math.tanh(latent + Math.atanh(offset / halfWidth)) * halfWidth - offset;
  return roundHalfToEven(bounded) + Math.floor(count / 2);
}

/** How often each digit of each dimension occurs: [levels.length][levels[dim]]. */
export function fsqHistogram(indices: Iterable<number>, levels: readonly number[]): number[][] {
  const counts = levels.map((count) => Array.from({ length: count }, () => 0));
  for (const index of indices) fsqDigits(index, levels).forEach((digit, dim) => counts[dim]![digit]!++);
  return counts;
}
