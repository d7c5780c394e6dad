"""Rate against distortion on held-out pictures: tokenizers as they are, and with smaller codebooks; WebP and AVIF beside them.

python -m training.rates --data emoji128.npz --job job.json --out rates.json
    called by `node scripts/codebook-rates.mjs`, which makes the smaller codebooks with the page's own code. The job names model folders and, for
    each, codebooks in the whole numbering: [{"model": folder, "books": [{"way": "merge", "size": 512, "rows": [file of float32, ..]}]}].
    Each picture is encoded once; what changes is the search and the decoder.
"""

from __future__ import annotations

import argparse
import io
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.metrics import psnr, ssim, to_bytes
from training.pictures import load_pictures, to_tensor
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.model import VQModel

QUALITIES = {"webp": (0, 10, 25, 50, 75, 90), "avif": (5, 15, 30, 50, 70, 90)}


def scores_of(model: VQModel, pictures: np.ndarray, latents: list[torch.Tensor] | None, batch: int) -> dict:
    """Means over the pictures; `latents` of an earlier run save the encoder (one level and residual levels)."""
    decibels, similarity = [], []
    for i, start in enumerate(range(0, len(pictures), batch)):
        x = to_tensor(pictures[start : start + batch])
        quantized = model.quantize(latents[i]) if latents else model.tokenize(x)
        output = to_bytes(model.decode(quantized.values))
        decibels.append(psnr(output, to_bytes(x)))
        similarity.append(ssim(output, to_bytes(x)))
    return {"psnr": round(float(torch.cat(decibels).mean()), 3), "ssim": round(float(torch.cat(similarity).mean()), 4)}


def bits_per_pixel(model: VQModel, size: int, most: int | None = None) -> float:
    """Every code in log2 K bits, K at most `most`."""
    grids = model.config.grids(size, size)
    return sum(grid.count * math.log2(min(grid.codebookSize, most or grid.codebookSize)) for grid in grids) / size**2


@torch.no_grad()
def rates_of(entry: dict, pictures: np.ndarray, batch: int) -> list[dict]:
    model, manifest = load_folder(Path(entry["model"]))
    size = manifest["preprocess"]["size"]
    one_level = model.top is None
    latents = [model.encode(to_tensor(pictures[i : i + batch])) for i in range(0, len(pictures), batch)] if one_level else None
    whole = max(model.config.codebook_sizes)

    def point(way: str, codes: int) -> dict:
        rate = round(bits_per_pixel(model, size, codes), 5)
        found = {"way": way, "modelId": manifest["id"], "size": codes, "bitsPerPixel": rate, **scores_of(model, pictures, latents, batch)}
        print(found, flush=True)
        return found

    points = [point("trained", whole)]
    for book in entry["books"]:
        for target, file in zip(model.codebooks(), book["rows"], strict=True):
            rows = torch.from_numpy(np.fromfile(file, "<f4").copy()).reshape(target.embedding.weight.shape)
            target.embedding.weight.data.copy_(rows)
        points.append(point(book["way"], book["size"]))
    return points


def payload_bytes(kind: str, data: bytes) -> int:
    """Without the container, as the page counts it: the VP8 or AV1 data."""
    if kind == "webp":
        return int.from_bytes(data[16:20], "little")
    at = data.find(b"mdat")
    return int.from_bytes(data[at - 4 : at], "big") - 8


def codec_curve(kind: str, pictures: np.ndarray) -> list[dict]:
    """At full size, per quality: mean rate and mean scores."""
    options = {"webp": {"method": 6}, "avif": {"speed": 6, "max_threads": 1}}[kind]
    curve = []
    for quality in QUALITIES[kind]:
        rates, decoded = [], []
        for picture in pictures:
            out = io.BytesIO()
            Image.fromarray(picture).save(out, kind.upper(), quality=quality, **options)
            rates.append(8 * payload_bytes(kind, out.getvalue()) / (picture.shape[0] * picture.shape[1]))
            decoded.append(np.asarray(Image.open(io.BytesIO(out.getvalue())).convert("RGB")))
        ours, theirs = to_bytes(to_tensor(pictures)), to_bytes(to_tensor(np.stack(decoded)))
        curve.append({
            "quality": quality, "bitsPerPixel": round(float(np.mean(rates)), 4),
            "psnr": round(float(psnr(theirs, ours).mean()), 3), "ssim": round(float(ssim(theirs, ours).mean()), 4),
        })
        print(kind, curve[-1], flush=True)
    return curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--job", type=Path, required=True)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--pictures", type=int, default=128, help="held-out pictures, evenly spread over the set")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    data = load_pictures(args.data, args.size)
    held_out = data.split(True).pictures
    count = min(args.pictures, len(held_out))
    pictures = held_out[np.linspace(0, len(held_out) - 1, count).round().astype(int)]
    points = [point for entry in json.loads(args.job.read_text()) for point in rates_of(entry, pictures, args.batch)]
    codecs = [{"codec": kind, "points": codec_curve(kind, pictures)} for kind in QUALITIES]
    result = {
        "pictures": count, "heldOut": len(held_out), "pixels": args.size, "dataSha256": data.sha256,
        "points": points, "codecs": codecs,
    }
    args.out.write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
