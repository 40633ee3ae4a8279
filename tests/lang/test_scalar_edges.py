"""Where each character of a value is written: blanks, escapes, folds and ends, by line and column."""

from __future__ import annotations

import pytest

from cmian_policy.lang.scalar_places import place_in_scalar
from cmian_policy.lang.yaml import read
from cmian_policy.model.location import Span

Places = list[tuple[int, int]]


def places(text: str, pointer: str, offsets: range) -> list[Span | None]:
    """The places of some characters of the value at a pointer."""
    document = read(text.encode(), "a.yaml")
    return [place_in_scalar(document, pointer, offset) for offset in offsets]


def on(line: int, *columns: int) -> Places:
    """Places of one line."""
    return [(line, column) for column in columns]


# (text, value, the place of each of its characters, then of its end)
SCALARS: list[tuple[str, str, Places]] = [
    ("a: bc\n", "bc", on(1, 4, 5, 6)),
    ("a: b c\n", "b c", on(1, 4, 5, 6, 7)),
    ("a: Xb\n", "Xb", on(1, 4, 5, 6)),
    ("a: 'b c'\n", "b c", on(1, 5, 6, 7, 8)),
    ("a: ''''\n", "'", on(1, 5, 7)),
    ("a: 'b''c'\n", "b'c", on(1, 5, 6, 8, 9)),
    ('a: "b\'c"\n', "b'c", on(1, 5, 6, 7, 8)),
    ('a: "b\\"c"\n', 'b"c', on(1, 5, 6, 8, 9)),
    ('a: "\\x41\\u0042\\U00000043D"\n', "ABCD", on(1, 5, 9, 15, 25, 26)),
    ('a: "b\\\\c"\n', "b\\c", on(1, 5, 6, 8, 9)),
    ("a: b\\c\n", "b\\c", on(1, 4, 5, 6, 7)),
    ("a: 'b\\c'\n", "b\\c", on(1, 5, 6, 7, 8)),
    ("a: b''c\n", "b''c", on(1, 4, 5, 6, 7, 8)),
    ("a: |\n  b\n  c\n", "b\nc\n", [(2, 3), (2, 4), (3, 3), (3, 4), (3, 4)]),
    ("a: |-  # why\n  b c\n", "b c", on(2, 3, 4, 5, 6)),
    ("a: >-\n  b\n  c\n", "b c", [(2, 3), (2, 4), (3, 3), (3, 4)]),
    ("a: b\n  c\n", "b c", [(1, 4), (1, 5), (2, 3), (2, 4)]),
    ('a: "b \\\n  c"\n', "b c", [(1, 5), (1, 6), (2, 3), (2, 4)]),
    ("a: '>b'\n", ">b", on(1, 5, 6, 7)),
    ('a: "|"\n', "|", on(1, 5, 6)),
    ("a: 😀b\n", "😀b", on(1, 4, 5, 6)),
]


@pytest.mark.parametrize(("text", "value", "expected"), SCALARS, ids=[case[0][:30] for case in SCALARS])
def test_each_character_stands_where_it_is_written(text: str, value: str, expected: Places) -> None:
    document = read(text.encode(), "a.yaml")
    assert document.data == {"a": value}
    found = [place_in_scalar(document, "/a", offset) for offset in range(len(value) + 1)]
    assert found == [Span(line, column, line, column) for line, column in expected]


@pytest.mark.parametrize("beyond", [1, 2, 100])
def test_beyond_the_end_is_the_end(beyond: int) -> None:
    assert places("a: 'bc' # c\n", "/a", range(2 + beyond, 3 + beyond)) == [Span(1, 7, 1, 7)]


@pytest.mark.parametrize("text", ["a: ''\n", 'a: ""\n'])
def test_an_empty_text_has_its_end_within_its_quotes(text: str) -> None:
    assert places(text, "/a", range(2)) == [Span(1, 5, 1, 5)] * 2


@pytest.mark.parametrize(
    ("text", "pointer", "expected"),
    [
        ("a:\n- x\n- b c\n", "/a/1", (3, 3)),
        ("a: {b: [x, 'y']}\n", "/a/b/1", (1, 13)),
        ("a/b: x\n", "/a~1b", (1, 6)),
        ("a~b: x\n", "/a~0b", (1, 6)),
        ("a~1b: x\n", "/a~01b", (1, 7)),
        ("'3': y\n", "/3", (1, 6)),
        ("'': x\n", "/", (1, 5)),
        ("just text\n", "", (1, 1)),
        ("a: &x b\n", "/a", (1, 7)),
        ("a: !!str b\n", "/a", (1, 10)),
        ("a: {b: c}\n", "/a/b", (1, 8)),
        ("- - x\n", "/0/0", (1, 5)),
    ],
)
def test_the_first_character_of_a_text_anywhere(text: str, pointer: str, expected: tuple[int, int]) -> None:
    assert places(text, pointer, range(1)) == [Span(*expected, *expected)]


@pytest.mark.parametrize(
    "pointer", ["", "/b", "/a/0", "/a/c", "/l", "/l/1", "/l/-1", "/l/x", "/l/00x", "/m", "/m/x/y", "/n", "/t"]
)
def test_what_is_no_text_has_no_place(pointer: str) -> None:
    text = "a: b\nl: [x]\nm: {x: y}\nn: 3\nt: true\n"
    assert places(text, pointer, range(1)) == [None]


@pytest.mark.parametrize("offset", [0, 1, 5, 9])
def test_an_alias_stands_for_every_character_of_what_it_repeats(offset: int) -> None:
    assert places("a: &x zone two\nb: *x\n", "/b", range(offset, offset + 1)) == [Span(2, 4, 2, 4)]


def test_an_alias_whose_name_begins_like_what_it_repeats_is_an_alias_all_the_same() -> None:
    assert places("a: &x '*xyz'\nb: *x\n", "/b", range(5)) == [Span(2, 4, 2, 4)] * 5


def test_several_blanks_are_gone_through_one_by_one_where_they_are_written() -> None:
    document = read(b"a: 'b   c'\n", "a.yaml")
    found = [place_in_scalar(document, "/a", offset) for offset in range(5)]
    assert found == [Span(1, column, 1, column) for column in (5, 6, 7, 8, 9)]


@pytest.mark.parametrize(("escape", "width"), [("\\n", 2), ("\\t", 2), ("\\r", 2), ("\\ ", 2)])
def test_a_character_behind_an_escaped_blank_is_found(escape: str, width: int) -> None:
    text = f'a: "b{escape}c"\n'
    document = read(text.encode(), "a.yaml")
    assert place_in_scalar(document, "/a", 0) == Span(1, 5, 1, 5)
    assert place_in_scalar(document, "/a", 2) == Span(1, 6 + width, 1, 6 + width)
