"""The pieces of a prior's scores on made-up pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from training.modelfolder import load_prior_folder
from training.prior import export
from training.prior.checkpoint import load_prior_checkpoint
from training.prior.grid import context_of
from training.prior.neutral import neutralise
from training.prior.score import fill_mean, holes, masked_psnr, memorisation
from training.prior.vocabulary import Vocabulary
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


def test_export_writes_a_folder_that_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start("mask-replace", 3)
    go(run, 3)
    data = run.trainer.data
    about = {
        "config": {"id": "tiny", "title": "Tiny"}, "model": {**run.trainer.config.to_dict(), "vocabularySize": run.trainer.config.vocabularySize},
        "seed": 1, "commit": "abc", "command": "train", "batch": 16,
        "data": {"tokenizer": data.about["tokenizer"], "sha256": data.about["sha256"], "train": data.count, "heldOut": data.count},
    }
    run.report(1)
    run.save(tmp_path / "checkpoint.pt", about)
    scores = {
        "bound": {"heldOut": 2.5, "byTime": [1.0] * 10}, "baselines": {"codes": {"unigram": 3.0, "leftAndUpper": 2.8}},
        "sampling": {"groupAccuracy": 0.5, "samples": 2, "sampleSteps": 5, "guidance": 2.0, "featureDistanceToHeldOut": 1.0, "featureDistanceToTrain": 1.0, "featureDistanceTrainToHeldOut": 0.1,
                     "conceptTop5": {"count": 64, "concepts": 1300, "samples": 0.25, "realTrain": 0.75}},
        "memorisation": [{"train": 0, "codesThatDiffer": 0.5, "pixelDistance": 10}],
    }
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    made = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3)).astype(np.uint8)
    np.savez(tmp_path / "scores.npz", pictures=made, nearest=made[::-1])
    monkeypatch.setattr(export, "load_codes", lambda _: (data, data))
    out = tmp_path / "models" / "tiny"
    monkeypatch.setattr("sys.argv", ["export", *(f"--{n}={tmp_path / f}" for n, f in (("checkpoint", "checkpoint.pt"), ("scores", "scores.json"), ("codes", "codes.npz"))), f"--out={out}"])
    export.main()
    model, manifest = load_prior_folder(out)
    assert manifest["training"]["metrics"]["bitsPerToken"] == 2.5
    assert manifest["pairsWith"] == data.about["tokenizer"]
    assert "2.500 bits per token" in (out / "card.md").read_text()
    gold = load_file(out / "golden.safetensors")
    again = model(gold["tokens"][None].long(), gold["context"][None].long(), gold["t"])[0][0]
    assert torch.allclose(again, gold["logits.0"], atol=1e-5)
    assert Image.open(out / "preview.webp").size == (8 * 18 - 2, 4 * 18 - 2)
    assert "neighbours.webp" in (out / "card.md").read_text() and (out / "neighbours.webp").exists()
    assert json.loads((out.parent / "index.json").read_text()) == {"models": ["tiny"]}


def test_a_prompt_becomes_ids_and_unknown_words_are_named() -> None:
    slots = [{"name": "style", "prefix": "style:"}, {"name": "words", "prefix": "", "count": 3}]
    vocabulary = Vocabulary(["", "style:noto", "cat", "face"], slots)
    assert context_of(vocabulary, {"words": "Cat face", "style": "noto"}) == [1, 2, 3, 0]
    assert context_of(vocabulary, {}) == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="words: .* no dog"):
        context_of(vocabulary, {"words": "dog face"})


def test_the_stand_in_is_made_of_known_pixels_alone() -> None:
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (3, 21, 16, 3), np.uint8)
    hole = np.zeros((21, 16), bool)
    hole[5:17, 3:12] = True
    other = pictures.copy()
    other[:, hole] = rng.integers(0, 256, (3, int(hole.sum()), 3), np.uint8)
    filled = neutralise(pictures, hole)
    assert np.array_equal(filled, neutralise(other, hole))
    assert np.array_equal(filled[:, ~hole], pictures[:, ~hole])
    assert not np.array_equal(filled[:, hole], pictures[:, hole])
    assert (neutralise(pictures, np.ones_like(hole)) == 255).all()


def test_the_stand_in_of_one_pixel_is_its_neighbours_mean() -> None:
    pictures = np.array([[[[10] * 3, [20] * 3], [[60] * 3, [255] * 3]]], np.uint8)
    hole = np.array([[False, False], [False, True]])
    # One level up there is a single pixel: the mean of the three that are known.
    assert neutralise(pictures, hole)[0, 1, 1].tolist() == [30, 30, 30]


def test_the_stand_in_is_that_of_the_page() -> None:
    """The page is tested against the same file, which this module wrote (src/image/hole/fixtures/make.py)."""
    fixture = json.loads(Path("src/image/hole/fixtures/neutral.json").read_text())
    for case in fixture:
        height, width = case["height"], case["width"]
        picture = np.array(case["picture"], np.uint8).reshape(1, height, width, 3)
        hole = np.array(case["hole"], bool).reshape(height, width)
        assert np.abs(neutralise(picture, hole)[0].ravel().astype(int) - np.array(case["expected"])).max() <= 1
