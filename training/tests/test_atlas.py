"""The codebook's atlas and use."""

import numpy as np
import pytest
import torch

from training.atlas import SIDE, histograms, patches, sheet, typical_groups
from training.fixtures import FIXTURES
from training.metrics import to_bytes
from training.prior.codes import encode
from training.tokenizer.config import Grid, ModelConfig
from training.tokenizer.model import VQModel


def test_a_patch_is_the_middle_of_its_code_tiled() -> None:
    torch.manual_seed(0)
    model = VQModel(ModelConfig.from_dict(FIXTURES[0]["model"])).eval()
    factor = 128 // model.config.grids(128, 128)[0].height
    tiles = patches(model, 0, batch=3)
    assert tiles.shape == (model.config.codebook_sizes[0], factor, factor, 3)
    with torch.no_grad():
        whole = to_bytes(model.decode(model.lookup([torch.full((1, SIDE, SIDE), 5)])))[0].permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(tiles[5], whole[factor : 2 * factor, factor : 2 * factor])


@pytest.mark.parametrize("spec", FIXTURES, ids=lambda spec: spec["id"])
def test_every_kind_of_quantizer_has_an_atlas(spec: dict) -> None:
    model = VQModel(ModelConfig.from_dict(spec["model"])).eval()
    grids = model.config.grids(64, 64)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    codes, _ = encode(model, pictures, np.zeros(3, bool), None, 0)
    counts = histograms(codes, grids)
    assert [int(level.sum()) for level in counts] == [3 * grid.count for grid in grids]
    for level, grid in enumerate(grids):
        assert len(patches(model, level)) == grid.codebookSize


def test_the_sheet_puts_code_i_at_its_column_and_row() -> None:
    tiles = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    picture, columns = sheet(tiles)
    assert columns == 4 and picture.shape == (4, 8, 3)
    for i in range(5):
        row, column = divmod(i, columns)
        assert (picture[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] == i).all()
    assert (picture[2:, 2:] == 255).all()


def test_counts_and_groups_by_hand() -> None:
    grids = [Grid("top", 1, 1, 3), Grid("bottom", 1, 2, 4)]
    codes = np.array([[0, 1, 1], [0, 1, 2], [2, 2, 2]], np.uint16)
    top, bottom = histograms(codes, grids)
    assert top.tolist() == [2, 0, 1] and bottom.tolist() == [0, 3, 3, 0]
    names, groups = typical_groups(codes, ["b", "b", "a"], grids)
    assert names == ["a", "b"]
    # Code 2 of the bottom: all of a's, a quarter of b's. Codes that nobody uses are dead.
    assert groups[0].tolist() == [1, -1, 0] and groups[1].tolist() == [-1, 1, 0, -1]
