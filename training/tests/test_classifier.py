"""The judge of samples: learns, keeps, and its distance is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.classifier.loop import ClassifierRun, ClassifierTrainer, accuracy, classify, load_classifier, save_classifier
from training.classifier.network import frechet_distance
from training.pictures import PictureSet

CONFIG = {
    "id": "test", "labels": ["group", "key"], "width": 8,
    "training": {"batch": 8, "learningRate": 3e-3, "lastLearningRate": 1e-4, "warmupSteps": 2, "weightDecay": 0.0, "averageDecay": 0.9, "augment": {"shift": 4}},
}


def tinted(count: int = 24) -> PictureSet:
    """Pictures of one of two colours, which is their group; half have a key."""
    kind = np.arange(count) % 2
    pictures = np.full((count, 128, 128, 3), 255, np.uint8)
    pictures[:, 32:96, 32:96] = np.array([[220, 30, 30], [30, 30, 220]], np.uint8)[kind][:, None, None]
    records = [{"group": ("red", "blue")[k], "key": f"k{k}"} for k in kind]
    return PictureSet(pictures, np.ones(count, bool), np.zeros(count, bool), records)


def test_it_learns_and_survives_saving(tmp_path: Path) -> None:
    data = tinted()
    trainer = ClassifierTrainer(CONFIG, data, seed=0, device=torch.device("cpu"), bf16=False)
    run = ClassifierRun(trainer, data, data, 8, steps=25, minutes=None)
    while (progress := run.progress) < 1:
        run.step(progress)
    assert run.report(1)["group"] == 1.0
    file = tmp_path / "classifier.safetensors"
    with trainer.average.applied() as model:
        save_classifier(file, model, {})
        expected = classify(model, data.pictures)[0]
    again = load_classifier(file)
    found, logits = classify(again, data.pictures)
    assert again.labels == trainer.labels
    assert torch.allclose(found, expected, atol=0.05)
    unseen = [{**r, "key": "never seen"} for r in data.records]
    assert accuracy(again.labels, logits, unseen) == {"group": 1.0}
    swapped = [{**r, "group": "red" if r["group"] == "blue" else "blue"} for r in data.records]
    assert accuracy(again.labels, logits, swapped)["group"] == 0.0
    assert accuracy(again.labels, logits, swapped, top=5)["group"] == 1.0


def test_frechet_distance_of_known_gaussians() -> None:
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(20000, 3, generator=generator)
    b = 2 * torch.randn(20000, 3, generator=generator) + torch.tensor([1.0, 0.0, 0.0])
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(a, b) == pytest.approx(1 + 3 * (1 - 2) ** 2, rel=0.05)
