"""The limits of what is written by itself: how near is near enough, where a key may stand (docs/adr/0015-fix.md).

Each schema here is small, written for one limit.
"""

from __future__ import annotations

from typing import Any

import pytest

from cmian_policy.lang import yaml
from cmian_policy.lang.corrections import correctable
from cmian_policy.lang.jsonschema import explain
from cmian_policy.lang.rewrite import Layout, held, holds, rewrite
from cmian_policy.lang.slips import is_slip, slips
from cmian_policy.model.location import Span
from cmian_policy.model.problem import Correction

Schema = dict[str, Any]
Made = list[tuple[str, str, bool]]


def closed(**properties: Schema) -> Schema:
    """A mapping with these keys and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def one_of(*words: str) -> Schema:
    """A text out of these."""
    return {"type": "string", "enum": list(words)}


def made(text: str, schema: Schema) -> Made:
    """Old text, new text and safety of each correction, in the order of the text."""
    document = yaml.read(text.encode(), "m.yaml")
    found = correctable(document, schema, explain(document, schema))
    return [
        (each.old, each.new, each.safe) for each in sorted({each.correction for each in found if each.correction is not None})
    ]


def mended(text: str, schema: Schema) -> str | None:
    """The text with every correction made."""
    document = yaml.read(text.encode(), "m.yaml")
    found = correctable(document, schema, explain(document, schema))
    return rewrite(document, {each.correction for each in found if each.correction is not None})


YES: Schema = {"type": "boolean"}
STATE = closed(state=one_of("tested", "planned"), used=YES)


# how near


@pytest.mark.parametrize(
    ("word", "near", "safe"),
    [
        ("pilut", "pilot", True),  # five letters
        ("nont", "note", False),  # four
        ("reserbed", "reserved", True),
        ("reserbde", "reserved", False),  # two slips
        ("RESERVED", "reserved", True),
        ("Xeserved", "reserved", True),
        ("no te", "note", True),  # but for a blank
    ],
)
def test_a_value_is_one_slip_from_a_word_of_five_letters(word: str, near: str, *, safe: bool) -> None:
    assert made(f"state: {word}\n", closed(state=one_of(near))) == [(word, near, safe)]


@pytest.mark.parametrize(
    ("key", "near", "safe"),
    [
        ("rle", "role", True),  # four letters: one slip
        ("nam", "name", True),
        ("domian", "domain", True),
        ("domainnn", "domain", False),  # two slips in six letters
        ("reserbde", "reserved", True),  # two in eight
        ("reservvdd", "reserved", True),
        ("rserbedd", "reserved", False),  # three
        ("suppli", "supplier", True),
        ("decisions_peryea", "decisions_per_year", True),  # the underscores count for nothing
    ],
)
def test_a_key_may_have_a_slip_in_four_letters_and_two_in_eight(key: str, near: str, *, safe: bool) -> None:
    assert made(f"{key}: x\n", closed(**{near: {"type": "string"}})) == [(key, near, safe)]


@pytest.mark.parametrize(
    ("properties", "text", "expected"),
    [
        # a word that the schema uses elsewhere was hardly mistyped here
        ({"state": one_of("tested"), "other": one_of("rested")}, "state: rested\n", [("rested", "tested", False)]),
        ({"state": one_of("tested"), "rested": {}}, "state: rested\n", [("rested", "tested", False)]),
        ({"state": one_of("tested")}, "state: rested\n", [("rested", "tested", True)]),
        # nor is the key right whose value would be such a word
        ({"state": one_of("tested"), "other": one_of("rested")}, "stat: rested\n", [("stat", "state", False)]),
        ({"state": one_of("tested")}, "stat: rested\n", [("stat", "state", True)]),
        ({"state": one_of("tested")}, "stat: Tested\n", [("stat", "state", True)]),
        ({"state": one_of("tested")}, "stat: other\n", [("stat", "state", False)]),
        ({"state": one_of("tested"), "inner": closed(stat={})}, "stat: tested\n", [("stat", "state", False)]),
        # another word is near too
        ({"state": one_of("tested", "tasted")}, "state: tosted\n", [("tosted", "tasted", False)]),
        ({"state": {}, "stats": {}}, "stat: x\n", [("stat", "stats", False)]),
        # collections have to be of the kind
        ({"state": {"type": "array"}}, "stat: [x]\n", [("stat", "state", True)]),
        ({"state": {"type": "array"}}, "stat: {x: 1}\n", [("stat", "state", False)]),
        ({"state": {"type": "object"}}, "stat: {x: 1}\n", [("stat", "state", True)]),
        ({"state": {"type": "object"}}, "stat: x\n", [("stat", "state", False)]),
    ],
)
def test_what_can_mean_something_else_is_not_safe(properties: Schema, text: str, expected: Made) -> None:
    found = made(text, closed(**properties))
    assert [(old, safe) for old, _, safe in found] == [(old, safe) for old, _, safe in expected]


def test_the_third_value_beside_yes_and_no_is_mended_like_a_word() -> None:
    tristate: Schema = {"anyOf": [YES, {"const": "unknown"}], "x-kind": "boolean_or_unknown"}
    assert made("a: unknwon\n", closed(a=tristate)) == [("unknwon", "unknown", True)]
    assert made("a: Unknown\n", closed(a=tristate)) == [("Unknown", "unknown", True)]
    assert made("a: unkonwon\n", closed(a=tristate)) == [("unkonwon", "unknown", False)]
    assert made("a: zzz\n", closed(a=tristate)) == []


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("a: 1.0\n", "1.0", [("1.0", '"1.0"', True)]),
        ("a: 1\n", "1.0", [("1", '"1.0"', True)]),
        ("a: 1.00\n", "1.0", [("1.00", '"1.0"', True)]),
        ("a: 1.1\n", "1.0", []),
        ("a: true\n", "1.0", []),
        ("a: 1.0\n", "1.0.0", []),
        ("a: 100\n", "1.0.0", []),
        ("a: 1.0\n", "one", []),
        ("a: 1.0\n", "1.0-b", []),
    ],
)
def test_a_version_written_as_the_same_number_gets_its_quotes(text: str, expected: str, found: Made) -> None:
    assert made(text, closed(a={"const": expected})) == found


@pytest.mark.parametrize(
    ("written", "rule", "found"),
    [
        ("010", {"type": "string"}, [("010", '"010"', True)]),
        ("1.10", {"type": "string", "pattern": "^1\\.10$"}, [("1.10", '"1.10"', True)]),
        ("1.10", {"type": "string", "pattern": "^1\\.1$"}, []),
        ("No", {"type": "string"}, []),  # that is text
        ("False", {"type": "string", "enum": ["False"]}, [("False", '"False"', True)]),
        ("False", {"type": "string", "enum": ["false"]}, []),
    ],
)
def test_a_text_without_its_quotes_gets_them_where_its_characters_are_right(written: str, rule: Schema, found: Made) -> None:
    assert [each for each in made(f"a: {written}\n", closed(a=rule)) if each[1].startswith('"')] == found


# one for each key, and others besides


@pytest.mark.parametrize(
    "text",
    [
        "stat: tested\nState: tested\nused: oui\n",  # which of the two?
        "State: tested\nstate: tested\nused: oui\n",  # the right one is there
        "stat: tested\nState: tested\nsttate: tested\nused: oui\n",
    ],
)
def test_a_key_that_is_taken_or_claimed_twice_is_left_and_the_rest_is_mended(text: str) -> None:
    assert made(text, STATE) == [("oui", "true", True)]


def test_a_correction_says_where_what_and_what_it_comes_to() -> None:
    document = yaml.read(b"stat: Tested\nused: 'oui'\n", "m.yaml")
    problems = correctable(document, STATE, explain(document, STATE))
    assert {each.pointer: each.correction for each in problems} == {
        "/stat": Correction(Span(1, 1, 1, 5), "stat", "state", "/stat", "state", on_key=True, safe=True),
        "/used": Correction(Span(2, 7, 2, 12), "'oui'", "true", "/used", value=True, on_key=False, safe=True),
    }
    assert [each.correction.on_key for each in problems if each.correction is not None] == [True, False]
    assert [type(each.correction.on_key) for each in problems if each.correction is not None] == [bool, bool]


def test_a_key_without_a_place_in_the_schema_is_left() -> None:
    assert made("zzz: {stat: tested}\nused: oui\n", {**STATE, "additionalProperties": {"type": "object"}}) == [
        ("oui", "true", True)
    ]


def test_a_key_within_one_of_several_alternatives_is_left() -> None:
    """Which one is meant is not known, so neither are the keys beside it."""
    inner = {"type": "object", "properties": {"x": closed(cel={"type": "string"})}}
    schema = closed(a={"anyOf": [{"const": "always"}, inner]}, used=YES)
    assert made("a: {x: {cell: b}}\nused: oui\n", schema) == [("oui", "true", True)]


def test_corrections_are_made_together() -> None:
    assert mended("stat: Tested\nused: oui # c\n", STATE) == "state: Tested\nused: true # c\n"
    assert mended("State: 'Tested'\nused: \"non\"\n", STATE) == "state: 'Tested'\nused: false\n"
    assert mended("'State': tested\n", STATE) == "'state': tested\n"


# where a key may stand

ITEMS = closed(items={"type": "array", "items": STATE}, state=one_of("tested"))


@pytest.mark.parametrize(
    "text",
    [
        "items:\n- stat: tested\n",
        "items:\n  - stat: tested\n",
        "items:\n      - stat: tested\n",
        "items:\n  -   stat: tested\n",
        "items:\n  -\n    stat: tested\n",
        "items: [stat: tested]\n",
        "items: [{stat: tested}]\n",
        "items: [{used: true, stat: tested}]\n",
        "items: [{ stat: tested }]\n",
        "items: [{used: true,stat: tested}]\n",
        "items: [{used: true,\n  stat: tested}]\n",
        "items:\n- used: true\n  stat: tested\n",
        "  stat: tested ",
        "stat: tested",
        "\tstat: tested".replace("\t", " "),
    ],
)
def test_a_key_is_found_wherever_a_key_begins(text: str) -> None:
    assert made(text, ITEMS) == [("stat", "state", True)]
    assert mended(text, ITEMS) == text.replace("stat:", "state:")


@pytest.mark.parametrize(
    "text",
    [
        "items:\n- ? stat\n  : tested\n",
        "items: [{&X stat: tested}]\n",
        "items: [{&x stat: tested}]\n",
        "items:\n- &X stat: tested\n",
        "items:\n- !!str stat: tested\n",
        "&X stat: tested\n",
        "? stat\n: tested\n",
        "items: [? stat : tested]\n",
    ],
)
def test_a_key_with_something_before_it_is_left(text: str) -> None:
    assert made(text, ITEMS) == []


@pytest.mark.parametrize(
    ("text", "pointer", "expected"),
    [
        ("a: b\n", "/a", (1, 4, 1, 5)),
        ("a: 'b'\n", "/a", (1, 4, 1, 7)),
        ("a: [b, c]\n", "/a/1", (1, 8, 1, 9)),
        ("a:\n- b\n-   c\n", "/a/1", (3, 5, 3, 6)),
        ("a:\n- b # c\n# c\n- c\n", "/a/1", (4, 3, 4, 4)),
        ("a: # c\n  b\n", "/a", (2, 3, 2, 4)),
        ("a: {b: c}\n", "/a/b", (1, 8, 1, 9)),
        ("a : b\n", "/a", (1, 5, 1, 6)),
        ('{"a":b}\n', "/a", (1, 6, 1, 7)),
        ("a: ''\n", "/a", (1, 4, 1, 6)),
        ("a: b c\n", "/a", (1, 4, 1, 7)),
    ],
)
def test_a_scalar_of_one_line_can_be_replaced(text: str, pointer: str, expected: tuple[int, int, int, int]) -> None:
    layout = Layout(yaml.read(text.encode(), "m.yaml"))
    assert layout.scalar(pointer) == Span(*expected)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("a: {b: c}\n", "/a"),
        ("a: [b]\n", "/a"),
        ("a: []\n", "/a"),
        ("a:\n", "/a"),
        ("a: b\n", "/b"),
        ("a: [b]\n", "/a/1"),
        ("a: [b]\n", "/a/x"),
        ("a: b\n  c\n", "/a"),
        ("a: b\n      c\n", "/a"),
        ("a: 'b\n  c'\n", "/a"),
        ("a: |\n  b\n", "/a"),
        ("a: >\n  b\n", "/a"),
        ("a: |\n", "/a"),
        ("a: >-\n", "/a"),
        ("a: &x b\n", "/a"),
        ("a: !!str b\n", "/a"),
        ("a: &x b\nc: *x\n", "/c"),
        ("a: &x [b]\n", "/a/0"),
        ("a: &x [b]\nc: *x\n", "/c/0"),
        ("a: !!seq [b]\n", "/a/0"),
        ("a: [&x b]\n", "/a/0"),
        ("a:\n- &x b\n", "/a/0"),
        ("a:\n- &x\n  b: c\n", "/a/0/b"),
        ("a:\n  ? b\n  : c\n", "/a"),
    ],
)
def test_what_is_more_or_less_than_its_text_is_left(text: str, pointer: str) -> None:
    assert Layout(yaml.read(text.encode(), "m.yaml")).scalar(pointer) is None


# what is written is read again


def correction(
    span: tuple[int, int, int, int], old: str, new: str, pointer: str, value: str, *, on_key: bool = False
) -> Correction:
    """A safe correction."""
    return Correction(Span(*span), old, new, pointer, value, on_key=on_key, safe=True)


def test_several_corrections_of_one_line_are_made_in_their_places() -> None:
    document = yaml.read(b"a: [x, yy, zzz] # x\r\nb: x\r\n", "m.yaml")
    changes = [
        correction((1, 12, 1, 15), "zzz", "1", "/a/2", "1"),
        correction((1, 5, 1, 6), "x", "longer", "/a/0", "longer"),
        correction((2, 1, 2, 2), "b", "c", "/b", "c", on_key=True),
    ]
    assert rewrite(document, changes) is None  # 1 is read as a number
    changes[0] = correction((1, 12, 1, 15), "zzz", "'1'", "/a/2", "1")
    assert rewrite(document, [*changes, changes[0]]) == "a: [longer, yy, '1'] # x\r\nc: x\r\n"
    assert rewrite(document, []) == document.text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a: 1\nb: x\n", True),
        ("b: x\na: 1\n", True),
        ("{b: x, a: 1}", True),
        ("a: 1.0\nb: x\n", False),
        ("a: '1'\nb: x\n", False),
        ("a: true\nb: x\n", False),
        ("a: 1\n", False),
        ("a: 1\nb: x\nc: 1\n", False),
        ("a: 1\nb: [x\n", False),
        ("a: 1\na: 1\nb: x\n", False),
    ],
)
def test_the_same_data_are_of_the_same_kind_in_any_order(text: str, *, same: bool) -> None:
    assert holds(text, {"a": 1, "b": "x"}, "m.yaml") is same


def test_what_stands_at_a_pointer() -> None:
    data: Schema = {"a": [{"b/c": 1}, 2], "3": "x"}
    assert [held(data, pointer) for pointer in ("", "/a/0/b~1c", "/a/1", "/3")] == [data, 1, 2, "x"]


# slips


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("abcd", "acbd", 1),
        ("abcd", "abdc", 1),
        ("bacd", "abcd", 1),
        ("abcd", "dabc", 2),
        ("ca", "abc", 3),
        ("abcde", "abxyz", 3),
        ("aab", "aba", 1),
    ],
)
def test_neighbours_that_changed_places_are_one_slip(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


@pytest.mark.parametrize(("length", "slip"), [(59, True), (60, True), (61, False)])
def test_no_word_of_a_schema_is_longer_than_sixty_characters(length: int, *, slip: bool) -> None:
    assert is_slip("a" * length, "a" * (length - 1) + "b", ["a" * (length - 1) + "b"], most=1) is slip


@pytest.mark.parametrize(
    ("word", "known", "most", "expected"),
    [
        ("role", ["role"], 0, True),
        ("rolle", ["role"], 0, False),
        ("rolle", ["role"], 1, True),
        ("rrolle", ["role"], 1, False),
        ("rrolle", ["role"], 2, True),
        ("rolle", ["role", "roller"], 1, False),  # one from each
        ("rolle", ["role", "rollers"], 1, False),  # two from the other
        ("rolle", ["role", "rolleret"], 1, True),  # three
        ("role", ["role", "rolex"], 1, False),
        ("RÔLE", ["role", "other"], 0, True),
    ],
)
def test_every_other_word_is_two_slips_further_off(word: str, known: list[str], most: int, *, expected: bool) -> None:
    assert is_slip(word, "role", known, most=most) is expected
