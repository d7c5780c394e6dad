"""Scores of a trained model.

python -m training.score codecs --data emoji128.npz --bytes 320 --out codecs.json
    other codecs on the held-out pictures: their best scale and quality that fits (slow, once per data set and size)
python -m training.score tokenizer --checkpoint <run>/checkpoint.pt --data emoji128.npz --codecs codecs.json --out scores.json
    the averaged weights, rounded to the stored dtype: PSNR and SSIM on held-out pictures, use of codes on the training set, beside
    the other codecs. `--model <folder>` instead of --checkpoint scores a finished model folder.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from training.codecs import best_fit, encoders
from training.metrics import perplexity
from training.pictures import load_pictures


def score_codecs(args: argparse.Namespace) -> dict:
    """Per codec, PSNR of every held-out picture; null where it does not fit."""
    data = load_pictures(args.data, args.size)
    held_out = data.split(True)
    result: dict = {"dataSha256": data.sha256, "bytes": args.bytes, "size": args.size, "codecs": {}}
    for name, encode in encoders().items():
        if args.only and name not in args.only:
            continue
        fits = [best_fit(encode, picture, args.bytes) for picture in held_out.pictures]
        result["codecs"][name] = {
            "psnr": [fit and round(fit.psnr, 4) for fit in fits],
            "scale": [fit and fit.scale for fit in fits],
        }
        print(name, summary(result["codecs"][name]["psnr"], None), flush=True)
    return result


def summary(theirs: list[float | None], ours: np.ndarray | None) -> dict:
    """Means over the pictures that fit, and ours on the same ones."""
    fits = np.array([value is not None for value in theirs])
    values = {"psnr": float(np.mean([v for v in theirs if v is not None])) if fits.any() else None,
              "doesNotFit": int((~fits).sum()), "of": len(theirs)}
    if ours is not None:
        values["oursOnTheSame"] = float(ours[fits].mean()) if fits.any() else None
    return values


def score_tokenizer(args: argparse.Namespace) -> dict:
    from training.modelfolder import round_weights
    from training.tokenizer.checkpoint import load_checkpoint, load_folder
    from training.tokenizer.cost import flop_count, parameter_count
    from training.tokenizer.evaluate import code_histogram, evaluate_each

    if args.checkpoint:
        model, record = load_checkpoint(args.checkpoint)
        size = record["config"]["size"]
        round_weights(model, args.dtype)
    else:
        model, record = load_folder(args.model)
        size = record["preprocess"]["size"]
    data = load_pictures(args.data, size)
    training, held_out = data.split(False), data.split(True)
    config = model.config
    grids = config.grids(size, size)
    grid_bits = [grid.count * math.log2(grid.codebookSize) for grid in grids]
    bits = sum(grid_bits)
    budget = sum(math.ceil(part / 8) for part in grid_bits)  # each grid begins at a byte, as on the page
    decibels, similarity = evaluate_each(model, held_out)
    counts = code_histogram(model, training)
    scores = {
        "psnr": float(decibels.mean()), "ssim": float(similarity.mean()),
        "psnrQuartiles": [float(v) for v in np.quantile(decibels.numpy(), [0.25, 0.5, 0.75])],
        "heldOut": len(held_out.pictures), "train": len(training.pictures), "dataSha256": data.sha256,
        "grids": [asdict(grid) for grid in grids],
        "codes": sum(grid.count for grid in grids), "bytes": budget, "bitsPerPixel": bits / size**2,
        "perplexity": [perplexity(level) for level in counts], "codesUsed": [int((level > 0).sum()) for level in counts], "minCodeUses": [int(level.min()) for level in counts],
        "parameters": parameter_count(model), "gflop": flop_count(model, size, size) / 1e9,
    }
    for name in ("style", "group", "set"):
        if name in held_out.records[0]:
            kinds = sorted({r[name] for r in held_out.records})
            picks = {kind: [i for i, r in enumerate(held_out.records) if r[name] == kind] for kind in kinds}
            scores[f"psnrBy{name.title()}"] = {kind: round(float(decibels[pick].mean()), 2) for kind, pick in picks.items()}
    if args.codecs:
        other = json.loads(args.codecs.read_text())
        if (other["dataSha256"], other["bytes"], other["size"]) != (data.sha256, budget, size):
            raise ValueError(f"{args.codecs} is about other pictures or another number of bytes: make it again")
        scores["codecs"] = {name: summary(entry["psnr"], decibels.numpy()) for name, entry in other["codecs"].items()}
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="family", required=True)
    codecs = commands.add_parser("codecs")
    codecs.add_argument("--bytes", type=int, required=True)
    codecs.add_argument("--size", type=int, default=128)
    codecs.add_argument("--only", nargs="*", help="names of codecs")
    codecs.set_defaults(run=score_codecs)
    tokenizer = commands.add_parser("tokenizer")
    source = tokenizer.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path)
    source.add_argument("--model", type=Path)
    tokenizer.add_argument("--dtype", choices=["F16", "F32"], default="F16", help="what --checkpoint is rounded to")
    tokenizer.add_argument("--codecs", type=Path, help="result of `training.score codecs`")
    tokenizer.set_defaults(run=score_tokenizer)
    for command in (codecs, tokenizer):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--out", type=Path, help="JSON to write")
    args = parser.parse_args()
    scores = args.run(args)
    if args.family == "tokenizer":
        print(json.dumps(scores, indent=2))
    if args.out:
        args.out.write_text(json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    main()
