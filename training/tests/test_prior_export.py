"""Folders of priors: round trip, golden files, and what the writer refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training.fixtures import PRIORS, VOCABULARY, make_prior
from training.modelfolder import load_prior_folder, prior_golden, write_prior_folder
from training.tests.test_export import folders

PAIR = {"id": "tiny-vq", "sha256": "0" * 64}


@pytest.mark.parametrize("spec", PRIORS, ids=lambda spec: spec["id"])
def test_round_trip(spec: dict, tmp_path: Path) -> None:
    model, sample = make_prior(spec, seed=1)
    manifest = write_prior_folder(tmp_path, model, spec["dtype"], sample, VOCABULARY, PAIR, {"id": spec["id"], "title": spec["title"]})
    again, read = load_prior_folder(tmp_path)
    assert read == manifest
    assert again.config == model.config
    assert read["family"] == "prior" and "preprocess" not in read
    assert read["vocabulary"]["size"] == len(json.loads((tmp_path / "vocabulary.json").read_text())["entries"])
    assert [entry["name"] for entry in read["tensors"]] == list(model.state_dict())


@pytest.mark.parametrize("folder", folders("prior"), ids=lambda f: f.name)
def test_committed_golden_files_agree_with_this_code(folder: Path) -> None:
    model, manifest = load_prior_folder(folder)
    for part in ("weights", "golden", "vocabulary"):
        assert hashlib.sha256((folder / manifest[part]["file"]).read_bytes()).hexdigest() == manifest[part]["sha256"]
    expected = load_file(folder / "golden.safetensors")
    given = expected["xt"] if model.config.kind == "gaussian" else expected["tokens"]
    found = prior_golden(model, given, expected["context"], int(expected["t"]))
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name].dtype == value.dtype
        assert torch.allclose(found[name].float(), value.float(), atol=1e-3), name


def test_a_vocabulary_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    model, sample = make_prior(PRIORS[0], seed=1)
    short = VOCABULARY | {"entries": VOCABULARY["entries"][:-1]}
    few = VOCABULARY | {"slots": VOCABULARY["slots"][:-1]}
    for vocabulary, message in [(short, "12 different ones are needed.*found 11"), (few, r"contextLength \(5\).*found 2")]:
        with pytest.raises(ValueError, match=message):
            write_prior_folder(tmp_path, model, "F32", sample, vocabulary, PAIR, {"id": "x", "title": ""})
