"""Trains the classifier of a data set: python -m training.train classifier --config training/configs/emoji-classifier.json ..."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file as load_safetensors
from safetensors.torch import save_file
from torch import Tensor

from training import distributed
from training.classifier.network import Classifier
from training.pictures import Batches, PictureSet, load_pictures, to_tensor
from training.run import ModelState, Run, WeightAverage, command_line, commit_hash, drive, warm_cosine
from training.tokenizer.config import read_config

UNKNOWN = -1  # a value that training does not have (a held-out concept): not learned, not scored


def label_values(names: list[str], data: PictureSet) -> dict[str, list[str]]:
    """The values of each label among these (training) pictures."""
    return {name: sorted({str(r[name]) for r in data.records if r.get(name)}) for name in names}


def label_indices(labels: dict[str, list[str]], records: list[dict]) -> dict[str, np.ndarray]:
    """Per label [N], UNKNOWN where the value is missing or new."""
    tables = {name: {value: i for i, value in enumerate(values)} for name, values in labels.items()}
    return {name: np.array([tables[name].get(str(r.get(name)), UNKNOWN) for r in records]) for name in labels}


class ClassifierTrainer(ModelState):
    def __init__(self, config: dict, data: PictureSet, seed: int, device: torch.device, bf16: bool) -> None:
        torch.manual_seed(seed)
        self.options, self.device, self.bf16, self.seed = config["training"], device, bf16, seed
        self.labels = label_values(config["labels"], data)
        self.model = Classifier(self.labels, config["width"]).to(device, memory_format=torch.channels_last)
        self.average = WeightAverage(self.model)
        self.targets = label_indices(self.labels, data.records)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.0, weight_decay=self.options["weightDecay"])
        self.steps_done = 0

    def step(self, x: Tensor, pick: np.ndarray, progress: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = warm_cosine(self.options, self.steps_done, progress)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = self.model(x)
        loss = torch.zeros((), device=self.device)
        for name, values in logits.items():
            target = torch.from_numpy(self.targets[name][pick]).to(self.device)
            if (target != UNKNOWN).any():
                loss = loss + F.cross_entropy(values.float(), target, ignore_index=UNKNOWN, label_smoothing=0.1)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        distributed.average_gradients(self.model)
        self.optimizer.step()
        self.steps_done += 1
        self.average.update(self.options["averageDecay"], self.steps_done)
        return float(loss.detach())


@torch.no_grad()
def classify(model: Classifier, pictures: np.ndarray, batch: int = 64) -> tuple[Tensor, dict[str, Tensor]]:
    """(features [N, 128], per label logits [N, number of its values]) of uint8 pictures [N, 128, 128, 3]."""
    model.eval()
    features, logits = [], {name: [] for name in model.labels}
    for first in range(0, len(pictures), batch):
        part = model.features(to_tensor(pictures[first : first + batch]).to(next(model.parameters()).device))
        features.append(part.cpu())
        for name, head in model.heads.items():
            logits[name].append(head(part).cpu())
    return torch.cat(features), {name: torch.cat(parts) for name, parts in logits.items()}


def accuracy(labels: dict[str, list[str]], logits: dict[str, Tensor], records: list[dict], top: int = 1) -> dict[str, float]:
    """Per label: share of pictures whose value is among the `top` likeliest, over the pictures whose value training knows."""
    result = {}
    for name, target in label_indices(labels, records).items():
        known = target != UNKNOWN
        if known.any():
            likeliest = logits[name].topk(min(top, logits[name].shape[1]), dim=1).indices.numpy()
            result[name] = float((likeliest == target[:, None]).any(1)[known].mean())
    return result


class ClassifierRun(Run[ClassifierTrainer]):
    def __init__(self, trainer: ClassifierTrainer, data: PictureSet, held_out: PictureSet, batch: int, steps: int | None, minutes: float | None,
                 rank: int = 0, world: int = 1) -> None:
        super().__init__(trainer, steps, minutes, rank)
        self.batches, self.held_out = Batches(data, batch, trainer.seed, trainer.device, rank, world), held_out

    def advance(self, progress: float) -> float:
        self.trainer.model.train()
        step = self.trainer.steps_done
        return self.trainer.step(self.batches(step, self.trainer.options["augment"]), self.batches.pick(step), progress)

    def report(self, progress: float) -> dict:
        scores = {}
        if self.rank == 0:
            with self.trainer.average.applied() as model:
                scores = accuracy(self.trainer.labels, classify(model, self.held_out.pictures)[1], self.held_out.records)
        return self.note(scores, progress)

    @property
    def status(self) -> str:
        return f"loss {self.smooth:.2f}"


def save_classifier(file: Path, model: Classifier, about: dict) -> None:
    """Weights as F16, labels and training record in the file's metadata."""
    weights = {name: value.half().contiguous().cpu() for name, value in model.state_dict().items()}
    save_file(weights, file, {"labels": json.dumps(model.labels), "about": json.dumps(about)})
    file.chmod(0o644)


def load_classifier(file: Path) -> Classifier:
    with file.open("rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
    weights = load_safetensors(file)
    model = Classifier(json.loads(header["__metadata__"]["labels"]), weights["stem.weight"].shape[0])
    model.load_state_dict({name: value.float() for name, value in weights.items()})
    return model.eval()


def train(args: argparse.Namespace, preset: dict) -> None:
    rank, world, device = distributed.start()
    if args.threads:
        torch.set_num_threads(args.threads)
    config = read_config(args.config)
    data = load_pictures(args.data, 128)
    training, held_out = data.split(False), data.split(True)
    batch = config["training"]["batch"] * preset["batchFactor"]
    trainer = ClassifierTrainer(config, training, args.seed, device, preset["bf16"])
    minutes = args.minutes if args.minutes or args.steps else preset["minutes"]
    run = ClassifierRun(trainer, training, held_out, batch, args.steps, minutes, rank, world)
    run.begin(args)
    about = {"config": config, "seed": args.seed, "commit": commit_hash(), "command": command_line(), "data": data.sha256}
    drive(run, args, about)
    if rank == 0:
        with trainer.average.applied() as model:
            save_classifier(args.out / f"{config['id']}.safetensors", model, {**about, "heldOut": run.curve[-1]})
