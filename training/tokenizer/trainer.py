"""The training loop of a tokenizer."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
import time
from pathlib import Path

import torch
from tqdm import tqdm

from training import distributed
from training.metrics import psnr, ssim, to_bytes
from training.pictures import PictureSet, load_pictures, to_tensor, train_batch
from training.tokenizer.codebook import CodebookTrainer
from training.tokenizer.config import ModelConfig
from training.tokenizer.losses import reconstruction_loss
from training.tokenizer.model import VQModel
from training.tokenizer.norm import enable_fused_norm
from training.tokenizer.quantizers import to_rows


class TokenizerTrainer:
    """Model, optimiser, codebook averages and weight averages: all that a checkpoint holds. One `step` per batch."""

    def __init__(self, config: dict, seed: int, device: torch.device, bf16: bool, compiled: bool = False) -> None:
        torch.manual_seed(seed)
        self.options = config["training"]
        self.device, self.bf16, self.seed = device, bf16, seed
        self.model = VQModel(ModelConfig.from_dict(config["model"])).to(device, memory_format=torch.channels_last)
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.books = [CodebookTrainer(book) for book in self.model.quantize.codebooks()]
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=self.options.get("weightDecay", 0.0),
                                           fused=True)
        self.run = torch.compile(self.model) if compiled else self.model
        self.steps_done = 0
        self.revived = 0

    def learning_rate(self, progress: float) -> float:
        """Linear warm-up, then a cosine from learningRate to lastLearningRate."""
        first, last = self.options["learningRate"], self.options["lastLearningRate"]
        warm = min(1.0, (self.steps_done + 1) / self.options["warmupSteps"])
        return warm * (last + (first - last) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))

    def step(self, x: torch.Tensor, progress: float) -> dict[str, float]:
        """One update from x [B, 3, H, W]; progress 0 .. 1 through the schedule."""
        o = self.options
        quantize = self.steps_done >= o["plainSteps"]
        if self.steps_done == o["plainSteps"]:
            self.start_codebooks(x)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate(progress)
        with self.autocast():
            output, _, quantized = self.run(x, quantize)
        loss, decibels = reconstruction_loss(output, x, o["loss"])
        if quantized is not None:
            loss = loss + o["commitment"] * quantized.commitment
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        distributed.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), o.get("clipGradient", 1.0))
        self.optimizer.step()
        if quantized is not None:
            self.update_codebooks(quantized, progress)
        self.steps_done += 1
        self.update_average()
        return {"loss": float(loss.detach()), "psnr": float(decibels)}

    def autocast(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def generator(self, purpose: int) -> torch.Generator:
        return torch.Generator().manual_seed((self.seed * 1_000_003 + self.steps_done) * 8 + purpose)

    @torch.no_grad()
    def start_codebooks(self, x: torch.Tensor) -> None:
        """k-means on the latents of the warm-up's last batches (collected in `recent`) and of this one."""
        if not self.books:
            return
        rows = distributed.gather_rows(torch.cat([to_rows(self.model.encode(part).float()) for part in [*self.recent, x]]))
        if getattr(self.books[0].quantizer, "distance", "") == "cosine":
            rows = torch.nn.functional.normalize(rows, dim=1)
        for book in self.books:  # each level of a residual quantizer sees what the levels before left over
            book.start(rows, self.generator(1))
            codebook = book.quantizer.codebook
            rows = torch.cat([part - codebook[torch.cdist(part, codebook).argmin(1)] for part in rows.split(8192)])
        self.recent.clear()

    recent: list[torch.Tensor] = []

    def update_codebooks(self, quantized, progress: float) -> None:
        o = self.options
        if progress >= o.get("freezeCodebookAt", 2.0):
            return
        first, last = o["codebookDecay"]
        decay = first + (last - first) * min(progress, 1.0)
        for level, book in enumerate(self.books):
            book.update(quantized.inputs[level], quantized.indices[:, level].flatten(), decay)
            if progress < o["reviveUntil"] and self.steps_done % o["reviveEvery"] == 0:
                self.revived += book.revive(quantized.inputs[level], o["reviveThreshold"], self.generator(2))

    @torch.no_grad()
    def update_average(self) -> None:
        decay = min(self.options["averageDecay"], (1 + self.steps_done) / (10 + self.steps_done))
        live = self.model.state_dict()
        torch._foreach_lerp_(list(self.average.values()), [live[name] for name in self.average], 1 - decay)

    @contextlib.contextmanager
    def averaged(self):
        """The model with averaged weights, for evaluation; the live weights come back afterwards."""
        live = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        try:
            yield self.model
        finally:
            self.model.load_state_dict(live)

    def state_dict(self) -> dict:
        return {
            "model": self.model.state_dict(), "average": self.average, "optimizer": self.optimizer.state_dict(),
            "books": [book.state_dict() for book in self.books], "steps": self.steps_done, "revived": self.revived,
        }

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        for name, value in state["average"].items():
            self.average[name].copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        for book, saved in zip(self.books, state["books"], strict=True):
            book.load_state_dict(saved)
        self.steps_done, self.revived = state["steps"], state["revived"]


@torch.no_grad()
def evaluate(model: VQModel, data: PictureSet, batch: int = 32) -> dict[str, float]:
    """Mean PSNR and SSIM per picture, in float32."""
    decibels, similarity = [], []
    device = next(model.parameters()).device
    for i in range(0, len(data.pictures), batch):
        x = to_tensor(data.pictures[i : i + batch]).to(device)
        output = to_bytes(model(x)[0])
        decibels.append(psnr(output, to_bytes(x)))
        similarity.append(ssim(output, to_bytes(x)))
    return {"psnr": float(torch.cat(decibels).mean()), "ssim": float(torch.cat(similarity).mean())}


def batch_of(trainer: TokenizerTrainer, data: PictureSet, batch: int, step: int, progress: float, rank: int, world: int) -> torch.Tensor:
    o = trainer.options
    options = o["augment"] if progress < o.get("augmentUntil", 2.0) else {"flip": o["augment"].get("flip", False)}
    x = train_batch(data, batch, step, trainer.seed, options, rank, world).to(trainer.device)
    if step < o["plainSteps"] and step >= o["plainSteps"] - 16:
        trainer.recent.append(x)
    return x


def train(args: argparse.Namespace, preset: dict) -> None:
    rank, world, device = distributed.start()
    if args.threads:
        torch.set_num_threads(args.threads)
    config = json.loads(args.config.read_text())
    minutes = args.minutes if args.minutes or args.steps else preset["minutes"]
    fused = device.type == "cpu" and enable_fused_norm()
    data = load_pictures(args.data, config["size"])
    training, held_out = data.split(False), data.split(True)
    batch = config["training"]["batch"] * preset["batchFactor"]
    trainer = TokenizerTrainer(config, args.seed, device, preset["bf16"], preset["compile"])
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / "checkpoint.pt"
    elapsed, curve = 0.0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        trainer.load_state_dict(state["trainer"])
        elapsed, curve = state["elapsed"], state["curve"]
    if rank == 0:
        print(json.dumps({
            "argv": sys.argv[1:], "config": config["id"], "parameters": sum(p.numel() for p in trainer.model.parameters()),
            "pictures": len(training.pictures), "heldOut": len(held_out.pictures), "batch": batch, "minutes": minutes, "steps": args.steps,
            "device": str(device), "world": world, "threads": torch.get_num_threads(), "fusedNorm": fused, "torch": torch.__version__,
            "resumedAt": trainer.steps_done,
        }), flush=True)

    def save() -> None:
        if rank == 0:
            record = {"trainer": trainer.state_dict(), "elapsed": elapsed, "curve": curve, "config": config, "seed": args.seed,
                      "command": "python -m training.train " + " ".join(sys.argv[1:]), "data": {"count": len(training.pictures)}}
            part = checkpoint.with_suffix(".part")
            torch.save(record, part)
            os.replace(part, checkpoint)

    def report(progress: float) -> None:
        with trainer.averaged() as model:
            scores = evaluate(model, held_out) if rank == 0 else {}
        for i, book in enumerate(trainer.books):
            scores |= {name + (str(i) if i else ""): value for name, value in book.report().items()}
        scores |= {"step": trainer.steps_done, "minutes": round(elapsed / 60, 2), "progress": round(progress, 4), "revived": trainer.revived,
                   "train": round(smooth, 3), "picturesPerSecond": round(trainer.steps_done * batch / max(elapsed, 1), 1)}
        curve.append({name: round(value, 4) for name, value in scores.items()})
        if rank == 0:
            tqdm.write(json.dumps(curve[-1]), file=sys.stdout)
            sys.stdout.flush()

    bar = tqdm(total=args.steps, initial=trainer.steps_done, disable=rank != 0, mininterval=10, dynamic_ncols=True)
    last_save, last_report, smooth = elapsed, elapsed, 0.0
    while True:
        began = time.monotonic()
        progress = max(trainer.steps_done / args.steps if args.steps else 0, elapsed / 60 / minutes if minutes else 0)
        if world > 1:
            shared = torch.tensor(progress, device=device)
            distributed.broadcast(shared)
            progress = float(shared)
        if progress >= 1:
            break
        x = batch_of(trainer, training, batch, trainer.steps_done, progress, rank, world)
        scores = trainer.step(x, progress)
        elapsed += time.monotonic() - began
        smooth = scores["psnr"] if smooth == 0 else 0.98 * smooth + 0.02 * scores["psnr"]
        bar.update()
        if minutes:
            left = elapsed * (1 - progress) / max(progress, 1e-6)
            bar.set_postfix_str(f"psnr {smooth:.2f} {100 * progress:.1f} % eta {left / 60:.0f} min", refresh=False)
        if elapsed - last_report > 60 * args.evaluate_minutes:
            report(progress)
            last_report = elapsed
        if elapsed - last_save > 60 * args.checkpoint_minutes:
            save()
            last_save = elapsed
    bar.close()
    report(1.0)
    save()
