"""What is known to be good is not gone through again, and nothing that is wrong is missed for it (lang/jsonschema.py)."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.errors import DocumentError
from cmian_policy.lang import config_validator, manifest_validator, register_validator, yaml
from cmian_policy.lang.jsonschema import explain
from cmian_policy.pipeline.policy import schema
from tests.properties.test_manifest_validator import KEYS, REFERENCE, VALID, VALUES, mutated

if TYPE_CHECKING:
    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.problem import Problem

SCHEMA = schema("ai-manifest")


def document(data: object) -> LocatedDocument:
    """A document that holds some data."""
    return yaml.read(json.dumps(data, indent=1).encode(), "ai-manifest.yaml")


def good(data: Plain) -> list[str]:
    """The sections that the quick validator knows to be good."""
    return (
        [name for name, value in data.items() if manifest_validator.accepts_section(name, value)]
        if isinstance(data, dict)
        else []
    )


def assert_same(read: LocatedDocument) -> tuple[Problem, ...]:
    """The same problems with any part of what is good left out."""
    expected = explain(read, SCHEMA)
    known = good(read.data)
    for part in (known, known[:1], known[1:], known[::2]):
        assert explain(read, SCHEMA, part) == expected
    return expected


@st.composite
def spoiled(draw: st.DrawFn) -> Any:  # noqa: ANN401 - any JSON
    """A good manifest with whole sections removed, replaced, moved under each other's names, and keys that nobody knows."""
    data: Any = deepcopy(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(data) or ["project"]))
        match draw(st.integers(0, 4)):
            case 0:
                data.pop(name, None)
            case 1:
                data[name] = draw(VALUES)
            case 2:
                data[draw(KEYS)] = data.get(name)
            case 3:
                data[name] = deepcopy(draw(st.sampled_from(list(draw(st.sampled_from(VALID)).values()))))
            case _:
                data[name] = {**data[name], draw(KEYS): draw(VALUES)} if isinstance(data.get(name), dict) else None
    return data


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.one_of(mutated(), spoiled()))
def test_what_is_wrong_is_told_whatever_is_left_out(data: Plain) -> None:
    try:
        read = document(data)
    except DocumentError:  # a character that no document may hold
        return
    problems = assert_same(read)
    assert bool(problems) is not REFERENCE.is_valid(read.data)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.one_of(mutated(), spoiled()))
def test_a_section_that_is_known_to_be_good_is_good(data: Plain) -> None:
    """Alone in an otherwise good manifest it changes nothing."""
    base = max(VALID, key=len)
    for name in good(data):
        assert isinstance(data, dict)
        assert REFERENCE.is_valid({**base, name: data[name]}), name


@pytest.mark.parametrize("place", range(len(VALID)))
def test_every_section_of_a_good_manifest_is_recognised(place: int) -> None:
    sections = {name for name, rule in SCHEMA["properties"].items() if rule.get("type") == "object"}
    assert set(good(VALID[place])) == sections & set(VALID[place])
    assert sections >= {"project", "owner", "purpose", "people", "decision", "technology", "data", "video", "transparency"}


@pytest.mark.parametrize("validator", [manifest_validator, config_validator, register_validator], ids=lambda each: each.__name__)
def test_what_is_no_section_is_never_known_to_be_good(validator: Any) -> None:  # noqa: ANN401 - a generated module
    for name in ("", "inconnue", "x-note", "schema_version", "__class__", "properties"):
        values: tuple[object, ...] = ({}, [], "1.0", None)
        for value in values:
            assert not validator.accepts_section(name, value)


def test_past_a_thousand_the_same_ones_are_told() -> None:
    """The limit counts violations, not what was looked at."""
    base = max(VALID, key=len)
    many = {**deepcopy(base), "project": {**base["project"], **{f"intrus_{number}": 1 for number in range(1200)}}}
    known = good(many)
    assert "project" not in known
    assert known
    read = document(many)
    told = explain(read, SCHEMA, known)
    assert told == explain(read, SCHEMA)
    assert [each.message.key for each in told].count("schema.more") == 1
