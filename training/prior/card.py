"""The text of a prior's card."""

from __future__ import annotations

from training.prior.network import Prior

OBJECTIVES = {
    "absorbing": "absorbing (mask) discrete diffusion: codes are masked one after the other, the network tells what was there (D3PM, Austin et al. 2021; the "
    "reweighted bound of Bond-Taylor et al. 2022). Also serves MaskGIT-style decoding",
    "mask-replace": "mask-and-replace diffusion (VQ-Diffusion, Gu et al. 2022): codes are masked or replaced by others, so the chain can mend its own mistakes",
    "uniform": "uniform diffusion (D3PM, multinomial): codes are replaced by others, nothing is ever masked",
    "autoregressive": "autoregressive, in raster order: every code knows the ones before it",
    "gaussian": "Gaussian diffusion (epsilon-prediction, DDIM) on the vectors before the quantizer: the contrast to the discrete kinds",
}


def bound_text(scores: dict, kind: str) -> str:
    bound = scores["bound"]
    if kind == "gaussian":
        return f"Mean squared error of epsilon on held-out pictures: {bound['heldOut']:.4f} (1 = knows nothing)."
    lines = [f"Held-out bound: **{bound['heldOut']:.3f} bits per token**, with the full condition."]
    for name, counted in scores["baselines"].items():
        lines.append(
            f"Counting alone, {name}: {counted['unigram']:.3f} bits by how often each code occurs, {counted['leftAndUpper']:.3f} by the codes to the left and above."
        )
    return " ".join(lines)


def by_time(scores: dict) -> str:
    tenths = scores["bound"].get("byTime")
    if not tenths:
        return ""
    return "\nBy tenths of the schedule, from clean to noise: " + ", ".join("-" if v is None else f"{v:.2f}" for v in tenths) + ".\n"


def steps_text(steps: int, kind: str) -> str:
    return "code by code" if kind == "autoregressive" else f"{steps} steps"


def sampling_text(scores: dict, kind: str) -> str:
    s = scores.get("sampling")
    if not s:
        return ""
    judged = ", ".join(f"{name.removesuffix('Accuracy')} {100 * value:.1f} %" for name, value in s.items() if name.endswith("Accuracy"))
    concepts = s.get("conceptTop5")
    top5 = "" if not concepts else (
        f"Of {concepts['count']} of them, {100 * concepts['samples']:.0f} % show what was asked for according to the classifier's first five of {concepts['concepts']:,} concepts; "
        f"it says so of {100 * concepts['realTrain']:.0f} % of the real training pictures.\n"
    )
    return f"""
{s["samples"]} samples with the conditions of training pictures, {steps_text(s["sampleSteps"], kind)}, guidance {s["guidance"]}, judged by the project's own classifier: {judged}.
Classifier-feature distance (a Frechet distance on that classifier's features, not FID) to held-out pictures {s["featureDistanceToHeldOut"]:.3f}, to training pictures
{s["featureDistanceToTrain"]:.3f}; between real training and held-out pictures it is {s["featureDistanceTrainToHeldOut"]:.3f}.
{top5}"""


def memory_text(scores: dict) -> str:
    nearest = scores.get("memorisation")
    if not nearest:
        return ""
    differ = sorted(entry["codesThatDiffer"] for entry in nearest)
    copies = sum(value < 0.05 for value in differ)
    return f"""
## Memorisation

Of {len(nearest)} samples, {copies} have a training picture whose codes differ in less than 5 % of the places; the median sample differs from its nearest training picture in
{100 * differ[len(differ) // 2]:.0f} % of them. Rows 1, 3, ...: samples; under each its nearest training picture.

![Samples, and under each its nearest training picture](neighbours.webp)
"""


def holes_text(scores: dict, kind: str) -> str:
    inpainting = scores.get("inpainting")
    if not inpainting:
        return ""
    rows = []
    for name, hole in inpainting["holes"].items():
        others = hole["others"]
        rows.append(
            f"| {name} | {hole['psnrOfAverage']:.2f} | {hole['psnrOfBest']:.2f} | {hole['psnrOfOne']:.2f} | {100 * hole['codeAccuracy']:.1f} % | {hole['featureDistanceOfOne']:.3f} | "
            + " | ".join(f"{others[kind]['psnr']:.2f} / {others[kind]['featureDistance']:.3f}" for kind in ("telea", "navierStokes", "mean")) + " |"
        )
    return f"""
## Holes in {inpainting["pictures"]} held-out pictures, {inpainting["answers"]} answers each ({steps_text(inpainting["steps"], kind)}, guidance {inpainting["guidance"]:g})

dB inside the hole. The encoder sees a smooth stand-in under the hole, so that nothing of what is asked for reaches the known codes. One sharp answer has about twice the squared error of the average of all answers; the average is blurred. The last three columns: dB / classifier-feature distance.

| hole | average of {inpainting["answers"]} | best of {inpainting["answers"]} | one | codes right | feature distance of one | Telea | Navier-Stokes | mean colour |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def prior_card(config: dict, record: dict, scores: dict, model: Prior, device: str, note: str = "") -> str:
    """Markdown. `config` is the training config, `record` the checkpoint's, `scores` those of training.prior.score."""
    c = model.config
    size = sum(p.numel() for p in model.parameters())
    grids = " and ".join(f"{g.height} x {g.width} codes of {g.codebookSize}" for g in c.grids)
    tokenizer = record["data"]["tokenizer"]
    return f"""# {config["title"]}

Writes the codes of `{tokenizer["id"]}` ({grids}). {OBJECTIVES[c.kind]}.
A transformer of {c.depth} blocks, width {c.width}, {c.heads} heads; {size:,} parameters, stored as F16. Conditioned by what `vocabulary.json` lists; every part was dropped at random in training,
for classifier-free guidance.

## Training

`{record["command"]}`

Seed {record["seed"]}, commit {record["commit"] or "unknown"}, {record["elapsed"] / 60:.0f} minutes on {device}, {record["steps"]:,} steps of {record["batch"]}, codes of {record["data"]["train"]:,} pictures
({record["data"]["heldOut"]:,} held out). The shipped weights are the moving average.{chr(10) + note if note else ""}

## Scores

{bound_text(scores, c.kind)}
{by_time(scores)}{sampling_text(scores, c.kind)}{memory_text(scores)}{holes_text(scores, c.kind)}
Reproduce: `python -m training.prior.score` with the arguments of `training/README.md`.

## Limits

- It knows what the tokenizer's data hold. Words that it never saw are replaced by the most alike, or dropped; the page says which.

## Licence

Weights: CC BY 4.0. The pictures belong to their authors: see CREDITS.md.
"""
