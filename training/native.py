"""C++ ops for training on a CPU, compiled where they are needed."""

from __future__ import annotations

import ctypes
import logging
from pathlib import Path
from types import ModuleType


def compile_extension(name: str, source: Path) -> ModuleType | None:
    """Compiles once (needs a C++ compiler and ninja); None, with a warning, where that fails."""
    try:
        from torch.utils.cpp_extension import load

        flags = ["-O3", "-march=native", "-ffast-math"]
        return load(name, [str(source)], extra_cflags=flags, extra_include_paths=[str(Path(__file__).parent)])
    except (ImportError, OSError, RuntimeError) as error:
        logging.warning("%s is not available, using PyTorch's own ops: %s", name, error)
        return None


def keep_freed_memory() -> None:
    """Tells glibc not to give large blocks back: a step frees and takes the same ones again, and fresh pages cost a seventh of its time."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # another C library: nothing lost but speed
    for option in (-3, -1):  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
        mallopt(option, 1 << 30)
