"""The tests also run on Debian 12's PyTorch 1.13; training wants a new one."""

from __future__ import annotations

import re
from pathlib import Path

import torch

TORCH = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
FUSED_ADAM = {"fused": True} if TORCH >= (2, 4) else {}


def load_file(path: Path, device: str | torch.device = "cpu") -> dict:
    """torch.load of tensors and plain values only (1.13 cannot read floats that way, and only ever sees files of the tests)."""
    return torch.load(path, map_location=device, weights_only=TORCH >= (2, 0))
