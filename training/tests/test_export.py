"""Model folders: key names, round trip, golden file, limits of the shipped model."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training.fixtures import FIXTURES, make
from training.modelfolder import golden, round_weights, update_index, write_index, write_model_folder
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.config import ModelConfig
from training.tokenizer.cost import flop_count, parameter_count
from training.tokenizer.model import VQModel

ROOT = Path(__file__).parents[2]
RESNET = r"(norm1|conv1|norm2|conv2|conv_shortcut)\.(weight|bias)"
ATTENTION = r"(group_norm|to_q|to_k|to_v|to_out\.0)\.(weight|bias)"
HALF = rf"(conv_in\.(weight|bias)|conv_norm_out\.(weight|bias)|conv_out\.(weight|bias)|mid_block\.(resnets\.[01]\.{RESNET}|attentions\.0\.{ATTENTION}))"
KEYS = re.compile(
    rf"encoder\.({HALF}|down_blocks\.\d+\.(resnets\.\d+\.{RESNET}|attentions\.\d+\.{ATTENTION}|downsamplers\.0\.conv\.(weight|bias)))"
    rf"|decoder\.({HALF}|up_blocks\.\d+\.(resnets\.\d+\.{RESNET}|attentions\.\d+\.{ATTENTION}|upsamplers\.0\.conv\.(weight|bias)))"
    r"|(post_)?quant_conv\.(weight|bias)|quantize\.(levels\.\d+\.)?embedding\.weight"
)
TOP_KEYS = re.compile(rf"top\.({KEYS.pattern})|top_((post_)?quant_conv\.(weight|bias)|quantize\.embedding\.weight)")


@pytest.mark.parametrize("spec", FIXTURES, ids=lambda spec: spec["id"])
def test_key_names_are_the_contract(spec: dict) -> None:
    names = list(VQModel(ModelConfig.from_dict(spec["model"])).state_dict())
    own = [name for name in names if not name.startswith("top")]
    assert [name for name in own if not KEYS.fullmatch(name)] == []
    assert [name for name in names if name not in own and not TOP_KEYS.fullmatch(name)] == []
    assert any(name.startswith("quant_conv") for name in names) == spec["model"].get("quantConv", True)


def assert_same_codes(expected: dict, found: dict) -> None:
    names = [name for name in expected if name.startswith("indices")]
    assert names in (["indices"], ["indices.bottom", "indices.top"])
    for name in names:
        assert expected[name].dtype == torch.int32
        assert torch.equal(expected[name], found[name]), name


@pytest.mark.parametrize("spec", [spec for spec in FIXTURES if spec["id"] != "ci-64"], ids=lambda spec: spec["id"])
def test_round_trip(spec: dict, tmp_path: Path) -> None:
    model, x = make(spec, seed=1)
    about = {"id": spec["id"], "title": spec["title"], "size": max(spec["size"])}
    manifest = write_model_folder(tmp_path, model, spec["dtype"], x, about)
    again, read = load_folder(tmp_path)
    assert read == manifest
    assert ModelConfig.from_dict(read["config"]) == model.config
    stored = load_file(tmp_path / "model.safetensors")
    for entry in manifest["tensors"]:
        tensor = stored[entry["name"]]
        assert list(tensor.shape) == entry["shape"]
        assert hashlib.sha256(tensor.numpy().tobytes()).hexdigest() == entry["sha256"]
    expected, found = load_file(tmp_path / "golden.safetensors"), golden(again, x)
    assert_same_codes(expected, found)
    for name, value in expected.items():
        assert torch.allclose(value.float(), found[name].float(), atol=1e-4), name


def folders(family: str) -> list[Path]:
    found = [file for root in ("fixtures", "public") for file in sorted((ROOT / root / "models").glob("*/manifest.json"))]
    return [file.parent for file in found if json.loads(file.read_text())["family"] == family]


@pytest.mark.parametrize("folder", folders("vqvae"), ids=lambda f: f.name)
def test_committed_golden_files_agree_with_this_code(folder: Path) -> None:
    model, manifest = load_folder(folder)
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() == manifest["weights"]["sha256"]
    assert hashlib.sha256((folder / "golden.safetensors").read_bytes()).hexdigest() == manifest["golden"]["sha256"]
    expected = load_file(folder / "golden.safetensors")
    found = golden(model, expected["input"])
    assert_same_codes(expected, found)
    assert torch.allclose(expected["reconstruction"], found["reconstruction"], atol=1e-3)


def test_rounding_is_idempotent() -> None:
    model = VQModel(ModelConfig.from_dict(FIXTURES[0]["model"]))
    first = round_weights(model, "F16")
    second = round_weights(model, "F16")
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_shipped_model_keeps_its_limits() -> None:
    config = json.loads((ROOT / "training/configs/emoji-128-f8-k1024.json").read_text())
    model = VQModel(ModelConfig.from_dict(config["model"]))
    assert model.config.factor == 8
    assert model.config.codebook_sizes == [1024]
    assert parameter_count(model) <= 2_500_000
    assert flop_count(model, 128, 128) <= 4e9


def test_the_benchmark_model_keeps_its_limit() -> None:
    spec = next(spec for spec in FIXTURES if spec["id"] == "ci-64")
    assert flop_count(VQModel(ModelConfig.from_dict(spec["model"])), 64, 64) <= 1.5e9


def test_the_index_keeps_its_order(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    update_index(tmp_path)
    assert json.loads((tmp_path / "index.json").read_text()) == {"models": ["a", "b", "c"]}
    write_index(tmp_path, ["c", "gone", "a"])
    update_index(tmp_path)
    assert json.loads((tmp_path / "index.json").read_text()) == {"models": ["c", "a", "b"]}
