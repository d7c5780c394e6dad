"""The training loop of a tokenizer: data, schedule, codebooks, reports."""

from __future__ import annotations

import argparse

import torch
from torch import Tensor

from training import distributed
from training.pictures import Batches, PictureSet, load_pictures
from training.run import Run, command_line, commit_hash, drive
from training.tokenizer.checkpoint import load_weights
from training.tokenizer.config import read_config
from training.tokenizer.evaluate import evaluate
from training.tokenizer.norm import enable_fused_norm
from training.tokenizer.trainer import TokenizerTrainer

KMEANS_BATCHES = 16


class TokenizerRun(Run[TokenizerTrainer]):
    def __init__(self, trainer: TokenizerTrainer, data: PictureSet, held_out: PictureSet, batch: int, steps: int | None, minutes: float | None,
                 rank: int = 0, world: int = 1) -> None:
        super().__init__(trainer, steps, minutes, rank)
        self.data, self.held_out, self.batch = data, held_out, batch
        self.batches = Batches(data, batch, trainer.seed, trainer.device, rank, world)

    def pictures(self, step: int, progress: float) -> Tensor:
        options = self.trainer.options
        augment = options["augment"]
        if progress >= options.get("augmentUntil", 2.0):
            augment = {"flip": augment.get("flip", False)}
        return self.batches(step, augment)

    def advance(self, progress: float) -> float:
        trainer = self.trainer
        if trainer.needs_codebooks:
            last = trainer.steps_done
            trainer.start_codebooks([self.pictures(s, progress) for s in range(max(0, last - KMEANS_BATCHES), last + 1)])
        return trainer.step(self.pictures(trainer.steps_done, progress), progress)["psnr"]

    def report(self, progress: float) -> dict:
        """Scores of the averaged weights on the held-out pictures, use of codes since the last report."""
        trainer = self.trainer
        scores: dict[str, float] = {}
        if self.rank == 0 and len(self.held_out.pictures):
            with trainer.average.applied() as model:
                scores |= evaluate(model, self.held_out)
        for i, book in enumerate(trainer.books):
            grid = ("Top", "Bottom")[i] if trainer.model.top is not None else str(i) if i else ""
            scores |= {name + grid: value for name, value in book.report().items()}
        scores |= {"revived": trainer.revived, "picturesPerSecond": trainer.steps_done * self.batch / max(self.elapsed, 1)}
        return self.note(scores, progress)

    @property
    def status(self) -> str:
        return f"train {self.smooth:.2f} dB"


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
    run = TokenizerRun(trainer, training, held_out, batch, args.steps, minutes, rank, world)
    fresh = run.begin(args, trainer.start_from, load_weights)
    about = {
        "config": config, "seed": args.seed, "commit": commit_hash(), "command": command_line(),
        "data": {"sha256": data.sha256, "train": len(training.pictures), "heldOut": len(held_out.pictures)},
    }
    size = sum(p.numel() for p in trainer.model.parameters())
    run.say({"command": about["command"], "parameters": size, **about["data"], "batch": batch, "minutes": minutes, "steps": args.steps, "device": str(device),
             "processes": world, "threads": torch.get_num_threads(), "fusedNorm": fused, "resumedAt": trainer.steps_done, "startedFresh": fresh})
    drive(run, args, about)
