"""One training step of a tokenizer, and everything that a checkpoint holds."""

from __future__ import annotations

import contextlib
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from training import distributed
from training.compat import FUSED_ADAM
from training.run import WeightAverage, fitting, warm_cosine
from training.tokenizer.codebook import CodebookTrainer
from training.tokenizer.config import ModelConfig
from training.tokenizer.discriminator import Adversary
from training.tokenizer.losses import reconstruction_loss
from training.tokenizer.model import VQModel
from training.tokenizer.quantizers import Quantized, nearest, to_rows

SKIPS_AT_MOST = 20


class TokenizerTrainer:
    """Model, optimiser, codebook averages and weight averages. All randomness comes from (seed, step), so a resumed run ends with
    the same weights as one that was never stopped."""

    def __init__(self, config: dict, seed: int, device: torch.device, bf16: bool, compiled: bool = False) -> None:
        torch.manual_seed(seed)
        self.options = config["training"]
        self.device, self.bf16, self.seed = device, bf16, seed
        self.model = VQModel(ModelConfig.from_dict(config["model"])).to(device, memory_format=torch.channels_last)
        self.average = WeightAverage(self.model)
        self.books = [CodebookTrainer(book) for book in self.model.codebooks()]
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        decay = self.options.get("weightDecay", 0.0)
        self.optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=decay, **FUSED_ADAM)
        self.adversary = Adversary(self.options["gan"], device) if "gan" in self.options else None
        self.run = torch.compile(self.model) if compiled else self.model
        self.steps_done = 0
        self.revived = 0
        self.skipped = 0
        self.books_started = False

    @property
    def needs_codebooks(self) -> bool:
        """True once: after `plainSteps` steps as a plain autoencoder the codebooks start (call start_codebooks)."""
        return bool(self.books) and not self.books_started and self.steps_done >= self.options["plainSteps"]

    @property
    def quantizing(self) -> bool:
        """False while the model learns as a plain autoencoder."""
        return self.books_started if self.books else self.steps_done >= self.options["plainSteps"]

    @torch.no_grad()
    def start_from(self, weights: dict[str, Tensor]) -> list[str]:
        """Warm start from another model's weights: every tensor of the same name and shape is taken over; of the convolutions around
        the quantizer, whose input is twice as wide in two levels as in one, the bottom's half. If all codebooks fit they go on from
        there, otherwise they start by k-means as usual. Returns the names that were not found or have another shape."""
        own = self.model.state_dict()
        fits = fitting(self.model, weights)
        if self.options.get("freshCodebook"):
            fits = {name: value for name, value in fits.items() if not name.startswith("quantize.")}
        missing = [name for name in own if name not in fits]
        if self.model.top is not None:
            for name in ("quant_conv.weight", "post_quant_conv.weight"):
                value, z = weights.get(name), own[name].shape[1] // 2
                if name in missing and value is not None and value.shape == own[name][:, :z].shape:
                    fits[name] = torch.cat([value.to(self.device), own[name][:, z:]], 1)
        self.model.load_state_dict(fits, strict=False)
        self.average.copy_from(self.model.state_dict())
        if self.books and not any(name.endswith("embedding.weight") for name in missing):
            for book in self.books:
                book.go_on()
            self.books_started = True
        return missing

    def step(self, x: Tensor, progress: float) -> dict[str, float]:
        """One update from x [B, 3, H, W]; progress 0 .. 1 through the schedule."""
        o = self.options
        for group in self.optimizer.param_groups:
            group["lr"] = warm_cosine(o, self.steps_done, progress)
        with self.autocast():
            output, quantized = self.run(x, self.quantizing, self.top_only(len(x), progress))
        loss, decibels = reconstruction_loss(output, x, o["loss"])
        if quantized is not None:
            loss = loss + o["commitment"] * quantized.commitment
        if self.adversary is not None:
            loss = loss + self.adversary.generator_loss(output.float(), progress)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        distributed.average_gradients(self.model)
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), o.get("clipGradient", 1.0))
        if not torch.isfinite(norm):
            return self.skip(decibels)
        self.optimizer.step()
        if self.adversary is not None:
            self.adversary.step(x, output.detach().float(), progress)
        if quantized is not None:
            self.update_codebooks(quantized, progress)
        self.steps_done += 1
        self.average.update(o["averageDecay"], self.steps_done)
        return {"loss": float(loss.detach()), "psnr": float(decibels)}

    def top_only(self, batch: int, progress: float) -> int:
        """How many pictures of a batch the decoder paints from the top level alone: a share of `topOnly`, until `topOnlyUntil`."""
        o = self.options
        if self.model.top is None or progress >= o.get("topOnlyUntil", 2.0):
            return 0
        return round(o.get("topOnly", 0.0) * batch)

    def skip(self, decibels: Tensor) -> dict[str, float]:
        """A step whose gradient is not finite changes nothing (it is the mean over the processes, so all of them skip it)."""
        self.steps_done += 1
        self.skipped += 1
        if self.skipped > SKIPS_AT_MOST:
            raise FloatingPointError(f"{self.skipped} steps had gradients that were not finite: a lower learningRate is needed")
        return {"loss": math.nan, "psnr": float(decibels) if torch.isfinite(decibels) else 0.0}

    def autocast(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def generator(self, purpose: int) -> torch.Generator:
        return torch.Generator().manual_seed((self.seed * 1_000_003 + self.steps_done) * 8 + purpose)

    @torch.no_grad()
    def start_codebooks(self, batches: list[Tensor]) -> None:
        """k-means on the latents of some batches; each level of a residual quantizer on what the levels before left over, the bottom
        of two levels on latents that know the quantized top."""
        if self.model.top is not None:
            model, (top, bottom) = self.model, self.books
            features = [model.encoder(x) for x in batches]
            latents = [model.top_latents(f).float() for f in features]
            top.start(distributed.gather_rows(torch.cat([to_rows(z) for z in latents])), self.generator(1))
            codes = [top.quantizer(z).values for z in latents]
            latents = [model.bottom_latents(f, q) for f, q in zip(features, codes, strict=True)]
            bottom.start(distributed.gather_rows(torch.cat([to_rows(z.float()) for z in latents])), self.generator(1))
            self.books_started = True
            return
        rows = distributed.gather_rows(torch.cat([to_rows(self.model.encode(x).float()) for x in batches]))
        for book in self.books:
            if book.quantizer.distance == "cosine":
                rows = F.normalize(rows, dim=1)
            book.start(rows, self.generator(1))
            codebook = book.quantizer.codebook
            rows = torch.cat([part - codebook[nearest(part, codebook)] for part in rows.split(8192)])
        self.books_started = True

    def update_codebooks(self, quantized: Quantized, progress: float) -> None:
        o = self.options
        if progress >= o.get("freezeCodebookAt", 2.0):
            for level, book in enumerate(self.books):
                book.count(quantized.grids[level].flatten())
            return
        first, last = o["codebookDecay"]
        decay = first + (last - first) * min(progress, 1.0)
        for level, book in enumerate(self.books):
            book.update(quantized.inputs[level], quantized.grids[level].flatten(), decay)
            if progress < o["reviveUntil"] and self.steps_done % o["reviveEvery"] == 0:
                self.revived += book.revive(quantized.inputs[level], o["reviveThreshold"], self.generator(2))

    def state_dict(self) -> dict:
        state = {
            "model": self.model.state_dict(), "average": self.average.values, "optimizer": self.optimizer.state_dict(),
            "books": [book.state_dict() for book in self.books], "steps": self.steps_done, "revived": self.revived,
            "booksStarted": self.books_started,
        }
        return state if self.adversary is None else state | {"adversary": self.adversary.state_dict()}

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.average.copy_from(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        for book, saved in zip(self.books, state["books"], strict=True):
            book.load_state_dict(saved)
        if self.adversary is not None:
            self.adversary.load_state_dict(state["adversary"])
        self.steps_done, self.revived, self.books_started = state["steps"], state["revived"], state["booksStarted"]
