"""The prior's network: names, shapes, what may look at what, and the start of training."""

from __future__ import annotations

import math

import pytest
import torch

from training.prior.config import PriorConfig
from training.prior.network import CodeByCode, Prior, attend, causal_mask, time_features

GRID = {"name": "codes", "height": 3, "width": 4, "codebookSize": 10}
TWO = [{"name": "top", "height": 2, "width": 2, "codebookSize": 7}, {"name": "bottom", "height": 4, "width": 4, "codebookSize": 9}]


def make(kind: str, grids: list[dict] | None = None, seed: int | None = 0) -> Prior:
    """A small prior; with a seed its weights are random everywhere, else those that training starts from."""
    values = {"process": {"kind": kind}, "grids": grids or [GRID], "width": 16, "depth": 2, "heads": 2, "contextLength": 3, "vocabularySize": 5}
    if kind == "gaussian":
        values |= {"latentDim": 6, "latentMean": [0.0] * 6, "latentStd": [1.0] * 6}
    torch.manual_seed(seed or 0)
    prior = Prior(PriorConfig.from_dict(values)).eval()
    if seed is not None:
        with torch.no_grad():
            for value in prior.parameters():
                value.copy_(0.3 * torch.randn_like(value))
    return prior


def inputs(prior: Prior, batch: int = 2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    config = prior.config
    codes = torch.cat([torch.randint(grid.codebookSize, (batch, grid.count)) for grid in config.grids], 1)
    if config.kind == "gaussian":
        codes = torch.randn(batch, config.codes, config.latentDim)
    return codes, torch.randint(config.vocabularySize, (batch, config.contextLength)), torch.tensor([7, 40])[:batch]


@pytest.mark.parametrize("kind", ["absorbing", "mask-replace", "uniform", "autoregressive"])
def test_logits_of_each_grid(kind: str) -> None:
    for grids in ([GRID], TWO):
        prior = make(kind, grids)
        with torch.no_grad():
            logits = prior(*inputs(prior))
        assert [tuple(part.shape) for part in logits] == [(2, g["height"] * g["width"], g["codebookSize"]) for g in grids]
        assert all(part.isfinite().all() and part.std() > 0 for part in logits)


def test_gaussian_gives_epsilon() -> None:
    prior = make("gaussian")
    with torch.no_grad():
        (epsilon,) = prior(*inputs(prior))
    assert epsilon.shape == (2, 12, 6)
    assert {"latent_in.weight", "latent_in.bias"} < set(prior.state_dict())
    assert not any(name.startswith("embedding") for name in prior.state_dict())


def test_key_names_and_shapes() -> None:
    found = {name: tuple(value.shape) for name, value in make("absorbing", TWO).state_dict().items()}
    expected = {"context_embedding.weight": (5, 16), "context_position": (3, 16), "final_modulation": (2, 16)}
    for g, (k, h, w) in enumerate([(7, 2, 2), (9, 4, 4)]):
        expected |= {f"embedding.{g}.weight": (k + 1, 16), f"row.{g}": (h, 16), f"column.{g}": (w, 16)}
        expected |= {f"head.{g}.weight": (k, 16), f"head.{g}.bias": (k,)}
    linears = {"time.0": (16, 16), "time.2": (16, 16), "modulation": (96, 16)}
    for i in range(2):
        expected[f"blocks.{i}.modulation"] = (6, 16)
        linears |= {f"blocks.{i}.{name}": (16, 16) for name in ("to_q", "to_k", "to_v", "to_out")}
        linears |= {f"blocks.{i}.mlp.0": (64, 16), f"blocks.{i}.mlp.2": (16, 64)}
    for name, (out, inner) in linears.items():
        expected |= {f"{name}.weight": (out, inner), f"{name}.bias": (out,)}
    assert found == expected


def test_autoregressive_sees_only_what_came_before() -> None:
    for grids in ([GRID], TWO):
        prior = make("autoregressive", grids)
        codes, context, t = inputs(prior)
        with torch.no_grad():
            before = prior(codes, context, t)
            for j in (0, 3, prior.config.codes - 2):
                changed = codes.clone()
                size = next(g.codebookSize for g, end in zip(prior.config.grids, torch.tensor([g.count for g in prior.config.grids]).cumsum(0)) if j < end)
                changed[:, j] = (codes[:, j] + 1) % size
                moved = torch.cat([(a - b).abs().amax(-1) for a, b in zip(before, prior(changed, context, t))], 1)
                assert moved[:, : j + 1].max() == 0
                assert (moved[:, j + 1] > 0).all()
            # t plays no part.
            assert all(torch.equal(a, b) for a, b in zip(before, prior(codes, context, t + 5)))


def test_condition_tokens_do_not_see_codes_when_autoregressive() -> None:
    prior = make("autoregressive")
    codes, context, t = inputs(prior)
    seen = []
    prior.blocks[-1].register_forward_hook(lambda _m, _i, out: seen.append(out[:, : prior.config.contextLength]))
    with torch.no_grad():
        prior(codes, context, t)
        prior((codes + 1) % 10, context, t)
    assert torch.equal(seen[0], seen[1])


@pytest.mark.parametrize("grids", [[GRID], TWO])
def test_code_by_code_is_the_whole_network(grids: list[dict]) -> None:
    prior = make("autoregressive", grids)
    codes, context, t = inputs(prior)
    expected = prior(codes, context, t)
    network, place = CodeByCode(prior, context), 0
    for part in expected:
        for i in range(part.shape[1]):
            seen = codes.clone()
            seen[:, place:] = 0
            assert torch.allclose(network.logits(seen, place), part[:, i], atol=1e-5)
            place += 1


def test_diffusion_sees_everything() -> None:
    prior = make("absorbing")
    codes, context, t = inputs(prior)
    with torch.no_grad():
        (before,) = prior(codes, context, t)
        codes[:, -1] = 10
        (after,) = prior(codes, context, t)
    assert ((after - before).abs().amax(-1) > 0).all()


def test_training_starts_from_the_identity_and_even_odds() -> None:
    prior = make("absorbing", seed=None)
    codes, context, t = inputs(prior)
    states = []
    for block in prior.blocks:
        block.register_forward_hook(lambda _m, args, out: states.append((args[0], out)))
    (logits,) = prior(codes, context, t)
    assert logits.abs().max() == 0
    assert all(torch.equal(before, after) for before, after in states)
    logits.sum().backward()
    assert prior.head[0].weight.grad is not None and prior.head[0].weight.grad.abs().sum() > 0


def test_attention_written_out_is_pytorchs() -> None:
    torch.manual_seed(1)
    q, k, v = torch.randn(3, 2, 2, 7, 4).unbind(0)
    mask = causal_mask(2, 7)
    scores = (q @ k.transpose(-2, -1) / 2).masked_fill(~mask, -math.inf)
    assert torch.allclose(attend(q, k, v, mask), scores.softmax(-1) @ v, atol=1e-6)
    assert mask[:2].tolist() == [[True] * 2 + [False] * 5] * 2
    assert mask[4].tolist() == [True] * 5 + [False] * 2


def test_time_features() -> None:
    features = time_features(torch.tensor([0.0, 3.0]), 8)
    assert features[0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert features[1, 1] == pytest.approx(math.cos(3 * 10000 ** (-1 / 4)), abs=1e-7)
    assert features[1, 6] == pytest.approx(math.sin(3 * 10000 ** (-2 / 4)), abs=1e-7)


def test_config_says_what_is_wrong() -> None:
    good = make("gaussian").config.to_dict()
    assert PriorConfig.from_dict(good, 5) == make("gaussian").config
    for change, message in [({"heads": 3}, "multiple of 4"), ({"latentMean": [0.0]}, "latentMean: latentDim"), ({"process": {"kind": "x"}}, "found x")]:
        with pytest.raises(ValueError, match=message):
            PriorConfig.from_dict(good | change)
