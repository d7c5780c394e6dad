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
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}


@dataclass
class PictureSet:
    pictures: np.ndarray  # uint8 [N, S, S, 3]
    may_flip: np.ndarray  # bool [N]
    held_out: np.ndarray  # bool [N]
    records: list[dict]

    def chosen(self, which: np.ndarray) -> PictureSet:
        """The pictures where `which` [N] is true."""
        pick = np.flatnonzero(which)
        return PictureSet(self.pictures[pick], self.may_flip[pick], self.held_out[pick], [self.records[i] for i in pick])

    def split(self, held_out: bool) -> PictureSet:
        return self.chosen(self.held_out == held_out)

    def own(self) -> PictureSet:
        """Without the emoji that training.data.photos mixes in for the tokenizer: priors and their scores are about the photographs."""
        return self.chosen(np.array([record.get("set") != "emoji" for record in self.records]))

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


def augment(x: Tensor, may_flip: np.ndarray, options: dict, rng: np.random.Generator) -> Tensor:
    """Mirror where no text is drawn, shift by a few pixels (white comes in, or with fill = edge the border), turn the hue a little.
    x [B, 3, S, S] in 0 .. 255, on any device; the random numbers come from `rng`, whatever the device."""
    count, _, size, _ = x.shape
    flip = (rng.random(count) < 0.5) & may_flip & bool(options.get("flip"))
    shift = options.get("shift", 0)
    moves = torch.from_numpy(rng.integers(0, 2 * shift + 1, (2, count, 1))).to(x.device)
    hue = (rng.random(count) < options.get("hue", 0)) * rng.normal(0, options.get("hueDegrees", 12), count)
    x = zoom(x, options["zoom"], rng, options.get("fill", "white")) if "zoom" in options else x
    x = torch.where(torch.from_numpy(flip).to(x.device)[:, None, None, None], x.flip(3), x)
    if shift:
        edge = options.get("fill") == "edge"
        x = F.pad(x, (shift,) * 4, mode="replicate") if edge else F.pad(x, (shift,) * 4, value=255.0)
        line = torch.arange(size, device=x.device)
        rows, columns = line + moves[0], line + moves[1]  # [B, S]
        each = torch.arange(count, device=x.device)[:, None, None]
        x = x.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    if hue.any():
        turn = torch.from_numpy(hue_rotation(hue)).to(x.device)
        x = torch.einsum("bij,bjhw->bihw", turn, x).round().clamp(0, 255)
    return x


def zoom(x: Tensor, options: dict, rng: np.random.Generator, fill: str) -> Tensor:
    """Enlarges, shrinks and turns a share of the pictures about their centre: {"share": 0.5, "scale": [0.8, 1.2], "degrees": 10}.
    Bilinear, so what is enlarged is soft: leave it out near the end of a run."""
    count = len(x)
    chosen = rng.random(count) < options["share"]
    first, last = np.log(options["scale"])
    scale = np.where(chosen, np.exp(rng.uniform(first, last, count)), 1.0)
    angle = np.where(chosen, np.deg2rad(rng.normal(0, options["degrees"], count)), 0.0)
    c, s = np.cos(angle) / scale, np.sin(angle) / scale
    rows = np.stack([np.stack([c, -s, 0 * c], 1), np.stack([s, c, 0 * c], 1)], 1).astype(np.float32)
    grid = F.affine_grid(torch.from_numpy(rows).to(x.device), list(x.shape), align_corners=False)
    outside = "border" if fill == "edge" else "zeros"
    changed = (F.grid_sample(x - 255, grid, mode="bilinear", padding_mode=outside, align_corners=False) + 255).clamp(0, 255)
    return torch.where(torch.from_numpy(chosen).to(x.device)[:, None, None, None], changed, x)


def hue_rotation(degrees: np.ndarray) -> np.ndarray:
    """[B] -> [B, 3, 3]: rotations of RGB about the grey axis (Rodrigues). Greys and white stay as they are."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    third, root = (1 - c) / 3, s / np.sqrt(3)
    rows = [[c + third, third - root, third + root], [third + root, c + third, third - root], [third - root, third + root, c + third]]
    return np.array(rows, np.float32).transpose(2, 0, 1).copy()


class Batches:
    """The pictures of every step for one process, augmented, in [-1, 1]. On a GPU the whole set is kept there as bytes."""

    def __init__(self, data: PictureSet, batch: int, seed: int, device: torch.device, rank: int = 0, world: int = 1) -> None:
        self.data, self.batch, self.seed, self.device, self.rank, self.world = data, batch, seed, device, rank, world
        self.stored = torch.from_numpy(data.pictures).to(device) if device.type == "cuda" else None

    def pick(self, step: int) -> np.ndarray:
        """Which pictures this process's part of the batch holds."""
        return batch_indices(len(self.data.pictures), self.batch, step, self.seed)[self.rank :: self.world]

    def __call__(self, step: int, options: dict) -> Tensor:
        """This process's part of the common batch: [batch / world, 3, S, S], channels-last memory."""
        pick = self.pick(step)
        rng = np.random.default_rng([self.seed, 2, step, self.rank])
        chosen = torch.from_numpy(self.data.pictures[pick]) if self.stored is None else self.stored[torch.from_numpy(pick).to(self.device)]
        x = augment(chosen.permute(0, 3, 1, 2).float(), self.data.may_flip[pick], options, rng)
        return (x / 127.5 - 1).contiguous(memory_format=torch.channels_last)
