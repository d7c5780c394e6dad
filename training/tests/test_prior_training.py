"""Training of priors on a handful of made-up codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.muon import MatrixOptimizer, orthogonalise
from training.prior import gelu
from training.prior.codes import CodeSet, random_rects
from training.prior.loop import PriorRun
from training.prior.process import DiscreteProcess
from training.prior.trainer import PriorTrainer, holes_of, mask_holes
from training.prior.vocabulary import Conditions, of_emoji

SIZE = 6
PROCESSES = {
    "absorbing": {"kind": "absorbing", "numTimesteps": 10},
    "mask-replace": {"kind": "mask-replace", "numTimesteps": 10, "gammaBarT": 0.9, "betaBarT": 0.1},
    "uniform": {"kind": "uniform", "numTimesteps": 10, "cosineOffset": 0.008},
    "autoregressive": {"kind": "autoregressive"},
    "gaussian": {"kind": "gaussian", "numTimesteps": 20, "cosineOffset": 0.008},
}
TRAINING = {
    "batch": 16, "learningRate": 1e-2, "lastLearningRate": 1e-4, "warmupSteps": 5, "weightDecay": 0.0, "averageDecay": 0.9, "plainShare": 0.5,
    "auxiliary": 0.01, "muon": 1.5, "drop": {"all": 0.1, "style": 0.1, "group": 0.1, "words": 0.1},
}


def stripes(count: int = 48, two_grids: bool = False) -> CodeSet:
    """4 x 4 codes, every row all one code that its words tell."""
    rng = np.random.default_rng(0)
    colours = ["red", "green", "blue"]
    kind = rng.integers(0, 3, count)
    codes = np.repeat((kind[:, None] * 2 + np.arange(4) % 2)[:, :, None], 4, 2).reshape(count, 16)
    if two_grids:
        codes = np.concatenate([kind[:, None].repeat(4, 1), codes], 1)
    records = [
        {"key": str(i), "style": "noto", "group": "objects", "name": f"a {colours[k]} thing", "tags": [colours[k], "stripe"], "heldOut": False}
        for i, k in enumerate(kind)
    ]
    grids = [{"name": "codes", "height": 4, "width": 4, "codebookSize": SIZE}]
    if two_grids:
        grids = [{"name": "top", "height": 2, "width": 2, "codebookSize": 3}, {**grids[0], "name": "bottom"}]
    latents = np.stack([codes, codes], -1).astype(np.float16)[None] + rng.normal(0, 0.1, (1, count, codes.shape[1], 2)).astype(np.float16)
    about = {"grids": grids, "tokenizer": {"id": "test", "sha256": "0" * 64}, "sha256": "0" * 64}
    return CodeSet(codes[None].astype(np.uint16), latents, Conditions(of_emoji(records, 1), records), records, about)


def start(kind: str, steps: int, two_grids: bool = False) -> PriorRun:
    data = stripes(two_grids=two_grids)
    config = {"model": {"process": PROCESSES[kind], "width": 32, "depth": 2, "heads": 2, "mlpRatio": 2}, "training": TRAINING}
    trainer = PriorTrainer(config, data, seed=1, device=torch.device("cpu"), bf16=False)
    return PriorRun(trainer, data, TRAINING["batch"], steps, None)


def go(run: PriorRun, until: int) -> None:
    while (progress := run.progress) < 1 and run.trainer.steps_done < until:
        run.step(progress)


@pytest.mark.parametrize("kind", PROCESSES)
def test_the_bound_falls_far_below_no_knowledge(kind: str) -> None:
    run = start(kind, 150)
    before = run.report(0)["heldOut"]
    go(run, 150)
    after = run.report(1)["heldOut"]
    none = 1.0 if kind == "gaussian" else np.log2(SIZE)
    assert before > 0.75 * none  # replacing kinds cost more at first: an even guess ignores that a code is probably still itself
    assert after < 0.5 * none


def test_two_grids_learn_the_bottom_from_the_top() -> None:
    run = start("absorbing", 150, two_grids=True)
    go(run, 150)
    assert run.report(1)["heldOut"] < 0.6


def test_resume_equals_no_interruption(tmp_path: Path) -> None:
    whole = start("mask-replace", 8)
    go(whole, 8)
    parts = start("mask-replace", 8)
    go(parts, 5)
    parts.save(tmp_path / "checkpoint.pt", {})
    again = start("mask-replace", 8)
    again.load(tmp_path / "checkpoint.pt")
    go(again, 8)
    for part in ("model", "average"):
        for name, value in whole.trainer.state_dict()[part].items():
            assert torch.equal(value, again.trainer.state_dict()[part][name]), name


def test_a_warm_start_shares_the_trunk_between_kinds() -> None:
    source, target = start("absorbing", 5), start("gaussian", 5)
    go(source, 5)
    fresh = target.trainer.start_from(source.trainer.average.values)
    assert sorted(name.split(".")[0] for name in fresh) == ["head", "head", "latent_in", "latent_in"]
    assert torch.equal(target.trainer.model.blocks[0].to_q.weight, source.trainer.average.values["blocks.0.to_q.weight"])


def test_conditions_drop_what_they_are_told_to_drop() -> None:
    conditions = stripes().conditions
    full = conditions.full(np.arange(4))
    assert full.shape == (4, 8)
    assert (full[:, :3] > 0).all()
    rng = np.random.default_rng(0)
    assert (conditions.draw(np.arange(40), {"all": 1.0}, rng) == 0).all()
    only_words = conditions.draw(np.arange(40), {"style": 1.0, "group": 1.0}, rng)
    assert (only_words[:, :2] == 0).all()
    assert (only_words[:, 2:].sum(1) > 0).all()
    entries = conditions.vocabulary.entries
    assert "style:noto" in entries
    assert {"red", "thing", "stripe"} <= set(entries)


def test_muon_moves_along_singular_vectors() -> None:
    """Singular values of an update come out near 1, whatever they were; a matrix with no gradient stays."""
    matrix = torch.randn(3, 24, 8, generator=torch.Generator().manual_seed(1)) * torch.tensor([1e-4, 1.0, 1e3])[:, None, None]
    values = torch.linalg.svdvals(orthogonalise(matrix))
    assert 0.6 < float(values.min()) and float(values.max()) < 1.3
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.allclose(orthogonalise(matrix), u @ v, atol=0.35)
    weight = torch.nn.Parameter(torch.ones(8, 24))
    optimizer = MatrixOptimizer([weight], [], 0.0, 1.0)
    optimizer.set_rate(0.1)
    weight.grad = torch.zeros_like(weight)
    optimizer.step()
    assert torch.equal(weight, torch.ones(8, 24))
    weight.grad = torch.eye(8, 24)
    optimizer.step()
    moved = 1 - weight.detach()
    assert torch.allclose(moved, torch.eye(8, 24) * moved[0, 0], atol=1e-2) and moved[0, 0] > 0.05


def test_the_fused_gelu_is_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gelu, "_fused", None)
    if not gelu.enable_fused_gelu():
        pytest.skip("no C++ compiler")
    x = (torch.randn(300) * 5).requires_grad_()
    weights = torch.randn(300)
    (gelu._FusedGelu.apply(x) * weights).sum().backward()
    own, x.grad = x.grad, None
    (torch.nn.functional.gelu(x, approximate="tanh") * weights).sum().backward()
    assert torch.allclose(own, x.grad, atol=1e-5)
    assert torch.allclose(gelu._FusedGelu.apply(x), torch.nn.functional.gelu(x, approximate="tanh"), atol=1e-5)



def holed(data: CodeSet, count: int = 2) -> CodeSet:
    """The same with holes, around which every code is one more."""
    rng = np.random.default_rng(5)
    data.rects = np.stack([random_rects(data.count, 4, 4, rng) for _ in range(count)])
    data.holed = np.stack([(data.codes[0] + 1) % SIZE] * count)
    return data


def test_a_hole_is_masked_alone_and_the_codes_around_it_saw_a_stand_in() -> None:
    data, process = holed(stripes(400)), DiscreteProcess({"kind": "absorbing", "numTimesteps": 10}, SIZE, torch.device("cpu"))
    x0 = torch.from_numpy(data.codes[0].astype(np.int64))
    chosen = np.arange(400) % 2 == 0
    holes = holes_of(data, np.arange(400), x0, chosen, np.random.default_rng(1))
    t = torch.full((400,), 10)
    noisy, times = mask_holes(x0, t, holes, process, torch.Generator().manual_seed(0))
    masked = noisy == SIZE
    assert torch.equal(noisy[~chosen], x0[~chosen]) and torch.equal(times[~chosen], t[~chosen])
    assert torch.equal(noisy[chosen][~masked[chosen]], (x0[chosen][~masked[chosen]] + 1) % SIZE)
    for row in masked[chosen]:  # at the last time all of the rectangle
        rows, columns = row.view(4, 4).nonzero().unbind(1)
        assert int(row.sum()) == (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)
    share = masked[chosen].float().mean(1)
    assert torch.equal(times[chosen], (share * 10).ceil().long().clamp(1, 10))
    assert share.min() < 0.1 and share.max() == 1
    half, _ = mask_holes(x0, torch.full((400,), 5), holes, process, torch.Generator().manual_seed(0))
    assert float((half == SIZE).sum() / masked.sum()) == pytest.approx(0.5, abs=0.05)
    shown = (holes.inside & (half != SIZE))[chosen]
    assert torch.equal(half[chosen][shown], x0[chosen][shown])


def test_a_prior_learns_from_holes_too() -> None:
    run = start("absorbing", 60)
    run.trainer.options = {**TRAINING, "holeShare": 0.5}
    with pytest.raises(ValueError, match="--holes"):
        go(run, 1)
    holed(run.trainer.data)
    before = run.trainer.evaluate(run.trainer.data)["heldOut"]
    go(run, 60)
    assert run.trainer.evaluate(run.trainer.data)["heldOut"] < before - 0.5
