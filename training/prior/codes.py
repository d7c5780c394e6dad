"""Pictures as codes: python -m training.prior.codes --tokenizer public/models/<id> --data emoji128.npz --out codes.npz

Encodes every picture once as it is and `--variants` - 1 times changed a little (mirrored where no text is drawn, moved, zoomed, hue turned):
codes cannot be moved by less than a patch, so this is done before. The result is an .npz with `codes` uint16 [variants, pictures, N]; with
--latents, `latents` float16 [2, pictures, N, d] of the first two; with --holes, `holed` uint16 [holes, pictures, N], the codes of the pictures with a
stand-in under a hole, and `rects` uint8 [holes, pictures, 4], the hole in codes: top, left, height, width. Beside it an .json with tokenizer, grids,
vocabulary and records.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from training.modelfolder import file_sha256
from training.pictures import augment, load_pictures
from training.prior.neutral import neutralise
from training.prior.vocabulary import Conditions, Vocabulary, of_emoji, of_photos
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.config import Grid
from training.tokenizer.model import VQModel

AUGMENT = {
    "white": {"flip": True, "shift": 7, "hue": 0.3, "hueDegrees": 12, "zoom": {"share": 0.5, "scale": [0.85, 1.12], "degrees": 6}},
    "edge": {"flip": True, "shift": 7, "fill": "edge", "zoom": {"share": 0.5, "scale": [1.0, 1.4], "degrees": 4}},
}

LATENT_VARIANTS = 2  # they take eight times the room of codes


@dataclass
class CodeSet:
    """Codes of a split: all pictures [P], all variants [A]."""

    codes: np.ndarray  # uint16 [A, P, N]
    latents: np.ndarray | None  # float16 [A', P, N, d], A' <= A
    conditions: Conditions
    records: list[dict]
    about: dict  # tokenizer, grids, sha256
    holed: np.ndarray | None = None  # uint16 [H, P, N]
    rects: np.ndarray | None = None  # uint8 [H, P, 4]

    @property
    def count(self) -> int:
        return self.codes.shape[1]

    @property
    def grids(self) -> list[Grid]:
        return [Grid(**grid) for grid in self.about["grids"]]


def load_codes(path: Path) -> tuple[CodeSet, CodeSet]:
    """(training part, held-out part)"""
    about = json.loads(path.with_suffix(".json").read_text())
    vocabulary = Vocabulary(**about.pop("vocabulary"))
    records = about.pop("records")
    with np.load(path) as arrays:
        codes = arrays["codes"]
        latents, holed, rects = (arrays[name] if name in arrays else None for name in ("latents", "holed", "rects"))
    held = np.array([r["heldOut"] for r in records])

    def part(pick: np.ndarray) -> CodeSet:
        chosen = [records[i] for i in np.flatnonzero(pick)]
        own_latents, own_holed, own_rects = (None if array is None else array[:, pick] for array in (latents, holed, rects))
        return CodeSet(codes[:, pick], own_latents, Conditions(vocabulary, chosen), chosen, about, own_holed, own_rects)

    return part(~held), part(held)


@torch.no_grad()
def encode(model: VQModel, pictures: np.ndarray, may_flip: np.ndarray, options: dict | None, seed: int, batch: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """
    (codes uint16 [P, N], latents float16 [P, N, d]); all grids of a picture one after the other, row-major. Latents: of the last grid; a quantizer
    without a codebook keeps none, [P, 0, d].
    """
    codes, latents = [], []
    for first in range(0, len(pictures), batch):
        x = torch.from_numpy(pictures[first : first + batch]).permute(0, 3, 1, 2).float()
        if options:
            x = augment(x, may_flip[first : first + batch], options, np.random.default_rng([seed, first]))
        quantized = model.tokenize((x / 127.5 - 1).contiguous(memory_format=torch.channels_last))
        codes.append(torch.cat([grid.flatten(1) for grid in quantized.grids], 1).numpy().astype(np.uint16))
        inputs = quantized.inputs[-1] if quantized.inputs else torch.zeros(len(x), 0, model.config.codeDim)
        latents.append(inputs.reshape(len(x), -1, model.config.codeDim).numpy().astype(np.float16))
    return np.concatenate(codes), np.concatenate(latents)


def random_rects(count: int, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 [count, 4]: top, left, height, width in codes, from an eighth of the side to all of it."""
    sides = [rng.integers(max(1, size // 8), size + 1, count) for size in (height, width)]
    starts = [(rng.random(count) * (size - side + 1)).astype(int) for size, side in zip((height, width), sides, strict=True)]
    return np.stack([*starts, *sides], 1).astype(np.uint8)


def encode_holed(model: VQModel, pictures: np.ndarray, rects: np.ndarray, grid: Grid) -> np.ndarray:
    """Codes uint16 [P, N] of the pictures with a stand-in under their rectangles, as the page sees a picture that is to be filled."""
    factor = pictures.shape[1] // grid.height
    parts = []
    for first in range(0, len(pictures), 512):
        seen = []
        for picture, (top, left, height, width) in zip(pictures[first : first + 512], rects[first : first + 512].astype(int), strict=True):
            hole = np.zeros(picture.shape[:2], bool)
            hole[top * factor : (top + height) * factor, left * factor : (left + width) * factor] = True
            seen.append(neutralise(picture[None], hole)[0])
        parts.append(encode(model, np.stack(seen), np.zeros(len(seen), bool), None, 0)[0])
    return np.concatenate(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help=".npz of training.data.emoji or training.data.photos")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variants", type=int, default=8)
    parser.add_argument("--fill", choices=AUGMENT, default="white", help="what comes in at the border when a picture is moved")
    parser.add_argument("--latents", action="store_true", help="also the vectors before the quantizer, for the gaussian prior")
    parser.add_argument("--holes", type=int, default=0, help="also so many times with a hole, for priors with `holeShare`")
    args = parser.parse_args()
    model, manifest = load_folder(args.tokenizer)
    size = manifest["preprocess"]["size"]
    data = load_pictures(args.data, size).own()
    records = data.records
    codes, latents = [], []
    for variant in range(args.variants):
        own_codes, own_latents = encode(model, data.pictures, data.may_flip, AUGMENT[args.fill] if variant else None, variant)
        codes.append(own_codes)
        if args.latents and variant < LATENT_VARIANTS:
            latents.append(own_latents)
        print(f"variant {variant + 1} of {args.variants}", flush=True)
    arrays = {"codes": np.stack(codes)} | ({"latents": np.stack(latents)} if latents else {})
    if args.holes:
        [grid] = model.config.grids(size, size)  # holes are known for one grid
        rects = [random_rects(len(records), grid.height, grid.width, np.random.default_rng([9, hole])) for hole in range(args.holes)]
        arrays |= {"holed": np.stack([encode_holed(model, data.pictures, part, grid) for part in rects]), "rects": np.stack(rects)}
    vocabulary = of_emoji(records) if "style" in records[0] else of_photos(records)
    about = {
        "tokenizer": {"id": manifest["id"], "sha256": file_sha256(args.tokenizer / manifest["weights"]["file"])},
        "grids": [asdict(grid) for grid in model.config.grids(size, size)],
        "sha256": hashlib.sha256(arrays["codes"].tobytes()).hexdigest(),
        "vocabulary": vocabulary.to_dict(), "records": records,
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    args.out.with_suffix(".json").write_text(json.dumps(about, ensure_ascii=False))
    print(f"{len(records)} pictures, {len(vocabulary.entries)} entries in the vocabulary, {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
