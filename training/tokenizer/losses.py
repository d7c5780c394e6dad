"""Reconstruction losses that need no downloaded network. Pictures [B, 3, H, W] in [-1, 1]."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def leaky_clip(x: Tensor, leak: float = 0.1) -> Tensor:
    """The picture is clipped before anyone sees it, so only a tenth of an overshoot counts."""
    inside = x.clamp(-1, 1)
    return inside + leak * (x - inside)


def gradient_error(error: Tensor, scales: int = 3) -> Tensor:
    """Mean |difference of neighbours| of the error at several scales: edges that are soft or displaced cost most. [B]"""
    total = error.new_zeros(len(error))
    for scale in range(scales):
        if scale:
            error = F.avg_pool2d(error, 2)
        dx = (error[..., 1:] - error[..., :-1]).abs().mean((1, 2, 3))
        dy = (error[..., 1:, :] - error[..., :-1, :]).abs().mean((1, 2, 3))
        total = total + dx + dy
    return total / scales


def reconstruction_loss(output: Tensor, target: Tensor, weights: dict[str, float]) -> tuple[Tensor, Tensor]:
    """(loss, mean PSNR in dB for the log). Terms by weight, each per picture first:

    mse, l1, gradient    the plain means;
    logMse, logGradient  their logarithms. The mean of log(mse) is the mean of PSNR, the figure we report: an easy picture then
                         counts as much as a hard one.
    """
    error = leaky_clip(output.float()) - target
    mse = error.square().mean((1, 2, 3))
    loss = error.new_zeros(len(error))
    gradient = gradient_error(error) if weights.get("gradient") or weights.get("logGradient") else None
    if w := weights.get("mse"):
        loss = loss + w * mse
    if w := weights.get("l1"):
        loss = loss + w * error.abs().mean((1, 2, 3))
    if w := weights.get("gradient"):
        loss = loss + w * gradient
    if w := weights.get("logMse"):
        loss = loss + w * (mse + 3e-5).log()
    if w := weights.get("logGradient"):
        loss = loss + w * (gradient + 1e-3).log()
    psnr = -10 * torch.log10(mse.detach() / 4 + 1e-10)
    return loss.mean(), psnr.mean()
