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

SCALES = (1, 0.875, 0.75, 0.625, 0.5, 0.4375, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625)


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


def try_scale(encode: Callable[[Image.Image, int], bytes], picture: np.ndarray, scale: float, budget: int) -> Fit | None:
    """Scale down, encode at the best quality that fits, decode, scale up by the better of two filters."""
    full = Image.fromarray(picture)
    side = picture.shape[0]
    small = max(1, round(side * scale))
    source = full if small == side else full.resize((small, small), Image.Resampling.LANCZOS)
    found = best_quality(encode, source, budget)
    if found is None:
        return None
    decoded = Image.open(io.BytesIO(found[1])).convert("RGB")
    filters = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    backs = [np.asarray(decoded.resize((side, side), kind)) for kind in filters] if small != side else [np.asarray(decoded)]
    back = max(backs, key=lambda candidate: psnr_of(candidate, picture))
    return Fit(found[1], back, scale, found[0], psnr_of(back, picture))


def best_fit(encode: Callable[[Image.Image, int], bytes], picture: np.ndarray, budget: int, worst_gap: float = 4.0) -> Fit | None:
    """The best PSNR over scales, or None where not even the smallest fits. Scales far below the best are not tried further; around
    the best one, the two halfway to its neighbours are tried as well."""
    best: Fit | None = None
    for scale in SCALES:
        fit = try_scale(encode, picture, scale, budget)
        if fit is not None and (best is None or fit.psnr > best.psnr):
            best = fit
        elif fit is not None and fit.psnr < best.psnr - worst_gap:
            break
    if best is None:
        return None
    at = SCALES.index(best.scale)
    between = [(best.scale + SCALES[k]) / 2 for k in (at - 1, at + 1) if 0 <= k < len(SCALES)]
    finer = [fit for scale in between if (fit := try_scale(encode, picture, scale, budget)) is not None]
    return max([best, *finer], key=lambda fit: fit.psnr)
