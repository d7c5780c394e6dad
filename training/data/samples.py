"""python -m training.data.samples --packages <folder> --out public/samples [--kodak <folder>]

The page's own sample pictures: held-out emoji at 256 px, and two photographs of the Kodak suite, which no model here is trained on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

from training.data.catalog import ICON_SETS, WEBP_SETS, concept_key, is_held_out, load_concepts, load_icons
from training.data.emoji import load_webps, render_svgs

EMOJI = [
    ("1f980", "fluent3d"), ("1f609", "noto"), ("1fa90", "fluentflat"), ("1f68e", "notov1"),
    ("1f392", "twemoji"), ("1f99a", "noto"), ("1f4e1", "emojione"), ("1f44e", "fxemoji"),
]
PHOTOS = [("23", "Parrots"), ("7", "Flowers and shutters")]
CREDITS = {
    "noto": "Noto Emoji, Google, Apache-2.0", "notov1": "Noto Emoji v1, Google, Apache-2.0", "twemoji": "Twemoji, Twitter, Inc, CC BY 4.0",
    "fluentflat": "Fluent Emoji, Microsoft, MIT", "fluent3d": "Fluent Emoji, Microsoft, MIT", "emojione": "EmojiOne v2, CC BY 4.0",
    "fxemoji": "FxEmojis, Mozilla, Apache-2.0",
}
LABELS = {"noto": "Noto", "notov1": "Noto v1", "twemoji": "Twemoji", "fluentflat": "Fluent flat", "fluent3d": "Fluent 3D",
          "emojione": "EmojiOne", "fxemoji": "FxEmoji"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kodak", type=Path, help="folder of the Kodak suite as <number>.png")
    parser.add_argument("--size", type=int, default=256)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    concepts = load_concepts(args.packages)
    entries = []
    for key, style in EMOJI:
        key = concept_key(key)
        if not is_held_out(key):
            raise ValueError(f"{key} is in the training set")
        if style in ICON_SETS:
            pixels = render_svgs(args.packages, [load_icons(args.packages, style, concepts)[key]], args.size)[0]
        else:
            assert style in WEBP_SETS
            pixels = load_webps(args.packages, style, {key: concepts[key]}, args.size)[key]
        file = f"{concepts[key].name.replace(' ', '-')}-{style}.webp"
        Image.fromarray(pixels).save(args.out / file, lossless=True, method=6)
        title = f"{concepts[key].name.capitalize()} ({LABELS[style]})"
        entries.append({"file": file, "title": title, "credit": CREDITS[style], "width": args.size, "height": args.size, "heldOut": True})
    for number, title in PHOTOS if args.kodak else []:
        photo = Image.open(args.kodak / f"{number}.png").convert("RGB")
        file = f"kodak-{number}.webp"
        photo.save(args.out / file, quality=90, method=6)
        entries.append({"file": file, "title": f"{title} (photograph)", "credit": "Kodak Lossless True Color Image Suite, unrestricted use",
                        "width": photo.width, "height": photo.height, "heldOut": True})
    (args.out / "index.json").write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
