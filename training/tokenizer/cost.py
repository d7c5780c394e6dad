"""Parameters and floating-point operations (2 per multiply-add) of a tokenizer."""

from __future__ import annotations

import torch
from torch import nn

from training.tokenizer.model import Attention, VQModel


def parameter_count(model: VQModel) -> int:
    return sum(p.numel() for p in model.parameters())


def flop_count(model: VQModel, height: int, width: int) -> int:
    """Encode + decode of one picture: convolutions, projections, attention and the code search."""
    total = 0

    def count(module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += 2 * output.numel() * module.in_channels * module.kernel_size[0] * module.kernel_size[1]
        elif isinstance(module, nn.Linear):
            total += 2 * output.numel() * module.in_features
        elif isinstance(module, Attention):
            _, channels, h, w = output.shape
            total += 4 * (h * w) ** 2 * channels

    hooks = [module.register_forward_hook(count) for module in model.modules()]
    device = next(model.parameters()).device
    with torch.no_grad():
        _, quantized = model(torch.zeros(1, model.config.inChannels, height, width, device=device))
    for hook in hooks:
        hook.remove()
    if books := model.codebooks():
        total += sum(2 * grid.numel() * book.embedding.weight.numel() for grid, book in zip(quantized.grids, books, strict=True))
    return total
