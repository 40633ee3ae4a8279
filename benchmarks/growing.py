"""Makes a manifest larger without changing what comes of it: texts get more sentences, lists more entries like their own.

Nothing that is absent becomes present, save a journal under a free key (``x-journal``), so that no rule sees anything new.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

Data = dict[str, Any]

_TEXTS = frozenset(
    {
        *("goal", "process", "benefits", "alternatives", "proportionality", "procedure", "limitations", "note", "collection"),
        *("retention", "minimisation", "summary", "reason", "outcome", "material", "monitoring", "indicators", "data_access"),
        *("texte",),
    }
)
_SHORT = ("project", "summary")  # at most 350 characters
_LISTS = frozenset({"suppliers", "legal_bases", "models", "performance", "sources", "participation", "x-journal"})
_ENTRIES = 300  # of a list; a manifest may hold 1,000
_TEXT = 2_500  # characters of one text


def grow(data: Data, wanted: int, rng: Random, sentences: Sequence[str]) -> None:
    """Adds about ``wanted`` bytes to a manifest, in place."""
    if wanted > _TEXT:
        data.setdefault("x-journal", [_note(rng, sentences)])
    texts, lists = list(_texts(data)), list(_lists(data))
    while wanted > 0 and (texts or lists):
        longer = bool(texts) and (not lists or rng.random() < 0.5)  # noqa: PLR2004 - as often one as the other
        wanted -= _lengthen(*rng.choice(texts), rng, sentences) if longer else _repeat(rng.choice(lists), rng, sentences)
        if not longer and rng.random() < 0.1:  # noqa: PLR2004 - new entries have texts too
            texts = list(_texts(data))


def _note(rng: Random, sentences: Sequence[str]) -> Data:
    day = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return {"date": day, "objet": f"Note {rng.randint(1, 999)}", "texte": rng.choice(sentences)}


def _lengthen(holder: Data, key: str, rng: Random, sentences: Sequence[str]) -> int:
    added = rng.choice(sentences)
    if len(holder[key]) < _TEXT:
        holder[key] += rng.choice([" ", " ", " ", "\n"]) + added
    return len(added.encode())  # a text that is full counts too, so that growing always ends


def _repeat(entries: list[Any], rng: Random, sentences: Sequence[str]) -> int:
    entry = deepcopy(rng.choice(entries))
    changed = _note(rng, sentences) if "texte" in entry else {key: rng.choice(sentences) for key in entry if key in _TEXTS}
    entry.update(changed)
    if len(entries) < _ENTRIES:
        entries.append(entry)
    return sum(len(key) + len(str(value).encode()) + 8 for key, value in entry.items())


def _texts(data: Data, path: tuple[str, ...] = ()) -> Iterator[tuple[Data, str]]:
    for key, value in data.items():
        if key in _TEXTS and isinstance(value, str) and (*path, key) != _SHORT and not value.startswith("http"):
            yield data, key
        for child in [value] if isinstance(value, dict) else value if isinstance(value, list) else ():
            if isinstance(child, dict):
                yield from _texts(child, (*path, key))


def _lists(data: Data) -> Iterator[list[Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _lists(value)
        elif key in _LISTS and isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield value
