"""python -m training.train tokenizer|prior|classifier --config training/configs/<id>.json --data <emoji128.npz or a folder> --out <folder>

Runs unchanged under torchrun on several GPUs. Started again with the same --out, it goes on from the last checkpoint.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

PRESETS = {  # what the machine decides; the config decides the rest
    "tokenizer": {
        "cpu": {"minutes": 100.0, "bf16": True, "compile": False, "batchFactor": 1},
        "gpu": {"minutes": 10.0, "bf16": True, "compile": True, "batchFactor": 8},
    },
    "classifier": {
        "cpu": {"minutes": 12.0, "bf16": True, "compile": False, "batchFactor": 1},
        "gpu": {"minutes": 2.0, "bf16": True, "compile": False, "batchFactor": 4},
    },
    "prior": {
        "cpu": {"minutes": 60.0, "bf16": True, "compile": False, "batchFactor": 1},
        "gpu": {"minutes": 7.0, "bf16": True, "compile": True, "batchFactor": 8},
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=PRESETS)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="tokenizer: a built .npz or any folder of pictures; prior: an .npz of training.prior.codes")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--from", dest="start", type=Path, help="warm start: a model folder or a checkpoint; what does not fit starts anew")
    parser.add_argument("--preset", choices=PRESETS["tokenizer"], default="cpu")
    parser.add_argument("--minutes", type=float, help="time budget; the schedule ends when time or steps run out, whichever is first")
    parser.add_argument("--steps", type=int, help="step budget")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-minutes", type=float, default=3)
    parser.add_argument("--evaluate-minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, help="CPU threads")
    args = parser.parse_args()

    train = importlib.import_module(f"training.{args.family}.loop").train  # torch only when the arguments are right
    train(args, PRESETS[args.family][args.preset])


if __name__ == "__main__":
    main()
