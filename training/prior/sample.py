"""Samplers of the priors: ancestral steps for the discrete kinds, raster order for autoregressive, DDIM for gaussian. With known places they
repaint the rest.

The page has its own samplers (src/diffusion); these are what the scores in the model cards are computed with."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.prior.network import CodeByCode, Prior
from training.prior.process import DiscreteProcess
from training.prior.trainer import Objective

LEAST_SIGNAL = 1e-3  # alphaBar


def guided(model: Prior, x: Tensor, context: Tensor, t: Tensor, scale: float) -> list[Tensor]:
    """Logits (gaussian: epsilon) per grid under guidance."""
    if scale == 1:
        return model(x, context, t)
    return [guide(part, scale) for part in model(torch.cat([x, x]), with_and_without(context), torch.cat([t, t]))]


def with_and_without(context: Tensor) -> Tensor:
    return torch.cat([context, torch.zeros_like(context)])


def guide(both: Tensor, scale: float) -> Tensor:
    """Classifier-free guidance (Ho and Salimans 2022): unconditional + scale (conditional - unconditional), of the halves of a batch."""
    given, none = both.float().chunk(2)
    return none + scale * (given - none)


def draw(p: Tensor, generator: torch.Generator) -> Tensor:
    """One category for each row of p [..., K], which need not sum to one exactly."""
    rows = p.flatten(0, -2)
    return torch.multinomial(rows, 1, generator=generator).view(p.shape[:-1])


@torch.no_grad()
def sample(model: Prior, context: Tensor, steps: int, seed: int, guidance: float = 2.0, temperature: float = 1.0,
           known: Tensor | None = None, mask: Tensor | None = None, objective: Objective | None = None) -> Tensor:
    """Codes [B, N] (gaussian: latents [B, N, d], not normalised) for conditions [B, C].

    `known` (what the result is made of) with `mask` [B, N] (True = hole) keeps everything outside the hole. steps: of the schedule,
    per grid; autoregressive takes as many as there are codes."""
    generator = torch.Generator().manual_seed(seed)
    objective = objective or Objective(model.config, {}, context.device)
    mask = torch.ones(len(context), model.config.codes, dtype=torch.bool) if mask is None else mask
    if model.config.kind == "autoregressive":
        return sample_autoregressive(model, context, generator, guidance, temperature, known, mask)
    if model.config.kind == "gaussian":
        return sample_gaussian(model, context, steps, generator, guidance, known, mask, objective)
    return sample_discrete(model, context, steps, generator, guidance, temperature, known, mask, objective.processes)


def sample_discrete(model: Prior, context: Tensor, steps: int, generator: torch.Generator, guidance: float, temperature: float,
                    known: Tensor | None, mask: Tensor, processes: list[DiscreteProcess]) -> Tensor:
    """Grid after grid. Known places of an absorbing prior are simply given, and the schedule begins where as much is masked as the hole
    holds; where codes are replaced they are noised as far as the step (what the network saw in training)."""
    counts = [grid.count for grid in model.config.grids]
    absorbing = model.config.kind == "absorbing"
    x = torch.cat([torch.full((len(context), n), p.size) for p, n in zip(processes, counts, strict=True)], 1)
    first = 0
    for g, (process, n) in enumerate(zip(processes, counts, strict=True)):
        part = slice(first, first + n)
        hole = mask[:, part]
        xt = process.start((len(x), n), generator)
        share = float(hole.float().mean(1).max()) if absorbing and known is not None else 1.0
        times = np.unique(np.round(np.linspace(0, max(1, round(share * process.steps)), steps + 1)).astype(int))[::-1]
        for t_now, t_next in zip(times[:-1], times[1:]):
            t, s = (torch.full((len(x),), int(v)) for v in (t_now, t_next))
            if known is not None:
                given = known[:, part] if absorbing else process.q_sample(known[:, part], t, generator)
                xt = torch.where(hole, xt, given)
            x[:, part] = xt
            logits = guided(model, x, context, t, guidance)[g]
            p0 = (logits.float() / temperature).softmax(-1)
            xt = draw(process.posterior(p0, xt, t, s), generator)
        x[:, part] = xt if known is None else torch.where(hole, xt, known[:, part])
        first += n
    return x


def sample_autoregressive(model: Prior, context: Tensor, generator: torch.Generator, guidance: float, temperature: float,
                          known: Tensor | None, mask: Tensor) -> Tensor:
    x = torch.zeros_like(mask, dtype=torch.int64) if known is None else known.clone()
    network = CodeByCode(model, context if guidance == 1 else with_and_without(context))
    for place in range(model.config.codes):
        logits = network.logits(x, place) if guidance == 1 else guide(network.logits(torch.cat([x, x]), place), guidance)
        drawn = draw((logits.float() / temperature).softmax(-1), generator)
        x[:, place] = torch.where(mask[:, place], drawn, x[:, place])
    return x


def sample_gaussian(model: Prior, context: Tensor, steps: int, generator: torch.Generator, guidance: float, known: Tensor | None, mask: Tensor,
                    objective: Objective) -> Tensor:
    """DDIM (Song et al. 2021, eta = 0). Known latents are noised as far as the step."""
    shape = (len(context), model.config.codes, model.config.latentDim)
    x = torch.randn(shape, generator=generator)
    clean = None if known is None else (known - objective.mean) / objective.std
    times = np.unique(np.round(np.linspace(0, objective.steps, steps + 1)).astype(int))[::-1]
    for t_now, t_next in zip(times[:-1], times[1:]):
        a, b = objective.alpha_bar[int(t_now)], objective.alpha_bar[int(t_next)]
        if clean is not None:
            x = torch.where(mask[..., None], x, a.sqrt() * clean + (1 - a).sqrt() * torch.randn(shape, generator=generator))
        epsilon = guided(model, x, context, torch.full((len(x),), int(t_now)), guidance)[0].float()
        # Where next to nothing of x0 is left, epsilon tells nothing of it (it is divided by sqrt(a)): the best guess of normalised data
        # is then sqrt(a) x, nearly the mean.
        x0 = ((x - (1 - a).sqrt() * epsilon) / a.sqrt()).clamp(-6, 6) if a > LEAST_SIGNAL else a.sqrt() * x
        epsilon = (x - a.sqrt() * x0) / (1 - a).sqrt()
        x = b.sqrt() * x0 + (1 - b).sqrt() * epsilon
    if clean is not None:
        x = torch.where(mask[..., None], x, clean)
    return x * objective.std + objective.mean
