"""The lines that excerpts are taken from."""

from __future__ import annotations

import pytest

from cmian_policy.model.location import START, Span, lines_at


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_yaml_with_their_ends(end: str) -> None:
    text = end.join(["a: 1", "b: \x0b\x85\u2028", "", "c: 2"])
    assert lines_at(text, [Span(2, 1, 2, 2)]) == {2: f"b: \x0b\x85\u2028{end}"}
    assert lines_at(text, [Span(3, 1, 4, 2)]) == {3: end, 4: "c: 2"}
    assert lines_at(text, [Span(1, 2, 1, 2)]) == {1: f"a: 1{end}"}


def test_each_line_is_there_once_and_in_order() -> None:
    spans = [Span(3, 1, 3, 2), Span(1, 2, 2, 1), Span(2, 1, 3, 1), Span(3, 1, 3, 2)]
    assert list(lines_at("a\nb\nc\nd\n", spans).items()) == [(1, "a\n"), (2, "b\n"), (3, "c\n")]


@pytest.mark.parametrize(("text", "last"), [("a\n", 2), ("a\r", 2), ("", 1), ("a", 1)])
def test_what_follows_the_last_line_end_is_a_line(text: str, last: int) -> None:
    found = lines_at(text, [Span(last, 1, last, 2), Span(last + 1, 1, last + 1, 1)])
    assert found == {last: "a" if text == "a" else ""}


def test_what_means_the_whole_file_shows_nothing() -> None:
    assert lines_at("a\nb\n", [START, START]) == {}
    assert lines_at("a\nb\n", []) == {}


def test_of_a_span_without_end_only_the_beginning_is_held() -> None:
    """A snippet of more than a thousand characters is shown nowhere, and a line end is one."""
    found = lines_at("\n" * 100_000, [Span(10, 1, 90_000, 1)])
    assert list(found) == list(range(10, 1011))
