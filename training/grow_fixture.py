"""python -m training.grow_fixture --emoji emoji128.npz --photos photos128.npz [--out fixtures/grow]

What the tests of "grow back, in the tab" run on: a tiny tokenizer that has really learnt (emoji, 32 px), and 48 small CC0 photographs that it has
never seen, 32 to learn from and 16 held back. A minute on one core; the loss is the plain one of van den Oord et al. 2017.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from training.fixtures import half
from training.modelfolder import write_index, write_model_folder
from training.pictures import load_pictures, to_tensor
from training.tokenizer.config import ModelConfig
from training.tokenizer.model import VQModel
from training.tokenizer.quantizers import nearest, to_rows

SIDE = 32
SEED = 11
MODEL = {
    "encoder": half(2, [16, 32], [1, 1], [False, False], mid_attention=False),
    "decoder": half(2, [16, 32], [1, 1], [False, False], mid_attention=True),
    "latentChannels": 16, "codeDim": 4, "normGroups": 8, "downsample": "conv3", "upsample": "nearest",
    "quantizer": {"kind": "vq", "codebookSize": 64, "distance": "l2"},
}
COUNT, HELD_OUT = 48, 16
ABOUT = {
    "id": "tiny-learnt", "title": "Test: a tiny tokenizer that has learnt emoji", "size": SIDE, "licence": "CC BY 4.0", "fit": "cover",
}


def train(pictures: np.ndarray, steps: int) -> VQModel:
    """The plain loss with beta 0.25; the codebook begins as latents of the first batches and follows by moving averages."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    model = VQModel(ModelConfig.from_dict(MODEL))
    rows = model.quantize.embedding.weight
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=2e-3)
    size = rows.shape[0]
    counts, sums = torch.ones(size), rows.detach().clone()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 50, 4 * (1 - step / steps))
        x = to_tensor(pictures[rng.integers(len(pictures), size=32)])
        warm = step < steps // 8
        output, quantized = model(x, quantize=not warm)
        latents = to_rows(model.encode(x)).detach() if warm or quantized is None else quantized.inputs[0]
        loss = F.mse_loss(output, x) + (0 if quantized is None else 0.25 * quantized.commitment)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            if step == steps // 8 - 1:
                rows.copy_(latents[torch.randperm(len(latents))[:size]])
                counts, sums = torch.full((size,), len(latents) / size), rows * (len(latents) / size)
            if not warm:
                chosen = F.one_hot(nearest(latents, rows), size).float()
                counts, sums = 0.97 * counts + 0.03 * chosen.sum(0), 0.97 * sums + 0.03 * chosen.T @ latents
                rows.copy_(sums / counts.clamp_min(1e-3)[:, None])
                dead = counts < 0.05 * len(latents) / size
                rows[dead] = latents[torch.randint(len(latents), (int(dead.sum()),))]
                counts[dead], sums[dead] = len(latents) / size, rows[dead] * (len(latents) / size)
        if step % 200 == 0:
            print(step, f"{float(loss):.4f}", "warm" if warm else int((counts > 0.05 * len(latents) / size).sum()), flush=True)
    return model.eval()


def photographs(path: Path) -> tuple[np.ndarray, list[dict]]:
    """CC0 only: the clothing set and the CC0 wallpapers, half of each, spread over the whole sets."""
    data = load_pictures(path, SIDE)
    picks: list[int] = []
    for name in ("clothing", "wallpapers"):
        own = [i for i, r in enumerate(data.records) if r.get("set") == name and str(r.get("licence", "")).startswith("CC0 1.0")]
        picks += [own[int((j + 0.5) * len(own) / (COUNT // 2))] for j in range(COUNT // 2)]
    order = [picks[(j % 2) * (COUNT // 2) + j // 2] for j in range(COUNT)]
    return data.pictures[order], [data.records[i] for i in order]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emoji", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("fixtures/grow"))
    parser.add_argument("--steps", type=int, default=2000)
    args = parser.parse_args()
    emoji = load_pictures(args.emoji, SIDE)
    model = train(emoji.split(False).pictures, args.steps)
    held_out = to_tensor(emoji.split(True).pictures[:1]).contiguous()
    about = {**ABOUT, "training": {"command": "python -m training.grow_fixture", "data": "emoji, 32 px", "seed": SEED, "metrics": {}}, "credits": "CREDITS.md"}
    write_model_folder(args.out / ABOUT["id"], model, "F16", held_out, about)
    write_index(args.out, [ABOUT["id"]])
    pictures, records = photographs(args.photos)
    (args.out / "photographs.rgb").write_bytes(np.ascontiguousarray(pictures).tobytes())
    listing = [{"file": r.get("key", ""), "licence": r.get("licence", ""), "heldBack": i >= COUNT - HELD_OUT} for i, r in enumerate(records)]
    about_set = {"width": SIDE, "height": SIDE, "count": COUNT, "heldBack": HELD_OUT, "licence": "CC0 1.0", "pictures": listing}
    (args.out / "photographs.json").write_text(json.dumps(about_set, indent=1) + "\n")


if __name__ == "__main__":
    main()
