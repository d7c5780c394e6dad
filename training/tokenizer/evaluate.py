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
def code_histogram(model: VQModel, data: PictureSet, batch: int = 32) -> Tensor:
    """How often each code occurs: [levels, K]."""
    config = model.config
    counts = torch.zeros(config.num_levels, config.codebook_size, dtype=torch.int64)
    device = next(model.parameters()).device
    for i in range(0, len(data.pictures), batch):
        indices = model.quantize(model.encode(to_tensor(data.pictures[i : i + batch]).to(device))).indices.cpu()
        for level in range(config.num_levels):
            counts[level] += torch.bincount(indices[:, level].flatten(), minlength=config.codebook_size)
    return counts
