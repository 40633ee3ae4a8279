"""A random change of a manifest that keeps it valid: values are drawn from the manifest's schema."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmian_policy.engine.scope_digest import scope_digest
from cmian_policy.lang import manifest_validator
from cmian_policy.loading.manifest import without_empty_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Data = dict[str, Any]
SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas" / "ai-manifest" / "1.0.schema.json").read_text(encoding="utf-8")
)
TODAY = dt.date(2026, 11, 23)
EDITS = 16  # at most so many in one change
SOME = 3  # at most so many items of a list
RIGHT_DIGEST = "f" * 64  # becomes the digest of what the manifest says, once that is settled
DATES = [
    *(str(TODAY + dt.timedelta(days=days)) for days in (-731, -366, -365, -1, 0, 1, 365, 366, 730, 731)),
    *("2025-12-31", "2026-10-31", "2026-12-01", "2027-11-23", "2027-12-01", "2027-12-02", "2027-12-31", "2028-01-01"),
    *("2024-02-29", "2028-02-29", "2028-11-23", "2028-11-24", "2030-02-28", "2032-02-29"),
]
MONTHS = ["2025-11", "2025-12", "2026-09", "2026-10", "2026-11", "2026-12", "2027-11", "2027-12", "2028-02"]
NAMES_OF_AI = ["Réponse produite par une IA.", "IA", "L'IA, vérifiée", "MEDIA", "une ia", "des IAs", "IA_", "éIA", "IA-é"]
NAMES_OF_AI += ["une intelligence artificielle", "INTELLIGENCE ARTIFICIELLE", "intelligence\N{NO-BREAK SPACE}artificielle"]
NAMES_OF_AI += [
    "l'intelligence\nartificielle",
    "intelligenceartificielle",
    "Intelligence  Artificielle",
    "intelligence, artificielle",
]
# What is worth trying where the schema says it with a pattern, by the name of the definition.
SAMPLES: dict[str, list[Any]] = {
    "text": ["Un texte.", *NAMES_OF_AI],
    "date": DATES,
    "month_or_date": [*DATES, *MONTHS],
    "url": ["https://ville.example.org/page"],
    "contact": ["service@example.org"],
    "country": ["FR", "US"],
    "sha256": ["0" * 64, RIGHT_DIGEST],
    "annex_iii_point": ["1", "1a", "1c", "2", "3", "3a", "3b", "3c", "4", "4a", "4b", "5", "5a", "5b", "8d"],
    "boolean_or_unknown": [True, False, "unknown"],
}


def changed(original: Data, rng: Random) -> Data:
    """A valid manifest that differs from ``original`` in up to ``EDITS`` places."""
    data = copy.deepcopy(original)
    for _ in range(rng.randint(1, EDITS)):
        edited = copy.deepcopy(data)
        _edit(edited, rng)
        if manifest_validator.accepts(edited):
            data = edited
    return _settled(data)


def _settled(data: Data) -> Data:
    opinion = data.get("cmian", {}).get("opinion", {})
    if opinion.get("scope_digest") == RIGHT_DIGEST:
        opinion["scope_digest"] = scope_digest(without_empty_lists(data))
    return data


def _edit(data: Data, rng: Random) -> None:
    """Sets or deletes one field, in place."""
    path, node = rng.choice(FIELDS)
    holder = data
    for key in path[:-1]:
        holder = holder.setdefault(key, {})
    if rng.random() < 0.3:  # noqa: PLR2004 - most edits say something, some take it away
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = _value(node, rng)


def _fields(node: Data, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Data]]:
    """Every field of the schema that a mapping holds, with its path; lists are drawn whole."""
    for key, declared in node.get("properties", {}).items():
        resolved = _resolved(declared)
        yield (*path, key), declared
        yield from _fields(resolved, (*path, key))


def _resolved(node: Data) -> Data:
    found: Data = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    return found


def _value(declared: Data, rng: Random) -> Any:  # noqa: ANN401 - any JSON
    """A value that the schema allows at that place, nearly always."""
    name = declared.get("$ref", "").rpartition("/")[2]
    node = _resolved(declared)
    if name in SAMPLES or "enum" in node:
        return rng.choice(SAMPLES.get(name) or node["enum"])
    match node.get("type"):
        case "object":
            return {key: _value(each, rng) for key, each in node["properties"].items() if _wanted(key, node, rng)}
        case "array":
            return [_value(node["items"], rng) for _ in range(rng.randint(0, SOME))]
        case "boolean":
            return rng.choice([True, False])
        case "integer" | "number":
            return rng.randint(2023, 2029)
        case _:
            return node.get("const", "texte")


def _wanted(key: str, node: Data, rng: Random) -> bool:
    return key in node.get("required", ()) or rng.random() < 0.5  # noqa: PLR2004 - one optional field of two


# The pins of releases and the name of the project are no rule's business.
FIELDS = [(path, node) for path, node in _fields(SCHEMA) if path[0] not in {"$schema", "schema_version", "policy"}]
