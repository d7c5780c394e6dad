"""The training loop of a prior: data, schedule, checkpoints, reports."""

from __future__ import annotations

import argparse

import torch

from training import distributed
from training.native import keep_freed_memory
from training.prior.codes import CodeSet, load_codes
from training.prior.gelu import enable_fused_gelu
from training.prior.trainer import PriorTrainer
from training.run import Run, command_line, commit_hash, drive
from training.tokenizer.checkpoint import load_weights
from training.tokenizer.config import read_config


class PriorRun(Run[PriorTrainer]):
    def __init__(self, trainer: PriorTrainer, held_out: CodeSet, batch: int, steps: int | None, minutes: float | None,
                 rank: int = 0, world: int = 1) -> None:
        super().__init__(trainer, steps, minutes, rank)
        self.held_out, self.batch, self.world = held_out, batch, world

    def advance(self, progress: float) -> float:
        return self.trainer.step(self.batch, progress, self.rank, self.world)

    def report(self, progress: float) -> dict:
        """Bits per token on the held-out codes with the averaged weights."""
        scores = self.trainer.evaluate(self.held_out) if self.rank == 0 and self.held_out.count else {}
        scores["samplesPerSecond"] = self.trainer.steps_done * self.batch / max(self.elapsed, 1)
        return self.note(scores, progress)

    @property
    def status(self) -> str:
        return f"train {self.smooth:.3f}"


def train(args: argparse.Namespace, preset: dict) -> None:
    rank, world, device = distributed.start()
    if args.threads:
        torch.set_num_threads(args.threads)
    if device.type == "cpu":
        enable_fused_gelu()
        keep_freed_memory()
    config = read_config(args.config)
    minutes = args.minutes if args.minutes or args.steps else preset["minutes"]
    batch = config["training"]["batch"] * preset["batchFactor"]
    training, held_out = load_codes(args.data)
    trainer = PriorTrainer(config, training, args.seed, device, preset["bf16"], preset["compile"])
    run = PriorRun(trainer, held_out, batch, args.steps, minutes, rank, world)
    fresh = run.begin(args, trainer.start_from, load_weights)
    about = {
        "config": config, "model": {**trainer.config.to_dict(), "vocabularySize": trainer.config.vocabularySize}, "seed": args.seed, "commit": commit_hash(),
        "command": command_line(), "batch": batch,
        "data": {"tokenizer": training.about["tokenizer"], "sha256": training.about["sha256"], "train": training.count, "heldOut": held_out.count},
    }
    size = sum(p.numel() for p in trainer.model.parameters())
    run.say({"command": about["command"], "parameters": size, **about["data"], "batch": batch, "minutes": minutes, "steps": args.steps,
             "device": str(device), "processes": world, "resumedAt": trainer.steps_done, "startedFresh": fresh})
    drive(run, args, about)
