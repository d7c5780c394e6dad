"""Picture codecs in a given number of bytes: the best scale and quality that fits, file headers included."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, features

try:
    import pillow_jxl  # noqa: F401  registers JPEG XL with Pillow
except ImportError:
    pillow_jxl = None

SCALES = (1, 0.75, 0.625, 0.5, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625)


def encoders() -> dict[str, Callable[[Image.Image, int], bytes]]:
    """Name -> encoder(picture, quality 0 .. 99), of the codecs that are installed here."""

    def by_pillow(kind: str, **options: object) -> Callable[[Image.Image, int], bytes]:
        def encode(picture: Image.Image, quality: int) -> bytes:
            out = io.BytesIO()
            picture.save(out, kind, quality=quality, **options)
            return out.getvalue()

        return encode

    found = {"WebP": by_pillow("WEBP", method=6)}
    if features.check("avif"):
        found["AVIF"] = by_pillow("AVIF", speed=4, max_threads=1)
    if pillow_jxl is not None:
        found["JPEG XL"] = by_pillow("JXL", effort=7, lossless=False, num_threads=1)
    return found


@dataclass
class Fit:
    data: bytes
    picture: np.ndarray  # decoded and scaled back, uint8 [S, S, 3]
    scale: float
    quality: int
    psnr: float


def psnr_of(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-10)))


def best_quality(encode: Callable[[Image.Image, int], bytes], picture: Image.Image, budget: int) -> tuple[int, bytes] | None:
    """Largest quality (0 .. 99) whose file fits, by bisection (size grows with quality, all but exactly)."""
    data = encode(picture, 0)
    if len(data) > budget:
        return None
    best = (0, data)
    low, high = 1, 99
    while low <= high:
        middle = (low + high) // 2
        data = encode(picture, middle)
        if len(data) <= budget:
            best, low = (middle, data), middle + 1
        else:
            high = middle - 1
    return best


def best_fit(encode: Callable[[Image.Image, int], bytes], picture: np.ndarray, budget: int, worst_gap: float = 4.0) -> Fit | None:
    """The best PSNR over scales, or None where not even the smallest fits. Scales far below the best are not tried further."""
    full = Image.fromarray(picture)
    side = picture.shape[0]
    best: Fit | None = None
    for scale in SCALES:
        small = max(1, round(side * scale))
        source = full if small == side else full.resize((small, small), Image.Resampling.LANCZOS)
        found = best_quality(encode, source, budget)
        if found is None:
            continue
        decoded = Image.open(io.BytesIO(found[1])).convert("RGB")
        back = np.asarray(decoded if small == side else decoded.resize((side, side), Image.Resampling.BICUBIC))
        quality = psnr_of(back, picture)
        if best is None or quality > best.psnr:
            best = Fit(found[1], back, scale, found[0], quality)
        elif quality < best.psnr - worst_gap:
            break
    return best
