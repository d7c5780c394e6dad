"""Quantizers against brute force and against the published formula."""

from __future__ import annotations

import math

import torch

from training.tokenizer.codebook import CodebookTrainer, kmeans
from training.tokenizer.quantizers import FiniteScalarQuantizer, ResidualQuantizer, VectorQuantizer


def latents(seed: int, dim: int) -> torch.Tensor:
    return torch.randn(2, dim, 5, 7, generator=torch.Generator().manual_seed(seed))


def brute_force(vector: torch.Tensor, rows: torch.Tensor) -> int:
    return min(range(len(rows)), key=lambda k: (float((vector - rows[k]).double().square().sum()), k))


def test_l2_finds_the_nearest_row() -> None:
    torch.manual_seed(0)
    quantizer, z = VectorQuantizer(33, 6), latents(1, 6)
    result = quantizer(z)
    rows = quantizer.embedding.weight
    for b, y, x in [(0, 0, 0), (1, 4, 6), (0, 2, 3), (1, 0, 5)]:
        k = brute_force(z[b, :, y, x], rows)
        assert int(result.indices[b, 0, y, x]) == k
        assert torch.equal(result.values[b, :, y, x], rows[k])


def test_a_tie_goes_to_the_lowest_index() -> None:
    quantizer = VectorQuantizer(4, 2)
    with torch.no_grad():
        quantizer.embedding.weight.copy_(torch.tensor([[9.0, 9.0], [1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]]))
    assert quantizer(torch.zeros(1, 2, 1, 1)).indices.item() == 1


def test_cosine_compares_directions() -> None:
    torch.manual_seed(0)
    quantizer, z = VectorQuantizer(20, 5, "cosine"), latents(2, 5)
    result = quantizer(z)
    rows = quantizer.embedding.weight
    best = torch.einsum("bdhw,kd->bkhw", z, rows / rows.norm(dim=1, keepdim=True)).argmax(1)
    assert torch.equal(result.indices[:, 0], best)
    assert torch.allclose(result.values.norm(dim=1), torch.ones(2, 5, 7), atol=1e-6)


def fsq_scalar(z: float, levels: int) -> tuple[float, int]:
    """One dimension of FSQ, written out as in the paper's appendix."""
    half = (levels - 1) * (1 + 1e-3) / 2
    offset = 0.5 if levels % 2 == 0 else 0.0
    bounded = math.tanh(z + math.atanh(offset / half)) * half - offset
    q = round(bounded)  # Python rounds half to even
    return q / (levels // 2), q + levels // 2


def test_fsq_follows_the_formula() -> None:
    levels = [8, 5, 5, 5]
    quantizer, z = FiniteScalarQuantizer(levels), 2 * latents(3, 4)
    result = quantizer(z)
    for b, y, x in [(0, 0, 0), (1, 4, 6), (0, 2, 3), (1, 1, 1)]:
        parts = [fsq_scalar(float(z[b, d, y, x]), level) for d, level in enumerate(levels)]
        index = sum(digit * math.prod(levels[:d]) for d, (_, digit) in enumerate(parts))
        assert int(result.indices[b, 0, y, x]) == index
        expected = torch.tensor([value for value, _ in parts])
        assert torch.allclose(result.values[b, :, y, x], expected, atol=1e-6)
    assert torch.allclose(quantizer.lookup(result.indices), result.values, atol=1e-6)


def test_fsq_reaches_every_index_and_no_other() -> None:
    quantizer = FiniteScalarQuantizer([8, 5, 5, 5])
    z = 1.3 * torch.randn(64, 4, 32, 32, generator=torch.Generator().manual_seed(0))
    indices = quantizer(z).indices
    assert int(indices.min()) == 0
    assert int(indices.max()) == 999
    assert len(indices.unique()) == 1000


def test_residual_levels_quantize_the_rest() -> None:
    torch.manual_seed(0)
    quantizer, z = ResidualQuantizer(16, 4, 3), latents(4, 4)
    result = quantizer(z)
    rest = z.clone()
    for i, level in enumerate(quantizer.levels):
        step = level(rest)
        assert torch.equal(step.indices[:, 0], result.indices[:, i])
        rest = rest - step.values
    assert torch.allclose(z - rest, result.values, atol=1e-6)
    assert torch.allclose(quantizer.lookup(result.indices), result.values, atol=1e-6)


def test_gradients_pass_straight_through() -> None:
    torch.manual_seed(0)
    z = latents(5, 4).requires_grad_()
    grad = torch.randn(2, 4, 5, 7)
    for quantizer in (VectorQuantizer(8, 4), ResidualQuantizer(8, 4, 2)):
        (found,) = torch.autograd.grad((quantizer(z).straight_through * grad).sum(), z)
        assert torch.allclose(found, grad)


def test_kmeans_finds_separate_clusters() -> None:
    g = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    rows = centres.repeat(100, 1) + 0.1 * torch.randn(300, 2, generator=g)
    distance = torch.cdist(centres, kmeans(rows, 12, 10, g)).min(1).values
    assert float(distance.max()) < 0.3


def test_codebook_average_and_revival() -> None:
    torch.manual_seed(0)
    book = CodebookTrainer(VectorQuantizer(4, 2))
    rows = torch.tensor([[1.0, 1.0], [3.0, 3.0], [5.0, 5.0], [5.0, 7.0]])
    counts, sums = book.counts.clone(), book.sums.clone()
    book.update(rows, torch.tensor([0, 0, 2, 2]), decay=0.5)
    expected = (0.5 * sums[0] + 0.5 * (rows[0] + rows[1])) / (0.5 * counts[0] + 0.5 * 2)
    assert torch.allclose(book.quantizer.embedding.weight[0], expected)
    for _ in range(20):
        book.update(rows, torch.tensor([0, 0, 2, 2]), decay=0.5)
    assert book.revive(rows, 0.1, torch.Generator().manual_seed(0)) == 2
    assert all(any(torch.equal(code, row) for row in rows) for code in book.quantizer.embedding.weight[[1, 3]])
    assert book.revive(rows, 0.1, torch.Generator().manual_seed(0)) == 0
