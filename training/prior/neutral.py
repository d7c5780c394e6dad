"""A smooth stand-in for the pixels under a hole, from known pixels alone: what the page's encoder sees of a picture that is to be filled
(src/image/hole/neutral.ts, step by step). Two pictures that differ only under the hole give the same result."""

from __future__ import annotations

import numpy as np


def neutralise(pictures: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """uint8 [N, H, W, 3] with hidden pixels [H, W] replaced; known ones stay. All hidden: white.

    Pull-push (Gortler et al. 1996): sums of colours and weights over 2 x 2 blocks up to one pixel; from there down a level's colour is sum / weight,
    and where nothing is known the coarser level's, enlarged bilinearly with the centres of pixels at halves."""
    if hole.all():
        return np.full_like(pictures, 255)
    levels = [(np.where(hole[..., None], 0, pictures).astype(np.float32), (~hole).astype(np.float32))]
    while max(levels[-1][1].shape) > 1:
        levels.append(tuple(halve(array) for array in levels[-1]))
    colour = None
    for sums, weight in reversed(levels):
        own = sums / np.maximum(weight, 1)[..., None]
        coarse = own if colour is None else enlarge(colour, weight.shape)
        colour = np.where(weight[..., None] > 0, own, coarse).astype(np.float32)
    assert colour is not None
    return np.where(hole[..., None], np.rint(colour).clip(0, 255).astype(np.uint8), pictures)


def halve(array: np.ndarray) -> np.ndarray:
    """Sums over 2 x 2 blocks of the axes [..., H, W(, 3)]; what a block lacks at the edge counts nothing."""
    first = array.ndim - (2 if array.ndim == 2 else 3)
    for axis in (first, first + 1):
        pad = [(0, 0)] * array.ndim
        pad[axis] = (0, array.shape[axis] % 2)
        padded = np.pad(array, pad)
        array = padded.take(range(0, padded.shape[axis], 2), axis) + padded.take(range(1, padded.shape[axis], 2), axis)
    return array


def enlarge(colour: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bilinear, as cv2.resize with INTER_LINEAR: [N, h, w, 3] to [N, *shape, 3]."""
    for axis, size in ((1, shape[0]), (2, shape[1])):
        at = (np.arange(size) + 0.5) * (colour.shape[axis] / size) - 0.5
        low = np.floor(at).astype(int)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(4)])
        last = colour.shape[axis] - 1
        colour = colour.take(np.maximum(low, 0), axis) * (1 - share) + colour.take(np.minimum(low + 1, last), axis) * share
    return colour
