"""python -m training.fixtures [--out fixtures/models] : the small models that the page's tests run on.

Weights are random (see `randomise`), so nothing is downloaded or trained; codebooks are drawn from the model's own latents, so many
codes occur; the seed moves on until no decision of the golden picture is near a tie.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from training.modelfolder import code_margin, file_sha256, round_weights, write_index, write_model_folder, write_prior_folder
from training.prior.config import PriorConfig
from training.prior.network import Prior
from training.tokenizer.config import ModelConfig
from training.tokenizer.model import VQModel
from training.tokenizer.quantizers import to_rows


def half(stem: int, channels: list[int], blocks: list[int], attention: list[bool], mid: bool = True, mid_attention: bool = True) -> dict:
    return {"stem": stem, "channels": channels, "resBlocks": blocks, "attention": attention, "midBlock": mid, "midAttention": mid_attention}


FIXTURES = [
    {
        "id": "tiny-vq", "title": "Test: VQ, attention, nearest upsampling", "size": [32, 32], "dtype": "F32",
        "model": {
            "encoder": half(1, [16, 16, 32], [1, 1, 2], [False, False, True]),
            "decoder": half(1, [16, 16, 32], [2, 1, 1], [False, False, True]),
            "latentChannels": 16, "codeDim": 4, "normGroups": 8, "downsample": "conv3", "upsample": "nearest",
            "quantizer": {"kind": "vq", "codebookSize": 64, "distance": "l2"},
        },
    },
    {
        "id": "tiny-wide", "title": "Test: VQ, a picture that is not square", "size": [32, 48], "dtype": "F16",
        "model": {
            "encoder": half(1, [16, 16, 32], [1, 1, 1], [False, False, False], mid_attention=True),
            "decoder": half(1, [16, 16, 32], [1, 1, 1], [False, False, False], mid_attention=False),
            "latentChannels": 16, "codeDim": 4, "normGroups": 4, "downsample": "conv3", "upsample": "nearest",
            "quantizer": {"kind": "vq", "codebookSize": 64, "distance": "l2"},
        },
    },
    {
        "id": "tiny-cosine", "title": "Test: cosine VQ, 4x4 downsampling, pixel-shuffle", "size": [32, 32], "dtype": "F16",
        "model": {
            "encoder": half(1, [16, 24, 32], [1, 1, 1], [False, False, False], mid=False, mid_attention=False),
            "decoder": half(1, [16, 24, 32], [1, 1, 2], [False, False, False], mid=False, mid_attention=False),
            "latentChannels": 16, "codeDim": 8, "normGroups": 8, "downsample": "conv4", "upsample": "pixel-shuffle",
            "quantizer": {"kind": "vq", "codebookSize": 64, "distance": "cosine"},
        },
    },
    {
        "id": "tiny-fsq", "title": "Test: FSQ, stems, space-to-depth, no quant convs", "size": [32, 32], "dtype": "F32",
        "model": {
            "encoder": half(2, [16, 32], [1, 1], [False, False]),
            "decoder": half(2, [16, 32], [1, 1], [False, False]),
            "latentChannels": 4, "codeDim": 4, "normGroups": 8, "downsample": "space-to-depth", "upsample": "pixel-shuffle",
            "quantConv": False, "postQuantConv": False,
            "quantizer": {"kind": "fsq", "levels": [8, 5, 5, 5]},
        },
    },
    {
        "id": "tiny-rvq", "title": "Test: residual VQ, different stems", "size": [32, 32], "dtype": "F16",
        "model": {
            "encoder": half(4, [32], [2], [False]),
            "decoder": half(2, [16, 32], [1, 1], [False, False]),
            "latentChannels": 16, "codeDim": 6, "normGroups": 16, "downsample": "conv3", "upsample": "nearest",
            "quantizer": {"kind": "rvq", "codebookSize": 32, "numLevels": 4},
        },
    },
    {
        "id": "tiny-h2", "title": "Test: two levels, a picture that is not square", "size": [24, 32], "dtype": "F16",
        "model": {
            "encoder": half(2, [8, 24], [1, 1], [False, False], mid=False),
            "decoder": half(1, [8, 8, 16], [1, 1, 1], [False, False, False], mid_attention=False),
            "top": {
                "encoder": half(1, [8, 16], [1, 1], [False, False], mid=False),
                "decoder": half(1, [8, 16], [1, 1], [False, True], mid=False),
            },
            "latentChannels": 10, "codeDim": 6, "normGroups": 8, "downsample": "conv3", "upsample": "nearest",
            "quantizer": {"kind": "two-level", "topSize": 32, "bottomSize": 64},
        },
    },
    {
        "id": "ci-64", "title": "Test: 64 px tokenizer for end-to-end tests and the benchmark", "size": [64, 64], "dtype": "F16",
        "model": {
            "encoder": half(1, [32, 48, 64], [1, 1, 1], [False, False, False]),
            "decoder": half(1, [32, 48, 64], [1, 1, 1], [False, False, False]),
            "latentChannels": 32, "codeDim": 8, "normGroups": 16, "downsample": "conv3", "upsample": "nearest",
            "quantizer": {"kind": "vq", "codebookSize": 256, "distance": "l2"},
        },
    },
]


# The grids of tiny-vq and of tiny-h2: a prior that fits no tokenizer would be refused before it samples.
CODES = [{"name": "codes", "height": 8, "width": 8, "codebookSize": 64}]
LEVELS = [{"name": "top", "height": 4, "width": 4, "codebookSize": 32}, {"name": "bottom", "height": 8, "width": 8, "codebookSize": 64}]
PRIORS = [
    {"id": "tiny-prior-absorbing", "title": "Test: absorbing prior", "dtype": "F32", "process": {"kind": "absorbing", "numTimesteps": 20}},
    {
        "id": "tiny-prior-mask-replace", "title": "Test: mask-and-replace prior", "dtype": "F16",
        "process": {"kind": "mask-replace", "numTimesteps": 20, "gammaBarT": 0.9, "betaBarT": 0.1},
    },
    {"id": "tiny-prior-uniform", "title": "Test: uniform prior", "dtype": "F16", "process": {"kind": "uniform", "numTimesteps": 20, "cosineOffset": 0.008}},
    {"id": "tiny-prior-autoregressive", "title": "Test: autoregressive prior", "dtype": "F16", "process": {"kind": "autoregressive"}},
    {"id": "tiny-prior-gaussian", "title": "Test: gaussian prior", "dtype": "F16", "process": {"kind": "gaussian", "numTimesteps": 1000, "cosineOffset": 0.008}},
    {
        "id": "tiny-prior-two-level", "title": "Test: absorbing prior over two grids", "dtype": "F16", "grids": LEVELS, "tokenizer": "tiny-h2",
        "process": {"kind": "absorbing", "numTimesteps": 20},
    },
]
VOCABULARY = {
    "entries": ["", "style:noto", "style:twemoji", "group:animals", "group:food", "cat", "cat face", "grinning", "heart", "house", "pizza", "red"],
    "slots": [{"name": "style", "prefix": "style:"}, {"name": "group", "prefix": "group:"}, {"name": "words", "prefix": "", "count": 3}],
}


def picture(height: int, width: int, seed: int) -> Tensor:
    """A smooth random picture with an edge and a little noise, [1, 3, H, W] in [-1, 1]."""
    g = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    waves = torch.zeros(3, height, width)
    for _ in range(6):
        fy, fx, phase = (torch.rand(3, generator=g) * torch.tensor([8.0, 8.0, 6.28])).tolist()
        waves += torch.randn(3, 1, 1, generator=g) * torch.sin(2 * math.pi * (fy * y + fx * x) + phase)
    cy, cx = torch.rand(2, generator=g).tolist()
    disc = ((y - cy) ** 2 + (x - cx) ** 2 < 0.08).float() * torch.randn(3, 1, 1, generator=g)
    noise = 0.1 * torch.randn(3, height, width, generator=g)
    return torch.tanh(0.4 * waves + disc + noise)[None]


@torch.no_grad()
def randomise(model: VQModel, seed: int) -> None:
    """Weights that keep activations near 1 and make every affine parameter matter."""
    g = torch.Generator().manual_seed(seed)

    def normal(like: Tensor, mean: float, std: float) -> Tensor:
        return mean + std * torch.randn(like.shape, generator=g)

    for module in model.modules():
        if isinstance(module, nn.GroupNorm):
            module.weight.copy_(normal(module.weight, 1.0, 0.2))
            module.bias.copy_(normal(module.bias, 0.0, 0.2))
        elif isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.copy_(normal(module.weight, 0.0, 1 / math.sqrt(module.weight[0].numel())))
            module.bias.copy_(normal(module.bias, 0.0, 0.1))


@torch.no_grad()
def draw_codebooks(model: VQModel, height: int, width: int, seed: int) -> None:
    """Codebook rows = latents of random pictures (of the residuals, level by level), a little blurred by noise."""
    g = torch.Generator().manual_seed(seed)
    pictures = [picture(height, width, seed + 1 + i) for i in range(12)]

    def latents(level: int) -> Tensor:
        if model.top is None:
            return torch.cat([to_rows(model.encode(x)) for x in pictures])
        return torch.cat([model.tokenize(x).inputs[level] for x in pictures])

    rows = torch.empty(0)
    for level, book in enumerate(model.codebooks()):
        if level == 0 or model.top is not None:
            rows = latents(level)
        chosen = rows[torch.randperm(len(rows), generator=g)[: len(book.embedding.weight)]]
        scale = 0.5 + torch.rand(len(chosen), 1, generator=g) if book.distance == "cosine" else 1.0
        book.embedding.weight.copy_((chosen + 0.05 * rows.std() * torch.randn(chosen.shape, generator=g)) * scale)
        rows = rows - book.codebook[torch.cdist(rows, book.codebook).argmin(1)]


def make(spec: dict, seed: int, margin: float = 2e-4) -> tuple[VQModel, Tensor]:
    """Model (weights already rounded to the stored dtype) and golden picture."""
    model = VQModel(ModelConfig.from_dict(spec["model"])).eval()
    height, width = spec["size"]
    for attempt in range(200):
        randomise(model, seed + 1000 * attempt)
        draw_codebooks(model, height, width, seed + 1000 * attempt)
        round_weights(model, spec["dtype"])
        for other in range(20):
            x = picture(height, width, seed + 500 + 1000 * attempt + other)
            if code_margin(model, x) > margin:
                return model, x
    raise RuntimeError(f"no picture of {spec['id']} is clear of ties")


def record(seed: int) -> dict:
    """The manifest's `training`."""
    return {"commit": "", "command": "python -m training.fixtures", "data": "none: random weights", "seed": seed, "minutes": 0, "device": "cpu", "metrics": {}}


@torch.no_grad()
def make_prior(spec: dict, seed: int) -> tuple[Prior, dict]:
    """A prior whose every tensor matters, and the sample of its golden file."""
    g = torch.Generator().manual_seed(seed)
    grids = spec.get("grids", CODES)
    values = {"process": spec["process"], "grids": grids, "width": 32, "depth": 2, "heads": 2, "contextLength": 5}
    gaussian = spec["process"]["kind"] == "gaussian"
    if gaussian:
        values |= {"latentDim": 4, "latentMean": [0.1, -0.2, 0.3, 0.0], "latentStd": [1.0, 0.9, 1.1, 1.2]}
    model = Prior(PriorConfig.from_dict(values, len(VOCABULARY["entries"]))).eval()
    for name, value in model.named_parameters():
        # Sums keep their size; the modulation is large enough for every gate to matter.
        std = 1 / math.sqrt(value.shape[1]) if name.endswith("weight") and "embedding" not in name else 0.5
        value.copy_(std * torch.randn(value.shape, generator=g))
    count = model.config.codes
    if gaussian:
        codes = torch.randn(count, 4, generator=g)
    else:
        sizes = torch.cat([torch.full((grid.count,), grid.codebookSize) for grid in model.config.grids])
        codes = (torch.rand(count, generator=g) * sizes).long()
        if spec["process"]["kind"] in ("absorbing", "mask-replace"):
            codes = torch.where(torch.rand(count, generator=g) < 0.5, sizes, codes)
    t = {"autoregressive": 0, "gaussian": 637}.get(spec["process"]["kind"], 13)
    return model, {"codes": codes, "context": torch.tensor([1, 4, 7, 11, 0]), "t": t}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("fixtures/models"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", help="write these ids only")
    args = parser.parse_args()
    for spec in FIXTURES:
        if args.only and spec["id"] not in args.only:
            continue
        model, x = make(spec, args.seed)
        about = {"id": spec["id"], "title": spec["title"], "size": max(spec["size"]), "licence": "MIT", "credits": ""}
        about["training"] = record(args.seed) | {"metrics": {"psnr": 0, "ssim": 0, "perplexity": 0, "minCodeUses": 0}}
        write_model_folder(args.out / spec["id"], model, spec["dtype"], x, about)
    for spec in PRIORS:
        if args.only and spec["id"] not in args.only:
            continue
        prior, sample = make_prior(spec, args.seed)
        about = {"id": spec["id"], "title": spec["title"], "licence": "MIT", "credits": "", "training": record(args.seed)}
        tokenizer = spec.get("tokenizer", "tiny-vq")
        pairs_with = {"id": tokenizer, "sha256": file_sha256(args.out / tokenizer / "model.safetensors")}
        write_prior_folder(args.out / spec["id"], prior, spec["dtype"], sample, VOCABULARY, pairs_with, about)
    write_index(args.out, [spec["id"] for spec in [*FIXTURES, *PRIORS]])


if __name__ == "__main__":
    main()
