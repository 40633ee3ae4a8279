"""The parsed form of conditions: what was written, and where."""

from __future__ import annotations

import pytest

from cmian_policy.errors import ExpressionError
from cmian_policy.lang.cel_ast import Node, parse
from cmian_policy.lang.protobuf_wire import Wire


def sketch(node: Node) -> object:
    """A tree as nested lists: constants as they are, names, calls as ``[name, …]``."""
    if node.kind == "const":
        return node.value
    name = f"{node.name} {node.variable}".rstrip() if node.variable else f"{'?' if node.optional else ''}{node.name}"
    return [name, *(sketch(child) for child in node.children)] if node.children else name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("item.a == 'b'", ["_==_", ["a", "item"], "b"]),
        ("item.?a.orValue(-1) == 2", ["_==_", ["orValue", ["?a", "item"], -1], 2]),
        ("item.a >= 1.5 || item.a == null", ["_||_", ["_>=_", ["a", "item"], 1.5], ["_==_", ["a", "item"], None]]),
        ("has(item.a)", ["has", ["a", "item"]]),
        ("item.exists(c, c == 'x')", ["exists c", "item", ["_==_", "c", "x"]]),
        ("item.all(c, c == 'x')", ["all c", "item", ["_==_", "c", "x"]]),
        ("item.exists_one(c, c)", ["exists_one c", "item", "c"]),
        ("item.filter(c, c.a).size() == 1", ["_==_", ["size", ["filter c", "item", ["a", "c"]]], 1]),
        ("item.map(c, c.a).size() == 1", ["_==_", ["size", ["map c", "item", ["a", "c"]]], 1]),
        ("item.map(c, c.a, c.b).size() == 1", ["_==_", ["size", ["map c", "item", ["a", "c"], ["b", "c"]]], 1]),
        ("cel.bind(y, item.a, y == 1)", ["bind y", ["a", "item"], ["_==_", "y", 1]]),
        ("item.?a.optMap(w, w.b).orValue(true)", ["orValue", ["optMap w", ["?a", "item"], ["b", "w"]], True]),
        ("item.?a.optFlatMap(w, w.?b).orValue(true)", ["orValue", ["optFlatMap w", ["?a", "item"], ["?b", "w"]], True]),
        ("item.a in ['x', 'y']", ["@in", ["a", "item"], ["", "x", "y"]]),
        ("{'x': 1}['x'] == item", ["_==_", ["_[_]", ["", "x", 1], "x"], "item"]),
        ("item ? true : item.hasValue()", ["_?_:_", "item", True, ["hasValue", "item"]]),
        ("item == b'ab' || item == 3u", ["_||_", ["_==_", "item", b"ab"], ["_==_", "item", 3]]),
    ],
)
def test_a_condition_is_read_as_it_was_written(text: str, expected: object) -> None:
    assert sketch(parse(text)) == expected


def test_each_part_knows_its_place_in_characters() -> None:
    text = "item.a == 'é😀' &&\n  today < date('2026-01-01')"
    places = {text[node.offset :].partition("\n")[0].partition(" ")[0] for node in parse(text).walk()}
    assert places == {"&&", "==", ".a", "item.a", "'é😀'", "<", "today", "('2026-01-01')", "'2026-01-01')"}


def test_what_does_not_compile_is_refused() -> None:
    with pytest.raises(ExpressionError):
        parse("item ==")


@pytest.mark.parametrize("raw", [b"\x08", b"\x0a\x05a", b"\x0b", b"\x80"])
def test_bytes_that_are_no_message_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"truncated|wire type"):
        Wire(raw)


def test_numbers_are_read_as_protobuf_writes_them() -> None:
    wire = Wire(b"\x08\xac\x02" + b"\x10" + b"\xff" * 9 + b"\x01" + b"\x19" + b"\x00\x00\x00\x00\x00\x00\xf8\x3f")
    assert (wire.integer(1), wire.signed(2), wire.double(3), wire.integer(4)) == (300, -1, 1.5, 0)
