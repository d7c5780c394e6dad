"""Words of conditions and their ids: `vocabulary.json` of docs/model-format.md. Splits words as src/models/prior/vocabulary.ts does."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

WORD_SLOTS = 6


def words_of(text: str) -> list[str]:
    """Lower-case runs of letters, marks and digits."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


@dataclass
class Vocabulary:
    entries: list[str]
    slots: list[dict]

    def __post_init__(self) -> None:
        self.ids = {entry: i for i, entry in enumerate(self.entries)}

    @property
    def context_length(self) -> int:
        return sum(slot.get("count", 1) for slot in self.slots)

    def to_dict(self) -> dict:
        return {"entries": self.entries, "slots": self.slots}


def of_emoji(records: list[dict], least_concepts: int = 2) -> Vocabulary:
    """Styles, groups, and the words of names and tags that at least so many training concepts share (words of names: any)."""
    training = [r for r in records if not r["heldOut"]]
    named = {word for r in training for word in words_of(r["name"])}
    concepts: Counter[str] = Counter()
    for tags in {r["key"]: r["tags"] for r in training}.values():
        concepts.update({word for tag in tags for word in words_of(tag)})
    words = sorted(named | {word for word, count in concepts.items() if count >= least_concepts})
    styles, groups = (sorted({r[field] for r in records}) for field in ("style", "group"))
    slots = [
        {"name": "style", "prefix": "style:"}, {"name": "group", "prefix": "group:"}, {"name": "words", "prefix": "", "count": WORD_SLOTS},
    ]
    return Vocabulary(["", *(f"style:{s}" for s in styles), *(f"group:{g}" for g in groups), *words], slots)


def of_photos(records: list[dict]) -> Vocabulary:
    """Data sets and their classes ("flowers", "flowers/roses")."""
    sets, classes = (sorted({r[field] for r in records}) for field in ("set", "class"))
    slots = [{"name": "set", "prefix": "set:"}, {"name": "class", "prefix": "class:"}]
    return Vocabulary(["", *(f"set:{s}" for s in sets), *(f"class:{c}" for c in classes)], slots)


class Conditions:
    """The ids of every picture, and how they are dropped in training.

    A slot of one place is dropped with `drop[<its name>]`, all of them together with `drop["all"]`. Of the words a picture has, its name's
    come first; in half of the draws they are a random few of name and tags, so that single words mean something too."""

    def __init__(self, vocabulary: Vocabulary, records: list[dict]) -> None:
        self.vocabulary = vocabulary
        self.single = [slot for slot in vocabulary.slots if slot.get("count", 1) == 1]
        self.several = next((slot for slot in vocabulary.slots if slot.get("count", 1) > 1), None)
        ids = vocabulary.ids
        self.labels = np.array([[ids.get(slot["prefix"] + str(r[slot["name"]]), 0) for slot in self.single] for r in records])
        self.names = [self.known(words_of(r.get("name", ""))) for r in records]
        self.words = [list(dict.fromkeys(self.known(words_of(r.get("name", ""))) + self.known([w for t in r.get("tags", ()) for w in words_of(t)]))) for r in records]

    def known(self, words: list[str]) -> list[int]:
        return list(dict.fromkeys(self.vocabulary.ids[word] for word in words if word in self.vocabulary.ids))

    def full(self, picks: np.ndarray) -> np.ndarray:
        """All that is known of these pictures: [B, C]."""
        return np.stack([self.row(self.labels[i], self.words[i]) for i in picks])

    def row(self, labels: np.ndarray, words: list[int]) -> np.ndarray:
        count = self.several["count"] if self.several else 0
        return np.concatenate([labels, words[:count], np.zeros(count - len(words[:count]))]).astype(np.int64)

    def draw(self, picks: np.ndarray, drop: dict[str, float], rng: np.random.Generator) -> np.ndarray:
        """For one training step: [B, C]."""
        rows = []
        for i in picks:
            chances = rng.random(3 + len(self.single))
            if chances[0] < drop.get("all", 0):
                rows.append(self.row(np.zeros(len(self.single)), []))
                continue
            labels = [0 if chance < drop.get(slot["name"], 0) else label for label, slot, chance in zip(self.labels[i], self.single, chances[3:], strict=True)]
            words = list(self.names[i])
            if chances[2] < 0.5 and self.words[i]:
                words = list(rng.permutation(self.words[i])[: rng.integers(1, WORD_SLOTS + 1)])
            rows.append(self.row(np.array(labels), [] if chances[1] < drop.get("words", 0) else words))
        return np.stack(rows)
