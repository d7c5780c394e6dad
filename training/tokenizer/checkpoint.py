"""Reads a model back: the averaged weights of a checkpoint, or a model folder."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import load_file as load_safetensors
from torch import Tensor

from training.compat import load_file
from training.tokenizer.config import ModelConfig
from training.tokenizer.model import VQModel


def load_checkpoint(file: Path) -> tuple[VQModel, dict]:
    """(model with averaged weights, the checkpoint's record: config, seed, commit, command, data, elapsed, curve)."""
    record = load_file(file)
    model = VQModel(ModelConfig.from_dict(record["config"]["model"])).eval()
    model.load_state_dict(record["trainer"]["average"])
    record["steps"], record["revived"] = record["trainer"]["steps"], record["trainer"]["revived"]
    del record["trainer"]
    return model, record


def load_weights(path: Path) -> dict[str, Tensor]:
    """float32 weights of a model folder, or the averaged ones of a checkpoint."""
    if path.is_dir():
        manifest = json.loads((path / "manifest.json").read_text())
        return {name: value.float() for name, value in load_safetensors(path / manifest["weights"]["file"]).items()}
    return load_file(path)["trainer"]["average"]


def load_folder(folder: Path) -> tuple[VQModel, dict]:
    """(model, manifest)"""
    manifest = json.loads((folder / "manifest.json").read_text())
    model = VQModel(ModelConfig.from_dict(manifest["config"])).eval()
    model.load_state_dict(load_weights(folder))
    return model, manifest
