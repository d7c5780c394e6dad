"""The transformer of family `prior` (docs/model-format.md): one trunk for all processes.

The trunk is DiT (Peebles and Xie 2022) with one modulation for all blocks, PixArt's "adaLN-single" (Chen et al. 2023).
Names of modules and parameters are the key names of the weight file.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.prior.config import PriorConfig
from training.prior.gelu import Gelu

NORM_EPS = 1e-6


def time_features(t: Tensor, width: int) -> Tensor:
    """[cos(t f_i), sin(t f_i)], f_i = 10000^(-i / (width / 2)). t [B] to [B, width]; angles in float64, as the page computes them."""
    half = width // 2
    i = torch.arange(half, device=t.device, dtype=torch.float64)
    angles = t.double()[:, None] * torch.exp(-math.log(10000.0) * i / half)
    return torch.cat([angles.cos(), angles.sin()], 1).float()


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q k^T / sqrt(d)) v over [B, heads, S, d]. `mask` [S, S]: True = may look.

    Written out on a CPU: at these lengths (264) PyTorch's fused form takes twice as long there in bf16 (and 1.13 has none)."""
    fused = getattr(F, "scaled_dot_product_attention", None)
    if fused is not None and q.device.type != "cpu":
        return fused(q, k, v, attn_mask=mask)
    scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ v


def causal_mask(context: int, sequence: int) -> Tensor:
    """[S, S] of bool: condition tokens see condition tokens only, code i sees the condition and codes 0..i."""
    mask = torch.ones(sequence, sequence).tril().bool()
    mask[:, :context] = True
    return mask


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """LayerNorm without affine, then scale and shift per sample. x [B, S, D]; shift, scale [B, 1, D]."""
    return F.layer_norm(x, x.shape[-1:], eps=NORM_EPS) * (1 + scale) + shift


class Past:
    """Keys and values of the tokens that a block has seen, [B, heads, seen, d]."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        self.keys = k if self.keys is None else torch.cat([self.keys, k], 2)
        self.values = v if self.values is None else torch.cat([self.values, v], 2)
        return self.keys, self.values


class Block(nn.Module):
    def __init__(self, config: PriorConfig):
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.modulation = nn.Parameter(torch.zeros(6, width))
        self.to_q, self.to_k, self.to_v, self.to_out = (nn.Linear(width, width) for _ in range(4))
        hidden = config.mlpRatio * width
        self.mlp = nn.Sequential(nn.Linear(width, hidden), Gelu(), nn.Linear(hidden, width))

    def forward(self, x: Tensor, m: Tensor, mask: Tensor | None, past: Past | None = None) -> Tensor:
        """x [B, S, D]; m [B, 6, D], the modulation that all blocks share. `past`: x goes on where an earlier call ended."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (m + self.modulation).to(x.dtype)[:, :, None].unbind(1)
        h = modulate(x, shift1, scale1)
        x = x + gate1 * self.attention(h, mask, past)
        h = modulate(x, shift2, scale2)
        return x + gate2 * self.mlp(h)

    def attention(self, h: Tensor, mask: Tensor | None, past: Past | None) -> Tensor:
        b, s, d = h.shape
        q, k, v = (to(h).view(b, s, self.heads, d // self.heads).transpose(1, 2) for to in (self.to_q, self.to_k, self.to_v))
        if past is not None:
            k, v = past.append(k, v)
        return self.to_out(attend(q, k, v, mask).transpose(1, 2).reshape(b, s, d))


class Prior(nn.Module):
    def __init__(self, config: PriorConfig):
        super().__init__()
        config.check()
        self.config = config
        width, gaussian = config.width, config.kind == "gaussian"
        self.context_embedding = nn.Embedding(config.vocabularySize, width)
        self.context_position = nn.Parameter(torch.zeros(config.contextLength, width))
        if gaussian:
            self.latent_in = nn.Linear(config.latentDim, width)
        else:
            # Row K: [MASK], the start token, or (uniform) nothing.
            self.embedding = nn.ModuleList([nn.Embedding(grid.codebookSize + 1, width) for grid in config.grids])
        self.row = nn.ParameterList([nn.Parameter(torch.zeros(grid.height, width)) for grid in config.grids])
        self.column = nn.ParameterList([nn.Parameter(torch.zeros(grid.width, width)) for grid in config.grids])
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.depth)])
        self.final_modulation = nn.Parameter(torch.zeros(2, width))
        self.head = nn.ModuleList([nn.Linear(width, config.latentDim if gaussian else grid.codebookSize) for grid in config.grids])
        mask = causal_mask(config.contextLength, config.sequence) if config.causal else None
        self.register_buffer("mask", mask, persistent=False)
        self.initialise()

    @torch.no_grad()
    def initialise(self) -> None:
        """DiT's "adaLN-zero": gates begin at 0, so every block begins as the identity; so does the head."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
        for table in (self.context_position, *self.row, *self.column):
            nn.init.normal_(table, std=0.02)
        for linear in (self.time[0], self.time[2]):
            nn.init.normal_(linear.weight, std=0.02)
        for linear in (self.modulation, *self.head):
            nn.init.zeros_(linear.weight)

    def forward(self, codes: Tensor, context: Tensor, t: Tensor) -> list[Tensor]:
        """
        codes [B, N] int64, all grids one after the other (gaussian: noisy latents xt [B, N, d], normalised); context [B, C] int64;
        t [B], any number type (autoregressive: taken as 0). Returns per grid logits of x0 [B, N_g, K_g] (gaussian: epsilon [B, N_g, d]).
        autoregressive takes the true tokens: it shifts them itself, and logits i do not depend on token i or later ones.
        """
        e, m = self.time_parts(torch.zeros_like(t) if self.config.causal else t)
        x = torch.cat([self.embed_context(context), self.embed(codes) + self.positions()], 1)
        for block in self.blocks:
            x = block(x, m, self.mask)
        y = self.normed(x[:, self.config.contextLength :], e)
        parts = y.split([grid.count for grid in self.config.grids], 1)
        return [head(part) for head, part in zip(self.head, parts)]

    def time_parts(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """What the time t [B] becomes: e [B, D], and the modulation that all blocks share [B, 6, D]."""
        e = self.time(time_features(t, self.config.width))
        return e, self.modulation(F.silu(e)).view(len(e), 6, -1)

    def embed_context(self, context: Tensor) -> Tensor:
        return self.context_embedding(context) + self.context_position

    def normed(self, x: Tensor, e: Tensor) -> Tensor:
        """What the heads read."""
        shift, scale = (self.final_modulation + e[:, None])[:, :, None].unbind(1)
        return modulate(x, shift, scale)

    def positions(self) -> Tensor:
        """row[y] + column[x] of every code, [N, D]."""
        return torch.cat([(row[:, None] + column[None]).flatten(0, 1) for row, column in zip(self.row, self.column)])

    def embed(self, codes: Tensor) -> Tensor:
        """Codes to vectors [B, N, D], each by its own grid's table. autoregressive: moved on by one, the first grid's start token first."""
        if self.config.kind == "gaussian":
            return self.latent_in(codes)
        parts = codes.split([grid.count for grid in self.config.grids], 1)
        x = torch.cat([table(part) for table, part in zip(self.embedding, parts)], 1)
        if not self.config.causal:
            return x
        start = self.embedding[0].weight[-1].expand(len(x), 1, -1)
        return torch.cat([start, x[:, :-1]], 1)


class CodeByCode:
    """An autoregressive prior that is asked about one code after the other, for conditions [B, C]: what came before is not computed again."""

    def __init__(self, model: Prior, context: Tensor) -> None:
        self.model, self.past = model, [Past() for _ in model.blocks]
        self.e, self.m = model.time_parts(torch.zeros(len(context), device=context.device))
        self.positions = model.positions()
        self.ends = [sum(grid.count for grid in model.config.grids[: g + 1]) for g in range(len(model.config.grids))]
        self.run(model.embed_context(context))

    def run(self, x: Tensor) -> Tensor:
        for block, past in zip(self.model.blocks, self.past):
            x = block(x, self.m, None, past)
        return x

    def logits(self, codes: Tensor, i: int) -> Tensor:
        """Logits [B, K_g] of code i, out of the codes [B, N] before it; i = 0, 1, ... in this order."""
        x = self.run(self.model.embed(codes)[:, i : i + 1] + self.positions[i])
        g = next(g for g, end in enumerate(self.ends) if i < end)
        return self.model.head[g](self.model.normed(x, self.e))[:, 0]
