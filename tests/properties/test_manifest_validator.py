"""The generated validator and the published schema accept the same manifests (architecture.md, "Speed is a design matter")."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from cmian_policy.lang import manifest_validator, yaml
from tests.packs import MINIMAL, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.document import Plain

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

Path_ = tuple[str | int, ...]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "ai-manifest" / "1.0.schema.json").read_text(encoding="utf-8"))


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """``pattern`` of ECMAScript: ``$`` is the end of the text. No pattern of the schema holds an escaped ``$``."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(pattern)


REFERENCE: Any = extend(Draft202012Validator, {"pattern": _pattern})(SCHEMA)  # type: ignore[no-untyped-call] # it has no types


def _seeds() -> list[dict[str, Any]]:
    files = sorted([*(ROOT / "examples").glob("*/ai-manifest.yaml"), *(ROOT / "policies").glob("*/bases/*.yaml")])
    read = (yaml.read(file.read_bytes(), str(file)).data for file in files)
    return [MINIMAL, *(data for data in read if isinstance(data, dict))]


SEEDS = _seeds()
VALID = [seed for seed in SEEDS if REFERENCE.is_valid(seed)]


def _texts(rule: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """Every word of the schema's enumerations, which a mutation may put where it does not belong."""
    match rule:
        case dict():
            return {word for held in rule.values() for word in _texts(held)} | {str(word) for word in rule.get("enum", [])[:6]}
        case list():
            return {word for held in rule for word in _texts(held)}
        case _:
            return set()


WORDS = sorted(_texts(SCHEMA) | {"unknown", "1.0", "true", "3a", "FR", "cmian@2025.1", "a@b.cd", "https://x.example", "0" * 64})
EDGES = [
    *(
        "",
        " ",
        "\n",
        "\t",
        "\u200b",
        "\u00a0",
        "\ufeff",
        "\u2800",
        "\u00ad",
        "é",
        "a" * 64,
        "a" * 65,
        "é" * 100,
        "é" * 101,
        "é" * 350,
        "é" * 351,
    ),
    *(
        "2026-02-28",
        "2026-02-29",
        "2028-02-29",
        "1900-02-29",
        "2000-02-29",
        "0000-01-01",
        "0004-02-29",
        "2026-11",
        "2026-13",
        "2026-11-31",
        "٢٠٢٦-11-23",
    ),
    *(
        "2026-11-23\n",
        "a-b",
        "a--b",
        "a-",
        "-a",
        "a\n",
        "A",
        "1a",
        "3a\n",
        "FR\n",
        "http://",
        "http://a",
        "http:// a",
        "https://a\n",
        "HTTPS://a",
        "a@b",
    ),
]
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, False, 0, 1, -1, 1.0, 0.0, -0.0, -0.5, 1.5, 2**53 - 1, 1e300]),
    st.sampled_from(WORDS),
    st.sampled_from(EDGES),
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3), max_leaves=4
)
KEYS = st.one_of(st.sampled_from(["x-a", "x-", "X-a", "ax-", "$schema", "note", "", "id", "status"]), st.sampled_from(WORDS))


def _places(value: Plain, path: Path_ = ()) -> Iterator[Path_]:
    yield path
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _places(held, (*path, key))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _places(held, (*path, index))


def _at(data: Any, path: Path_) -> Any:  # noqa: ANN401 - any JSON
    for token in path:
        data = data[token]
    return data


@st.composite
def mutated(draw: st.DrawFn) -> Plain:
    """A good manifest after up to three changes at random places."""
    data: Any = deepcopy(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        path = draw(st.sampled_from(list(_places(data))))
        data = _changed(draw, data, path)
    return data  # type: ignore[no-any-return] # JSON


def _changed(draw: st.DrawFn, data: Any, path: Path_) -> Any:  # noqa: ANN401 - any JSON
    held = _at(data, path)
    if isinstance(held, dict) and draw(st.booleans()):
        held[draw(KEYS)] = draw(VALUES)
        return data
    if isinstance(held, list) and draw(st.booleans()):
        held.append(draw(VALUES) if not held or draw(st.booleans()) else deepcopy(draw(st.sampled_from(held))))
        return data
    if not path:
        return draw(VALUES)
    *parents, last = path
    holder = _at(data, tuple(parents))
    match draw(st.sampled_from(["delete", "replace", "case", "swap", "rename"])):
        case "delete":
            del holder[last]
        case "case":
            holder[last] = held.swapcase() if isinstance(held, str) else draw(VALUES)
        case "swap":
            holder[last] = deepcopy(_at(data, draw(st.sampled_from(list(_places(data))))))
        case "rename" if isinstance(holder, dict):
            del holder[last]
            holder[draw(st.sampled_from([str(last).swapcase(), f"x-{last}", f"{last}s"]))] = held
        case _:
            holder[last] = draw(VALUES)
    return data


def test_there_are_full_manifests_to_start_from() -> None:
    assert len(VALID) >= 15


@pytest.mark.parametrize("place", range(len(SEEDS)))
def test_both_judge_the_manifests_of_the_repository_alike(place: int) -> None:
    assert manifest_validator.accepts(SEEDS[place]) == REFERENCE.is_valid(SEEDS[place])


@settings(max_examples=600, deadline=None, derandomize=True)
@given(mutated())
def test_both_accept_the_same_manifests(data: Plain) -> None:
    assert manifest_validator.accepts(data) == REFERENCE.is_valid(data)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(VALUES)
def test_both_accept_the_same_documents_whatever_they_are(data: Plain) -> None:
    assert manifest_validator.accepts(data) == REFERENCE.is_valid(data)


def test_every_place_of_a_full_manifest_with_each_edge_value() -> None:
    """Exhaustive where it is cheap: one leaf at a time, each special value."""
    base = max(VALID, key=lambda data: len(list(_places(data))))
    values: list[Any] = [None, True, 1.0, "", "\u200b", "a\n", [], {"a": 1}]
    differing = []
    for path in _places(base):
        if not path:
            continue
        for value in values:
            data = deepcopy(base)
            _at(data, path[:-1])[path[-1]] = value
            if manifest_validator.accepts(data) != REFERENCE.is_valid(data):
                differing.append((path, value))
    assert differing == []


def test_the_committed_validator_is_what_the_generator_writes() -> None:
    script = ROOT / "tools" / "generate_validator.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False, timeout=60).returncode == 0
