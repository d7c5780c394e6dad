"""GELU (tanh form): PyTorch's, or one fused C++ op for training on a CPU."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.native import compile_extension

_fused: ModuleType | None = None


def enable_fused_gelu() -> bool:
    """Compile the C++ op; False leaves PyTorch's in use. For training on a CPU only."""
    global _fused
    _fused = _fused or compile_extension("tessera_fused_gelu", Path(__file__).with_name("fused_gelu.cpp"))
    return _fused is not None


class _FusedGelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return _fused.forward(x)

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        return _fused.backward(*ctx.saved_tensors, grad)


class Gelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if _fused is not None and x.device.type == "cpu" and torch.is_grad_enabled():
            return _FusedGelu.apply(x)
        return F.gelu(x, approximate="tanh")
