"""The noise processes against matrices multiplied out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from training.prior.process import DiscreteProcess, Schedule, stratified_times

SIZE, STEPS = 4, 6
PROCESSES = {
    "absorbing": {"kind": "absorbing", "numTimesteps": STEPS},
    "mask-replace": {"kind": "mask-replace", "numTimesteps": STEPS, "gammaBarT": 0.9, "betaBarT": 0.1},
    "uniform": {"kind": "uniform", "numTimesteps": STEPS, "cosineOffset": 0.008},
}


def step_matrix(schedule: Schedule, t: int) -> np.ndarray:
    """q(x_t | x_{t-1}), rows = from, [K + 1, K + 1], written out from the bars."""
    alpha = schedule.alphaBar[t] / schedule.alphaBar[t - 1]
    gamma = 1 - (1 - schedule.gammaBar[t]) / (1 - schedule.gammaBar[t - 1]) if schedule.gammaBar[t - 1] < 1 else 0
    beta = (1 - alpha - gamma) / SIZE
    matrix = np.zeros((SIZE + 1, SIZE + 1))
    matrix[:SIZE, :SIZE] = beta + alpha * np.eye(SIZE)
    matrix[:SIZE, SIZE] = gamma
    matrix[SIZE, SIZE] = 1
    return matrix


def cumulative(schedule: Schedule, t: int) -> np.ndarray:
    product = np.eye(SIZE + 1)
    for i in range(1, t + 1):
        product = product @ step_matrix(schedule, i)
    return product


@pytest.mark.parametrize("kind", PROCESSES)
def test_rows_sum_to_one_and_steps_multiply_to_the_bars(kind: str) -> None:
    schedule = Schedule.of(PROCESSES[kind], SIZE)
    for t in range(1, STEPS + 1):
        assert np.allclose(step_matrix(schedule, t).sum(1), 1)
        bars = cumulative(schedule, t)
        assert np.allclose(bars[0, 1], schedule.betaBar[t], atol=1e-9)
        assert np.allclose(bars[0, 0], schedule.alphaBar[t] + schedule.betaBar[t], atol=1e-9)
        assert np.allclose(bars[0, SIZE], schedule.gammaBar[t], atol=1e-9)


@pytest.mark.parametrize("kind", PROCESSES)
def test_posterior_is_that_of_the_matrices(kind: str) -> None:
    process = DiscreteProcess(PROCESSES[kind], SIZE)
    schedule = process.schedule
    p0 = np.array([0.5, 0.25, 0.2, 0.05])
    for t, s in itertools.combinations(range(STEPS, -1, -1), 2):
        to_t, to_s = cumulative(schedule, t), cumulative(schedule, s)
        between = np.linalg.multi_dot([np.eye(SIZE + 1), *(step_matrix(schedule, i) for i in range(s + 1, t + 1)), np.eye(SIZE + 1)])
        for xt in range(SIZE + 1):
            reachable = [k for k in range(SIZE) if to_t[k, xt] > 1e-12]
            if not reachable:
                continue
            expected = sum(p0[k] * between[:, xt] * to_s[k] / to_t[k, xt] for k in reachable)
            expected = expected / expected.sum()
            found = process.posterior(torch.tensor(p0)[None, None].float(), torch.tensor([[xt]]), torch.tensor([t]), torch.tensor([s]))
            assert np.allclose(found[0, 0].numpy(), expected, atol=2e-4), (t, s, xt)


def test_mask_replace_golden_values() -> None:
    """K = 3, T = 4, worked out by hand from VQ-Diffusion's equation 11."""
    process = DiscreteProcess({"kind": "mask-replace", "numTimesteps": 4, "gammaBarT": 0.9, "betaBarT": 0.1}, 3)
    p0 = torch.tensor([[[0.7, 0.2, 0.1]]])
    masked = process.posterior(p0, torch.tensor([[3]]), torch.tensor([2]), torch.tensor([1]))[0, 0]
    code = process.posterior(p0, torch.tensor([[1]]), torch.tensor([2]), torch.tensor([1]))[0, 0]
    assert torch.allclose(masked, torch.tensor([0.344086, 0.102151, 0.053763, 0.5]), atol=1e-5)
    assert torch.allclose(code, torch.tensor([0.457393, 0.472311, 0.070297, 0.0]), atol=1e-5)


@pytest.mark.parametrize("kind", PROCESSES)
def test_bound_of_a_perfect_guess_is_nothing_and_of_a_wrong_one_is_not(kind: str) -> None:
    process = DiscreteProcess(PROCESSES[kind], SIZE)
    generator = torch.Generator().manual_seed(0)
    x0 = torch.randint(SIZE, (STEPS, 64), generator=generator)
    t = torch.arange(1, STEPS + 1)
    xt = process.q_sample(x0, t, generator)
    right = 60.0 * torch.nn.functional.one_hot(x0, SIZE)
    wrong = 60.0 * torch.nn.functional.one_hot((x0 + 1) % SIZE, SIZE)
    assert float(process.bound(right, x0, xt, t).abs().max()) < 1e-4
    assert float(process.bound(wrong, x0, xt, t).mean()) > 0.5


@pytest.mark.parametrize("kind", PROCESSES)
def test_the_bound_with_no_knowledge_is_log_k(kind: str) -> None:
    """A data set without structure costs log K nats a token, whatever the process: the bound is then tight."""
    process = DiscreteProcess(PROCESSES[kind], SIZE)
    generator = torch.Generator().manual_seed(1)
    x0 = torch.randint(SIZE, (1, 20000), generator=generator)
    total = process.prior_term()
    for t in range(1, STEPS + 1):
        times = torch.tensor([t])
        xt = process.q_sample(x0, times, generator)
        # What is known of x0 without any structure in the data: p(x0 | xt) by Bayes with a flat prior.
        seen = torch.full((1, 20000, SIZE), float(process.beta_bar[t])) + process.alpha_bar[t] * torch.nn.functional.one_hot(xt, SIZE + 1)[..., :SIZE]
        seen = torch.where((xt == SIZE)[..., None], torch.ones_like(seen), seen)
        total += float(process.bound((seen + 1e-30).log(), x0, xt, times).mean())
    assert total == pytest.approx(np.log(SIZE), rel=0.03)


@pytest.mark.parametrize("kind", PROCESSES)
def test_forward_samples_have_the_shares_of_the_schedule(kind: str) -> None:
    process = DiscreteProcess(PROCESSES[kind], SIZE)
    x0 = torch.ones(1, 40000, dtype=torch.int64)
    t = torch.tensor([4])
    counts = torch.bincount(process.q_sample(x0, t, torch.Generator().manual_seed(2))[0], minlength=SIZE + 1) / 40000
    expected = [float(process.beta_bar[4])] * SIZE + [float(process.gamma_bar[4])]
    expected[1] += float(process.alpha_bar[4])
    assert np.allclose(counts.numpy(), expected, atol=0.01)


def test_times_cover_the_schedule_evenly() -> None:
    times = stratified_times(100, 100, torch.Generator().manual_seed(0))
    assert sorted(times.tolist()) == list(range(1, 101))
