"""A small classifier of pictures: the judge of generated samples. Its features give the "classifier-feature distance" (never called FID:
that is a distance on Inception's features)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES = 128


class Residual(nn.Module):
    """norm, SiLU, 3x3, norm, SiLU, 3x3, plus the input; the first 3x3 halves the side where the width changes."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        stride = 1 if c_in == c_out else 2
        self.norm1, self.conv1 = nn.GroupNorm(8, c_in), nn.Conv2d(c_in, c_out, 3, stride, 1)
        self.norm2, self.conv2 = nn.GroupNorm(8, c_out), nn.Conv2d(c_out, c_out, 3, 1, 1)
        self.skip = nn.Conv2d(c_in, c_out, 1, stride) if stride == 2 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Classifier(nn.Module):
    """Pictures [B, 3, 128, 128] in [-1, 1] to features [B, 128] and, per label, logits [B, number of its values]."""

    def __init__(self, labels: dict[str, list[str]], width: int = 32) -> None:
        super().__init__()
        self.labels = labels
        self.stem = nn.Conv2d(3, width, 4, 4)
        widths = [width, width, 2 * width, 2 * width, 4 * width, 4 * width]
        self.blocks = nn.Sequential(*(Residual(a, b) for a, b in zip(widths, widths[1:])))
        self.norm = nn.GroupNorm(8, widths[-1])
        self.project = nn.Linear(widths[-1], FEATURES)
        self.heads = nn.ModuleDict({name: nn.Linear(FEATURES, len(values)) for name, values in labels.items()})

    def features(self, x: Tensor) -> Tensor:
        h = F.silu(self.norm(self.blocks(self.stem(x)))).mean((2, 3))
        return F.silu(self.project(h))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = F.dropout(self.features(x), 0.2, self.training)
        return {name: head(features) for name, head in self.heads.items()}


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Frechet distance of two Gaussians fitted to feature rows [n, d], [m, d]: |mean difference|^2 + tr(A + B - 2 (A B)^(1/2))."""
    a, b = a.double(), b.double()
    cov_a, cov_b = (torch.cov(x.T) for x in (a, b))
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return float((a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross)
