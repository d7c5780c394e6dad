import { ceil4 } from '../kernel';

/** The rows, NaN for indices that are none. */
export function gatherCodesReference(
  indices: ArrayLike<number>,
  codebook: ArrayLike<number>,
  codebookSize: number,
  codeDim: number,
): number[] {
  const padded = ceil4(codeDim);
  return Array.from(indices).flatMap((index) =>
    Array.from({ length: padded }, (_, c) =>
      index >= 0 && index < codebookSize ? (codebook[index * padded + c] ?? NaN) : NaN,
    ),
  );
}
