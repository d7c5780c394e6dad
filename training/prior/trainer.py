"""One training step of a prior, its held-out score, and everything that a checkpoint holds."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training import distributed
from training.muon import MatrixOptimizer
from training.pictures import batch_indices
from training.prior.codes import CodeSet
from training.prior.config import PriorConfig
from training.prior.network import Prior
from training.prior.process import DiscreteProcess, cosine_alpha_bar, cross_entropy, stratified_times
from training.run import ModelState, WeightAverage, fitting, warm_cosine

BINS = 10  # of the schedule, in the bound by t


class PriorTrainer(ModelState):
    """Model, optimiser, weight averages. All randomness comes from (seed, step), so a resumed run ends with the same weights."""

    def __init__(self, config: dict, data: CodeSet, seed: int, device: torch.device, bf16: bool, compiled: bool = False) -> None:
        torch.manual_seed(seed)
        self.options, self.data = config["training"], data
        self.device, self.bf16, self.seed = device, bf16, seed
        self.config = prior_config(config, data)
        self.model = Prior(self.config).to(device)
        self.average = WeightAverage(self.model)
        matrices = [p for name, p in self.model.blocks.named_parameters() if name.endswith(".weight")] if self.options.get("muon") else []
        chosen = {id(p) for p in matrices}
        others = [p for p in self.model.parameters() if id(p) not in chosen]
        self.optimizer = MatrixOptimizer(matrices, others, self.options["weightDecay"], self.options.get("muon", 1.0))
        self.run = torch.compile(self.model) if compiled else self.model
        self.objective = Objective(self.config, self.options, device)
        self.steps_done = 0

    def start_from(self, weights: dict[str, Tensor]) -> list[str]:
        """Warm start: every tensor of the same name and shape is taken over. Returns the names that start anew."""
        fits = fitting(self.model, weights)
        self.model.load_state_dict(fits, strict=False)
        self.average.copy_from(self.model.state_dict())
        return [name for name in self.average.values if name not in fits]

    def batch(self, batch: int, rank: int, world: int) -> tuple[Tensor, Tensor, Holes | None]:
        """(x0, context, holes) of this step and process: codes [B, N], or normalised latents [B, N, d]; [B, C]; where the process learns to fill them."""
        data, o = self.data, self.options
        pick = batch_indices(data.count, batch, self.steps_done, self.seed)[rank::world]
        rng = np.random.default_rng([self.seed, 3, self.steps_done, rank])
        source = data.codes if self.config.kind != "gaussian" else data.latents
        variant = np.where(rng.random(len(pick)) < o["plainShare"], 0, rng.integers(0, len(source), len(pick)))
        context = data.conditions.draw(pick, o["drop"], rng)
        share = o.get("holeShare", 0.0) if self.config.kind == "absorbing" and len(data.grids) == 1 else 0.0
        holed = rng.random(len(pick)) < share
        x0 = self.objective.to_x0(source[np.where(holed, 0, variant), pick])
        holes = holes_of(data, pick, x0, holed, rng) if share else None
        return x0, torch.from_numpy(context).to(self.device), holes

    def step(self, batch: int, progress: float, rank: int = 0, world: int = 1) -> float:
        """One update. Returns the loss that is reported: bits per token of this batch (gaussian: mean squared error of epsilon)."""
        o = self.options
        self.optimizer.set_rate(warm_cosine(o, self.steps_done, progress))
        x0, context, holes = self.batch(batch, rank, world)
        generator = torch.Generator().manual_seed((self.seed * 1_000_003 + self.steps_done) * 64 + rank)
        noisy, t, phase = self.objective.noise(x0, generator, holes=holes)
        with self.autocast():
            outputs = self.run(noisy, context, t)
        loss, figure = self.objective.loss(outputs, x0, noisy, t, phase, generator)
        self.optimizer.zero_grad()
        loss.backward()
        distributed.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), o.get("clipGradient", 1.0))
        self.optimizer.step()
        self.steps_done += 1
        self.average.update(o["averageDecay"], self.steps_done)
        return figure

    def autocast(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def evaluate(self, data: CodeSet, draws: int = 2, batch: int = 64) -> dict:
        """Held-out bound with the averaged weights: `heldOut` bits per token (gaussian: error of epsilon), `byTime` the bound by tenths of the schedule."""
        with self.average.applied() as model:
            return held_out_bound(model, self.objective, data, draws, batch, self.device)


def prior_config(config: dict, data: CodeSet) -> PriorConfig:
    """The network for these codes: grids, vocabulary and, for gaussian, the latents' mean and deviation come from the data."""
    vocabulary = data.conditions.vocabulary
    values = {**config["model"], "grids": data.about["grids"], "contextLength": vocabulary.context_length}
    if values["process"]["kind"] == "gaussian" and "latentMean" not in values:
        if data.latents is None:
            raise ValueError("a gaussian prior needs latents: run training.prior.codes with --latents")
        flat = data.latents.reshape(-1, data.latents.shape[-1]).astype(np.float32)
        values |= {"latentDim": flat.shape[1], "latentMean": [float(v) for v in flat.mean(0)], "latentStd": [float(v) for v in flat.std(0)]}
    return PriorConfig.from_dict(values, len(vocabulary.entries))


@dataclass
class Holes:
    """Holes in the pictures of a batch."""

    chosen: Tensor  # bool [B]: trained on its hole
    inside: Tensor  # bool [B, N]
    codes: Tensor  # int64 [B, N]: the picture's own in the hole; around it, what the encoder makes of the picture with a stand-in under the hole


def holes_of(data: CodeSet, pick: np.ndarray, x0: Tensor, chosen: np.ndarray, rng: np.random.Generator) -> Holes:
    """A hole for each picture, of which those of `chosen` [B] count. x0: codes of the pictures as they are."""
    if data.holed is None or data.rects is None:
        raise ValueError("holeShare needs codes of pictures with holes: run training.prior.codes with --holes")
    which = rng.integers(0, len(data.holed), len(pick))
    [grid] = data.grids
    top, left, height, width = torch.from_numpy(data.rects[which, pick].astype(np.int64)).to(x0.device).unbind(1)
    rows, columns = (torch.arange(size, device=x0.device)[None] for size in (grid.height, grid.width))
    within = ((rows >= top[:, None]) & (rows < (top + height)[:, None]))[:, :, None] & ((columns >= left[:, None]) & (columns < (left + width)[:, None]))[:, None]
    inside = within.flatten(1)
    around = torch.from_numpy(data.holed[which, pick].astype(np.int64)).to(x0.device)
    return Holes(torch.from_numpy(chosen).to(x0.device), inside, torch.where(inside, x0, around))


class Objective:
    """What a kind of prior is trained on: how x0 becomes noisy, the loss, the bound in bits per token."""

    def __init__(self, config: PriorConfig, options: dict, device: torch.device) -> None:
        self.config, self.device = config, device
        self.auxiliary = options.get("auxiliary", 0.0)
        self.counts = [grid.count for grid in config.grids]
        kind, steps = config.kind, config.process.get("numTimesteps", 1)
        self.steps = steps
        self.processes = [DiscreteProcess(config.process, grid.codebookSize, device) for grid in config.grids] if kind not in ("autoregressive", "gaussian") else []
        if kind == "gaussian":
            alpha = cosine_alpha_bar(steps, config.process["cosineOffset"])
            self.alpha_bar = torch.from_numpy(alpha).float().to(device)
            self.mean, self.std = (torch.tensor(v, device=device) for v in (config.latentMean, config.latentStd))

    def to_x0(self, values: np.ndarray) -> Tensor:
        x = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32 if self.config.kind == "gaussian" else np.int64)).to(self.device)
        return (x - self.mean) / self.std if self.config.kind == "gaussian" else x

    def noise(self, x0: Tensor, generator: torch.Generator, t: Tensor | None = None, phase: Tensor | None = None, holes: Holes | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """(xt, t [B], phase [B]). With two grids a sample is in phase 0 (top noisy, bottom unknown) or 1 (top given, bottom noisy): the
        bound is then that of p(top) p(bottom | top)."""
        count = len(x0)
        t = stratified_times(count, self.steps, generator).to(self.device) if t is None else t
        none = torch.zeros(count, dtype=torch.int64, device=self.device)
        if self.config.kind == "autoregressive":
            return x0, none, none
        if self.config.kind == "gaussian":
            alpha = self.alpha_bar[t][:, None, None]
            self.epsilon = torch.randn(x0.shape, generator=generator).to(self.device)
            return alpha.sqrt() * x0 + (1 - alpha).sqrt() * self.epsilon, t, none
        if phase is None:
            phase = torch.randint(len(self.counts), (count,), generator=generator).to(self.device) if len(self.counts) > 1 else none
        parts = []
        for g, (process, part) in enumerate(zip(self.processes, x0.split(self.counts, 1), strict=True)):
            noisy = process.q_sample(part, t, generator)
            if holes:
                noisy, t = mask_holes(noisy, t, holes, process, generator)
            hidden = torch.full_like(part, process.size)
            here = phase[:, None]
            parts.append(torch.where(here == g, noisy, torch.where(here > g, part, hidden)))
        return torch.cat(parts, 1), t, phase

    def loss(self, outputs: list[Tensor], x0: Tensor, xt: Tensor, t: Tensor, phase: Tensor, generator: torch.Generator) -> tuple[Tensor, float]:
        """(loss, figure for the log).

        absorbing: cross-entropy of the masked places, weighted by 1 - (t - 1) / T (Bond-Taylor et al. 2022: the reweighted bound);
        mask-replace, uniform: T L_t + auxiliary T (-log p(x0 | xt)) (VQ-Diffusion); autoregressive: cross-entropy; gaussian: |epsilon error|^2."""
        if self.config.kind == "gaussian":
            error = (outputs[0].float() - self.epsilon).square().mean()
            return error, float(error.detach())
        if self.config.kind == "autoregressive":
            losses = torch.cat([cross_entropy(logits, part) for logits, part in zip(outputs, x0.split(self.counts, 1), strict=True)], 1)
            return losses.mean(), float(losses.detach().mean()) / math.log(2)
        total, bound = x0.new_zeros((), dtype=torch.float32), 0.0
        grids = zip(self.processes, outputs, x0.split(self.counts, 1), xt.split(self.counts, 1), strict=True)
        for g, (process, logits, clean, noisy) in enumerate(grids):
            here = (phase == g).float()[:, None]
            nats = cross_entropy(logits, clean)
            if self.config.kind == "absorbing":
                weight = 6 * (1 - (t - 1) / self.steps)[:, None] * (noisy == process.size)
                total = total + (here * weight * nats).sum() / x0.numel() * len(self.counts)
                share = (here * process.bound(logits.detach(), clean, noisy, t)).sum()
            else:
                terms = process.bound(logits, clean, noisy, t)
                total = total + self.steps * (here * (terms + self.auxiliary * nats)).sum() / x0.numel() * len(self.counts)
                share = (here * terms.detach()).sum()
            bound += float(share) * self.steps * len(self.counts) / x0.numel()
        return total, bound / math.log(2)

    def bound(self, outputs: list[Tensor], x0: Tensor, xt: Tensor, t: Tensor, phase: Tensor) -> Tensor:
        """Estimate of -log2 p(x0) in bits per token from one draw of t a sample, [B] (gaussian: error of epsilon). Unbiased over t and phase."""
        if self.config.kind == "gaussian":
            return (outputs[0].float() - self.epsilon).square().mean((1, 2))
        if self.config.kind == "autoregressive":
            losses = torch.cat([cross_entropy(logits, part) for logits, part in zip(outputs, x0.split(self.counts, 1), strict=True)], 1)
            return losses.mean(1) / math.log(2)
        total = torch.zeros(len(x0), device=x0.device)
        grids = zip(self.processes, outputs, x0.split(self.counts, 1), xt.split(self.counts, 1), strict=True)
        for g, (process, logits, clean, noisy) in enumerate(grids):
            nats = process.bound(logits, clean, noisy, t).sum(1) * self.steps * len(self.counts)
            total += (phase == g) * nats
            total += process.prior_term() * clean.shape[1]
        return total / x0.shape[1] / math.log(2)


def mask_holes(noisy: Tensor, t: Tensor, holes: Holes, process: DiscreteProcess, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(xt, t) where `holes.chosen` samples are masked in their hole alone, with the probability t / T, and the codes around it are those of the picture
    with a stand-in under the hole: what a sampler is given that fills one, and what even masks over whole pictures hardly ever show. Their t
    becomes the time at which as much is masked; what the hole still shows is as it is."""
    masked = holes.inside & (torch.rand(noisy.shape, generator=generator).to(noisy.device) < (t / process.steps)[:, None])
    times = (masked.float().mean(1) * process.steps).ceil().long().clamp(1, process.steps)
    return torch.where(holes.chosen[:, None], holes.codes.masked_fill(masked, process.size), noisy), torch.where(holes.chosen, times, t)


@torch.no_grad()
def held_out_bound(model: Prior, objective: Objective, data: CodeSet, draws: int, batch: int, device: torch.device) -> dict:
    """Bound on all pictures of `data` with their full condition, `draws` times, t spread evenly; the same numbers at every call."""
    gaussian = model.config.kind == "gaussian"
    draws = 1 if model.config.kind == "autoregressive" else draws
    generator = torch.Generator().manual_seed(12345)
    source = data.latents if gaussian else data.codes
    values, times = [], []
    for _ in range(draws):
        t = stratified_times(data.count, objective.steps, generator).to(device)
        phase = (torch.arange(data.count) + _) % len(objective.counts)
        for first in range(0, data.count, batch):
            pick = np.arange(first, min(first + batch, data.count))
            x0 = objective.to_x0(source[0, pick])
            context = torch.from_numpy(data.conditions.full(pick)).to(device)
            noisy, when, which = objective.noise(x0, generator, t[pick], phase[pick].to(device))
            values.append(objective.bound(model(noisy, context, when), x0, noisy, when, which).cpu())
            times.append(t[pick].cpu())
    bits, at = torch.cat(values), torch.cat(times)
    result: dict = {"heldOut": float(bits.mean())}
    if model.config.kind != "autoregressive":
        tenth = ((at - 1) * BINS // objective.steps).clamp(max=BINS - 1)
        result["byTime"] = [round(float(bits[tenth == i].mean()), 4) if (tenth == i).any() else None for i in range(BINS)]
    return result
