"""The training loop: data, schedule, checkpoints, reports."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from training import distributed
from training.compat import load_file
from training.pictures import Batches, PictureSet, load_pictures
from training.tokenizer.checkpoint import load_weights
from training.tokenizer.config import read_config
from training.tokenizer.evaluate import evaluate
from training.tokenizer.norm import enable_fused_norm
from training.tokenizer.trainer import TokenizerTrainer

KMEANS_BATCHES = 16


class Run:
    """One training run: where it stands and how it goes on."""

    def __init__(self, trainer: TokenizerTrainer, data: PictureSet, batch: int, steps: int | None, minutes: float | None,
                 rank: int = 0, world: int = 1) -> None:
        if not steps and not minutes:
            raise ValueError("a run needs a budget: steps or minutes")
        self.trainer, self.data, self.batch = trainer, data, batch
        self.steps, self.minutes, self.rank = steps, minutes, rank
        self.batches = Batches(data, batch, trainer.seed, trainer.device, rank, world)
        self.elapsed = 0.0  # seconds of training, evaluation not counted
        self.smooth_psnr = 0.0
        self.curve: list[dict] = []

    @property
    def progress(self) -> float:
        """0 .. 1: by steps or by time, whichever is further, so that a slow machine still finishes with a low learning rate."""
        by_steps = self.trainer.steps_done / self.steps if self.steps else 0.0
        by_time = self.elapsed / 60 / self.minutes if self.minutes else 0.0
        value = torch.tensor(max(by_steps, by_time), dtype=torch.float64, device=self.trainer.device)
        distributed.broadcast(value)
        return float(value)

    def pictures(self, step: int, progress: float) -> Tensor:
        options = self.trainer.options
        augment = options["augment"]
        if progress >= options.get("augmentUntil", 2.0):
            augment = {"flip": augment.get("flip", False)}
        return self.batches(step, augment)

    def step(self, progress: float) -> None:
        began = time.monotonic()
        trainer = self.trainer
        if trainer.needs_codebooks:
            last = trainer.steps_done
            trainer.start_codebooks([self.pictures(s, progress) for s in range(max(0, last - KMEANS_BATCHES), last + 1)])
        decibels = trainer.step(self.pictures(trainer.steps_done, progress), progress)["psnr"]
        self.smooth_psnr = decibels if self.smooth_psnr == 0 else 0.98 * self.smooth_psnr + 0.02 * decibels
        self.elapsed += time.monotonic() - began

    def report(self, held_out: PictureSet, progress: float) -> dict:
        """Scores of the averaged weights on the held-out pictures, use of codes since the last report."""
        trainer = self.trainer
        scores: dict[str, float] = {}
        if self.rank == 0 and len(held_out.pictures):
            with trainer.averaged() as model:
                scores |= evaluate(model, held_out)
        for i, book in enumerate(trainer.books):
            grid = ("Top", "Bottom")[i] if trainer.model.top is not None else str(i) if i else ""
            scores |= {name + grid: value for name, value in book.report().items()}
        scores |= {"step": trainer.steps_done, "minutes": self.elapsed / 60, "progress": progress, "revived": trainer.revived,
                   "train": self.smooth_psnr, "picturesPerSecond": trainer.steps_done * self.batch / max(self.elapsed, 1)}
        self.curve.append({name: round(value, 4) for name, value in scores.items()})
        return self.curve[-1]

    def save(self, file: Path, about: dict) -> None:
        """Writes beside and renames: a run that is killed while saving loses nothing."""
        if self.rank == 0:
            part = file.with_suffix(".part")
            torch.save(about | {"trainer": self.trainer.state_dict(), "elapsed": self.elapsed, "curve": self.curve}, part)
            os.replace(part, file)

    def load(self, file: Path) -> None:
        state = load_file(file, self.trainer.device)
        self.trainer.load_state_dict(state["trainer"])
        self.elapsed, self.curve = state["elapsed"], state["curve"]


def commit_hash() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def train(args: argparse.Namespace, preset: dict) -> None:
    rank, world, device = distributed.start()
    if args.threads:
        torch.set_num_threads(args.threads)
    fused = device.type == "cpu" and enable_fused_norm()
    config = read_config(args.config)
    minutes = args.minutes if args.minutes or args.steps else preset["minutes"]
    batch = config["training"]["batch"] * preset["batchFactor"]
    data = load_pictures(args.data, config["size"])
    training, held_out = data.split(False), data.split(True)
    trainer = TokenizerTrainer(config, args.seed, device, preset["bf16"], preset["compile"])
    run = Run(trainer, training, batch, args.steps, minutes, rank, world)
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / "checkpoint.pt"
    fresh: list[str] = []
    if checkpoint.exists():
        run.load(checkpoint)
    elif args.start:
        fresh = trainer.start_from(load_weights(args.start))
    about = {
        "config": config, "seed": args.seed, "commit": commit_hash(), "command": "python -m training.train " + " ".join(sys.argv[1:]),
        "data": {"sha256": data.sha256, "train": len(training.pictures), "heldOut": len(held_out.pictures)},
    }

    def say(values: dict) -> None:
        if rank == 0:
            tqdm.write(json.dumps(values), file=sys.stdout)
            sys.stdout.flush()

    size = sum(p.numel() for p in trainer.model.parameters())
    say({"command": about["command"], "parameters": size, **about["data"], "batch": batch, "minutes": minutes, "steps": args.steps,
         "device": str(device), "processes": world, "threads": torch.get_num_threads(), "fusedNorm": fused, "resumedAt": trainer.steps_done, "startedFresh": fresh})
    bar = tqdm(total=100, disable=rank != 0, mininterval=10, bar_format="{l_bar}{bar}| {elapsed} {postfix}")
    saved = reported = run.elapsed
    while (progress := run.progress) < 1:
        run.step(progress)
        bar.n = round(100 * progress, 1)
        left = run.elapsed / max(progress, 1e-6) * (1 - progress) / 60
        bar.set_postfix_str(f"step {trainer.steps_done} train {run.smooth_psnr:.2f} dB, {left:.0f} min left", refresh=False)
        bar.update(0)
        if run.elapsed - reported > 60 * args.evaluate_minutes:
            say(run.report(held_out, progress))
            reported = run.elapsed
        if run.elapsed - saved > 60 * args.checkpoint_minutes:
            run.save(checkpoint, about)
            saved = run.elapsed
    bar.close()
    say(run.report(held_out, 1.0))
    run.save(checkpoint, about)
    distributed.finish()
