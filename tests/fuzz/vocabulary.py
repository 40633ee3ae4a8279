"""Words that mutations put in: those of the contracts, and those of ``words.json``: syntax, values at the edges, hostile text."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cmian_policy.lang.cel import VARIABLES
from cmian_policy.lang.cel_faults import FUNCTIONS
from tests.packs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS: dict[str, list[str]] = json.loads((ROOT / "tests/fuzz/words.json").read_text(encoding="utf-8"))


def words(*names: str) -> tuple[str, ...]:
    """The words of some lists of ``words.json``; those of conditions with the names that they may use."""
    named = (*VARIABLES, *FUNCTIONS) if "cel" in names else ()
    return (*named, *(word for name in names for word in _LISTS[name]))


def words_of(schema: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Every key and every allowed value of a JSON Schema."""
    if isinstance(schema, list):
        for each in schema:
            yield from words_of(each)
    if not isinstance(schema, dict):
        return
    yield from schema.get("properties", {})
    yield from (json.dumps(each, ensure_ascii=False) for each in (*schema.get("enum", ()), *schema.get("examples", ())))
    for each in schema.values():
        yield from words_of(each)


@cache
def contract(*names: str) -> tuple[str, ...]:
    """The words of some published contracts, in their order."""
    texts = ((ROOT / "schemas" / name / "1.0.schema.json").read_text(encoding="utf-8") for name in names)
    return tuple(dict.fromkeys(word.strip('"') for text in texts for word in words_of(json.loads(text))))


def manifest_words() -> tuple[str, ...]:
    """The words of manifests."""
    return contract("ai-manifest")
