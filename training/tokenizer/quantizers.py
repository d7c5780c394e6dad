"""Quantizers: VQ (L2, cosine), FSQ, residual VQ. Latents [B, d, h, w] -> codes, per level [B, h, w].

Codebooks learn by exponential moving averages (van den Oord et al. 2017, appendix A.1), not by gradient: see `CodebookTrainer`
in codebook.py. Here is only what inference needs, plus the straight-through estimate for training.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class Quantized:
    """What a quantizer returns."""

    values: Tensor  # [B, d, h, w] after lookup (sum of the levels for rvq; two levels: bottom and enlarged top, 2 d)
    straight_through: Tensor  # the same values, with the gradient passed on to the latents
    grids: list[Tensor]  # per grid [B, h, w], int64; of two levels the top's first, half as large
    commitment: Tensor  # mean squared distance of the latents to their (fixed) codes
    inputs: list[Tensor]  # per grid, the vectors that were searched [B h w, d]: what the codebook averages

    @property
    def indices(self) -> Tensor:
        """All grids as one tensor [B, levels, h, w]; they must be of one size."""
        return torch.stack(self.grids, 1)


def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """argmin_k |v - e_k|^2 of [N, d] against [K, d]; the lowest index wins a tie.

    The matrix form |e|^2 - 2 v.e ranks as |v - e|^2 does."""
    return (codebook.square().sum(1) - 2 * (vectors @ codebook.T)).argmin(1)


def to_rows(x: Tensor) -> Tensor:
    """[B, d, h, w] -> [B h w, d]"""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def to_grid(rows: Tensor, like: Tensor) -> Tensor:
    """[B h w, d] -> [B, d, h, w]"""
    b, _, h, w = like.shape
    return rows.reshape(b, h, w, -1).permute(0, 3, 1, 2)


def pass_through(latents: Tensor, values: Tensor) -> Tensor:
    """Straight-through estimator (Bengio et al. 2013): forward `values`, backward as if nothing had happened."""
    return latents + (values - latents).detach()


class VectorQuantizer(nn.Module):
    """Nearest code by L2, or by cosine: then latents and codes are L2-normalised before search and at lookup (Yu et al. 2022)."""

    def __init__(self, size: int, dim: int, distance: str = "l2") -> None:
        super().__init__()
        if distance not in ("l2", "cosine"):
            raise ValueError(f"unknown distance {distance}")
        self.distance = distance
        self.embedding = nn.Embedding(size, dim)
        self.embedding.weight.requires_grad_(False)

    @property
    def codebook(self) -> Tensor:
        """[K, d] as used in search and lookup."""
        rows = self.embedding.weight
        return F.normalize(rows, dim=1, eps=1e-12) if self.distance == "cosine" else rows

    def codebooks(self) -> list[VectorQuantizer]:
        return [self]

    def lookup(self, indices: Tensor) -> Tensor:
        """[B, 1, h, w] -> [B, d, h, w]"""
        return self.codebook[indices[:, 0]].permute(0, 3, 1, 2)

    def forward(self, latents: Tensor) -> Quantized:
        if self.distance == "cosine":
            latents = F.normalize(latents, dim=1, eps=1e-12)
        rows = to_rows(latents)
        with torch.no_grad():
            indices = nearest(rows, self.codebook)
        values = to_grid(self.codebook[indices], latents)
        b, _, h, w = latents.shape
        commitment = F.mse_loss(latents, values)
        return Quantized(values, pass_through(latents, values), [indices.reshape(b, h, w)], commitment, [rows.detach()])


class FiniteScalarQuantizer(nn.Module):
    """FSQ (Mentzer et al. 2023): each dimension bounded by tanh and rounded to one of L values. No codebook, nothing to learn."""

    def __init__(self, levels: list[int]) -> None:
        super().__init__()
        self.levels = levels
        sizes = torch.tensor(levels, dtype=torch.float32)
        self.register_buffer("half_range", (sizes - 1) * (1 + 1e-3) / 2, persistent=False)
        self.register_buffer("offset", (sizes % 2 == 0).float() * 0.5, persistent=False)
        self.register_buffer("shift", torch.atanh(self.offset / self.half_range), persistent=False)
        self.register_buffer("width", sizes.div(2, rounding_mode="floor"), persistent=False)
        self.register_buffer("basis", torch.tensor([1, *levels[:-1]]).cumprod(0), persistent=False)

    def codebooks(self) -> list[VectorQuantizer]:
        return []

    def lookup(self, indices: Tensor) -> Tensor:
        """[B, 1, h, w] -> [B, d, h, w]"""
        sizes = torch.tensor(self.levels, device=indices.device)
        digits = indices[:, 0, ..., None].div(self.basis, rounding_mode="floor") % sizes
        return ((digits - self.width) / self.width).permute(0, 3, 1, 2)

    def forward(self, latents: Tensor) -> Quantized:
        rows = to_rows(latents)
        bounded = torch.tanh(rows + self.shift) * self.half_range - self.offset
        q = bounded.round()  # half to even
        indices = ((q + self.width).long() * self.basis).sum(1)
        values = to_grid(q / self.width, latents)
        through = to_grid(pass_through(bounded, q) / self.width, latents)
        b, _, h, w = latents.shape
        return Quantized(values.detach(), through, [indices.reshape(b, h, w)], latents.new_zeros(()), [])


class ResidualQuantizer(nn.Module):
    """Residual VQ (Zeghidour et al. 2021): level i quantizes what level i - 1 left over."""

    def __init__(self, size: int, dim: int, num_levels: int) -> None:
        super().__init__()
        self.levels = nn.ModuleList(VectorQuantizer(size, dim) for _ in range(num_levels))

    def codebooks(self) -> list[VectorQuantizer]:
        return list(self.levels)

    def lookup(self, indices: Tensor) -> Tensor:
        """[B, levels, h, w] -> [B, d, h, w]"""
        return sum(level.lookup(indices[:, i : i + 1]) for i, level in enumerate(self.levels))

    def forward(self, latents: Tensor) -> Quantized:
        rest, total, grids, inputs = latents, torch.zeros_like(latents), [], []
        commitment = latents.new_zeros(())
        for level in self.levels:
            step = level(rest)
            total = total + step.values
            rest = latents - total.detach()
            grids += step.grids
            inputs += step.inputs
            commitment = commitment + F.mse_loss(latents, total.detach()) / len(self.levels)
        return Quantized(total, pass_through(latents, total), grids, commitment, inputs)


def make_quantizer(spec: dict, dim: int) -> nn.Module:
    kind = spec["kind"]
    if kind == "vq":
        return VectorQuantizer(spec["codebookSize"], dim, spec.get("distance", "l2"))
    if kind == "fsq":
        return FiniteScalarQuantizer(spec["levels"])
    if kind == "rvq":
        return ResidualQuantizer(spec["codebookSize"], dim, spec["numLevels"])
    if kind == "two-level":
        return VectorQuantizer(spec["bottomSize"], dim)  # the bottom's; the top's is the model's own
    raise ValueError(f"unknown quantizer {kind}")
