"""How codebooks learn: k-means start, exponential moving averages, revival of dead codes. Works on several processes."""

from __future__ import annotations

import torch
from torch import Tensor

from training.distributed import all_reduce_sum, broadcast
from training.tokenizer.quantizers import VectorQuantizer, nearest


def kmeans(rows: Tensor, size: int, iterations: int, generator: torch.Generator) -> Tensor:
    """Lloyd's algorithm from random rows. rows [N, d] -> centres [K, d]; an empty cluster takes a random row."""
    pick = torch.randint(len(rows), (size,), generator=generator) if len(rows) < size else \
        torch.randperm(len(rows), generator=generator)[:size]
    centres = rows[pick].clone()
    for _ in range(iterations):
        nearest_centre = nearest(rows, centres)
        counts = torch.bincount(nearest_centre, minlength=size).to(rows.dtype)
        sums = torch.zeros_like(centres).index_add_(0, nearest_centre, rows)
        fresh = rows[torch.randint(len(rows), (size,), generator=generator)]
        centres = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), fresh)
    return centres


class CodebookTrainer:
    """EMA of counts and sums of the vectors that chose each code: N_k <- g N_k + (1 - g) n_k, m_k likewise, e_k = m_k / N_k
    (van den Oord et al. 2017, equations 6 to 8)."""

    def __init__(self, quantizer: VectorQuantizer) -> None:
        self.quantizer = quantizer
        rows = quantizer.embedding.weight
        self.counts = torch.ones(len(rows), device=rows.device)
        self.sums = rows.detach().clone()
        self.used = torch.zeros(len(rows), device=rows.device)  # uses since the last report

    def start(self, rows: Tensor, generator: torch.Generator, iterations: int = 12) -> None:
        """k-means on latents [N, d] that the caller collected (64 per code suffice); the same on every process: rank 0 decides."""
        some = torch.randperm(len(rows), generator=generator)[: 64 * len(self.counts)].to(rows.device)
        centres = kmeans(rows[some].cpu(), len(self.counts), iterations, generator).to(rows.device)
        broadcast(centres)
        self.quantizer.embedding.weight.copy_(centres)
        self.sums.copy_(centres)
        self.counts.fill_(1)

    @torch.no_grad()
    def go_on(self) -> None:
        """The averages follow a codebook that was loaded."""
        self.sums.copy_(self.quantizer.embedding.weight)
        self.counts.fill_(1)

    @torch.no_grad()
    def update(self, rows: Tensor, indices: Tensor, decay: float) -> None:
        """rows [N, d], indices [N] of one step."""
        counts = torch.bincount(indices, minlength=len(self.counts)).float()
        sums = torch.zeros_like(self.sums).index_add_(0, indices, rows.float())
        all_reduce_sum(counts, sums)
        self.used += counts
        self.counts.mul_(decay).add_(counts, alpha=1 - decay)
        self.sums.mul_(decay).add_(sums, alpha=1 - decay)
        self.quantizer.embedding.weight.copy_(self.sums / self.counts.clamp(min=1e-5)[:, None])

    def count(self, indices: Tensor) -> None:
        """Only the usage report, for a frozen codebook."""
        counts = torch.bincount(indices, minlength=len(self.counts)).float()
        all_reduce_sum(counts)
        self.used += counts

    @torch.no_grad()
    def revive(self, rows: Tensor, threshold: float, generator: torch.Generator) -> int:
        """Codes used less than `threshold` times the mean restart at a random row of this step. Returns how many."""
        mean = self.counts.mean()
        dead = (self.counts < threshold * mean).nonzero()[:, 0]
        if len(dead) == 0:
            return 0
        fresh = rows[torch.randint(len(rows), (len(dead),), generator=generator).to(rows.device)].float()
        broadcast(fresh)
        self.counts[dead] = mean
        self.sums[dead] = fresh * mean
        self.quantizer.embedding.weight[dead] = fresh
        return len(dead)

    def report(self) -> dict[str, float]:
        """Usage since the last report: perplexity exp(H), codes used at all."""
        p = self.used / self.used.sum().clamp(min=1)
        entropy = -(p * p.clamp(min=1e-12).log()).sum()
        result = {"perplexity": float(entropy.exp()), "codesUsed": int((self.used > 0).sum())}
        self.used.zero_()
        return result

    def state_dict(self) -> dict[str, Tensor]:
        return {"counts": self.counts, "sums": self.sums, "used": self.used}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        for name, value in state.items():
            getattr(self, name).copy_(value)
