"""Scores of a tokenizer on pictures: PSNR, SSIM, use of the codes."""

from __future__ import annotations

import torch
from torch import Tensor

from training.metrics import psnr, ssim, to_bytes
from training.pictures import PictureSet, to_tensor
from training.tokenizer.model import VQModel


@torch.no_grad()
def evaluate_each(model: VQModel, data: PictureSet, batch: int = 32) -> tuple[Tensor, Tensor]:
    """(PSNR [N], SSIM [N]) in float32 on 8-bit pictures."""
    decibels, similarity = [], []
    device = next(model.parameters()).device
    for i in range(0, len(data.pictures), batch):
        x = to_tensor(data.pictures[i : i + batch]).to(device)
        output = to_bytes(model(x)[0])
        decibels.append(psnr(output, to_bytes(x)))
        similarity.append(ssim(output, to_bytes(x)))
    return torch.cat(decibels), torch.cat(similarity)


def evaluate(model: VQModel, data: PictureSet) -> dict[str, float]:
    decibels, similarity = evaluate_each(model, data)
    return {"psnr": float(decibels.mean()), "ssim": float(similarity.mean())}


@torch.no_grad()
def code_histogram(model: VQModel, data: PictureSet, batch: int = 32) -> list[Tensor]:
    """How often each code occurs, per grid [K]."""
    counts = [torch.zeros(size, dtype=torch.int64) for size in model.config.codebook_sizes]
    device = next(model.parameters()).device
    for i in range(0, len(data.pictures), batch):
        grids = model.tokenize(to_tensor(data.pictures[i : i + batch]).to(device)).grids
        for count, grid in zip(counts, grids, strict=True):
            count += torch.bincount(grid.flatten().cpu(), minlength=len(count))
    return counts
