"""VQ-VAE with the topology and key names of VQGAN / diffusers `VQModel` (docs/model-format.md).

Shapes: pictures [B, 3, H, W] in [-1, 1]; latents and quantized [B, d, h, w] with h = H / f; codes [B, h, w] per grid.
Sources: van den Oord et al. 2017 (VQ-VAE), Esser et al. 2021 (VQGAN).
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.tokenizer.config import TOP_FACTOR, HalfConfig, ModelConfig
from training.tokenizer.norm import normalise
from training.tokenizer.quantizers import Quantized, VectorQuantizer, make_quantizer


class ResBlock(nn.Module):
    """norm, SiLU, 3x3, norm, SiLU, 3x3, plus the input."""

    def __init__(self, c_in: int, c_out: int, groups: int, eps: float) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, c_in, eps)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, c_out, eps)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else None

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(normalise(self.norm1, x, silu=True))
        h = self.conv2(normalise(self.norm2, h, silu=True))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k^T / sqrt(C)) v on [B, N, C]; PyTorch 1.13 (Debian 12, tests) has no fused op for it."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return (q @ k.transpose(1, 2) * q.shape[-1] ** -0.5).softmax(-1) @ v


class Attention(nn.Module):
    """Single-head self-attention over all positions, plus the input."""

    def __init__(self, channels: int, groups: int, eps: float) -> None:
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        t = normalise(self.group_norm, x, silu=False).permute(0, 2, 3, 1).reshape(b, h * w, c)
        t = attend(self.to_q(t), self.to_k(t), self.to_v(t))
        return x + self.to_out[0](t).reshape(b, h, w, c).permute(0, 3, 1, 2)


class Downsample(nn.Module):
    def __init__(self, channels: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        if kind == "conv3":
            self.conv = nn.Conv2d(channels, channels, 3, stride=2)
        elif kind == "conv4":
            self.conv = nn.Conv2d(channels, channels, 4, stride=2, padding=1)
        elif kind == "space-to-depth":
            self.conv = nn.Conv2d(4 * channels, channels, 3, padding=1)
        else:
            raise ValueError(f"unknown downsample {kind}")

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "conv3":
            x = F.pad(x, (0, 1, 0, 1))
        elif self.kind == "space-to-depth":
            x = F.pixel_unshuffle(x, 2)
        return self.conv(x)


class Upsample(nn.Module):
    def __init__(self, channels: int, kind: str) -> None:
        super().__init__()
        if kind not in ("nearest", "pixel-shuffle"):
            raise ValueError(f"unknown upsample {kind}")
        self.kind = kind
        self.conv = nn.Conv2d(channels, channels * (4 if kind == "pixel-shuffle" else 1), 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "nearest":
            return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return F.pixel_shuffle(self.conv(x), 2)


class Level(nn.Module):
    """ResBlocks of one resolution, each followed by attention where asked, then the step to the next resolution."""

    def __init__(self, c_in: int, c_out: int, blocks: int, attention: bool, groups: int, eps: float) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ResBlock(c_in if j == 0 else c_out, c_out, groups, eps) for j in range(blocks))
        self.attentions = nn.ModuleList(Attention(c_out, groups, eps) for _ in range(blocks if attention else 0))
        self.downsamplers = nn.ModuleList()
        self.upsamplers = nn.ModuleList()

    def forward(self, x: Tensor) -> Tensor:
        for j, block in enumerate(self.resnets):
            x = block(x)
            if len(self.attentions):
                x = self.attentions[j](x)
        for step in (*self.downsamplers, *self.upsamplers):
            x = step(x)
        return x


class MidBlock(nn.Module):
    def __init__(self, channels: int, attention: bool, groups: int, eps: float) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ResBlock(channels, channels, groups, eps) for _ in range(2))
        self.attentions = nn.ModuleList([Attention(channels, groups, eps)] if attention else [])

    def forward(self, x: Tensor) -> Tensor:
        x = self.resnets[0](x)
        for attention in self.attentions:
            x = attention(x)
        return self.resnets[1](x)


class Encoder(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        half, groups, eps = config.encoder, config.normGroups, config.normEps
        self.stem = half.stem
        widths = half.channels
        self.conv_in = nn.Conv2d(config.inChannels * half.stem**2, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            level = Level(widths[max(i - 1, 0)], width, half.resBlocks[i], half.attention[i], groups, eps)
            if i + 1 < len(widths):
                level.downsamplers.append(Downsample(width, config.downsample))
            self.down_blocks.append(level)
        self.mid_block = MidBlock(widths[-1], half.midAttention, groups, eps) if half.midBlock else None
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], eps)
        self.conv_out = nn.Conv2d(widths[-1], config.latentChannels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(F.pixel_unshuffle(x, self.stem) if self.stem > 1 else x)
        for level in self.down_blocks:
            x = level(x)
        if self.mid_block is not None:
            x = self.mid_block(x)
        return self.conv_out(normalise(self.conv_norm_out, x, silu=True))


class Decoder(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        half: HalfConfig = config.decoder
        groups, eps = config.normGroups, config.normEps
        self.stem = half.stem
        widths, blocks, attention = half.channels[::-1], half.resBlocks[::-1], half.attention[::-1]
        self.conv_in = nn.Conv2d(config.latentChannels, widths[0], 3, padding=1)
        self.mid_block = MidBlock(widths[0], half.midAttention, groups, eps) if half.midBlock else None
        self.up_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            level = Level(widths[max(i - 1, 0)], width, blocks[i], attention[i], groups, eps)
            if i + 1 < len(widths):
                level.upsamplers.append(Upsample(width, config.upsample))
            self.up_blocks.append(level)
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], eps)
        self.conv_out = nn.Conv2d(widths[-1], config.inChannels * half.stem**2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        if self.mid_block is not None:
            x = self.mid_block(x)
        for level in self.up_blocks:
            x = level(x)
        x = self.conv_out(normalise(self.conv_norm_out, x, silu=True))
        return F.pixel_shuffle(x, self.stem) if self.stem > 1 else x


class TopPair(nn.Module):
    """Encoder and decoder of the upper of two levels: features [B, z, h, w] -> [B, z, h / 2, w / 2] -> [B, z, h, w]."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        assert config.top is not None
        inner = replace(config, inChannels=config.latentChannels, encoder=config.top.encoder, decoder=config.top.decoder)
        self.encoder = Encoder(inner)
        self.decoder = Decoder(inner)


def search(quantizer: nn.Module, latents: Tensor) -> Quantized:
    """In float32 whatever surrounds it: a search in bf16 picks wrong neighbours."""
    with torch.autocast(latents.device.type, enabled=False):
        return quantizer(latents.float())


def join_levels(bottom: Tensor, top: Tensor) -> Tensor:
    """What the decoder sees of two levels: [B, d, h, w] and [B, d, h / 2, w / 2], enlarged, -> [B, 2 d, h, w]"""
    return torch.cat([bottom, F.interpolate(top, scale_factor=float(TOP_FACTOR), mode="nearest")], 1)


class VQModel(nn.Module):
    """Encoder, quantizer, decoder; with a top pair, two levels (VQ-VAE-2, Razavi et al. 2019). `state_dict()` has exactly the
    contract's keys."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        z, d = config.latentChannels, config.codeDim
        levels = 1 if config.top is None else 2
        self.encoder = Encoder(config)
        self.quant_conv = nn.Conv2d(levels * z, d, 1) if config.quantConv else None
        self.quantize = make_quantizer(config.quantizer, d)
        self.post_quant_conv = nn.Conv2d(levels * d, z, 1) if config.postQuantConv else None
        self.decoder = Decoder(config)
        self.top = None
        if config.top is not None:
            self.top = TopPair(config)
            self.top_quant_conv = nn.Conv2d(z, d, 1)
            self.top_quantize = VectorQuantizer(config.quantizer["topSize"], d)
            self.top_post_quant_conv = nn.Conv2d(d, z, 1)

    def codebooks(self) -> list[VectorQuantizer]:
        """In the order of `Quantized.grids`; none for FSQ."""
        return ([] if self.top is None else [self.top_quantize]) + self.quantize.codebooks()

    def encode(self, x: Tensor) -> Tensor:
        """Latents before the quantizer [B, d, h, w]. One level only."""
        if self.top is not None:
            raise ValueError("two levels have latents of the top and of the bottom: use tokenize")
        h = self.encoder(x)
        return h if self.quant_conv is None else self.quant_conv(h)

    def top_latents(self, features: Tensor) -> Tensor:
        """Features [B, z, h, w] -> latents of the top [B, d, h / 2, w / 2]"""
        return self.top_quant_conv(self.top.encoder(features))

    def bottom_latents(self, features: Tensor, top: Tensor) -> Tensor:
        """Features [B, z, h, w] and the top's codes as vectors [B, d, h / 2, w / 2] -> latents of the bottom [B, d, h, w]"""
        return self.quant_conv(torch.cat([features, self.top.decoder(self.top_post_quant_conv(top))], 1))

    def tokenize(self, x: Tensor) -> Quantized:
        """Picture to codes; two levels: the top's first, then, knowing it, the bottom's."""
        if self.top is None:
            return search(self.quantize, self.encode(x))
        features = self.encoder(x)
        top = search(self.top_quantize, self.top_latents(features))
        bottom = search(self.quantize, self.bottom_latents(features, top.straight_through))
        return Quantized(
            join_levels(bottom.values, top.values), join_levels(bottom.straight_through, top.straight_through),
            top.grids + bottom.grids, top.commitment + bottom.commitment, top.inputs + bottom.inputs,
        )

    def lookup(self, grids: list[Tensor]) -> Tensor:
        """Codes, per grid [B, h, w], to what `decode` takes (`Quantized.values`)."""
        if self.top is None:
            return self.quantize.lookup(torch.stack(grids, 1))
        top, bottom = grids
        return join_levels(self.quantize.lookup(bottom[:, None]), self.top_quantize.lookup(top[:, None]))

    def decode(self, quantized: Tensor) -> Tensor:
        """Picture [B, 3, H, W], not clipped."""
        return self.decoder(quantized if self.post_quant_conv is None else self.post_quant_conv(quantized))

    def forward(self, x: Tensor, quantize: bool = True, top_only: int = 0) -> tuple[Tensor, Quantized | None]:
        """(reconstruction, codes). quantize=False: a plain autoencoder, for warm-up. top_only: the first so many pictures are painted
        from the top alone, see `flatten_bottom`."""
        if quantize:
            quantized = self.tokenize(x)
            return self.decode(self.flatten_bottom(quantized.straight_through, top_only)), quantized
        if self.top is None:
            return self.decode(self.encode(x)), None
        features = self.encoder(x)
        top = self.top_latents(features)
        joined = join_levels(self.bottom_latents(features, top), top)
        return self.decode(self.flatten_bottom(joined, top_only)), None

    def flatten_bottom(self, joined: Tensor, count: int) -> Tensor:
        """The bottom of the first `count` pictures is one vector everywhere: the one in their corner. Without such pictures a top that
        joins a trained bottom is never needed, and its codebook collapses."""
        if count == 0:
            return joined
        d = self.config.codeDim
        flat = joined[:count, :d, :1, :1].detach().expand(-1, -1, *joined.shape[2:])
        return torch.cat([torch.cat([flat, joined[:count, d:]], 1), joined[count:]])
