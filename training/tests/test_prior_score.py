"""The pieces of a prior's scores on made-up pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.prior.checkpoint import load_prior_checkpoint
from training.prior.score import fill_mean, holes, masked_psnr, memorisation
from training.tests.test_prior_training import go, start, stripes


def test_holes_have_the_promised_sizes() -> None:
    found = holes(16, 16)
    assert {name: int(hole.sum()) for name, hole in found.items()} == {"centre": 64, "right": 128, "random": 64}
    assert found["centre"][4:12, 4:12].all()
    assert found["right"][:, 8:].all()


def test_only_the_hole_counts() -> None:
    truth = np.full((2, 8, 8, 3), 100, np.uint8)
    hole = np.zeros((8, 8), bool)
    hole[2:4, 2:4] = True
    other = truth.copy()
    other[:, ~hole] = 0
    other[1, hole] = 110
    decibels = masked_psnr(other, truth, hole)
    assert decibels[0] > 70
    assert decibels[1] == pytest.approx(20 * np.log10(255 / 10))
    assert (fill_mean(other, hole)[:, hole] == 0).all()


def test_the_nearest_training_picture_is_found() -> None:
    data = stripes()
    real = np.zeros((data.count, 8, 8, 3), np.uint8)
    codes = torch.from_numpy(data.codes[0, 5:7].astype(np.int64)).clone()
    codes[1, :4] = 5
    found = memorisation(codes, np.full((2, 8, 8, 3), 3, np.uint8), data, real)
    assert found[0]["codesThatDiffer"] == 0
    assert (data.codes[0, found[0]["train"]] == data.codes[0, 5]).all()
    assert 0 < found[1]["codesThatDiffer"] <= 0.25
    assert found[0]["pixelDistance"] == 3


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    run = start("absorbing", 3)
    go(run, 3)
    about = {"config": {}, "model": {**run.trainer.config.to_dict(), "vocabularySize": run.trainer.config.vocabularySize}, "seed": 1}
    run.save(tmp_path / "checkpoint.pt", about)
    model, record = load_prior_checkpoint(tmp_path / "checkpoint.pt")
    assert record["steps"] == 3
    for name, value in run.trainer.average.values.items():
        assert torch.equal(value, model.state_dict()[name])
