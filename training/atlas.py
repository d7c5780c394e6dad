"""What a codebook holds and how it is used: python -m training.atlas --model public/models/<id> --data emoji128.npz

Writes `atlas.png` (`atlas-1.png` .. for further grids) and `usage.json` into the model folder, as src/codebook/types.ts has them. A code's picture is
the code tiled and decoded, the middle patch of it; of several grids the others hold their code 0, as the page decodes patches. With --codes, an .npz of
training.prior.codes made by this very model, nothing is encoded again.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.metrics import to_bytes
from training.modelfolder import file_sha256
from training.pictures import load_pictures
from training.prior.codes import encode
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.config import Grid
from training.tokenizer.model import VQModel

SIDE = 3  # the largest codes on each side of what is decoded: the patch in the middle has neighbours like itself all around


@torch.no_grad()
def patches(model: VQModel, level: int, batch: int = 64) -> np.ndarray:
    """Every code of a grid alone, uint8 [K, factor, factor, 3]."""
    kinds = model.config.grids(128, 128)
    factors = [128 // kind.height for kind in kinds]
    side = SIDE * max(factors)
    factor, size = factors[level], kinds[level].codebookSize
    first = side // factor // 2 * factor
    parts = []
    for start in range(0, size, batch):
        indices = torch.arange(start, min(size, start + batch))
        grids = [
            (indices if i == level else torch.zeros_like(indices))[:, None, None].expand(-1, side // f, side // f).contiguous()
            for i, f in enumerate(factors)
        ]
        whole = to_bytes(model.decode(model.lookup(grids)))
        parts.append(whole[:, :, first : first + factor, first : first + factor].permute(0, 2, 3, 1).numpy().astype(np.uint8))
    return np.concatenate(parts)


def sheet(tiles: np.ndarray) -> tuple[np.ndarray, int]:
    """Tiles [K, p, p, 3] in rows, about a square: (picture, columns). Places left over are white."""
    columns = 2 ** math.ceil(math.log2(len(tiles)) / 2)
    rows, patch = math.ceil(len(tiles) / columns), tiles.shape[1]
    full = np.full((rows * columns, *tiles.shape[1:]), 255, np.uint8)
    full[: len(tiles)] = tiles
    return full.reshape(rows, columns, patch, patch, 3).transpose(0, 2, 1, 3, 4).reshape(rows * patch, columns * patch, 3), columns


def histograms(codes: np.ndarray, grids: list[Grid]) -> list[np.ndarray]:
    """codes [P, N], all grids of a picture one after the other -> counts [K] of each grid"""
    counts, start = [], 0
    for grid in grids:
        part = codes[:, start : start + grid.count]
        counts.append(np.bincount(part.reshape(-1), minlength=grid.codebookSize))
        start += grid.count
    return counts


def typical_groups(codes: np.ndarray, kinds: list[str], grids: list[Grid]) -> tuple[list[str], list[np.ndarray]]:
    """(names, per grid [K]): the kind of picture in which a code is most frequent for the size of the kind; -1 for a dead code."""
    names = sorted(set(kinds))
    own = np.array(kinds)
    by_name = [histograms(codes[own == name], grids) for name in names]
    result = []
    for level in range(len(grids)):
        counts = np.stack([levels[level] for levels in by_name])  # [groups, K]
        share = counts / counts.sum(1, keepdims=True)
        result.append(np.where(counts.sum(0) > 0, share.argmax(0), -1))
    return names, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="model folder of a tokenizer; the files are written into it")
    parser.add_argument("--data", type=Path, help=".npz of training.data.emoji or training.data.photos, or a folder of pictures")
    parser.add_argument("--codes", type=Path, help="instead of --data: .npz of training.prior.codes")
    args = parser.parse_args()
    model, manifest = load_folder(args.model)
    size = manifest["preprocess"]["size"]
    grids = model.config.grids(size, size)
    if args.codes:
        about = json.loads(args.codes.with_suffix(".json").read_text())
        if about["tokenizer"]["sha256"] != file_sha256(args.model / manifest["weights"]["file"]):
            raise SystemExit(f"{args.codes} was made by other weights than those of {args.model}: leave it out, or make it again.")
        records, codes = about["records"], np.load(args.codes)["codes"][0]
    elif args.data:
        data = load_pictures(args.data, size)
        records, codes = data.records, encode(model, data.pictures, data.may_flip, None, 0)[0]
    else:
        raise SystemExit("either --data or --codes is needed")
    held = np.array([r["heldOut"] for r in records])
    kind = next((name for name in ("set", "group") if name in records[0]), None)
    names, group_of = typical_groups(codes[~held], [r[kind] if kind else "all" for r in records if not r["heldOut"]], grids)
    atlas = []
    for level in range(len(grids)):
        tiles = patches(model, level)
        picture, columns = sheet(tiles)
        file = "atlas.png" if level == 0 else f"atlas-{level}.png"
        Image.fromarray(picture).save(args.model / file, optimize=True)
        atlas.append({"file": file, "columns": columns, "patch": tiles.shape[1]})
    sets = [
        {"name": name, "pictures": int(pick.sum()), "counts": [level.tolist() for level in histograms(codes[pick], grids)]}
        for name, pick in (("train", ~held), ("heldout", held))
    ]
    usage = {"schemaVersion": 1, "sets": sets, "atlas": atlas, "groups": names, "groupOf": [level.tolist() for level in group_of]}
    (args.model / "usage.json").write_text(json.dumps(usage, ensure_ascii=False, separators=(",", ":")) + "\n")
    used = [f"{int((np.array(level) > 0).sum())} of {len(level)}" for level in sets[0]["counts"]]
    print(f"{args.model}: {', '.join(used)} codes used by {sets[0]['pictures']} training pictures")


if __name__ == "__main__":
    main()
