"""The model configuration of docs/model-format.md, as read from a manifest or a training config."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path


WHOLE = ("quantizer", "process", "loss", "augment", "drop", "goals")  # replaced as a whole: their fields depend on their kind, or a missing one says "no"


def merge(base: dict, changes: dict) -> dict:
    """`base` with `changes` on top, object by object; a quantizer is replaced as a whole (its fields depend on its kind)."""
    result = dict(base)
    for name, value in changes.items():
        deeper = isinstance(value, dict) and isinstance(base.get(name), dict) and name not in WHOLE
        result[name] = merge(base[name], value) if deeper else value
    return result


def read_config(file: Path) -> dict:
    """A training config. `"extends": "<file beside it>"` takes everything from there that is not said here."""
    config = json.loads(file.read_text())
    base = config.pop("extends", None)
    return merge(read_config(file.parent / base), config) if base else config


TOP_FACTOR = 2  # bottom codes per top code and side


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
class TopConfig:
    """The top pair of two levels: an encoder and a decoder of features, z channels in, z channels out."""

    encoder: HalfConfig
    decoder: HalfConfig


@dataclass
class Grid:
    """One grid of codes of a picture."""

    name: str
    height: int
    width: int
    codebookSize: int

    @property
    def count(self) -> int:
        return self.height * self.width


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
    top: TopConfig | None = None

    @staticmethod
    def from_dict(values: dict) -> ModelConfig:
        values = dict(values)
        for half in ("encoder", "decoder"):
            values[half] = HalfConfig(**values[half])
        if values.get("top"):
            values["top"] = TopConfig(**{half: HalfConfig(**values["top"][half]) for half in ("encoder", "decoder")})
        config = ModelConfig(**values)
        if config.encoder.factor != config.decoder.factor:
            raise ValueError("encoder and decoder must have the same factor")
        if not (config.quantConv and config.postQuantConv) and config.latentChannels != config.codeDim:
            raise ValueError("without quantConv or postQuantConv, latentChannels must equal codeDim")
        two_level = config.quantizer["kind"] == "two-level"
        if two_level != (config.top is not None):
            raise ValueError("a two-level quantizer needs `top`, and no other has it")
        if config.top is not None:
            found = [(half.stem, half.factor) for half in (config.top.encoder, config.top.decoder)]
            if found != [(1, TOP_FACTOR)] * 2:
                raise ValueError(f"top: both halves need stem 1 and factor {TOP_FACTOR}, found (stem, factor) {found}")
            if not (config.quantConv and config.postQuantConv):
                raise ValueError("two levels need quantConv and postQuantConv")
        return config

    def to_dict(self) -> dict:
        values = asdict(self)
        if self.top is None:
            del values["top"]
        return values

    @property
    def factor(self) -> int:
        return self.encoder.factor

    @property
    def codebook_sizes(self) -> list[int]:
        """Number of different values of one index, per grid."""
        q = self.quantizer
        if q["kind"] == "two-level":
            return [q["topSize"], q["bottomSize"]]
        return [prod(q["levels"])] if q["kind"] == "fsq" else [q["codebookSize"]] * q.get("numLevels", 1)

    def grids(self, height: int, width: int) -> list[Grid]:
        """The grids of a picture of height x width pixels, in the order of their codebooks (names as on the page)."""
        h, w, sizes = height // self.factor, width // self.factor, self.codebook_sizes
        if self.top is not None:
            return [Grid("top", h // TOP_FACTOR, w // TOP_FACTOR, sizes[0]), Grid("bottom", h, w, sizes[1])]
        names = [f"level {i + 1}" for i in range(len(sizes))] if len(sizes) > 1 else ["codes"]
        return [Grid(name, h, w, size) for name, size in zip(names, sizes, strict=True)]
