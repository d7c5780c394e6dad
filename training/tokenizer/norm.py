"""GroupNorm + SiLU: PyTorch's, or one fused C++ op for training on a CPU (about a third more pictures per second)."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.native import compile_extension

_fused: ModuleType | None = None


def enable_fused_norm() -> bool:
    """Compile the C++ op; False leaves PyTorch's ops in use. For training on a CPU only."""
    global _fused
    _fused = _fused or compile_extension("tessera_fused_norm", Path(__file__).with_name("fused_norm.cpp"))
    return _fused is not None


class _FusedNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float, silu: bool) -> Tensor:
        y, mean, rstd = _fused.forward(x, weight, bias, groups, eps, silu)
        ctx.save_for_backward(x, weight, bias, mean, rstd)
        ctx.groups, ctx.silu = groups, silu
        return y

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple:
        dx, dweight, dbias = _fused.backward(grad, *ctx.saved_tensors, ctx.groups, ctx.silu)
        return dx, dweight, dbias, None, None, None


def normalise(norm: nn.GroupNorm, x: Tensor, silu: bool) -> Tensor:
    """GroupNorm, then SiLU if asked. x [B, C, H, W]."""
    if _fused is not None and x.device.type == "cpu" and torch.is_grad_enabled():
        return _FusedNorm.apply(x, norm.weight, norm.bias, norm.num_groups, norm.eps, silu)
    h = norm(x)
    return F.silu(h) if silu else h
