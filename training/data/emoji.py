"""Builds the `emoji` data set: python -m training.data.emoji --packages <folder> --out emoji128.npz

<folder> is where the packages of training/data/package.json are (or will be) installed. The result is an .npz with
`pictures` uint8 [N, S, S, 3] on white, and beside it an .json with one record per picture (key, style, name, tags, group, ...).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from training.data.catalog import ICON_SETS, STYLES, WEBP_SETS, concept_key, load_concepts, load_icons

HERE = Path(__file__).parent


def install(packages: Path) -> None:
    """npm install of our own package list, once."""
    if (packages / "node_modules" / "emojibase-data").exists():
        return
    packages.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", packages / "package.json")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=packages, check=True)


def render_svgs(packages: Path, svgs: list[str], size: int) -> list[np.ndarray | None]:
    """Every SVG as [S, S, 3], or None where resvg gives up on it (it then takes its process along: render.mjs)."""
    pictures: list[np.ndarray | None] = [None] * len(svgs)
    with tempfile.TemporaryDirectory() as folder:
        jobs, raw, progress = (Path(folder) / name for name in ("jobs.json", "out.raw", "progress.txt"))
        jobs.write_text(json.dumps(svgs))
        raw.touch()
        progress.touch()
        first = 0
        while first < len(svgs):
            command = ["node", str(HERE / "render.mjs"), str(packages), str(jobs), str(first), str(size), str(raw), str(progress)]
            subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
            lines = [line.split() for line in progress.read_text().splitlines()]
            started = max((int(i) for what, i in lines if what == "start"), default=-1)
            if started < first:
                raise RuntimeError("the renderer did not start: is @resvg/resvg-js installed?")
            first = started + 1
        done = [int(i) for what, i in lines if what == "done"]
        data = np.fromfile(raw, np.uint8).reshape(-1, size, size, 3)
        for i, picture in zip(done, data, strict=True):
            pictures[i] = picture
    return pictures


def load_webps(packages: Path, style: str, concepts: dict, size: int) -> dict[str, np.ndarray]:
    """Concept key -> [S, S, 3] of a package of raster pictures with transparency."""
    found = {}
    for file in sorted((packages / "node_modules" / WEBP_SETS[style] / "assets").glob("*.webp")):
        key = concept_key(file.stem)
        if key in concepts:
            drawing = Image.open(file).convert("RGBA")
            page = Image.new("RGBA", drawing.size, "white")
            page.alpha_composite(drawing)
            found[key] = np.asarray(page.convert("RGB").resize((size, size), Image.Resampling.LANCZOS))
    return found


def build(packages: Path, size: int) -> tuple[np.ndarray, list[dict], list[str]]:
    """(pictures [N, S, S, 3], records, skipped drawings as 'style/key')."""
    concepts = load_concepts(packages)
    pictures: list[np.ndarray] = []
    records: list[dict] = []
    skipped: list[str] = []
    for style in STYLES:
        if style in ICON_SETS:
            svgs = load_icons(packages, style, concepts)
            drawn = dict(zip(svgs, render_svgs(packages, list(svgs.values()), size), strict=True))
        else:
            drawn = load_webps(packages, style, concepts, size)
        for key in sorted(drawn):
            if drawn[key] is None or (drawn[key] > 250).all():
                skipped.append(f"{style}/{key}")
                continue
            concept = concepts[key]
            pictures.append(drawn[key])
            records.append({
                "key": key, "style": style, "name": concept.name, "tags": list(concept.tags), "group": concept.group,
                "subgroup": concept.subgroup, "mayFlip": concept.may_flip, "heldOut": concept.held_out,
            })
    return np.stack(pictures), records, skipped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="folder of the npm packages (installed there if missing)")
    parser.add_argument("--out", type=Path, required=True, help=".npz to write; the records go beside it as .json")
    parser.add_argument("--size", type=int, default=128)
    args = parser.parse_args()
    install(args.packages)
    pictures, records, skipped = build(args.packages, args.size)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, pictures=pictures)
    digest = hashlib.sha256(pictures.tobytes()).hexdigest()
    summary = {"size": args.size, "count": len(records), "sha256": digest, "skipped": skipped, "records": records}
    args.out.with_suffix(".json").write_text(json.dumps(summary, ensure_ascii=False))
    print(f"{len(records)} pictures of {len({r['key'] for r in records})} concepts, {sum(r['heldOut'] for r in records)} held out, "
          f"{len({r['key'] for r in records if r['heldOut']})} concepts held out")
    print(dict(Counter(r["style"] for r in records)))
    print(f"skipped {len(skipped)}: {' '.join(skipped)}")


if __name__ == "__main__":
    main()
