"""python -m training.export --checkpoint <run>/checkpoint.pt --scores scores.json --data emoji128.npz --out public/models/<id>

Writes the model folder of docs/model-format.md: averaged weights as F16, the golden file computed with these very weights in float32,
the manifest with the training record, the card, and the loss curve. Adds the model to index.json beside it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training.card import card
from training.modelfolder import code_margin, round_weights, update_index, write_model_folder
from training.pictures import load_pictures, to_tensor
from training.tokenizer.checkpoint import load_checkpoint


def training_record(record: dict, scores: dict, device: str) -> dict:
    """The manifest's `training`."""
    return {
        "commit": record.get("commit", ""),
        "command": record["command"],
        "data": f"{scores['train']} pictures, sha256 of all pixels {scores['dataSha256']}",
        "seed": record["seed"],
        "minutes": round(record["elapsed"] / 60, 1),
        "device": device,
        "metrics": {
            "psnr": round(scores["psnr"], 3), "ssim": round(scores["ssim"], 4),
            "perplexity": round(min(scores["perplexity"]), 1), "minCodeUses": min(scores["minCodeUses"]),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="result of `training.score tokenizer`")
    parser.add_argument("--data", type=Path, required=True, help="the golden picture is a held-out one of these")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dtype", choices=["F16", "F32"], default="F16")
    parser.add_argument("--golden-size", type=int, help="pixels per side of the golden picture, a square from the middle: smaller than the model's own keeps the file small")
    parser.add_argument("--device", default="CPU", help="what it was trained on, in words")
    parser.add_argument("--note", default="", help="a sentence about the training for the card")
    args = parser.parse_args()
    model, record = load_checkpoint(args.checkpoint)
    scores = json.loads(args.scores.read_text())
    config = record["config"]
    round_weights(model, args.dtype)
    held_out = load_pictures(args.data, config["size"]).split(True)
    size = args.golden_size or config["size"]
    first = (config["size"] - size) // 2
    pictures = held_out.pictures[::9, first : first + size, first : first + size]
    candidates = [to_tensor(picture[None]).contiguous() for picture in pictures]
    golden_picture = max(candidates, key=lambda x: code_margin(model, x))
    about = {
        "id": config["id"], "title": config["title"], "size": config["size"], "fit": config.get("fit", "contain"), "licence": "CC BY 4.0", "credits": "CREDITS.md",
        "training": training_record(record, scores, args.device),
    }
    text = card(config, record, scores, args.device, args.note)
    write_model_folder(args.out, model, args.dtype, golden_picture, about, text)
    (args.out / "curve.json").write_text(json.dumps(record["curve"]) + "\n")
    update_index(args.out.parent)
    print(f"{args.out}: {sum(f.stat().st_size for f in args.out.iterdir()) / 1e6:.1f} MB, golden margin {code_margin(model, golden_picture):.2g}")


if __name__ == "__main__":
    main()
