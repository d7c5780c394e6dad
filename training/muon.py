"""Muon for matrices, AdamW for the rest.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): the momentum of a matrix is replaced by the nearest matrix with all
singular values 1, found by a Newton-Schulz iteration. Scaled by 0.2 sqrt(max(rows, columns)) its entries are as large as AdamW's
(Liu et al. 2025, "Muon is scalable for LLM training"), so weight decay keeps its meaning.
Our own, because PyTorch's own (>= 2.9) takes the matrices one after the other; here all of one shape are one batched product.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from training.compat import FUSED_ADAM

COEFFICIENTS = (3.4445, -4.775, 2.0315)  # of the odd polynomial that pulls singular values towards 1
ITERATIONS = 5


@torch.no_grad()
def orthogonalise(m: Tensor) -> Tensor:
    """[n, rows, columns] to matrices of the same singular vectors with singular values near 1 (0.7 to 1.2)."""
    tall = m.shape[1] > m.shape[2]
    x = m.transpose(1, 2) if tall else m
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).bfloat16()  # enough for a direction, and twice as fast
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.transpose(1, 2) if tall else x).to(m.dtype)


class Muon(torch.optim.Optimizer):
    """lr, weight_decay (decoupled), momentum (Nesterov). Parameters must be matrices."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, weight_decay: float, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(p.shape, []).append(p)
            for shape, alike in shapes.items():
                directions = []
                for p in alike:
                    momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    momentum.lerp_(p.grad, 1 - group["momentum"])
                    directions.append(p.grad.lerp(momentum, group["momentum"]))
                scale = 0.2 * max(shape) ** 0.5
                for p, update in zip(alike, orthogonalise(torch.stack(directions)), strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update, alpha=-group["lr"] * scale)


class MatrixOptimizer:
    """Muon for `matrices`, AdamW for `others` (embeddings, heads, vectors): one optimiser to its user."""

    def __init__(self, matrices: list[nn.Parameter], others: list[nn.Parameter], weight_decay: float, matrix_rate: float) -> None:
        """`matrix_rate`: learning rate of Muon as a multiple of AdamW's."""
        decay, rest = [p for p in others if p.dim() > 1], [p for p in others if p.dim() <= 1]
        groups = [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
        self.parts: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), **FUSED_ADAM)]
        if matrices:
            self.parts.append(Muon(matrices, 0.0, weight_decay))
        self.factors = [1.0, matrix_rate]

    def set_rate(self, lr: float) -> None:
        for part, factor in zip(self.parts, self.factors):
            for group in part.param_groups:
                group["lr"] = lr * factor

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def state_dict(self) -> dict:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state: dict) -> None:
        for part, values in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(values)
