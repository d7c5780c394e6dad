"""Which emoji there are, and which icon of which package draws them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

ICON_SETS = {  # style -> npm package of SVGs
    "noto": "@iconify-json/noto",
    "twemoji": "@iconify-json/twemoji",
    "fluentflat": "@iconify-json/fluent-emoji-flat",
    "notov1": "@iconify-json/noto-v1",
    "emojione": "@iconify-json/emojione",
    "fxemoji": "@iconify-json/fxemoji",
}
WEBP_SETS = {"fluent3d": "@lobehub/fluent-emoji-3d"}
STYLES = ["noto", "twemoji", "fluentflat", "fluent3d", "notov1", "emojione", "fxemoji"]
HELD_OUT_FRACTION = 0.05

LEFT_OUT_GROUPS = {"component", "flags"}
LEFT_OUT_SUBGROUPS = {"keycap"}
# A drawing in one of these subgroups, or with one of these words in its name, may show letters or digits: never flip it.
TEXT_SUBGROUPS = {
    "alphanum", "arrow", "av-symbol", "punctuation", "currency", "math", "other-symbol", "transport-sign", "money",
    "book-paper", "time", "zodiac", "religion", "sound", "award-medal", "gender", "other-object", "warning", "event",
}
TEXT_WORDS = re.compile(
    r"sign|button|symbol|hundred|calendar|clock|computer|keyboard|phone|newspaper|abacus|label|ticket|police|ambulance|bus|taxi"
    r"|hospital|hotel|bank|post|convenience|school|chart|ruler|thermometer|speech|sos|zzz|sleep|music|note|score|memo|book|card"
    r"|mahjong|dice|pool|medal|trophy|barcode|receipt|atm|thought|anger|question|globe|map|atlas|badge|mobile|camera|envelope|mail"
)


@dataclass(frozen=True)
class Concept:
    """One emoji, whatever its drawing."""

    key: str  # code points in lower-case hex joined by '-', without variation selectors
    name: str
    tags: tuple[str, ...]
    group: str
    subgroup: str
    may_flip: bool

    @property
    def held_out(self) -> bool:
        return is_held_out(self.key)


def concept_key(code_points: str) -> str:
    """'2764-FE0F' and '2764' are the same concept: '2764'."""
    return "-".join(part for part in code_points.lower().split("-") if part != "fe0f")


def is_held_out(key: str) -> bool:
    """The split: 5 % of concepts by the sha256 of their code points, the same in every style."""
    return int(hashlib.sha256(concept_key(key).encode()).hexdigest()[:8], 16) / 2**32 < HELD_OUT_FRACTION


def load_concepts(packages: Path) -> dict[str, Concept]:
    """Emoji of emojibase without flags, keycaps, components and skin-tone variants (these are nested under `skins`)."""
    root = packages / "node_modules" / "emojibase-data"
    names = json.loads((root / "meta" / "groups.json").read_text())
    concepts = {}
    for entry in json.loads((root / "en" / "data.json").read_text()):
        if "group" not in entry:
            continue
        group, subgroup = names["groups"][str(entry["group"])], names["subgroups"][str(entry["subgroup"])]
        if group in LEFT_OUT_GROUPS or subgroup in LEFT_OUT_SUBGROUPS:
            continue
        may_flip = subgroup not in TEXT_SUBGROUPS and not TEXT_WORDS.search(entry["label"].lower())
        key = concept_key(entry["hexcode"])
        concepts[key] = Concept(key, entry["label"], tuple(entry.get("tags", ())), group, subgroup, may_flip)
    return concepts


def load_icons(packages: Path, style: str, concepts: dict[str, Concept]) -> dict[str, str]:
    """Concept key -> SVG of one icon set."""
    root = packages / "node_modules" / ICON_SETS[style]
    icons = json.loads((root / "icons.json").read_text())
    aliases = {name: alias["parent"] for name, alias in icons.get("aliases", {}).items()}
    chars = json.loads((root / "chars.json").read_text())
    if chars:
        named = [(concept_key(code), name) for code, name in chars.items()]
    else:
        by_name = names_to_keys(packages, concepts)
        named = [(by_name[slug(name)], name) for name in [*icons["icons"], *aliases] if slug(name) in by_name]
    found: dict[str, str] = {}
    for key, name in named:
        name = aliases.get(name, name)
        if key in concepts and name in icons["icons"] and key not in found:
            found[key] = svg_of(icons, name)
    return found


def svg_of(icons: dict, name: str) -> str:
    icon = icons["icons"][name]
    side = [icon.get(field, icons.get(field, 16)) for field in ("width", "height")]
    left, top = icon.get("left", 0), icon.get("top", 0)
    box = f'width="{side[0]}" height="{side[1]}" viewBox="{left} {top} {side[0]} {side[1]}"'
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{head} {box}>{icon['body']}</svg>"


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", name.lower()))


def names_to_keys(packages: Path, concepts: dict[str, Concept]) -> dict[str, str]:
    """For icon sets that carry names only: every known name of a concept, squashed -> its key. First source wins."""
    table: dict[str, str] = {}

    def add(name: str, key: str) -> None:
        if key in concepts and slug(name):
            table.setdefault(slug(name), key)

    for concept in concepts.values():
        add(concept.name, concept.key)
    for style in ("noto", "twemoji", "fluentflat"):
        root = packages / "node_modules" / ICON_SETS[style]
        keys = {name: concept_key(code) for code, name in json.loads((root / "chars.json").read_text()).items()}
        for name, key in keys.items():
            add(name, key)
        for name, alias in json.loads((root / "icons.json").read_text()).get("aliases", {}).items():
            add(name, keys.get(alias["parent"], ""))
    for key in concepts:
        if "-" not in key:
            add(unicodedata.name(chr(int(key, 16)), ""), key)
    codes = packages / "node_modules" / "emojibase-data" / "en" / "shortcodes"
    for source in ("cldr", "emojibase", "github", "iamcal"):
        for code, words in json.loads((codes / f"{source}.json").read_text()).items():
            for word in [words] if isinstance(words, str) else words:
                add(word, concept_key(code))
    return table
