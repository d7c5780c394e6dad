"""The text of a model card."""

from __future__ import annotations

import re
from pathlib import Path

from training.tokenizer.config import Grid, ModelConfig

DATA = {  # a config's `dataset`: what the data are, what the scores are on, what the model does not know, whose pictures they are
    "emoji": {
        "data": """{train:,} renderings of emoji on white, {size} px, in seven styles: Noto, Noto v1, Twemoji, Fluent flat, Fluent 3D, EmojiOne v2 and
FxEmoji. No flags, keycaps or skin-tone variants. {heldOut} more, of the 5 % of concepts that are held out in every style (by a
hash of the code points), were never trained on: all scores below are theirs. Fluent flat and Fluent 3D are the same drawings. Built by
`python -m training.data.emoji`""",
        "scored": "held-out concepts",
        "limits": """- It knows emoji-like drawings on white. Photographs, small text and fine patterns come back as blurred or invented detail.
- {factor} x {factor} pixels per code: thin lines, small faces in family pictures and lettering are where it is worst.""",
        "rights": "The drawings belong to their authors",
    },
    "photos": {
        "data": """{train:,} pictures, {size} px: centre squares of photographs (flowers, fruit and vegetables, clothing, waste sorted by material,
landscapes and nature), 15 % of them emoji drawings so that flat colours survive. {heldOut} photographs more (1 in 40, by a hash) were
never trained on: all scores below are theirs (but the landscapes are crops of 62 pictures, and other crops of the same ones were trained on).
Built by `python -m training.data.photos`""",
        "scored": "held-out photographs",
        "limits": """- Few rooms, streets and animals, hardly any people were in the data: faces and lettering suffer most.
- {factor} x {factor} pixels per code: fine texture comes back smooth.""",
        "rights": "The photographs belong to their authors",
    },
    "folder": {
        "data": "{train:,} pictures of a folder, {size} px; {heldOut} more, 5 % by file name, were never trained on. Read",
        "scored": "held-out pictures",
        "limits": "- It knows pictures like those of the folder.",
        "rights": "The pictures belong to their authors",
    },
}
SCORES = {"psnr": ("PSNR, mean over pictures", "{:.2f} dB"), "ssim": ("SSIM, mean over pictures", "{:.4f}")}


def codec_rows(scores: dict) -> str:
    rows = []
    for name, entry in scores.get("codecs", {}).items():
        theirs = "-" if entry["psnr"] is None else f"{entry['psnr']:.2f}"
        ours = "-" if entry["oursOnTheSame"] is None else f"{entry['oursOnTheSame']:.2f}"
        rows.append(f"| {name} | {theirs} | {ours} | {entry['doesNotFit']} of {entry['of']} |")
    return "\n".join(rows)


def by(title: str, table: dict[str, float]) -> str:
    return f"By {title}: " + ", ".join(f"{name} {value:.1f}" for name, value in table.items()) + " dB."


def row(words: str, value: float, form: str, goal: float | None) -> str:
    """One line of the table of scores; a model need not have a goal for each."""
    judged = "- | -" if goal is None else f"{goal} | {'reached' if value >= goal else 'not reached'}"
    return f"| {words} | {form.format(value)} | {judged} |"


def codes_in_words(grids: list[Grid]) -> str:
    """"256 codes out of 1024", or grid by grid."""
    if len(grids) == 1:
        return f"{grids[0].count} codes out of {grids[0].codebookSize}"
    return " and ".join(f"{g.height} x {g.width} codes out of {g.codebookSize} ({g.name})" for g in grids)


def score_rows(grids: list[Grid], scores: dict, goals: dict[str, float]) -> str:
    """Quality, then use of the codes, grid by grid."""
    rows = [row(words, scores[name], form, goals.get(name)) for name, (words, form) in SCORES.items()]
    for grid, perplexity, used, uses in zip(grids, scores["perplexity"], scores["codesUsed"], scores["minCodeUses"], strict=True):
        name = "" if len(grids) == 1 else f", {grid.name}"
        rows.append(row(f"perplexity of the codes{name} (training set)", perplexity, "{:.0f}", goals.get("perplexity")))
        rows.append(row(f"codes used{name} (training set)", 100 * used / grid.codebookSize, "{:.1f} %", goals.get("codesUsed")))
        rows.append(row(f"uses of the rarest code{name} (training set)", uses, "{:.0f}", goals.get("minCodeUses")))
    return "\n".join(rows)


def codebooks(model: ModelConfig, record: dict) -> str:
    if model.quantizer["kind"] == "fsq":
        return "FSQ has no codebook to learn. "
    return f"Codebooks by moving averages from a k-means start; {record['revived']} dead codes revived, none in the last quarter. "


def origin(command: str) -> str:
    """Where the weights came from, by the command."""
    found = re.search(r"--from (\S+)", command)
    if not found:
        return "Trained from scratch by this project."
    return f"Trained by this project, from the weights of `{Path(found[1]).name}` on; what does not fit there started anew."


def codec_table(scores: dict) -> str:
    if not scores.get("codecs"):
        return ""
    return f"""
Other codecs in the same {scores["bytes"]} bytes, headers included, each at its best scale and quality; "ours" is on the pictures where the other fits:

| codec | PSNR, dB | ours, dB | does not fit |
|---|---|---|---|
{codec_rows(scores)}
"""


def card(config: dict, record: dict, scores: dict, device: str, note: str = "") -> str:
    """Markdown. `config` is the training config, `record` the checkpoint's, `scores` those of training.score."""
    model, options = ModelConfig.from_dict(config["model"]), config["training"]
    grids = model.grids(config["size"], config["size"])
    kind = "A VQ-VAE tokenizer" if model.top is None else "A tokenizer of two levels (VQ-VAE-2)"
    pictures = record["steps"] * options["batch"]
    kinds = [by(name[6:].lower(), scores[name]) for name in ("psnrByStyle", "psnrByGroup", "psnrBySet") if name in scores]
    facts = {"train": scores["train"], "heldOut": scores["heldOut"], "size": config["size"], "factor": model.factor}
    texts = {name: text.format(**facts) for name, text in DATA[config.get("dataset", "folder")].items()}
    return f"""# {config["title"]}

{kind}: a picture of {config["size"]} x {config["size"]} pixels becomes {codes_in_words(grids)}
({scores["bytes"]} bytes, {scores["bitsPerPixel"]:.3f} bits per pixel) and back. {scores["parameters"]:,} parameters, {scores["gflop"]:.2f} GFLOP for
encode + decode, stored as F16. {origin(record["command"])}

## Data

{texts["data"]} (sha256 of all pixels `{scores["dataSha256"][:16]}...`).

## Training

`{record["command"]}`

Seed {record["seed"]}, commit {record.get("commit") or "unknown"}, {record["elapsed"] / 60:.0f} minutes on {device}, {record["steps"]:,} steps, {pictures:,} pictures. Loss: logarithm of each
picture's mean squared error (so that the mean PSNR is what is trained), plus the logarithm of its multi-scale gradient error, SSIM and
commitment. {codebooks(model, record)}The shipped weights are
the moving average. {note}

## Scores on {texts["scored"]} (F16 weights, float32 arithmetic, 8-bit pictures)

| | value | goal | |
|---|---|---|---|
{score_rows(grids, scores, config.get("goals", {}))}

PSNR quartiles {", ".join(f"{v:.1f}" for v in scores["psnrQuartiles"])} dB. {" ".join(kinds)}
{codec_table(scores)}
Our bytes are the codes alone; the {scores["parameters"] * 2 / 1e6:.1f} MB of weights that decode them are shared by all pictures.

## Limits

{texts["limits"]}
- The training was {record["elapsed"] / 60:.0f} minutes on {device}; more computing would still help.

## Licence

Weights: CC BY 4.0. {texts["rights"]}: see CREDITS.md.
"""
