"""The generated validator and the published schema accept the same configurations."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cmian_policy.lang import config_validator
from tests.packs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

REFERENCE = Draft202012Validator(json.loads((ROOT / "schemas/config/1.0.schema.json").read_text(encoding="utf-8")))
FULL: dict[str, Any] = {
    "packs": [
        {"id": "cmian", "source": "https://forge.example/regles", "ref": "v1", "path": "policies", "allowed_signers": "cles"},
        {"id": "fr-eu-law", "source": "bundled"},
    ],
    "register": {"id": "registre", "source": "../registre"},
    "lang": "fr",
    "fail_on": "review",
    "exclude": ["exemples/", "*.draft.yaml"],
    "manifests": ["ia/*.yaml"],
}
EDGES: list[Any] = [
    None,
    True,
    0,
    1.5,
    "",
    " ",
    "a",
    "Fr",
    "en",
    "advisory",
    [],
    [""],
    ["a", "a"],
    {},
    {"id": "a"},
    {"lang": "fr"},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """The path of every value of a document but the root."""
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in held:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(path: tuple[Any, ...], value: Any, *, drop: bool = False) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The full configuration with one value replaced, or left out."""
    data = deepcopy(FULL)
    holder: Any = data
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return data


def test_both_accept_the_full_configuration() -> None:
    assert REFERENCE.is_valid(FULL)
    assert config_validator.accepts(FULL)


@pytest.mark.parametrize("path", [*places(FULL), ("inconnue",), ("register", "inconnue")], ids=str)
def test_both_judge_each_change_of_one_value_alike(path: tuple[Any, ...]) -> None:
    wrong = [
        value for value in EDGES if config_validator.accepts(changed(path, value)) != REFERENCE.is_valid(changed(path, value))
    ]
    assert wrong == []
    if path[-1] != "inconnue":
        without = changed(path, None, drop=True)
        assert config_validator.accepts(without) == REFERENCE.is_valid(without)


KEYS = st.sampled_from([*FULL, "id", "source", "ref"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["fr", "review", "bundled", "cmian", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(JSON)
def test_both_accept_the_same_documents_whatever_they_are(data: Any) -> None:  # noqa: ANN401 - any JSON
    assert config_validator.accepts(data) == REFERENCE.is_valid(data)
