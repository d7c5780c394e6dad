"""Two levels (VQ-VAE-2): training, warm start from one level, export, and codes alone as the decoder's input."""

from __future__ import annotations

import copy
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training import distributed
from training.card import card
from training.compat import TORCH
from training.fixtures import FIXTURES, make
from training.modelfolder import golden, write_model_folder
from training.tests.test_training import CONFIG, discs, go, start
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.config import ModelConfig, read_config
from training.tokenizer.cost import flop_count, parameter_count
from training.tokenizer.evaluate import code_histogram
from training.tokenizer.loop import TokenizerRun
from training.tokenizer.model import VQModel, search
from training.tokenizer.trainer import TokenizerTrainer

ROOT = Path(__file__).parents[2]
HALF = {"stem": 1, "channels": [16, 16], "resBlocks": [1, 1], "attention": [False, False], "midBlock": False}
TWO = {"quantizer": {"kind": "two-level", "topSize": 8, "bottomSize": 16}, "top": {"encoder": HALF, "decoder": HALF}}
FIXTURE = next(spec for spec in FIXTURES if spec["id"] == "tiny-h2")


def test_the_loss_falls_and_both_codebooks_are_used() -> None:
    run = start(TWO, steps=40)
    x = run.pictures(0, 1.0)
    first = run.trainer.step(x, 0)["psnr"]
    go(run, 40)
    assert run.trainer.step(x, 1.0)["psnr"] > first + 3
    report = run.report(1.0)
    for grid, size in (("Top", 8), ("Bottom", 16)):
        assert 2 <= report[f"codesUsed{grid}"] <= size
        assert 1 < report[f"perplexity{grid}"] <= size
    counts = code_histogram(run.trainer.model, run.data)
    assert [(len(count), int(count.sum())) for count in counts] == [(8, 12 * 2 * 2), (16, 12 * 4 * 4)]


def test_codebooks_start_on_the_latents_they_will_see() -> None:
    run = start(TWO, training={"plainSteps": 0})
    x = run.pictures(0, 0.0)
    trainer = run.trainer
    trainer.start_codebooks([x])
    for rows, book in zip(trainer.model.tokenize(x).inputs, trainer.model.codebooks(), strict=True):
        spread = (rows - rows.mean(0)).square().sum(1).mean()
        missed = torch.cdist(rows, book.codebook).min(1).values.square().mean()
        assert float(missed) < 0.5 * float(spread)


def test_resume_equals_no_interruption(tmp_path: Path) -> None:
    whole, parts, again = start(TWO), start(TWO), start(TWO)
    go(whole, 12)
    go(parts, 7)
    parts.save(tmp_path / "checkpoint.pt", {})
    again.load(tmp_path / "checkpoint.pt")
    go(again, 12)
    expected, found = whole.trainer.state_dict(), again.trainer.state_dict()
    for part in ("model", "average"):
        for name, value in expected[part].items():
            assert torch.equal(value, found[part][name]), name
    for one, other in zip(whole.trainer.books, again.trainer.books, strict=True):
        assert torch.equal(one.counts, other.counts)


def test_a_warm_start_from_one_level_takes_over_the_half_that_fits() -> None:
    source = start()
    go(source, 8)
    one = source.trainer.model
    two = start(TWO)
    missing = two.trainer.start_from({name: value.clone() for name, value in one.state_dict().items()})
    assert {name for name in missing if not name.startswith("top")} == {"quant_conv.weight", "post_quant_conv.weight"}
    assert torch.equal(two.trainer.model.quantize.embedding.weight, one.quantize.embedding.weight)
    for name, width in (("quant_conv.weight", 16), ("post_quant_conv.weight", 4)):
        weight = two.trainer.model.state_dict()[name]
        assert torch.equal(weight[:, :width], one.state_dict()[name])
        assert weight[:, width:].abs().sum() > 0
    assert not two.trainer.quantizing  # the top's codebook is new, so both start again
    go(two, 6)
    assert two.trainer.quantizing
    again = start(TWO)
    assert again.trainer.start_from(two.trainer.model.state_dict()) == []
    assert again.trainer.quantizing


def test_the_first_pictures_can_be_painted_from_the_top_alone() -> None:
    model, x = make(FIXTURE, seed=3)
    x = torch.cat([x, x.flip(3)])
    top, bottom = model.tokenize(x).grids
    flat = bottom.clone()
    flat[0] = bottom[0, 0, 0]
    assert torch.allclose(model(x, top_only=1)[0], model.decode(model.lookup([top, flat])), atol=1e-5)
    run = start(TWO, training={"topOnly": 0.3, "topOnlyUntil": 0.5})
    assert [run.trainer.top_only(4, progress) for progress in (0.0, 0.49, 0.5)] == [1, 1, 0]
    assert start(training={"topOnly": 0.3}).trainer.top_only(4, 0.0) == 0


def test_the_decoder_needs_nothing_but_the_codes() -> None:
    model, x = make(FIXTURE, seed=3)
    quantized = model.tokenize(x)
    top, bottom = quantized.grids
    assert (top.shape, bottom.shape) == ((1, 3, 4), (1, 6, 8))
    assert torch.equal(model.lookup([top, bottom]), quantized.values)
    assert torch.allclose(model.decode(model.lookup([top.clone(), bottom.clone()])), model(x)[0], atol=1e-5)
    # A changed top code changes 2 x 2 vectors of the lower half of the channels, and nothing else.
    other = top.clone()
    other[0, 1, 2] = (other[0, 1, 2] + 1) % 32
    changed = (model.lookup([other, bottom]) != quantized.values).any(0)
    assert not changed[:6].any()
    assert changed[6:].any(0).nonzero().tolist() == [[2, 4], [2, 5], [3, 4], [3, 5]]


def test_gradients_reach_every_part() -> None:
    model, x = make(FIXTURE, seed=3)
    output, quantized = model(x)
    (output.square().mean() + quantized.commitment).backward()
    unmoved = [name for name, p in model.named_parameters() if p.requires_grad and (p.grad is None or not p.grad.abs().sum())]
    assert unmoved == []


def test_bf16_autocast_searches_in_float32() -> None:
    run = start(TWO, training={"plainSteps": 0})
    x = run.pictures(0, 0.0)
    with torch.autocast("cpu", torch.bfloat16):
        found = [search(book, torch.randn(2, 4, 2, 2).bfloat16()) for book in run.trainer.model.codebooks()]
        if TORCH >= (2, 0):  # 1.13 has no GroupNorm in bf16 on the CPU
            found.append(run.trainer.model.tokenize(x))
    for quantized in found:
        assert all(rows.dtype == torch.float32 for rows in quantized.inputs)
        assert quantized.values.dtype == torch.float32


def test_export_round_trip(tmp_path: Path) -> None:
    model, x = make(FIXTURE, seed=1)
    manifest = write_model_folder(tmp_path, model, "F16", x, {"id": "tiny-h2", "title": "", "size": 32})
    again, _ = load_folder(tmp_path)
    assert again.config == model.config
    assert manifest["config"]["quantizer"]["kind"] == "two-level"
    expected, found = load_file(tmp_path / "golden.safetensors"), golden(again, x)
    assert {name: list(expected[name].shape) for name in ("indices.top", "indices.bottom", "top.latents", "top.decoded", "latents", "quantized")} == {
        "indices.top": [3, 4], "indices.bottom": [6, 8], "top.latents": [1, 6, 3, 4], "top.decoded": [1, 10, 6, 8],
        "latents": [1, 6, 6, 8], "quantized": [1, 12, 6, 8],
    }
    for name, value in expected.items():
        assert torch.allclose(value.float(), found[name].float(), atol=1e-4), name


@pytest.mark.parametrize(("change", "words"), [
    ({"top": None}, "needs `top`"),
    ({"quantizer": {"kind": "vq", "codebookSize": 8}}, "needs `top`"),
    ({"top": {"encoder": HALF | {"stem": 2}, "decoder": HALF}}, "stem 1 and factor 2"),
    ({"quantConv": False, "latentChannels": 4}, "need quantConv"),
])
def test_wrong_configs_say_what_is_wrong(change: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ModelConfig.from_dict(CONFIG["model"] | TWO | change)


def test_the_shipped_config_keeps_its_limits() -> None:
    config = read_config(ROOT / "training/configs/emoji-128-h2.json")
    model = VQModel(ModelConfig.from_dict(config["model"]))
    assert [(g.name, g.height, g.width, g.codebookSize) for g in model.config.grids(128, 128)] == [("top", 8, 8, 512), ("bottom", 16, 16, 512)]
    assert model.config.codeDim == 8
    assert parameter_count(model) <= 2_500_000
    assert flop_count(model, 128, 128) <= 2.6e9


def test_the_card_tells_of_both_grids() -> None:
    config = read_config(ROOT / "training/configs/emoji-128-h2.json")
    grids = [{"name": "top", "height": 8, "width": 8, "codebookSize": 512}, {"name": "bottom", "height": 16, "width": 16, "codebookSize": 512}]
    scores = {
        "grids": grids, "codes": 320, "bytes": 360, "bitsPerPixel": 0.176, "perplexity": [301.2, 377.4], "codesUsed": [512, 511],
        "minCodeUses": [7, 0], "parameters": 2_400_000, "gflop": 2.3, "train": 1, "heldOut": 1, "dataSha256": "0" * 64, "psnr": 29.0, "ssim": 0.93,
        "psnrQuartiles": [1.0, 2.0, 3.0],
    }
    record = {"steps": 10, "command": "", "seed": 0, "elapsed": 60.0, "revived": 3}
    text = card(config, record, scores, "CPU")
    assert "8 x 8 codes out of 512 (top) and 16 x 16 codes out of 512 (bottom)" in text
    assert "(360 bytes, 0.176 bits per pixel)" in text
    assert "perplexity of the codes, top (training set) | 301" in text
    assert "uses of the rarest code, bottom (training set) | 0" in text


WORKER = "import sys; from training.tests.test_two_level import worker; worker(sys.argv[1])"


def worker(file: str) -> None:
    """One of two processes, as torchrun would start them: a few steps with half of each batch."""
    rank, world, device = distributed.start()
    torch.set_num_threads(1)
    config = copy.deepcopy(CONFIG)
    config["model"] |= TWO
    trainer = TokenizerTrainer(config, 3, device, bf16=False)
    run = TokenizerRun(trainer, discs(), discs(), 4, 8, None, rank, world)
    go(run, 8)
    torch.save(trainer.model.state_dict(), f"{file}.{rank}")
    distributed.finish()


def test_two_processes_stay_alike(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    started = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path / "weights")], cwd=ROOT, env=environment | {"RANK": str(rank), "LOCAL_RANK": "0"})
        for rank in range(2)
    ]
    assert [process.wait(timeout=120) for process in started] == [0, 0]
    one, other = (torch.load(f"{tmp_path / 'weights'}.{rank}") for rank in range(2))
    for name, value in one.items():
        assert torch.equal(value, other[name]), name
