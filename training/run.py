"""What every training run shares: budget and progress, checkpoints, moving average of the weights, the loop with its reports."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training import distributed
from training.compat import load_file
from training.muon import MatrixOptimizer


def warm_cosine(options: dict, steps_done: int, progress: float) -> float:
    """Linear warm-up, then a cosine from learningRate to lastLearningRate."""
    first, last = options["learningRate"], options["lastLearningRate"]
    warm = min(1.0, (steps_done + 1) / options["warmupSteps"])
    return warm * (last + (first - last) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


def commit_hash() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip()


class WeightAverage:
    """Moving average of all weights (Polyak), with a short memory at first: what is evaluated and shipped."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.values = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, decay: float, steps_done: int) -> None:
        decay = min(decay, (1 + steps_done) / (10 + steps_done))
        live = self.model.state_dict()
        torch._foreach_mul_(list(self.values.values()), decay)
        torch._foreach_add_(list(self.values.values()), [live[name] for name in self.values], alpha=1 - decay)

    @torch.no_grad()
    def copy_from(self, values: dict[str, Tensor]) -> None:
        for name, value in values.items():
            self.values[name].copy_(value)

    @contextlib.contextmanager
    def applied(self) -> Iterator[nn.Module]:
        """The model with averaged weights; the live weights come back afterwards."""
        live = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.values)
        try:
            yield self.model
        finally:
            self.model.load_state_dict(live)


def fitting(model: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of `weights` that a warm start of `model` can take over: same name, same shape."""
    own = model.state_dict()
    return {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}


class Trainer(Protocol):
    """What a run needs of a trainer. All randomness comes from (seed, step), so a resumed run ends with the same weights."""

    device: torch.device
    steps_done: int

    def state_dict(self) -> dict: ...
    def load_state_dict(self, state: dict) -> None: ...


class ModelState:
    """The state of a trainer that holds a model, its average and one optimiser."""

    model: nn.Module
    average: WeightAverage
    optimizer: torch.optim.Optimizer | MatrixOptimizer
    steps_done: int

    def state_dict(self) -> dict:
        return {"model": self.model.state_dict(), "average": self.average.values, "optimizer": self.optimizer.state_dict(), "steps": self.steps_done}

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.average.copy_from(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps_done = state["steps"]


T = TypeVar("T", bound=Trainer)


class Run(Generic[T]):
    """Where a run stands and how it goes on. A family says what one step is (`advance`), how to report and what to show."""

    def __init__(self, trainer: T, steps: int | None, minutes: float | None, rank: int = 0) -> None:
        if not steps and not minutes:
            raise ValueError("a run needs a budget: steps or minutes")
        self.trainer, self.steps, self.minutes, self.rank = trainer, steps, minutes, rank
        self.elapsed = 0.0  # seconds of training, evaluation not counted
        self.smooth = 0.0  # what is trained, smoothed: dB or bits per token
        self.curve: list[dict] = []

    def advance(self, progress: float) -> float:
        """One step; returns the figure to smooth."""
        raise NotImplementedError

    def report(self, progress: float) -> dict:
        """Scores now, kept in the curve."""
        raise NotImplementedError

    @property
    def status(self) -> str:
        raise NotImplementedError

    @property
    def progress(self) -> float:
        """0 .. 1: by steps or by time, whichever is further, so that a slow machine still finishes with a low learning rate."""
        by_steps = self.trainer.steps_done / self.steps if self.steps else 0.0
        by_time = self.elapsed / 60 / self.minutes if self.minutes else 0.0
        value = torch.tensor(max(by_steps, by_time), dtype=torch.float64, device=self.trainer.device)
        distributed.broadcast(value)
        return float(value)

    def step(self, progress: float) -> None:
        began = time.monotonic()
        value = self.advance(progress)
        self.smooth = value if self.smooth == 0 else 0.98 * self.smooth + 0.02 * value
        self.elapsed += time.monotonic() - began

    def note(self, scores: dict, progress: float) -> dict:
        """Adds a report to the curve, rounded."""
        everything = {**scores, "step": self.trainer.steps_done, "minutes": self.elapsed / 60, "progress": progress, "train": self.smooth}
        self.curve.append({name: round(value, 4) if isinstance(value, float) else value for name, value in everything.items()})
        return self.curve[-1]

    def save(self, file: Path, about: dict) -> None:
        """Writes beside and renames: a run that is killed while saving loses nothing."""
        if self.rank == 0:
            part = file.with_suffix(".part")
            torch.save(about | {"trainer": self.trainer.state_dict(), "elapsed": self.elapsed, "curve": self.curve}, part)
            os.replace(part, file)

    def begin(self, args: argparse.Namespace, start_from: Callable[[dict], list[str]] | None = None, load: Callable[[Path], dict] | None = None) -> list[str]:
        """Goes on from the checkpoint in --out, else starts from the weights of --from. Returns what started anew of these."""
        args.out.mkdir(parents=True, exist_ok=True)
        checkpoint = args.out / "checkpoint.pt"
        if checkpoint.exists():
            self.load(checkpoint)
        elif args.start and start_from and load:
            return start_from(load(args.start))
        return []

    def say(self, values: dict) -> None:
        if self.rank == 0:
            tqdm.write(json.dumps(values), file=sys.stdout)
            sys.stdout.flush()

    def load(self, file: Path) -> None:
        state = load_file(file, self.trainer.device)
        self.trainer.load_state_dict(state["trainer"])
        self.elapsed, self.curve = state["elapsed"], state["curve"]


def command_line() -> str:
    return "python -m training.train " + " ".join(sys.argv[1:])


def drive(run: Run, args: argparse.Namespace, about: dict) -> None:
    """Runs to the end of the budget. Reports every --evaluate-minutes and at the end, saves every --checkpoint-minutes and at the end."""
    checkpoint = args.out / "checkpoint.pt"
    bar = tqdm(total=100, disable=run.rank != 0, mininterval=10, bar_format="{l_bar}{bar}| {elapsed} {postfix}")
    saved = reported = run.elapsed
    while (progress := run.progress) < 1:
        run.step(progress)
        bar.n = round(100 * progress, 1)
        left = run.elapsed / max(progress, 1e-6) * (1 - progress) / 60
        bar.set_postfix_str(f"step {run.trainer.steps_done} {run.status}, {left:.0f} min left", refresh=False)
        bar.update(0)
        if run.elapsed - reported > 60 * args.evaluate_minutes:
            run.say(run.report(progress))
            reported = run.elapsed
        if run.elapsed - saved > 60 * args.checkpoint_minutes:
            run.save(checkpoint, about)
            saved = run.elapsed
    bar.close()
    run.say(run.report(1.0))
    run.save(checkpoint, about)
    distributed.finish()
