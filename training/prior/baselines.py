"""What counting alone achieves: the code's own frequency, and the codes to the left and above."""

from __future__ import annotations

import numpy as np


def unigram_bits(train: np.ndarray, held_out: np.ndarray, size: int) -> float:
    """Bits per token of `held_out` [P, N] under the frequencies of `train` (one added to each count)."""
    counts = np.bincount(train.ravel(), minlength=size) + 1.0
    return float(-np.log2(counts / counts.sum())[held_out.ravel()].mean())


def neighbour_bits(train: np.ndarray, held_out: np.ndarray, size: int, height: int, width: int) -> float:
    """Bits per token under a mix of p(x | left, above), p(x | left), p(x | above) and p(x), every one of counts, each backed off to the mix of
    the simpler ones: (count + m * simpler) / (total + m) (absolute weight m chosen on `held_out`: the best this model can do)."""
    outside = size

    def neighbours(grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        padded = np.pad(grids.reshape(-1, height, width).astype(np.int64), ((0, 0), (1, 0), (1, 0)), constant_values=outside)
        return padded[:, 1:, :-1].ravel(), padded[:, :-1, 1:].ravel()

    def conditional(keys: np.ndarray, values: np.ndarray, at_keys: np.ndarray, at_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(count of the pair, count of the key) of each query."""
        pairs, pair_counts = np.unique(keys * size + values, return_counts=True)
        singles, single_counts = np.unique(keys, return_counts=True)
        return look_up(pairs, pair_counts, at_keys * size + at_values), look_up(singles, single_counts, at_keys)

    values, at = train.ravel().astype(np.int64), held_out.ravel().astype(np.int64)
    (left, above), (at_left, at_above) = neighbours(train), neighbours(held_out)
    unigram = (np.bincount(values, minlength=size) + 1.0) / (len(values) + size)
    tables = [conditional(*keys, *where) for keys, where in (((left, values), (at_left, at)), ((above, values), (at_above, at)))]
    both = conditional(left * (size + 1) + above, values, at_left * (size + 1) + at_above, at)
    best = np.inf
    for m in (1, 3, 10, 30, 100, 300, 1000):
        one = [(count + m * unigram[at]) / (total + m) for count, total in tables]
        single = 0.5 * (one[0] + one[1])
        for strength in (0.3, 1, 3, 10, 30, 100):
            p = (both[0] + strength * single) / (both[1] + strength)
            best = min(best, float(-np.log2(p).mean()))
    return best


def look_up(keys: np.ndarray, values: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """values at the place of each query in the sorted keys, 0 where it is not there."""
    place = np.searchsorted(keys, queries).clip(max=len(keys) - 1)
    return np.where(keys[place] == queries, values[place], 0).astype(np.float64)
