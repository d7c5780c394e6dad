"""The text of a model card."""

from __future__ import annotations

from training.tokenizer.config import Grid, ModelConfig

GOALS = {"psnr": 29.5, "ssim": 0.94, "perplexity": 550, "minCodeUses": 5}


def codec_rows(scores: dict) -> str:
    rows = []
    for name, entry in scores.get("codecs", {}).items():
        theirs = "-" if entry["psnr"] is None else f"{entry['psnr']:.2f}"
        ours = "-" if entry["oursOnTheSame"] is None else f"{entry['oursOnTheSame']:.2f}"
        rows.append(f"| {name} | {theirs} | {ours} | {entry['doesNotFit']} of {entry['of']} |")
    return "\n".join(rows)


def by(title: str, table: dict[str, float]) -> str:
    return f"By {title}: " + ", ".join(f"{name} {value:.1f}" for name, value in table.items()) + " dB."


def verdict(value: float, goal: float) -> str:
    return "reached" if value >= goal else "not reached"


def codes_in_words(grids: list[Grid]) -> str:
    """"256 codes out of 1024", or grid by grid."""
    if len(grids) == 1:
        return f"{grids[0].height * grids[0].width} codes out of {grids[0].codebookSize}"
    return " and ".join(f"{g.height} x {g.width} codes out of {g.codebookSize} ({g.name})" for g in grids)


def code_rows(grids: list[Grid], scores: dict) -> str:
    """Use of the codes, grid by grid. The goals are for one grid of 1,024 codes."""
    rows = []
    for grid, perplexity, uses in zip(grids, scores["perplexity"], scores["minCodeUses"], strict=True):
        name = "" if len(grids) == 1 else f", {grid.name}"
        for words, value, goal in (("perplexity of the codes", perplexity, "perplexity"), ("uses of the rarest code", uses, "minCodeUses")):
            judged = f"{GOALS[goal]} | {verdict(value, GOALS[goal])}" if len(grids) == 1 else "- | -"
            rows.append(f"| {words}{name} (training set) | {value:.0f} | {judged} |")
    return "\n".join(rows)


def card(config: dict, record: dict, scores: dict, device: str, note: str = "") -> str:
    """Markdown. `config` is the training config, `record` the checkpoint's, `scores` those of training.score."""
    model, options = ModelConfig.from_dict(config["model"]), config["training"]
    grids = model.grids(config["size"], config["size"])
    kind = "A VQ-VAE tokenizer" if model.top is None else "A tokenizer of two levels (VQ-VAE-2)"
    pictures = record["steps"] * options["batch"]
    kinds = [by(name[6:].lower(), scores[name]) for name in ("psnrByStyle", "psnrByGroup") if name in scores]
    return f"""# {config["title"]}

{kind}: a picture of {config["size"]} x {config["size"]} pixels becomes {codes_in_words(grids)}
({scores["bytes"]} bytes, {scores["bitsPerPixel"]:.3f} bits per pixel) and back. {scores["parameters"]:,} parameters, {scores["gflop"]:.2f} GFLOP for
encode + decode, stored as F16. Trained from scratch by this project.

## Data

{scores["train"]:,} renderings of emoji on white, {config["size"]} px, in seven styles: Noto, Noto v1, Twemoji, Fluent flat, Fluent 3D, EmojiOne v2 and
FxEmoji. No flags, keycaps or skin-tone variants. {scores["heldOut"]} more, of the 5 % of concepts that are held out in every style (by a
hash of the code points), were never trained on: all scores below are theirs. Fluent flat and Fluent 3D are the same drawings. Built by
`python -m training.data.emoji` (sha256 of all pixels `{scores["dataSha256"][:16]}...`).

## Training

`{record["command"]}`

Seed {record["seed"]}, commit {record.get("commit") or "unknown"}, {record["elapsed"] / 60:.0f} minutes on {device}, {record["steps"]:,} steps, {pictures:,} pictures. Loss: logarithm of each
picture's mean squared error (so that the mean PSNR is what is trained), plus the logarithm of its multi-scale gradient error, SSIM and
commitment. {"Codebook" if len(grids) == 1 else "Codebooks"} by moving averages from a k-means start; {record["revived"]} dead codes revived, none in the last quarter. The shipped weights are
the moving average. {note}

## Scores on held-out concepts (F16 weights, float32 arithmetic, 8-bit pictures)

| | value | goal | |
|---|---|---|---|
| PSNR, mean over pictures | {scores["psnr"]:.2f} dB | {GOALS["psnr"]} | {verdict(scores["psnr"], GOALS["psnr"])} |
| SSIM, mean over pictures | {scores["ssim"]:.4f} | {GOALS["ssim"]} | {verdict(scores["ssim"], GOALS["ssim"])} |
{code_rows(grids, scores)}

PSNR quartiles {", ".join(f"{v:.1f}" for v in scores["psnrQuartiles"])} dB. {" ".join(kinds)}

Other codecs in the same {scores["bytes"]} bytes, headers included, each at its best scale and quality; "ours" is on the pictures where the other fits:

| codec | PSNR, dB | ours, dB | does not fit |
|---|---|---|---|
{codec_rows(scores)}

Our bytes are the codes alone; the {scores["parameters"] * 2 / 1e6:.1f} MB of weights that decode them are shared by all pictures.

## Limits

- It knows emoji-like drawings on white. Photographs, small text and fine patterns come back as blurred or invented detail.
- {model.factor} x {model.factor} pixels per code: thin lines, small faces in family pictures and lettering are where it is worst.
- The training was one run on two shared CPU cores; more computing would still help.

## Licence

Weights: CC BY 4.0. The drawings belong to their authors: see CREDITS.md.
"""
