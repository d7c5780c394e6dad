"""Writes a model folder of docs/model-format.md: manifest, weights, golden file, card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from training.prior.config import PriorConfig
from training.prior.network import Prior
from training.tokenizer.model import VQModel

DTYPES = {"F16": torch.float16, "F32": torch.float32}


@torch.no_grad()
def round_weights(model: nn.Module, dtype: str) -> dict[str, Tensor]:
    """Rounds the model's weights in place to the stored dtype (kept as float32 there) and returns them as stored, contiguous."""
    stored = {}
    for name, value in model.state_dict().items():
        stored[name] = value.detach().to("cpu", DTYPES[dtype]).contiguous()
        value.copy_(stored[name])
    return stored


@torch.no_grad()
def golden(model: VQModel, x: Tensor) -> dict[str, Tensor]:
    """What float32 PyTorch computes for x [1, 3, H, W], part by part."""
    model = model.float().cpu().eval()
    parts: dict[str, Tensor] = {"input": x}
    named = {"encoder.conv_in": model.encoder.conv_in, "decoder.conv_in": model.decoder.conv_in}
    named |= {f"encoder.down_blocks.{i}": block for i, block in enumerate(model.encoder.down_blocks)}
    named |= {f"decoder.up_blocks.{i}": block for i, block in enumerate(model.decoder.up_blocks)}
    for half in ("encoder", "decoder"):
        if getattr(model, half).mid_block is not None:
            named[f"{half}.mid_block"] = getattr(model, half).mid_block
    two_level = model.top is not None
    if two_level:
        named |= {"top.latents": model.top_quant_conv, "top.decoded": model.top.decoder, "latents": model.quant_conv}
    hooks = [m.register_forward_hook(lambda _m, _i, out, name=name: parts.update({name: out})) for name, m in named.items()]
    quantized = model.tokenize(x)
    if two_level:
        top, bottom = quantized.grids
        parts |= {"indices.top": top[0].to(torch.int32), "indices.bottom": bottom[0].to(torch.int32)}
    else:
        parts["latents"] = model.encode(x)
        parts["indices"] = quantized.indices[0].to(torch.int32)
    parts["quantized"] = quantized.values
    parts["reconstruction"] = model.decode(quantized.values)
    for hook in hooks:
        hook.remove()
    return {name: value.detach().clone().contiguous() for name, value in parts.items()}


def code_margin(model: VQModel, x: Tensor) -> float:
    """How far the closest decision of this picture is from a tie: relative gap of the two best squared distances, or, for FSQ,
    the distance to the rounding border. Test pictures are chosen so that this is not tiny."""
    with torch.no_grad():
        quantized = model.tokenize(x)
        if not quantized.inputs:
            q, latents = model.quantize, model.encode(x)
            rows = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
            bounded = torch.tanh(rows + q.shift) * q.half_range - q.offset
            return float((0.5 - (bounded - bounded.round()).abs()).min())
        gaps = []
        for rows, book in zip(quantized.inputs, model.codebooks(), strict=True):
            best = torch.cdist(rows.double(), book.codebook.double()).square().topk(2, largest=False).values
            gaps.append(float(((best[:, 1] - best[:, 0]) / best[:, 1]).min()))
        return min(gaps)


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tensor_bytes(value: Tensor) -> bytes:
    return value.contiguous().view(torch.uint8).numpy().tobytes() if value.dim() else value.numpy().tobytes()


@torch.no_grad()
def prior_golden(model: Prior, codes: Tensor, context: Tensor, t: int) -> dict[str, Tensor]:
    """What float32 PyTorch computes for one sample: codes [N] (gaussian: xt [N, d]), context [C]."""
    model = model.float().cpu().eval()
    gaussian = model.config.kind == "gaussian"
    parts: dict[str, Tensor] = {
        "xt" if gaussian else "tokens": codes if gaussian else codes.to(torch.int32),
        "context": context.to(torch.int32),
        "t": torch.tensor([t], dtype=torch.int32),
    }
    named = {"time": model.time} | {f"blocks.{i}": block for i, block in enumerate(model.blocks)}
    hooks = [m.register_forward_hook(lambda _m, _i, out, name=name: parts.update({name: out[0]})) for name, m in named.items()]
    outputs = model(codes[None] if gaussian else codes[None].long(), context[None].long(), torch.tensor([t]))
    for hook in hooks:
        hook.remove()
    for g, out in enumerate(outputs):
        name = f"logits.{g}" if not gaussian else f"epsilon.{g}" if len(outputs) > 1 else "epsilon"
        parts[name] = out[0]
    return {name: value.detach().clone().contiguous() for name, value in parts.items()}


def write_model_folder(folder: Path, model: VQModel, dtype: str, x: Tensor, about: dict, card: str | None = None) -> dict:
    """`about` holds id, title, size and, where known, training, licence and credits. Returns the manifest."""
    stored = round_weights(model, dtype)
    special = {
        "family": "vqvae",
        "config": model.config.to_dict(),
        "preprocess": {"size": about["size"], "fit": about.get("fit", "contain"), "range": [-1, 1], "background": "#ffffff"},
    }
    return write_folder(folder, stored, dtype, golden(model, x), special, about, card)


def write_prior_folder(
    folder: Path, model: Prior, dtype: str, sample: dict, vocabulary: dict, pairs_with: dict, about: dict, card: str | None = None
) -> dict:
    """
    `sample` is what the golden file is computed from: codes [N] (gaussian: xt [N, d]), context [C], t. `vocabulary` is vocabulary.json:
    entries and slots. `pairs_with` is the tokenizer: id, and the sha256 of its weights file. `about` as above, without size.
    Raises ValueError where the vocabulary does not fit the model.
    """
    config, entries = model.config, vocabulary["entries"]
    slots = sum(slot.get("count", 1) for slot in vocabulary["slots"])
    if slots != config.contextLength:
        raise ValueError(f"vocabulary.slots: contextLength ({config.contextLength}) slots are needed, found {slots}")
    if len(entries) != config.vocabularySize or entries[0] != "" or len(set(entries)) != len(entries):
        raise ValueError(f"vocabulary.entries: {config.vocabularySize} different ones are needed, the first empty; found {len(entries)}")
    stored = round_weights(model, dtype)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "vocabulary.json"
    file.write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n")
    special = {
        "family": "prior",
        "config": config.to_dict(),
        "pairsWith": {"id": pairs_with["id"], "sha256": pairs_with["sha256"]},
        "vocabulary": {"file": file.name, "sha256": file_sha256(file), "size": len(entries)},
    }
    gold = prior_golden(model, sample["codes"], sample["context"], sample["t"])
    return write_folder(folder, stored, dtype, gold, special, about, card)


def load_prior_folder(folder: Path) -> tuple[Prior, dict]:
    """The prior of a model folder, in float32, and its manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    model = Prior(PriorConfig.from_dict(manifest["config"], manifest["vocabulary"]["size"]))
    model.load_state_dict({name: value.float() for name, value in load_file(folder / manifest["weights"]["file"]).items()})
    return model.eval(), manifest


def write_folder(folder: Path, stored: dict[str, Tensor], dtype: str, gold_tensors: dict[str, Tensor], special: dict, about: dict, card: str | None) -> dict:
    """What the families share. `special`: family, config, and the manifest's fields that only this family has."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, gold = folder / "model.safetensors", folder / "golden.safetensors"
    save_file(stored, weights)
    save_file(gold_tensors, gold)
    for file in (weights, gold):
        file.chmod(0o644)  # a web server must be able to read them
    manifest = {
        "schemaVersion": 1,
        "id": about["id"],
        "title": about["title"],
        "family": special["family"],
        "config": special["config"],
        "weights": {"file": weights.name, "sizeBytes": weights.stat().st_size, "sha256": file_sha256(weights)},
        "tensors": [
            {"name": name, "shape": list(value.shape), "dtype": dtype, "sha256": hashlib.sha256(tensor_bytes(value)).hexdigest()}
            for name, value in stored.items()
        ],
        **{name: value for name, value in special.items() if name not in ("family", "config")},
        "golden": {"file": gold.name, "sha256": file_sha256(gold)},
        "training": about.get("training", {}),
        "licence": about.get("licence", "CC BY 4.0"),
        "credits": about.get("credits", "CREDITS.md"),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    if card is not None:
        (folder / "card.md").write_text(card)
    return manifest


def write_index(folder: Path, ids: list[str]) -> None:
    (folder / "index.json").write_text(json.dumps({"models": ids}, indent=2) + "\n")


def update_index(folder: Path) -> None:
    """Lists every model folder there is. Those listed already keep their places, since the first one is the default of the labs; new ones follow."""
    present = sorted(file.parent.name for file in folder.glob("*/manifest.json"))
    index = folder / "index.json"
    listed = json.loads(index.read_text())["models"] if index.exists() else []
    write_index(folder, [id for id in listed if id in present] + [id for id in present if id not in listed])
