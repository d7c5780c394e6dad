"""python -m training.prior.export --checkpoint <run>/checkpoint.pt --scores scores.json --codes codes.npz --out public/models/<id>

Writes the model folder of docs/model-format.md: averaged weights as F16, vocabulary, golden file computed with these very weights in float32 on a
held-out picture's codes, the manifest with the training record, the card, the loss curves, and pictures out of the .npz beside the scores.
Adds the model to index.json beside it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.modelfolder import round_weights, update_index, write_prior_folder
from training.prior.card import prior_card
from training.prior.checkpoint import load_prior_checkpoint
from training.prior.codes import CodeSet, load_codes
from training.prior.network import Prior
from training.prior.trainer import Objective


def golden_sample(model: Prior, held_out: CodeSet) -> dict:
    """Codes (gaussian: noisy latents) of the first held-out picture in the middle of the schedule, with its full condition."""
    objective, pick = Objective(model.config, {}, torch.device("cpu")), np.arange(1)
    source = held_out.latents if model.config.kind == "gaussian" else held_out.codes
    t = torch.tensor([max(1, objective.steps // 2)])
    noisy, when, _ = objective.noise(objective.to_x0(source[0, pick]), torch.Generator().manual_seed(0), t, torch.zeros(1, dtype=torch.int64))
    return {"codes": noisy[0], "context": torch.from_numpy(held_out.conditions.full(pick))[0], "t": int(when[0])}


def metrics(scores: dict) -> dict[str, float]:
    """The figures that the page shows first; names as src/app/models knows them."""
    sampling = scores.get("sampling", {})
    named = {"bitsPerToken": scores["bound"]["heldOut"], **{name: sampling[name] for name in ("groupAccuracy", "styleAccuracy", "classAccuracy") if name in sampling}}
    if "featureDistanceToHeldOut" in sampling:
        named["classifierFeatureDistance"] = sampling["featureDistanceToHeldOut"]
    return {name: round(value, 4) for name, value in named.items()}


def tiles(pictures: np.ndarray, columns: int) -> Image.Image:
    """[count, H, W, 3] of uint8 as one picture, row by row, with a white line between."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = Image.new("RGB", (columns * (width + 2) - 2, rows * (height + 2) - 2), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), (i % columns * (width + 2), i // columns * (height + 2)))
    return sheet


def write_pictures(folder: Path, scored: Path) -> None:
    """preview.webp: 32 samples; neighbours.webp: 24 samples, and under each its nearest training picture."""
    with np.load(scored) as arrays:
        pictures, nearest = arrays["pictures"], arrays["nearest"]
    tiles(pictures[:32], 8).save(folder / "preview.webp", quality=86, method=6)
    pairs = [row for first in range(0, min(24, len(pictures)), 8) for row in (pictures[first : first + 8], nearest[first : first + 8])]
    sheet = tiles(np.concatenate(pairs), 8)
    sheet.resize((sheet.width * 3 // 4, sheet.height * 3 // 4), Image.Resampling.LANCZOS).save(folder / "neighbours.webp", quality=84, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "scores", "codes", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--dtype", choices=["F16", "F32"], default="F16")
    parser.add_argument("--device", default="CPU", help="what it was trained on, in words")
    parser.add_argument("--note", default="", help="a sentence about the training for the card")
    args = parser.parse_args()
    model, record = load_prior_checkpoint(args.checkpoint)
    scores = json.loads(args.scores.read_text())
    train, held_out = load_codes(args.codes)
    if record["data"]["sha256"] != train.about["sha256"]:
        raise ValueError(f"{args.codes}: other codes than the prior was trained on")
    round_weights(model, args.dtype)
    config = record["config"]
    about = {
        "id": config["id"], "title": config["title"],
        "training": {
            "commit": record["commit"], "command": record["command"], "seed": record["seed"], "minutes": round(record["elapsed"] / 60, 1), "device": args.device,
            "data": f"codes of {train.count} pictures, sha256 {train.about['sha256']}", "metrics": metrics(scores),
        },
    }
    text = prior_card(config, record, scores, model, args.device, args.note)
    write_prior_folder(args.out, model, args.dtype, golden_sample(model, held_out), train.conditions.vocabulary.to_dict(), train.about["tokenizer"], about, text)
    write_pictures(args.out, args.scores.with_suffix(".npz"))
    (args.out / "curve.json").write_text(json.dumps(record["curve"]) + "\n")
    update_index(args.out.parent)
    print(f"{args.out}: {sum(f.stat().st_size for f in args.out.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
