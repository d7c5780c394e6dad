"""Sheets of samples: python -m training.prior.grid --model public/models/<prior> --tokenizer public/models/<tokenizer> --out docs/samples
    --prompt "red heart" --prompt "cat face" --style noto --style twemoji

One picture per prompt: for each style a sheet of 4 x 4 samples, side by side. The words go through the model's own vocabulary, from fixed seeds."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.modelfolder import load_prior_folder
from training.prior.export import tiles
from training.prior.score import Painter, draw
from training.prior.trainer import Objective
from training.prior.vocabulary import Vocabulary, words_of
from training.tokenizer.checkpoint import load_folder

SIDE = 4


def context_of(vocabulary: Vocabulary, given: dict[str, str]) -> list[int]:
    """Ids [C] of texts by slot; a slot of several places takes the words of its text. Raises ValueError for what the vocabulary does not have."""
    row = []
    for slot in vocabulary.slots:
        text, count = given.get(slot["name"], ""), slot.get("count", 1)
        entries = [slot["prefix"] + text] if text and count == 1 else [slot["prefix"] + word for word in words_of(text)][:count]
        unknown = [entry for entry in entries if entry not in vocabulary.ids]
        if unknown:
            raise ValueError(f"{slot['name']}: the model's vocabulary has no {', '.join(unknown)}; vocabulary.json lists what it has")
        row += [vocabulary.ids[entry] for entry in entries] + [0] * (count - len(entries))
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "tokenizer", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--prompt", action="append", required=True)
    parser.add_argument("--style", action="append", required=True)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    model = load_prior_folder(args.model)[0]
    vocabulary = Vocabulary(**json.loads((args.model / "vocabulary.json").read_text()))
    painter, objective = Painter(load_folder(args.tokenizer)[0], model), Objective(model.config, {}, torch.device("cpu"))
    args.out.mkdir(parents=True, exist_ok=True)
    for prompt in args.prompt:
        sheets = []
        for style in args.style:
            context = torch.tensor([context_of(vocabulary, {"words": prompt, "style": style})] * SIDE**2)
            options = {"steps": args.steps, "seed": args.seed, "guidance": args.guidance, "temperature": args.temperature, "objective": objective}
            sheets.append(np.asarray(tiles(painter.pictures(painter.codes(draw(model, context, **options))), SIDE)))
        gap = np.full((sheets[0].shape[0], 16, 3), 255, np.uint8)
        side_by_side = np.concatenate([part for sheet in sheets for part in (sheet, gap)][:-1], 1)
        file = args.out / f"{args.model.name}-{'-'.join(words_of(prompt))}.webp"
        Image.fromarray(side_by_side).save(file, quality=86, method=6)
        print(file, flush=True)


if __name__ == "__main__":
    main()
