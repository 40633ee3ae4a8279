"""From a character of a value to its place in the YAML text: in every style of scalar."""

from __future__ import annotations

import pytest

from cmian_policy.lang.scalar_places import place_in_scalar
from cmian_policy.lang.yaml import read

STYLES = {
    "plain": "a: one two == three\n",
    "plain on lines": "a: one two\n  == three\n\n  && four\n",
    "single quotes": "a: 'one ''two'' three'\n",
    "single quotes on lines": "a: 'one ''two''\n  three'\n",
    "double quotes": 'a: "one \\"two\\" \\u00e9 \\x41 three"\n',
    "double quotes on lines": 'a: "one \\"two\\"\n  three \\\n  four"\n',
    "double quotes with breaks": 'a: "one\\n\\ttwo \\"three\\""\n',
    "folded": "a: >-\n  one two\n  three\n\n  four\n",
    "folded with an indented line": "a: >\n  one two\n    three\n  four\n",
    "literal": "a: |\n  one\n    two\n  three\n",
    "literal with a comment": "a: |-  # why | so\n  one > two\n",
    "literal with carriage returns": "a: |\r\n  one\r\n    two\r\n",
    "behind an anchor": "a: &x 'one ''two'''\n",
    "in a flow mapping": "a: {b: 'one two', c: three four}\n",
    "emoji": "a: >-\n  😀 'é'\n  two\n",
}


def strings(data: object, pointer: str = "") -> list[tuple[str, str]]:
    """Every text of a document with its pointer."""
    if isinstance(data, dict):
        return [found for key, value in data.items() for found in strings(value, f"{pointer}/{key}")]
    return [(pointer, str(data))]


@pytest.mark.parametrize("name", STYLES)
def test_each_visible_character_is_found_where_it_is_written(name: str) -> None:
    document = read(STYLES[name].encode(), "a.yaml")
    lines = STYLES[name].replace("\r\n", "\n").split("\n")
    for pointer, value in strings(document.data):
        for offset, character in enumerate(value):
            span = place_in_scalar(document, pointer, offset)
            assert span is not None
            written = lines[span.line - 1][span.column - 1 :]
            if not character.isspace():
                assert written[:1] == character or written.startswith("\\"), (offset, character, span)


def test_the_end_of_a_value_is_the_end_of_its_text() -> None:
    document = read(b"a: 'x ==' # more\n", "a.yaml")
    span = place_in_scalar(document, "/a", 4)
    assert span is not None
    assert (span.line, span.column) == (1, 9)


def test_an_alias_is_shown_where_it_stands() -> None:
    document = read(b"a: &x one two\nb: *x\n", "a.yaml")
    span = place_in_scalar(document, "/b", 4)
    assert span is not None
    assert (span.line, span.column) == (2, 4)


@pytest.mark.parametrize("pointer", ["/b", "/a/0", "/n", ""])
def test_what_is_no_text_has_no_place(pointer: str) -> None:
    assert place_in_scalar(read(b"a: one\nn: 3\n", "a.yaml"), pointer, 0) is None
