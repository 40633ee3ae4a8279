"""Additions to YAML text: every other byte stays, and what cannot be done safely is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmian_policy.errors import DocumentError, PolicyError
from cmian_policy.lang import yaml
from cmian_policy.lang.roundtrip import Addition, add

KEY = Addition("/b", "x", after="a")
ITEM = Addition("/list/-", {"id": "C-3", "version": 1})


@pytest.mark.parametrize(
    ("text", "addition", "expected"),
    [
        ("a: 1\nc: 2\n", KEY, "a: 1\nb: x\nc: 2\n"),
        ("a: 1", KEY, "a: 1\nb: x"),
        ("a: 1 # one\n\n# of c\nc: 2\n", KEY, "a: 1 # one\nb: x\n\n# of c\nc: 2\n"),
        ("a: 1\r\nc: 2\r\n", KEY, "a: 1\r\nb: x\r\nc: 2\r\n"),
        ("{a: 1, c: 2}\n", KEY, "{a: 1, b: x, c: 2}\n"),
        ("{a: 1,}\n", KEY, "{a: 1, b: x,}\n"),
        ('{"a": 1}\n', KEY, '{"a": 1, "b": "x"}\n'),
        ("a: 1\nb: old # why\n", KEY, "a: 1\nb: x # why\n"),
        ("k:\n    a: 1\n", Addition("/k/b", "x", after="a"), "k:\n    a: 1\n    b: x\n"),
        ("k: {a: 1} # why\n", Addition("/k/b", "x", after="a"), "k: {a: 1, b: x} # why\n"),
        ("- a: 1\n  c: 2\n- a: 3\n", Addition("/0/b", "x", after="a"), "- a: 1\n  b: x\n  c: 2\n- a: 3\n"),
        ("list:\n- {id: A, version: 1}\n", ITEM, "list:\n- {id: A, version: 1}\n- {id: C-3, version: 1}\n"),
        ("list:\n  - id: A\n    v: 1 # one\nz: 1\n", ITEM, "list:\n  - id: A\n    v: 1 # one\n  - {id: C-3, version: 1}\nz: 1\n"),
        ("list: [{id: A}]\n", ITEM, "list: [{id: A}, {id: C-3, version: 1}]\n"),
        ('{"list": [{"id": "A"}]}\n', ITEM, '{"list": [{"id": "A"}, {"id": "C-3", "version": 1}]}\n'),
    ],
)  # fmt: skip
def test_a_value_is_added_in_the_style_of_its_neighbours(text: str, addition: Addition, expected: str) -> None:
    assert add(text.encode(), "f.yaml", [addition]) == expected.encode()


def test_a_byte_order_mark_stays() -> None:
    assert add(b"\xef\xbb\xbfa: 1\n", "f.yaml", [KEY]) == b"\xef\xbb\xbfa: 1\nb: x\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-11-23", "2026-11-23"),
        ("0a" * 32, "0a" * 32),
        ("12" * 32, '"' + "12" * 32 + '"'),  # would be a number
        ("1e" + "0" * 62, '"1e' + "0" * 62 + '"'),  # so would this
        ("yes", '"yes"'),
        ("V 2024 : é", '"V 2024 : é"'),
        (3, "3"),
    ],
)
def test_a_text_is_bare_only_where_every_reader_takes_it_for_a_text(value: str | int, written: str) -> None:
    assert add(b"a: 1\n", "f.yaml", [Addition("/b", value, after="a")]) == f"a: 1\nb: {written}\n".encode()


def test_several_additions_at_once() -> None:
    additions = [KEY, Addition("/list/0/sha", "yy", after="id"), Addition("/z", "w", after="c")]
    assert add(b"a: 1\nlist: [{id: A}]\nc: 2\n", "f.yaml", additions) == b"a: 1\nb: x\nlist: [{id: A, sha: yy}]\nc: 2\nz: w\n"


@pytest.mark.parametrize(
    "text",
    [
        "? a\n: 1\n",  # an explicit key has no line of its own to follow
        "x: {a: 1}\n",  # no sibling to come after
    ],
)
def test_a_layout_that_was_not_foreseen_is_refused(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        add(text.encode(), "f.yaml", [KEY])
    assert caught.value.message.key == "policy.cannot-edit"
    assert str(caught.value.location) == "f.yaml"


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(DocumentError):
        add(b"a: [\n", "f.yaml", [KEY])


KEYS = st.sampled_from(["a", "c", "dd", "e-f"])
TREE = st.recursive(
    st.one_of(st.integers(0, 99), st.text("abc é:#'\"-", max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, TREE, max_size=3), st.booleans())
def test_an_addition_adds_to_the_data_and_takes_no_line_away(data: dict[str, object], flow: bool) -> None:  # noqa: FBT001 - drawn
    import yaml as pyyaml  # noqa: PLC0415 - an independent writer

    text = pyyaml.safe_dump({"first": "x", **data}, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=1000)
    written = add(text.encode(), "f.yaml", [Addition("/new", "yy", after="first")])
    assert yaml.read(written, "f.yaml").data == {**yaml.read(text.encode(), "f.yaml").data, "new": "yy"}  # type: ignore[dict-item]
    assert len(written) == len(text.encode()) + len(", new: yy" if flow else "new: yy\n")
