"""Reads a prior's checkpoint back."""

from __future__ import annotations

from pathlib import Path

from training.compat import load_file
from training.prior.config import PriorConfig
from training.prior.network import Prior


def load_prior_checkpoint(file: Path) -> tuple[Prior, dict]:
    """(model with averaged weights, the checkpoint's record: config, model, seed, commit, command, data, elapsed, curve)."""
    record = load_file(file)
    model = Prior(PriorConfig.from_dict(record["model"])).eval()
    model.load_state_dict(record["trainer"]["average"])
    record["steps"] = record["trainer"]["steps"]
    del record["trainer"]
    return model, record
