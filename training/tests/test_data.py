"""The split, names of icons, folders of pictures, metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.data.catalog import HELD_OUT_FRACTION, concept_key, is_held_out, slug
from training.metrics import perplexity, psnr, ssim
from training.pictures import load_pictures
from training.tokenizer.losses import structural_similarity


def test_variation_selectors_do_not_change_the_concept() -> None:
    assert concept_key("2764-FE0F") == concept_key("2764") == "2764"
    assert concept_key("1F3F3-FE0F-200D-1F308") == "1f3f3-200d-1f308"


def test_the_split_is_the_same_in_every_style() -> None:
    """A style may write a code point string its own way: case and selectors must not matter."""
    for code in ("2764-fe0f", "1f600", "1f441-fe0f-200d-1f5e8-fe0f"):
        assert is_held_out(code) == is_held_out(code.upper()) == is_held_out(concept_key(code))


def test_the_split_is_about_five_percent() -> None:
    share = np.mean([is_held_out(f"{code:x}") for code in range(0x1F300, 0x1F300 + 4000)])
    assert abs(share - HELD_OUT_FRACTION) < 0.015


def test_the_split_never_changes() -> None:
    held_out = [f"{code:x}" for code in range(0x1F600, 0x1F650) if is_held_out(f"{code:x}")]
    assert held_out == HELD_OUT_FACES


HELD_OUT_FACES = ["1f609", "1f629", "1f642", "1f644"]


def test_slug() -> None:
    assert slug("Piñata") == slug("pinata") == "pinata"
    assert slug("woman: dark-haired") == "womandarkhaired"


def test_any_folder_of_pictures(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for i in range(40):
        Image.new("RGBA", (20 + i, 30), (i, 200, 0, 128)).save(tmp_path / "inner" / f"{i}.png")
    data = load_pictures(tmp_path, 16)
    assert data.pictures.shape == (40, 16, 16, 3)
    assert np.array_equal(data.held_out, load_pictures(tmp_path, 16).held_out)
    assert len(data.split(True).pictures) + len(data.split(False).pictures) == 40


def test_ssim_and_psnr_agree_with_scikit_image() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    rng = np.random.default_rng(0)
    a = rng.integers(0, 255, (48, 40, 3)).astype(np.float64)
    b = np.clip(a + rng.normal(0, 20, a.shape), 0, 255).round()
    pair = [torch.from_numpy(v).permute(2, 0, 1)[None] for v in (a, b)]
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255, "channel_axis": 2}
    assert abs(float(ssim(*pair)) - metrics.structural_similarity(a, b, **options)) < 1e-4
    assert abs(float(psnr(*pair)) - metrics.peak_signal_noise_ratio(a, b, data_range=255)) < 1e-4


def test_ssim_loss_is_ssim() -> None:
    x = torch.rand(3, 3, 40, 48, generator=torch.Generator().manual_seed(0)) * 2 - 1
    y = (x + 0.2 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))).clamp(-1, 1)
    found = structural_similarity(x, y, stride=1)
    assert torch.allclose(found, ssim((x + 1) * 127.5, (y + 1) * 127.5), atol=1e-4)


def test_perplexity_of_equal_use_is_the_number_of_codes() -> None:
    assert abs(perplexity(torch.full((50,), 7)) - 50) < 1e-9
