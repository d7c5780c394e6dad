"""The configuration of family `prior` (docs/model-format.md), as read from a manifest or a training config."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from training.tokenizer.config import Grid

MASKING = ("absorbing", "mask-replace")
KINDS = (*MASKING, "uniform", "autoregressive", "gaussian")


@dataclass
class PriorConfig:
    process: dict
    grids: list[Grid]
    width: int
    depth: int
    heads: int
    contextLength: int
    mlpRatio: int = 4
    latentDim: int | None = None
    latentMean: list[float] | None = None
    latentStd: list[float] | None = None
    vocabularySize: int = field(default=1, metadata={"manifest": "vocabulary.size"})

    @staticmethod
    def from_dict(values: dict, vocabulary_size: int | None = None) -> PriorConfig:
        """`vocabulary_size` is the manifest's `vocabulary.size`; a training config may say `vocabularySize` instead."""
        values = dict(values)
        values["grids"] = [Grid(**grid) for grid in values["grids"]]
        if vocabulary_size is not None:
            values["vocabularySize"] = vocabulary_size
        config = PriorConfig(**values)
        config.check()
        return config

    def to_dict(self) -> dict:
        """As the manifest has it: without what is not set, and without the vocabulary's size, which stands beside it there."""
        values = asdict(self)
        del values["vocabularySize"]
        return {name: value for name, value in values.items() if value is not None}

    @property
    def kind(self) -> str:
        return self.process["kind"]

    @property
    def causal(self) -> bool:
        return self.kind == "autoregressive"

    @property
    def codes(self) -> int:
        """N: codes of all grids together."""
        return sum(grid.count for grid in self.grids)

    @property
    def sequence(self) -> int:
        """S = C + N."""
        return self.contextLength + self.codes

    def check(self) -> None:
        """Raises ValueError that names what was needed and what was found."""
        if self.kind not in KINDS:
            raise ValueError(f"process.kind: one of {', '.join(KINDS)} is needed, found {self.kind}")
        if not 1 <= len(self.grids) <= 2:
            raise ValueError(f"grids: one or two are needed, found {len(self.grids)}")
        if self.width % self.heads or self.width // self.heads % 4:
            raise ValueError(f"width {self.width} must be heads ({self.heads}) times a multiple of 4")
        if self.kind == "gaussian":
            for name in ("latentMean", "latentStd"):
                found = len(getattr(self, name) or [])
                if not self.latentDim or found != self.latentDim:
                    raise ValueError(f"{name}: latentDim ({self.latentDim}) numbers are needed, found {found}")
