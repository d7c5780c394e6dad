"""Builds the `photos` data set: python -m training.data.photos --folder <folder of photos.csv and the tars> --out photos.npz

`photos.csv` has a line per picture (set, file, class, split, licence, source); `<set>.tar` holds the files. Each picture becomes
its centre square, made `--size` pixels wide. With --emoji, a share of emoji is mixed into the training part, so that the tokenizer
keeps flat drawings too.
The result is an .npz with `pictures` uint8 [N, S, S, 3], and beside it a .json with one record per picture.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from training.pictures import load_pictures


def read_photos(folder: Path, size: int) -> tuple[list[np.ndarray], list[dict]]:
    """Centre squares [size, size, 3] and records of every line of photos.csv, set by set."""
    rows = list(csv.DictReader((folder / "photos.csv").open()))
    pictures, records = [], []
    for name in sorted({row["set"] for row in rows}):
        mine = {row["file"]: row for row in rows if row["set"] == name}
        with tarfile.open(folder / f"{name}.tar") as tar:
            for member in sorted(tar.getmembers(), key=lambda m: m.name):
                row = mine.get(member.name)
                if row is None:
                    continue
                picture = Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB")
                pictures.append(np.asarray(ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)))
                records.append({
                    "key": row["file"], "set": name, "class": f"{name}/{row['class']}", "licence": row["licence"], "source": row["source"],
                    "mayFlip": True, "heldOut": row["split"] == "heldout",
                })
    return pictures, records


def credits(folder: Path) -> str:
    """Every source by name: for CC BY the Flickr id of each photograph (flickr.com/photo.gne?id=<id>)."""
    rows = list(csv.DictReader((folder / "photos.csv").open()))
    lines = ["Photographs that photo-128-f8-k1024 was trained and scored on, by set, licence and source.", ""]
    for name in sorted({row["set"] for row in rows}):
        for licence in sorted({row["licence"] for row in rows if row["set"] == name}):
            sources = list(dict.fromkeys(row["source"] for row in rows if (row["set"], row["licence"]) == (name, licence)))
            photos = [source.split("Flickr photo ")[1].split("_")[0] for source in sources if "Flickr photo " in source]
            rest = [source for source in sources if "Flickr photo " not in source]
            lines += [f"{name} ({licence})", *rest]
            if photos:
                lines += [f"TensorFlow flower_photos; {len(photos)} photographs, by Flickr id (flickr.com/photo.gne?id=...):", " ".join(photos)]
            lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="folder of photos.csv and the tars")
    parser.add_argument("--out", type=Path, required=True, help=".npz to write; the records go beside it as .json")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--emoji", type=Path, help=".npz of training.data.emoji to mix in (its training part only)")
    parser.add_argument("--emoji-share", type=float, default=0.15, help="share of emoji among the training pictures")
    parser.add_argument("--credits", type=Path, help="text file to write with every source by name")
    args = parser.parse_args()
    if args.credits:
        args.credits.write_text(credits(args.folder))
    pictures, records = read_photos(args.folder, args.size)
    if args.emoji:
        emoji = load_pictures(args.emoji, args.size).split(False)
        wanted = int(len(pictures) * args.emoji_share / (1 - args.emoji_share))
        pick = np.random.default_rng(0).permutation(len(emoji.pictures))[:wanted]
        pictures += [emoji.pictures[i] for i in pick]
        records += [{**emoji.records[i], "set": "emoji", "class": f"emoji/{emoji.records[i]['group']}"} for i in pick]
    stacked = np.stack(pictures)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(args.out, pictures=stacked)
    digest = hashlib.sha256(stacked.tobytes()).hexdigest()
    summary = {"size": args.size, "count": len(records), "sha256": digest, "records": records}
    args.out.with_suffix(".json").write_text(json.dumps(summary, ensure_ascii=False))
    print(f"{len(records)} pictures, {sum(r['heldOut'] for r in records)} held out; {dict(Counter(r['set'] for r in records))}")


if __name__ == "__main__":
    main()
