"""PSNR and SSIM of 8-bit RGB pictures, and the entropy of code use."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def to_bytes(x: Tensor) -> Tensor:
    """[-1, 1] -> 0 .. 255, clipped and rounded as the page does."""
    return ((x.float().clamp(-1, 1) + 1) * 127.5).round()


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Per picture, dB; a and b [B, 3, H, W] in 0 .. 255."""
    mse = (a.float() - b.float()).square().mean((1, 2, 3))
    return 10 * torch.log10(255**2 / mse.clamp(min=1e-10))


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Per picture; 11-tap Gaussian with sigma 1.5, no padding, mean over channels (Wang et al. 2004). [B]"""
    taps = torch.exp(-(torch.arange(11.0) - 5).square() / (2 * 1.5**2))
    taps = (taps / taps.sum()).to(a.device)

    def blur(x: Tensor) -> Tensor:
        x = x.reshape(-1, 1, *x.shape[2:])
        return F.conv2d(F.conv2d(x, taps.view(1, 1, 11, 1)), taps.view(1, 1, 1, 11))

    a, b = a.float(), b.float()
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    cov = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = (2 * mean_a * mean_b + c1) * (2 * cov + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return value.reshape(len(a), -1).mean(1)


def perplexity(counts: Tensor) -> float:
    """exp of the entropy of a histogram: how many codes, if all were used alike."""
    p = counts.double() / counts.sum()
    return float(torch.exp(-(p * p.clamp(min=1e-300).log()).sum()))
