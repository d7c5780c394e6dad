"""Noise processes of the discrete priors: schedules, forward samples, posteriors, bounds. t = 1 .. T, t = 0 is data.

States are 0 .. K - 1 and, last, K = [MASK]. After t steps a code is kept with probability alphaBar_t, replaced by any of the K codes with
K betaBar_t together, masked with gammaBar_t (VQ-Diffusion, Gu et al. 2022, equations 6 to 8; D3PM, Austin et al. 2021). Absorbing is the case
betaBar = 0, uniform the case gammaBar = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

LEAST = 1e-30  # log of it is still a number in float32
LAST_ALPHA_BAR = 1e-5  # mask-replace keeps this much at t = T, so that the posterior stays defined


def cosine_alpha_bar(steps: int, offset: float) -> np.ndarray:
    """Nichol and Dhariwal 2021: cos^2((t / T + s) / (1 + s) pi / 2), divided by its value at t = 0. [T + 1]"""
    value = np.cos((np.arange(steps + 1) / steps + offset) / (1 + offset) * math.pi / 2) ** 2
    return np.clip(value / value[0], 1e-8, 1.0)


@dataclass
class Schedule:
    """Tables [T + 1] in float64; `betaBar` is of a single code (not times K). Index 0: 1, 0, 0."""

    alphaBar: np.ndarray
    betaBar: np.ndarray
    gammaBar: np.ndarray

    @staticmethod
    def of(process: dict, codebook_size: int) -> Schedule:
        """From a manifest's `process`. Raises ValueError for a kind that has no discrete steps."""
        kind = process["kind"]
        if kind not in ("absorbing", "mask-replace", "uniform"):
            raise ValueError(f"process.kind: absorbing, mask-replace or uniform is needed, found {kind}")
        steps = process["numTimesteps"]
        share = np.arange(steps + 1) / steps
        if kind == "absorbing":
            return Schedule(1 - share, 0 * share, share)
        if kind == "uniform":
            alpha = cosine_alpha_bar(steps, process["cosineOffset"])
            return Schedule(alpha, (1 - alpha) / codebook_size, 0 * share)
        gone = share * (1 - LAST_ALPHA_BAR)
        total = process["gammaBarT"] + process["betaBarT"]
        return Schedule(1 - gone, gone * process["betaBarT"] / total / codebook_size, gone * process["gammaBarT"] / total)

    @property
    def steps(self) -> int:
        return len(self.alphaBar) - 1


class DiscreteProcess:
    """The process of one grid with K codes. x0, xt: int64 [B, N]; t: int64 [B]; p0: [B, N, K], summing to one."""

    def __init__(self, process: dict, codebook_size: int, device: torch.device | str = "cpu") -> None:
        self.size, self.schedule = codebook_size, Schedule.of(process, codebook_size)
        bars = (self.schedule.alphaBar, self.schedule.betaBar, self.schedule.gammaBar)
        self.alpha_bar, self.beta_bar, self.gamma_bar = (torch.from_numpy(bar).float().to(device) for bar in bars)

    @property
    def steps(self) -> int:
        return self.schedule.steps

    def q_sample(self, x0: Tensor, t: Tensor, generator: torch.Generator) -> Tensor:
        """xt given x0."""
        u = torch.rand(x0.shape, generator=generator).to(x0.device)
        other = torch.randint(self.size, x0.shape, generator=generator).to(x0.device)
        gamma, alpha = self.gamma_bar[t][:, None], self.alpha_bar[t][:, None]
        replaced = torch.where(u < gamma + alpha, x0, other)
        return torch.where(u < gamma, torch.full_like(x0, self.size), replaced)

    def one_step(self, t: Tensor, s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(alpha, beta, gamma) of the way from s to t, s < t: each [B]."""
        alpha = self.alpha_bar[t] / self.alpha_bar[s].clamp(min=LEAST)
        gamma = 1 - (1 - self.gamma_bar[t]) / (1 - self.gamma_bar[s]).clamp(min=LEAST)
        return alpha, ((1 - alpha - gamma) / self.size).clamp(min=0), gamma

    def posterior(self, p0: Tensor, xt: Tensor, t: Tensor, s: Tensor) -> Tensor:
        """p(xs | xt) = sum over k of q(xs | xt, x0 = k) p0(k), [B, N, K + 1]: VQ-Diffusion's equation 11, for any s < t.

        With w_k = p0(k) / q(xt | k) and W its sum, xs = i has q(xt | xs = i) (alphaBar_s w_i + betaBar_s W), [MASK] has
        q(xt | [MASK]) gammaBar_s W. A code that xt cannot have come from counts nothing."""
        bar = lambda table, at: table[at][:, None, None]  # noqa: E731
        masked = (xt == self.size)[..., None]
        here = F.one_hot(xt, self.size + 1)[..., : self.size].to(p0.dtype)
        seen = torch.where(masked, bar(self.gamma_bar, t), bar(self.alpha_bar, t) * here + bar(self.beta_bar, t))  # q(xt | k)
        w = torch.where(seen > 0, p0 / seen.clamp(min=LEAST), torch.zeros_like(p0))
        total = w.sum(-1, keepdim=True)
        alpha, beta, gamma = (value[:, None, None] for value in self.one_step(t, s))
        arrive = torch.where(masked, gamma, alpha * here + beta)  # q(xt | xs = i)
        codes = arrive * (bar(self.alpha_bar, s) * w + bar(self.beta_bar, s) * total)
        mask = torch.where(masked, bar(self.gamma_bar, s) * total, torch.zeros_like(total))
        # A code that p0 gives nothing to and that nothing else can have become (betaBar = 0): it stays, 0 / 0 otherwise.
        codes = torch.where((total == 0) & ~masked, here, codes)
        both = torch.cat([codes, mask], -1)
        return both / both.sum(-1, keepdim=True).clamp(min=LEAST)

    def bound(self, logits: Tensor, x0: Tensor, xt: Tensor, t: Tensor) -> Tensor:
        """L_t in nats per token, [B, N]: KL(q(x_{t-1} | xt, x0) || p(x_{t-1} | xt)), and -log p(x0 | x1) at t = 1.
        The bound on -log p(x0) is the sum of L_t over t = 1 .. T (the prior term KL(q(xT | x0) || p(xT)) is `prior_term`)."""
        if self.schedule.betaBar[-1] == 0:
            # Absorbing: only a masked place can tell, with probability (gammaBar_t - gammaBar_{t-1}) / gammaBar_t, and what it tells is x0.
            share = (self.gamma_bar[t] - self.gamma_bar[t - 1]) / self.gamma_bar[t]
            return share[:, None] * (xt == self.size) * cross_entropy(logits, x0)
        p0 = logits.float().softmax(-1)
        true = self.posterior(F.one_hot(x0, self.size).to(p0.dtype), xt, t, t - 1)
        ours = self.posterior(p0, xt, t, t - 1)
        divergence = (true * (true.clamp(min=LEAST).log() - ours.clamp(min=LEAST).log())).sum(-1)
        return torch.where((t == 1)[:, None], cross_entropy(logits, x0), divergence)

    def prior_term(self) -> float:
        """KL(q(xT | x0) || p(xT)) in nats per token, p(xT) with the same masses but none for x0 in particular."""
        a, b, g = (float(bar[-1]) for bar in (self.schedule.alphaBar, self.schedule.betaBar, self.schedule.gammaBar))
        if g == 1:
            return 0.0
        own, other = a + b, (1 - g) / self.size
        return own * math.log(own / other) + ((self.size - 1) * b * math.log(b / other) if b else 0.0)

    def start(self, shape: tuple[int, int], generator: torch.Generator) -> Tensor:
        """xT: [MASK] with probability gammaBar_T, else any code."""
        noise = torch.randint(self.size, shape, generator=generator)
        gamma = float(self.schedule.gammaBar[-1]) / (1 - float(self.schedule.alphaBar[-1]))
        return torch.where(torch.rand(shape, generator=generator) < gamma, torch.full_like(noise, self.size), noise)


def cross_entropy(logits: Tensor, x0: Tensor) -> Tensor:
    """-log p(x0), [B, N], of logits [B, N, K]."""
    return F.cross_entropy(logits.float().flatten(0, 1), x0.flatten(), reduction="none").view(x0.shape)


def stratified_times(count: int, steps: int, generator: torch.Generator) -> Tensor:
    """t [count] in 1 .. T, each uniform, spread evenly over the batch: less noise than independent draws."""
    u = (torch.randperm(count, generator=generator) + torch.rand(count, generator=generator)) / count
    return (u * steps).long().clamp(max=steps - 1) + 1
