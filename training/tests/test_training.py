"""The training step and loop, on a few synthetic pictures."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from training.pictures import PictureSet, augment, batch_indices, zoom
from training.tokenizer.config import read_config
from training.tokenizer.loop import TokenizerRun
from training.tokenizer.trainer import TokenizerTrainer

CONFIG = {
    "id": "test", "title": "Test", "size": 32,
    "model": {
        "encoder": {"stem": 4, "channels": [16, 16], "resBlocks": [1, 1], "attention": [False, True]},
        "decoder": {"stem": 2, "channels": [16, 16, 16], "resBlocks": [1, 1, 1], "attention": [False, False, False]},
        "latentChannels": 16, "codeDim": 4, "normGroups": 8,
        "quantizer": {"kind": "vq", "codebookSize": 16, "distance": "l2"},
    },
    "training": {
        "batch": 4, "learningRate": 3e-3, "lastLearningRate": 1e-5, "warmupSteps": 2, "plainSteps": 4, "commitment": 0.25,
        "codebookDecay": [0.9, 0.99], "reviveUntil": 0.7, "reviveEvery": 3, "reviveThreshold": 0.1, "averageDecay": 0.9,
        "loss": {"logMse": 0.1, "logGradient": 0.03}, "augment": {"flip": True, "shift": 2, "hue": 0.3}, "augmentUntil": 0.9,
    },
}
QUANTIZERS = {
    "vq": {},
    "cosine": {"quantizer": {"kind": "vq", "codebookSize": 16, "distance": "cosine"}},
    "fsq": {"quantizer": {"kind": "fsq", "levels": [5, 4, 3, 3]}},
    "rvq": {"quantizer": {"kind": "rvq", "codebookSize": 8, "numLevels": 2}},
}


def discs(count: int = 12, size: int = 32) -> PictureSet:
    """Coloured discs on white."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size]
    pictures = np.full((count, size, size, 3), 255, np.uint8)
    for picture in pictures:
        cy, cx = rng.integers(8, size - 8, 2)
        picture[(y - cy) ** 2 + (x - cx) ** 2 < rng.integers(16, 64)] = rng.integers(0, 255, 3)
    return PictureSet(pictures, np.ones(count, bool), np.zeros(count, bool), [{"key": str(i)} for i in range(count)])


def start(changes: dict | None = None, steps: int = 12, training: dict | None = None) -> TokenizerRun:
    config = copy.deepcopy(CONFIG)
    config["model"] |= changes or {}
    config["training"] |= training or {}
    trainer = TokenizerTrainer(config, seed=3, device=torch.device("cpu"), bf16=False)
    return TokenizerRun(trainer, discs(), discs(), config["training"]["batch"], steps, None)


def go(run: TokenizerRun, until: int) -> None:
    while (progress := run.progress) < 1 and run.trainer.steps_done < until:
        run.step(progress)


@pytest.mark.parametrize("kind", QUANTIZERS)
def test_the_loss_falls(kind: str) -> None:
    run = start(QUANTIZERS[kind], steps=40)
    x = run.pictures(0, 1.0)
    first = run.trainer.step(x, 0)["psnr"]
    go(run, 40)
    assert run.trainer.steps_done == 40
    assert run.trainer.step(x, 1.0)["psnr"] > first + 3


def test_the_adversary_joins_in() -> None:
    run = start(steps=4, training={"gan": {"weight": 0.01, "startAt": 0.3, "width": 8}})
    before = copy.deepcopy(run.trainer.adversary.network.state_dict())
    go(run, 4)
    after = run.trainer.adversary.network.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_resume_equals_no_interruption(tmp_path: Path) -> None:
    whole = start()
    go(whole, 12)
    parts = start()
    go(parts, 7)
    parts.save(tmp_path / "checkpoint.pt", {})
    again = start()
    again.load(tmp_path / "checkpoint.pt")
    go(again, 12)
    expected = whole.trainer.state_dict()
    found = again.trainer.state_dict()
    for part in ("model", "average"):
        for name, value in expected[part].items():
            assert torch.equal(value, found[part][name]), name
    assert torch.equal(whole.trainer.books[0].counts, again.trainer.books[0].counts)


def test_a_report_counts_codes_and_scores() -> None:
    run = start()
    go(run, 8)
    report = run.report(run.progress)
    assert report["psnr"] > 5
    assert 1 <= report["codesUsed"] <= 16
    assert 1 <= report["perplexity"] <= 16


def test_every_picture_once_per_epoch() -> None:
    seen = np.concatenate([batch_indices(10, 4, step, seed=1) for step in range(5)])
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert list(seen[:10]) != list(seen[10:])


def test_augmentation_keeps_text_readable_and_greys_grey() -> None:
    x = torch.from_numpy(discs(6).pictures).permute(0, 3, 1, 2).float()
    never, always = np.zeros(6, bool), np.ones(6, bool)
    assert torch.equal(augment(x, never, {"flip": True}, np.random.default_rng(0)), x)
    flipped = augment(x, always, {"flip": True}, np.random.default_rng(0))
    assert all(torch.equal(a, b) or torch.equal(a, b.flip(2)) for a, b in zip(flipped, x, strict=True))
    assert not torch.equal(flipped, x)
    turned = augment(x, never, {"hue": 1.0, "hueDegrees": 90}, np.random.default_rng(0))
    white = (x == 255).all(1, keepdim=True)
    assert (turned[white.expand_as(x)] == 255).all()
    assert not torch.equal(turned, x)


@pytest.mark.parametrize("fill", ["white", "edge"])
def test_a_shift_moves_the_whole_picture(fill: str) -> None:
    x = torch.arange(2 * 3 * 8 * 8.0).reshape(2, 3, 8, 8)
    shifted = augment(x, np.zeros(2, bool), {"shift": 3, "fill": fill}, np.random.default_rng(0))
    for before, after in zip(x, shifted, strict=True):
        mode = {"mode": "edge"} if fill == "edge" else {"constant_values": 255}
        page = np.pad(before.numpy(), ((0, 0), (3, 3), (3, 3)), **mode)
        windows = [page[:, i : i + 8, j : j + 8] for i in range(7) for j in range(7)]
        assert sum(np.array_equal(window, after.numpy()) for window in windows) == 1


def test_a_warm_start_takes_what_fits_and_restarts_the_rest() -> None:
    source = start()
    go(source, 8)
    weights = {name: value.clone() for name, value in source.trainer.model.state_dict().items()}
    same = start(training={"plainSteps": 0})
    assert same.trainer.start_from(weights) == []
    assert same.trainer.quantizing
    assert not same.trainer.needs_codebooks
    x = same.pictures(0, 1.0)
    assert torch.equal(same.trainer.model(x)[0], source.trainer.model(x)[0])
    smaller = start({"quantizer": {"kind": "vq", "codebookSize": 8, "distance": "l2"}}, training={"plainSteps": 0})
    assert smaller.trainer.start_from(weights) == ["quantize.embedding.weight"]
    assert smaller.trainer.needs_codebooks
    go(smaller, 3)
    assert smaller.trainer.quantizing
    assert torch.isfinite(smaller.trainer.model.quantize.embedding.weight).all()


def test_a_config_says_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text(json.dumps(CONFIG))
    change = {"extends": "base.json", "id": "other", "model": {"quantizer": {"kind": "fsq", "levels": [8, 5, 5, 5]}}}
    (tmp_path / "other.json").write_text(json.dumps(change))
    config = read_config(tmp_path / "other.json")
    assert config == CONFIG | {"id": "other", "model": CONFIG["model"] | {"quantizer": {"kind": "fsq", "levels": [8, 5, 5, 5]}}}


def test_zoom_leaves_white_white_and_scales_about_the_centre() -> None:
    x = torch.full((1, 3, 32, 32), 255.0)
    x[:, :, 12:20, 12:20] = 0
    larger = zoom(x, {"share": 1, "scale": [2.0, 2.0], "degrees": 0}, np.random.default_rng(0), "white")
    assert 14**2 <= int((larger[0, 0] < 128).sum()) <= 18**2
    assert float(larger[0, :, 0, 0].min()) == 255
    assert torch.equal(zoom(x, {"share": 0, "scale": [0.5, 2.0], "degrees": 9}, np.random.default_rng(0), "white"), x)
