"""Reconstruction losses that need no downloaded network. Pictures [B, 3, H, W] in [-1, 1]."""

from __future__ import annotations

from functools import lru_cache

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


@lru_cache
def gaussian_rows(size: int, stride: int, device: torch.device) -> Tensor:
    """The 11-tap Gaussian (sigma 1.5) at every `stride`-th position of a line, no padding: [(size - 11) / stride + 1, size]"""
    taps = torch.exp(-(torch.arange(11.0) - 5).square() / (2 * 1.5**2))
    starts = range(0, size - 10, stride)
    rows = torch.zeros(len(starts), size)
    for row, first in zip(rows, starts, strict=True):
        row[first : first + 11] = taps / taps.sum()
    return rows.to(device)


def structural_similarity(a: Tensor, b: Tensor, stride: int = 2) -> Tensor:
    """SSIM (Wang et al. 2004) with windows at every second pixel, as matrix products: cheap enough for every step. [B]"""
    down, across = gaussian_rows(a.shape[2], stride, a.device), gaussian_rows(a.shape[3], stride, a.device).T

    def blur(x: Tensor) -> Tensor:
        return down @ x @ across

    a, b = (a + 1) / 2, (b + 1) / 2  # the luminance term wants black at 0
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    cov = blur(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    value = (2 * mean_a * mean_b + c1) * (2 * cov + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return value.mean((1, 2, 3))


def reconstruction_loss(output: Tensor, target: Tensor, weights: dict[str, float]) -> tuple[Tensor, Tensor]:
    """(loss, mean PSNR in dB for the log). Terms by weight, each per picture first:

    mse, l1, gradient    the plain means;
    ssim                 1 - structural similarity;
    logMse, logGradient  their logarithms. The mean of log(mse) is the mean of PSNR, the figure we report: an easy picture then
                         counts as much as a hard one.
    """
    clipped = leaky_clip(output.float())
    error = clipped - target
    mse = error.square().mean((1, 2, 3))
    loss = error.new_zeros(len(error))
    gradient = gradient_error(error) if weights.get("gradient") or weights.get("logGradient") else None
    if w := weights.get("mse"):
        loss = loss + w * mse
    if w := weights.get("l1"):
        loss = loss + w * error.abs().mean((1, 2, 3))
    if w := weights.get("gradient"):
        loss = loss + w * gradient
    if w := weights.get("ssim"):
        loss = loss + w * (1 - structural_similarity(clipped.contiguous(), target.contiguous()))
    if w := weights.get("logMse"):
        loss = loss + w * (mse + 3e-5).log()
    if w := weights.get("logGradient"):
        loss = loss + w * (gradient + 1e-3).log()
    psnr = -10 * torch.log10(mse.detach() / 4 + 1e-10)
    return loss.mean(), psnr.mean()
