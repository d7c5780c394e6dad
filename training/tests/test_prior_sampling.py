"""Samplers with a denoiser that knows the data exactly, and the counting baselines."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.prior.baselines import neighbour_bits, unigram_bits
from training.prior.process import DiscreteProcess
from training.prior.sample import sample
from training.tests.test_prior_training import PROCESSES, SIZE, go, start

DATA = torch.tensor([[0, 0, 1, 1], [2, 2, 3, 3], [4, 5, 4, 5]])  # all pictures there are


class Oracle:
    """p(x0 | xt) of a data set by Bayes: the vote of every picture, weighted by q(xt | picture)."""

    def __init__(self, process: DiscreteProcess) -> None:
        self.process = process

    def __call__(self, xt: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        p = self.process
        keep, other, mask = (bar[t][:, None, None] for bar in (p.alpha_bar, p.beta_bar, p.gamma_bar))
        same = (xt[:, None] == DATA[None]).float()
        q = torch.where((xt == p.size)[:, None], mask, keep * same + other).clamp(min=1e-30)
        weights = (q.log().sum(-1)).softmax(-1)  # [B, pictures]
        one_hot = torch.nn.functional.one_hot(DATA, p.size).float()
        return torch.einsum("bn,nik->bik", weights, one_hot)


@pytest.mark.parametrize("kind", ["absorbing", "mask-replace", "uniform"])
def test_small_steps_with_the_exact_denoiser_give_the_data(kind: str) -> None:
    process = DiscreteProcess({**PROCESSES[kind], "numTimesteps": 100}, 6)
    generator = torch.Generator().manual_seed(0)
    xt = process.start((200, 4), generator)
    oracle = Oracle(process)
    for now in range(100, 0, -1):
        t, s = torch.full((200,), now), torch.full((200,), now - 1)
        p = process.posterior(oracle(xt, t), xt, t, s)
        xt = torch.multinomial(p.flatten(0, 1), 1, generator=generator).view(xt.shape)
    right = (xt[:, None] == DATA[None]).all(-1)
    assert float(right.any(1).float().mean()) > 0.85
    assert (right.float().mean(0) > 0.2).all()  # and all of the data


@pytest.mark.parametrize("kind", PROCESSES)
def test_a_trained_prior_follows_its_condition_and_repaints_holes(kind: str) -> None:
    run = start(kind, 250)
    go(run, 250)
    data = run.trainer.data
    with run.trainer.average.applied() as model:
        pick = np.arange(8)
        context = torch.from_numpy(data.conditions.full(pick))
        truth = torch.from_numpy(data.codes[0, pick].astype(np.int64))
        gaussian = kind == "gaussian"
        known = torch.from_numpy(data.latents[0, pick].astype(np.float32)) if gaussian else truth
        hole = torch.zeros(8, 16, dtype=torch.bool)
        hole[:, 4:12] = True
        made = sample(model, context, 10, seed=0, guidance=1.5, objective=run.trainer.objective)
        filled = sample(model, context, 10, seed=0, guidance=1.5, known=known, mask=hole, objective=run.trainer.objective)
    if gaussian:  # codes 0 .. 5 as numbers: right within one
        assert torch.allclose(filled[~hole], known[~hole], atol=1e-4)
        assert float((filled[..., 0] - truth).abs()[hole].mean()) < 0.7
        chance = (data.codes[0][:, None].astype(float) - data.codes[0][None]).__abs__().mean()
        assert float((made[..., 0] - truth).abs().mean()) < 0.85 * chance
        return
    assert torch.equal(filled[~hole], truth[~hole])
    assert float((filled == truth)[hole].float().mean()) > 0.8
    assert float((made == truth).float().mean()) > 0.7
    assert int(made.max()) < SIZE  # never [MASK]
    with run.trainer.average.applied() as model:
        assert torch.equal(sample(model, context, 10, seed=0, guidance=1.5, objective=run.trainer.objective), made)


def test_counting_baselines() -> None:
    rng = np.random.default_rng(0)
    random = rng.integers(0, 4, (300, 16))
    assert unigram_bits(random, random, 4) == pytest.approx(2.0, abs=0.02)
    stripes = np.repeat(rng.integers(0, 4, (300, 4)), 4, 1).reshape(300, 16)  # rows of one code: left tells all but the first
    assert neighbour_bits(stripes[:200], stripes[200:], 4, 4, 4) == pytest.approx(2.0 / 4, abs=0.15)
