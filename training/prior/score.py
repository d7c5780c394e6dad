"""Scores of a prior: python -m training.prior.score --checkpoint <run>/checkpoint.pt --codes codes.npz --tokenizer public/models/<id>
    --data emoji128.npz --classifier emoji-classifier.safetensors --out scores.json

Held-out bound, overall and by t, beside what counting achieves; group and style of conditional samples and their classifier-feature distance;
the nearest training picture of each of 64 samples; holes in held-out pictures, against OpenCV. Everything from fixed seeds.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.classifier.loop import accuracy, classify, load_classifier
from training.classifier.network import Classifier, frechet_distance
from training.metrics import to_bytes
from training.modelfolder import round_weights
from training.pictures import load_pictures
from training.prior.baselines import neighbour_bits, unigram_bits
from training.prior.checkpoint import load_prior_checkpoint
from training.prior.codes import CodeSet, encode, load_codes
from training.prior.network import Prior
from training.prior.neutral import neutralise
from training.prior.sample import sample
from training.prior.trainer import Objective, held_out_bound
from training.tokenizer.checkpoint import load_folder
from training.tokenizer.model import VQModel

ANSWERS = 8  # to each hole
CONCEPT_SAMPLES = 64


def holes(height: int, width: int) -> dict[str, np.ndarray]:
    """Holes on the code grid, [height, width] of bool: the centre square of half the side, the right half, a random quarter."""
    centre = np.zeros((height, width), bool)
    centre[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    right = np.zeros((height, width), bool)
    right[:, width // 2 :] = True
    scattered = np.zeros(height * width, bool)
    scattered[np.random.default_rng(5).permutation(height * width)[: height * width // 4]] = True
    return {"centre": centre, "right": right, "random": scattered.reshape(height, width)}


def masked_psnr(pictures: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """dB inside the hole, per picture: [N, H, W, 3] of 0 .. 255 and [H, W] of bool."""
    error = (pictures[:, hole].astype(np.float64) - truth[:, hole]) ** 2
    return 10 * np.log10(255**2 / np.maximum(error.mean((1, 2)), 1e-3))


class Painter:
    """Codes (or latents of a gaussian prior) to pictures uint8 [B, H, W, 3]."""

    def __init__(self, tokenizer: VQModel, prior: Prior) -> None:
        self.tokenizer, self.grids, self.gaussian = tokenizer, prior.config.grids, prior.config.kind == "gaussian"

    def codes(self, made: Tensor) -> Tensor:
        """What a prior makes, as codes [B, N]."""
        if not self.gaussian:
            return made
        grid = self.grids[0]
        latents = made.transpose(1, 2).reshape(len(made), -1, grid.height, grid.width)
        return self.tokenizer.quantize(latents).indices.flatten(1)

    def encode(self, pictures: np.ndarray) -> Tensor:
        """Pictures uint8 [P, H, W, 3] as a prior takes them: codes [P, N], of a gaussian prior the latents [P, N, d]."""
        codes, latents = encode(self.tokenizer, pictures, np.zeros(len(pictures), bool), None, 0)
        return torch.from_numpy(latents.astype(np.float32) if self.gaussian else codes.astype(np.int64))

    @torch.no_grad()
    def pictures(self, codes: Tensor, batch: int = 32) -> np.ndarray:
        parts = []
        for first in range(0, len(codes), batch):
            split = codes[first : first + batch].split([grid.count for grid in self.grids], 1)
            grids = [part.view(-1, grid.height, grid.width) for part, grid in zip(split, self.grids, strict=True)]
            parts.append(to_bytes(self.tokenizer.decode(self.tokenizer.lookup(grids))).permute(0, 2, 3, 1).numpy().astype(np.uint8))
        return np.concatenate(parts)


def draw(model: Prior, context: Tensor, **options: object) -> Tensor:
    """`sample` in bf16 where that is faster (a CPU): what a sampler draws hardly depends on the last digits."""
    with torch.autocast("cpu", torch.bfloat16):
        return sample(model, context, **options)


def in_batches(count: int, batch: int = 32) -> list[np.ndarray]:
    return [np.arange(first, min(first + batch, count)) for first in range(0, count, batch)]


def concept_top5(judge: Classifier, samples: np.ndarray, real: np.ndarray, asked: list[dict]) -> dict:
    """How often what was asked for is among the classifier's five likeliest concepts, in samples and, for comparison, in the training pictures that
    the conditions were taken from. Pictures [N, 128, 128, 3], their records."""
    kinds = {"samples": samples, "realTrain": real}
    found = {kind: accuracy(judge.labels, classify(judge, pictures)[1], asked, top=5) for kind, pictures in kinds.items()}
    return {"count": len(asked), "concepts": len(judge.labels["key"])} | {kind: round(value["key"], 4) for kind, value in found.items()}


def score_samples(model: Prior, objective: Objective, painter: Painter, train: CodeSet, judge: Classifier, real: np.ndarray, real_train: np.ndarray,
                  count: int, steps: int, guidance: float) -> tuple[dict, np.ndarray, Tensor]:
    """Conditional samples of `count` training conditions: (scores, pictures, codes). `real`: held-out pictures, `real_train`: all of training."""
    chosen = np.random.default_rng(7).permutation(train.count)[:count]
    codes = torch.cat([
        painter.codes(draw(model, torch.from_numpy(train.conditions.full(chosen[pick])), steps=steps, seed=100 + i, guidance=guidance, objective=objective))
        for i, pick in enumerate(in_batches(count))
    ])
    pictures = painter.pictures(codes)
    features, logits = classify(judge, pictures)
    held_out, trained = (classify(judge, kind)[0] for kind in (real, real_train[:: max(1, len(real_train) // 2000)]))
    asked = [train.records[i] for i in chosen]
    scores: dict = {f"{name}Accuracy": round(value, 4) for name, value in accuracy(judge.labels, logits, asked).items()}
    if "key" in judge.labels:  # photographs have no concepts
        first = slice(0, CONCEPT_SAMPLES)
        scores["conceptTop5"] = concept_top5(judge, pictures[first], real_train[chosen[first]], asked[first])
    scores |= {
        "samples": count, "sampleSteps": steps, "guidance": guidance,
        "featureDistanceToHeldOut": round(frechet_distance(features, held_out), 4),
        "featureDistanceToTrain": round(frechet_distance(features, trained), 4),
        "featureDistanceTrainToHeldOut": round(frechet_distance(trained, held_out), 4),
    }
    return scores, pictures, codes


def memorisation(codes: Tensor, pictures: np.ndarray, train: CodeSet, real: np.ndarray, count: int = 64) -> list[dict]:
    """Per sample its nearest training picture by codes that differ, and how far its pixels are (root of the mean square, 0 .. 255)."""
    stored = train.codes[0].astype(np.int64)
    result = []
    for own, picture in zip(codes[:count].numpy(), pictures[:count], strict=True):
        differ = (stored != own).mean(1)
        nearest = int(differ.argmin())
        distance = float(np.sqrt(np.mean((picture.astype(np.float64) - real[nearest]) ** 2)))
        result.append({"train": nearest, "codesThatDiffer": round(float(differ[nearest]), 4), "pixelDistance": round(distance, 2)})
    return result


def inpaint_opencv(pictures: np.ndarray, hole: np.ndarray) -> dict[str, np.ndarray]:
    import cv2  # opencv-python-headless; only here

    mask = hole.astype(np.uint8) * 255
    kinds = {"telea": cv2.INPAINT_TELEA, "navierStokes": cv2.INPAINT_NS}
    return {name: np.stack([cv2.inpaint(np.ascontiguousarray(p), mask, 3, kind) for p in pictures]) for name, kind in kinds.items()}


def fill_mean(pictures: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Every hole in the mean colour of what is around it."""
    filled = pictures.copy()
    filled[:, hole] = pictures[:, ~hole].mean(1).round().astype(np.uint8)[:, None]
    return filled


def score_holes(model: Prior, objective: Objective, painter: Painter, held_out: CodeSet, pictures: np.ndarray, judge: Classifier,
                count: int, steps: int, guidance: float) -> dict:
    """Holes in `count` held-out pictures, eight answers each. Answers are pasted into the picture: outside the hole it stays as it is. Known codes are
    those of the picture with a stand-in under the hole, as in the page: the encoder sees every pixel, and would tell of those that are asked for."""
    grid = model.config.grids[-1]
    pick = np.random.default_rng(9).permutation(held_out.count)[:count]
    truth, context = pictures[pick], torch.from_numpy(held_out.conditions.full(pick))
    true_codes = torch.from_numpy(held_out.codes[0, pick].astype(np.int64))
    factor = truth.shape[1] // grid.height
    features = classify(judge, truth)[0]
    result = {}
    for name, hole in holes(grid.height, grid.width).items():
        pixels = hole.repeat(factor, 0).repeat(factor, 1)
        parts = []
        for other in model.config.grids:  # a coarser grid: every code that the hole touches
            step = grid.height // other.height
            parts.append(torch.from_numpy(hole.reshape(other.height, step, other.width, step).max((1, 3)).ravel()))
        mask = torch.cat(parts).expand(len(pick), -1)
        known = painter.encode(neutralise(truth, pixels))
        answers, right = [], []
        for i in range(ANSWERS):
            made = torch.cat([
                painter.codes(draw(model, context[part], steps=steps, seed=1000 + i, guidance=guidance, known=known[part], mask=mask[part], objective=objective))
                for part in in_batches(len(pick))
            ])
            right.append(float((made == true_codes)[mask].float().mean()))
            pasted = truth.copy()
            pasted[:, pixels] = painter.pictures(made)[:, pixels]
            answers.append(pasted)
        stacked = np.stack(answers)
        each = np.stack([masked_psnr(answer, truth, pixels) for answer in answers])
        others = inpaint_opencv(truth, pixels) | {"mean": fill_mean(truth, pixels)}
        result[name] = {
            "psnrOfAverage": round(float(masked_psnr(stacked.mean(0), truth, pixels).mean()), 3),
            "psnrOfBest": round(float(each.max(0).mean()), 3), "psnrOfOne": round(float(each.mean()), 3),
            "codeAccuracy": round(float(np.mean(right)), 4),
            "featureDistanceOfOne": round(float(np.mean([frechet_distance(classify(judge, a)[0], features) for a in answers[:2]])), 4),
            "others": {kind: {"psnr": round(float(masked_psnr(filled, truth, pixels).mean()), 3),
                              "featureDistance": round(frechet_distance(classify(judge, filled)[0], features), 4)} for kind, filled in others.items()},
        }
        print(name, json.dumps(result[name]), flush=True)
    return {"pictures": len(pick), "answers": ANSWERS, "steps": steps, "guidance": guidance, "holes": result}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "codes", "tokenizer", "data", "classifier", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--steps", type=int, default=25, help="of sampling")
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--holes", type=int, default=64, help="held-out pictures to repaint")
    parser.add_argument("--hole-steps", type=int, default=12, help="of sampling, for a hole")
    parser.add_argument("--holes-only", action="store_true", help="score holes alone; the rest of --out stays as it is")
    parser.add_argument("--hole-guidance", type=float, default=1.0, help="1: the answers' average is the posterior mean")
    args = parser.parse_args()
    model, record = load_prior_checkpoint(args.checkpoint)
    round_weights(model, "F16")
    train, held_out = load_codes(args.codes)
    tokenizer, manifest = load_folder(args.tokenizer)
    wanted = record["data"]["tokenizer"]
    if manifest["id"] != wanted["id"] or manifest["weights"]["sha256"] != wanted["sha256"]:
        raise ValueError(f"{args.tokenizer}: the prior was trained on codes of {wanted['id']} with other weights: make the codes again, and train again")
    data = load_pictures(args.data, manifest["preprocess"]["size"]).own()
    real_train, real = (data.split(held_out).pictures for held_out in (False, True))
    judge, objective = load_classifier(args.classifier), Objective(model.config, {}, torch.device("cpu"))
    painter = Painter(tokenizer, model)
    if args.holes_only:
        scores = json.loads(args.out.read_text())
        scores["inpainting"] = score_holes(model, objective, painter, held_out, real, judge, args.holes, args.hole_steps, args.hole_guidance)
        args.out.write_text(json.dumps(scores, indent=2) + "\n")
        return
    bound = held_out_bound(model, objective, held_out, 8, 64, torch.device("cpu"))
    scores: dict = {"bound": bound, "baselines": {}}
    first = 0
    for grid in model.config.grids:
        own = [part.codes[0][:, first : first + grid.count] for part in (train, held_out)]
        scores["baselines"][grid.name] = {
            "unigram": round(unigram_bits(*own, grid.codebookSize), 4),
            "leftAndUpper": round(neighbour_bits(*own, grid.codebookSize, grid.height, grid.width), 4),
        }
        first += grid.count
    print(json.dumps(scores), flush=True)
    scores["sampling"], pictures, codes = score_samples(model, objective, painter, train, judge, real, real_train, args.samples, args.steps, args.guidance)
    print(json.dumps(scores["sampling"]), flush=True)
    scores["memorisation"] = memorisation(codes, pictures, train, real_train)
    scores["inpainting"] = score_holes(model, objective, painter, held_out, real, judge, args.holes, args.hole_steps, args.hole_guidance)
    args.out.write_text(json.dumps(scores, indent=2) + "\n")
    nearest = real_train[[entry["train"] for entry in scores["memorisation"]]]
    np.savez_compressed(args.out.with_suffix(".npz"), pictures=pictures[:64], nearest=nearest)


if __name__ == "__main__":
    main()
