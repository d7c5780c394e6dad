"""Pictures for training: a built .npz or any folder of pictures, the split, batches and augmentation.

Which pictures a step sees and how they are changed depends only on (seed, step): resuming needs no saved random state.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}


@dataclass
class PictureSet:
    pictures: np.ndarray  # uint8 [N, S, S, 3]
    may_flip: np.ndarray  # bool [N]
    held_out: np.ndarray  # bool [N]
    records: list[dict]

    def split(self, held_out: bool) -> PictureSet:
        pick = np.flatnonzero(self.held_out == held_out)
        return PictureSet(self.pictures[pick], self.may_flip[pick], self.held_out[pick], [self.records[i] for i in pick])

    @property
    def sha256(self) -> str:
        return hashlib.sha256(np.ascontiguousarray(self.pictures).tobytes()).hexdigest()

    def resized(self, size: int) -> PictureSet:
        if self.pictures.shape[1] == size:
            return self
        small = [np.asarray(Image.fromarray(p).resize((size, size), Image.Resampling.LANCZOS)) for p in self.pictures]
        return PictureSet(np.stack(small), self.may_flip, self.held_out, self.records)


def load_pictures(path: Path, size: int) -> PictureSet:
    """`path` is an .npz of training.data.emoji, or a folder (searched through) of pictures, 5 % held out by file name."""
    if path.is_dir():
        return load_folder(path, size)
    records = json.loads(path.with_suffix(".json").read_text())["records"]
    flags = [np.array([r[name] for r in records]) for name in ("mayFlip", "heldOut")]
    return PictureSet(np.load(path)["pictures"], *flags, records).resized(size)


def load_folder(path: Path, size: int) -> PictureSet:
    files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"no pictures in {path}")
    pictures, records = [], []
    for file in files:
        picture = ImageOps.exif_transpose(Image.open(file)).convert("RGBA")
        page = Image.new("RGBA", picture.size, "white")
        page.alpha_composite(picture)
        pictures.append(np.asarray(ImageOps.fit(page.convert("RGB"), (size, size), Image.Resampling.LANCZOS)))
        key = str(file.relative_to(path))
        held_out = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32 < 0.05
        records.append({"key": key, "heldOut": held_out})
    held = np.array([r["heldOut"] for r in records])
    return PictureSet(np.stack(pictures), np.ones(len(held), bool), held, records)


def to_tensor(pictures: np.ndarray) -> Tensor:
    """uint8 [B, H, W, 3] -> float [B, 3, H, W] in [-1, 1], channels-last memory."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def batch_indices(count: int, batch: int, step: int, seed: int) -> np.ndarray:
    """Indices of the pictures of one step: every epoch is a fresh permutation, batches run across its end."""
    first = step * batch
    order: dict[int, np.ndarray] = {}
    result = []
    for position in range(first, first + batch):
        epoch = position // count
        if epoch not in order:
            order[epoch] = np.random.default_rng([seed, 1, epoch]).permutation(count)
        result.append(order[epoch][position % count])
    return np.array(result)


def augment(pictures: np.ndarray, may_flip: np.ndarray, options: dict, rng: np.random.Generator) -> np.ndarray:
    """Mirror where no text is drawn, shift by a few pixels (white comes in, or with fill = edge the border), turn the hue a little. uint8 [B, S, S, 3]."""
    out = pictures.copy()
    n, size = out.shape[:2]
    shift = options.get("shift", 0)
    fill = {"mode": "edge"} if options.get("fill") == "edge" else {"mode": "constant", "constant_values": 255}
    for i in range(n):
        if options.get("flip") and may_flip[i] and rng.random() < 0.5:
            out[i] = out[i, :, ::-1]
        if shift:
            dy, dx = rng.integers(-shift, shift + 1, 2)
            page = np.pad(out[i], ((shift, shift), (shift, shift), (0, 0)), **fill)
            out[i] = page[shift - dy :, shift - dx :][:size, :size]
        if rng.random() < options.get("hue", 0):
            out[i] = turn_hue(out[i], rng.normal(0, options.get("hueDegrees", 12)))
    return out


def turn_hue(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Rotation about the grey axis (Rodrigues): greys and white stay as they are."""
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    third, root = (1 - c) / 3, s / np.sqrt(3)
    rotation = np.array([
        [c + third, third - root, third + root],
        [third + root, c + third, third - root],
        [third - root, third + root, c + third],
    ], np.float32)
    return np.clip(picture.astype(np.float32) @ rotation.T + 0.5, 0, 255).astype(np.uint8)


def train_batch(data: PictureSet, batch: int, step: int, seed: int, options: dict, rank: int = 0, world: int = 1) -> Tensor:
    """The pictures of one step for one process: its part of the common batch. [batch / world, 3, S, S]"""
    pick = batch_indices(len(data.pictures), batch, step, seed)[rank::world]
    rng = np.random.default_rng([seed, 2, step, rank])
    return to_tensor(augment(data.pictures[pick], data.may_flip[pick], options, rng))
