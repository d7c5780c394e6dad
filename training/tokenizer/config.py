"""The model configuration of docs/model-format.md, as read from a manifest or a training config."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path


def merge(base: dict, changes: dict) -> dict:
    """`base` with `changes` on top, object by object; a quantizer is replaced as a whole (its fields depend on its kind)."""
    result = dict(base)
    for name, value in changes.items():
        deeper = isinstance(value, dict) and isinstance(base.get(name), dict) and name not in ("quantizer", "loss", "augment")
        result[name] = merge(base[name], value) if deeper else value
    return result


def read_config(file: Path) -> dict:
    """A training config. `"extends": "<file beside it>"` takes everything from there that is not said here."""
    config = json.loads(file.read_text())
    base = config.pop("extends", None)
    return merge(read_config(file.parent / base), config) if base else config


@dataclass
class HalfConfig:
    """Encoder or decoder. Lists are per level, HIGH resolution first."""

    stem: int
    channels: list[int]
    resBlocks: list[int]
    attention: list[bool]
    midBlock: bool = True
    midAttention: bool = True

    @property
    def factor(self) -> int:
        return self.stem * 2 ** (len(self.channels) - 1)


@dataclass
class ModelConfig:
    encoder: HalfConfig
    decoder: HalfConfig
    latentChannels: int
    codeDim: int
    quantizer: dict
    inChannels: int = 3
    downsample: str = "conv3"
    upsample: str = "nearest"
    quantConv: bool = True
    postQuantConv: bool = True
    normGroups: int = 32
    normEps: float = 1e-6

    @staticmethod
    def from_dict(values: dict) -> ModelConfig:
        values = dict(values)
        for half in ("encoder", "decoder"):
            values[half] = HalfConfig(**values[half])
        config = ModelConfig(**values)
        if config.encoder.factor != config.decoder.factor:
            raise ValueError("encoder and decoder must have the same factor")
        if not (config.quantConv and config.postQuantConv) and config.latentChannels != config.codeDim:
            raise ValueError("without quantConv or postQuantConv, latentChannels must equal codeDim")
        return config

    def to_dict(self) -> dict:
        values = asdict(self)
        return values

    @property
    def factor(self) -> int:
        return self.encoder.factor

    @property
    def codebook_size(self) -> int:
        """Number of different values of one index."""
        kind = self.quantizer["kind"]
        return prod(self.quantizer["levels"]) if kind == "fsq" else self.quantizer["codebookSize"]

    @property
    def num_levels(self) -> int:
        """Indices per position: 1, or the depth of a residual quantizer."""
        return self.quantizer["numLevels"] if self.quantizer["kind"] == "rvq" else 1
