"""What a violation tells the author: the value as it was written, what is admitted, and the key that was meant.

Each schema here is small, written for one keyword, so that what is expected can be read off it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.lang.jsonschema import explain, show, type_name
from cmian_policy.lang.yaml import read
from cmian_policy.messages import render
from cmian_policy.model.location import START, Span
from cmian_policy.model.text import LANGS, Bilingual, Message, message

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain
    from cmian_policy.model.problem import Problem

Schema = dict[str, Any]


def found(value: str, rule: Schema, **around: Any) -> tuple[Problem, ...]:  # noqa: ANN401 - any JSON
    """The violations of ``a: VALUE`` where ``rule`` is that of ``a``."""
    document = read(f"a: {value}\n".encode(), "m.yaml")
    return explain(document, {"type": "object", "properties": {"a": rule}, **around})


def one(value: str, rule: Schema, **around: Any) -> Problem:  # noqa: ANN401 - any JSON
    """The only one, which both languages can show."""
    (problem,) = found(value, rule, **around)
    for lang in LANGS:
        assert "None" not in render(problem.message, lang)
    return problem


def type_message(expected: str, actual: str) -> Message:
    """What is said of a value of the wrong type."""
    return message("schema.type", expected=message(f"type.{expected}"), actual=message(f"type.{actual}"))


FORMS = (
    "text", "date", "month_or_date", "url", "slug", "contact", "pin", "sha256", "annex_iii_point", "rule_id", "release_id",
    "pointer", "name",
)  # fmt: skip
COUNTRY: Schema = {"enum": ["FR", "BE"], "x-kind": "country"}
TRISTATE: Schema = {"anyOf": [{"type": "boolean"}, {"const": "unknown"}], "x-kind": "boolean_or_unknown"}
EITHER: Schema = {"anyOf": [{"const": "always"}, {"type": "integer"}, {"pattern": "^z"}]}
SCALAR: Schema = {"anyOf": [{"const": "always"}, {"type": "integer"}]}


@pytest.mark.parametrize(
    ("value", "rule", "expected"),
    [
        ("null", {"type": "string"}, message("schema.null")),
        ("null", {"const": "1.0"}, message("schema.null")),
        ("~", {"enum": ["x"]}, message("schema.null")),
        ("b", {"const": "1.0"}, message("schema.const", value="b", expected="1.0")),
        ("true", {"const": "1.0"}, message("schema.const", value="true", expected="1.0")),
        ("[b]", {"const": "1.0"}, message("schema.const", value="[…]", expected="1.0")),
        ("{b: 1}", {"const": "1.0"}, message("schema.const", value="{…}", expected="1.0")),
        ("1.5", {"const": "1.0"}, message("schema.const", value="1.5", expected="1.0")),
        ("zz", {"enum": ["un", 2]}, message("schema.enum", value="zz", choices="un, 2")),
        ("3", {"enum": ["un", 2]}, message("schema.enum", value="3", choices="un, 2")),
        ("Pilot", {"enum": ["pilot", "other"]}, message("schema.enum-near", value="Pilot", near="pilot", choices="pilot, other")),
        ("[pilot]", {"enum": ["pilot"]}, message("schema.enum", value="[…]", choices="pilot")),
        ("Fr", COUNTRY, message("schema.country", value="Fr")),
        ("abcd", {"maxLength": 3}, message("schema.too-long", count=4, maximum=3)),
        ("6", {"maximum": 5}, message("schema.maximum", value="6", maximum=5)),
        ("-1", {"minimum": 0}, message("schema.minimum", value="-1", minimum=0)),
        ("-0.5", {"minimum": 0}, message("schema.minimum", value="-0.5", minimum=0)),
        ("[]", {"minItems": 1}, message("schema.empty")),
        ("b", {"pattern": "^c+$"}, message("schema.form", value="b", pattern="^c+$")),
        ("b", {"pattern": "^c+$", "x-kind": "other"}, message("schema.form", value="b", pattern="^c+$")),
        *(("b c", {"pattern": "^$", "x-kind": kind}, message(f"schema.form.{kind}", value="b c")) for kind in FORMS),
        ("peut-être", TRISTATE, message("schema.boolean-or-unknown", value="peut-être")),
        ("[true]", TRISTATE, message("schema.boolean-or-unknown", value="[…]")),
        ("Oui", TRISTATE, message("schema.boolean-word", value="Oui", expected="true")),
        ("off", TRISTATE, message("schema.boolean-word", value="off", expected="false")),
        ("never", EITHER, message("schema.any-of", value="never", choices='"always" | integer | text')),
        ("1.5", SCALAR, message("schema.any-of", value="1.5", choices='"always" | integer')),
        ("b", {"type": "object"}, type_message("object", "string")),
        ("[b]", {"type": "object"}, type_message("object", "array")),
        ("{b: 1}", {"type": "array"}, type_message("array", "object")),
        ("[b]", {"type": "string"}, type_message("string", "array")),
        ("{b: 1}", {"type": "string"}, type_message("string", "object")),
        ("b", {"type": "integer"}, type_message("integer", "string")),
        ("1.5", {"type": "integer"}, type_message("integer", "number")),
        ("true", {"type": "integer"}, type_message("integer", "boolean")),
        ("2", {"type": "boolean"}, type_message("boolean", "number")),
        ("maybe", {"type": "boolean"}, type_message("boolean", "string")),
        ("b", {"type": ["integer", "boolean"]}, type_message("integer", "string")),
        ("oui", {"type": ["integer", "boolean"]}, message("schema.boolean-word", value="oui", expected="true")),
        ("3", {"type": ["string", "boolean"]}, message("schema.type.quote", value="3")),
        ("12", {"type": "string"}, message("schema.type.quote", value="12")),
        ("1.10", {"type": "string"}, message("schema.type.quote", value="1.1")),
        ("false", {"type": "string"}, message("schema.type.quote", value="false")),
        ("b", {"type": "array"}, message("schema.type.list", value="b")),
        ("3", {"type": "array"}, message("schema.type.list", value="3")),
        ("b", {"type": ["array", "integer"]}, type_message("array", "string")),
        ("5", {"multipleOf": 2}, message("schema.other", keyword="multipleOf", detail="5 is not a multiple of 2")),
    ],
)
def test_a_wrong_value_is_repeated_with_what_is_admitted(value: str, rule: Schema, expected: Message) -> None:
    problem = one(value, rule)
    assert problem.message == expected
    assert problem.pointer == "/a"
    assert problem.span[:2] == (1, 4)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("oui", "yes", "on", "vrai", "o", "y", "Oui", "YES", "On", '" oui "', '"true"', '"TRUE"', "'True '"), "true"),
        (("non", "no", "off", "faux", "n", "NON", "No", '"false"', "' FALSE'"), "false"),
    ],
)
def test_words_for_yes_and_no_are_told_from_other_texts(words: tuple[str, ...], expected: str) -> None:
    for word in words:
        problem = one(word, {"type": "boolean"})
        shown = " ".join(word.strip("\"'").split())
        assert problem.message == message("schema.boolean-word", value=shown, expected=expected)


@pytest.mark.parametrize("pattern", ["^a$", "a$"])
def test_the_end_of_a_pattern_is_the_end_of_the_text(pattern: str) -> None:
    """ECMA-262's ``$``: Python's own would let a last line break pass."""
    assert found('"a"', {"pattern": pattern}) == ()
    assert one('"a\\n"', {"pattern": pattern}).message.key == "schema.form"
    assert found('"a$"', {"pattern": "^a\\$$"}) == ()
    assert found("3", {"pattern": pattern}) == ()


def test_what_a_definition_asks_is_asked_wherever_it_is_named() -> None:
    definitions: Schema = {"word": {"type": "string"}, "words": {"type": "array", "items": {"$ref": "#/$defs/word"}}}
    for rule, value, pointer in (("word", "1", "/a"), ("words", "[x, 1]", "/a/1"), ("words", "x", "/a")):
        problem = one(value, {"$ref": f"#/$defs/{rule}"}, **{"$defs": {**definitions}})
        assert (problem.message.key, problem.pointer) == ("schema.type.list" if value == "x" else "schema.type.quote", pointer)
    assert found("[x, y]", {"$ref": "#/$defs/words"}, **{"$defs": {**definitions}}) == ()


# keys

CLOSED: Schema = {"type": "object", "additionalProperties": False, "properties": {"name": {}, "role": {}}}
OPEN: Schema = {**CLOSED, "patternProperties": {"^x-": {}}}
ELSEWHERE: Schema = {
    "type": "object",
    "properties": {
        "a": OPEN,
        "other": {"type": "object", "properties": {"colour": {}, "size": {}}},
        "list": {"type": "array", "items": {"type": "object", "properties": {"weight": {}, "size": {}}}},
        "direct": {"$ref": "#/$defs/shared"},
    },
    "$defs": {"shared": {"type": "object", "properties": {"depth": {}}}},
}


@pytest.mark.parametrize(
    ("held", "rule", "expected"),
    [
        ("{nom: 1}", OPEN, message("schema.unknown-key", key="nom")),
        ("{Name: 1}", OPEN, message("schema.unknown-key-near", key="Name", near="name")),
        ("{nam: 1}", CLOSED, message("schema.unknown-key-near", key="nam", near="name")),
        ("{zzz: 1}", CLOSED, message("schema.unknown-key-closed", key="zzz", known="name, role")),
        ("{zzz: 1}", OPEN, message("schema.unknown-key", key="zzz")),
        ("{ax-b: 1}", OPEN, message("schema.unknown-key", key="ax-b")),
        (f"{{{'z' * 61}: 1}}", OPEN, message("schema.unknown-key", key="z" * 59 + "…")),
    ],
)
def test_an_unknown_key_is_shown_on_the_key_with_what_is_near(held: str, rule: Schema, expected: Message) -> None:
    problem = one(held, rule)
    assert problem.message == expected
    key = held[1:].partition(":")[0]
    assert (problem.pointer, problem.span) == (f"/a/{key}", Span(1, 5, 1, 5 + len(key)))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("colour", message("schema.unknown-key-elsewhere", key="colour", place="other.colour")),
        ("weight", message("schema.unknown-key-elsewhere", key="weight", place="list[].weight")),
        ("depth", message("schema.unknown-key-elsewhere", key="depth", place="direct.depth")),
        ("size", message("schema.unknown-key", key="size")),  # two places: nobody can tell
    ],
)
def test_a_key_that_belongs_elsewhere_is_told_where(key: str, expected: Message) -> None:
    document = read(f"a: {{{key}: 1}}\n".encode(), "m.yaml")
    (problem,) = explain(document, ELSEWHERE)
    assert problem.message == expected
    assert problem.pointer == f"/a/{key}"


def test_free_keys_are_no_violation() -> None:
    assert found("{x-a: 1, name: 2}", OPEN) == ()
    assert [each.pointer for each in found("{x-a: 1, zzz: 2, x-b: 3}", OPEN)] == ["/a/zzz"]


def test_where_no_key_is_admitted_none_is_near() -> None:
    problem = one("{zzz: 1}", {"type": "object", "additionalProperties": False})
    assert problem.message == message("schema.unknown-key-closed", key="zzz", known="")


TITLED: Schema = {"title": "Nom", "x-en": {"title": "Name"}}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"b": TITLED}, message("schema.required-titled", key="b", title=Bilingual("Nom", "Name"))),
        ({"b": {"title": "Nom"}}, message("schema.required-titled", key="b", title=Bilingual("Nom", "Nom"))),
        ({"b": {"title": "Nom", "x-en": {}}}, message("schema.required-titled", key="b", title=Bilingual("Nom", "Nom"))),
        ({"b": {"$ref": "#/$defs/shared"}}, message("schema.required-titled", key="b", title=Bilingual("Nom", "Name"))),
        ({"b": {}}, message("schema.required", key="b")),
        ({}, message("schema.required", key="b")),
    ],
)
def test_a_missing_key_is_named_with_its_title(properties: Schema, expected: Message) -> None:
    problem = one("{c: 1}", {"type": "object", "required": ["b"], "properties": properties}, **{"$defs": {"shared": TITLED}})
    assert problem.message == expected
    assert (problem.pointer, problem.span) == ("/a/b", Span(1, 1, 1, 2))


def test_without_declared_keys_a_missing_one_is_named_all_the_same() -> None:
    assert one("{c: 1}", {"required": ["b", "c"]}).message == message("schema.required", key="b")


def test_each_missing_and_each_unknown_key_is_told_once() -> None:
    rule: Schema = {"type": "object", "required": ["b", "c"], "properties": {"b": {}, "c": {}}, "additionalProperties": False}
    problems = found("{zz: 1, yy: 2}", rule)
    assert [(each.pointer, each.message.key) for each in problems] == [
        ("/a/b", "schema.required"),
        ("/a/c", "schema.required"),
        ("/a/zz", "schema.unknown-key-closed"),
        ("/a/yy", "schema.unknown-key-closed"),
    ]


# alternatives

MAPPING_OR_WORD: Schema = {
    "anyOf": [
        {"const": "always"},
        {"type": "object", "required": ["cel"], "properties": {"cel": {"type": "string"}}, "additionalProperties": False},
    ]
}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("{}", [("/a/cel", message("schema.required", key="cel"))]),
        ("{cel: 1}", [("/a/cel", message("schema.type.quote", value="1"))]),
        (
            "{cell: b}",
            [
                ("/a/cel", message("schema.required", key="cel")),
                ("/a/cell", message("schema.unknown-key-near", key="cell", near="cel")),
            ],
        ),
        ("often", [("/a", message("schema.any-of", value="often", choices='"always" | object'))]),
        ("[b]", [("/a", message("schema.any-of", value="[…]", choices='"always" | object'))]),
    ],
)
def test_a_mapping_is_held_against_the_alternative_that_is_one(held: str, expected: list[tuple[str, Message]]) -> None:
    assert [(each.pointer, each.message) for each in found(held, MAPPING_OR_WORD)] == expected


def test_a_mapping_where_no_alternative_is_one_is_refused_whole() -> None:
    assert one("{b: 1}", SCALAR).message == message("schema.any-of", value="{…}", choices='"always" | integer')


def test_what_is_admitted_says_more_than_the_type() -> None:
    assert [each.message.key for each in found("1", {"type": "string", "const": "1.0"})] == ["schema.const"]
    assert [each.message.key for each in found("oui", {"type": "boolean"})] == ["schema.boolean-word"]
    assert [each.message.key for each in found("1", {"type": "string", "minimum": 2})] == ["schema.minimum", "schema.type.quote"]


def test_problems_stand_in_the_order_of_the_text() -> None:
    document = read(b"b: 1\na: 2\nc: 3\n", "m.yaml")
    problems = explain(document, {"properties": {key: {"type": "string"} for key in "abc"}, "required": ["d"]})
    assert [each.pointer for each in problems] == ["/d", "/b", "/a", "/c"]


# values as messages repeat them


@pytest.mark.parametrize(
    ("value", "shown", "kind"),
    [
        (None, "null", "null"),
        (True, "true", "boolean"),
        (False, "false", "boolean"),
        (0, "0", "number"),
        (1.5, "1.5", "number"),
        ("text", "text", "string"),
        ("two\nlines", "two lines", "string"),
        ([], "[…]", "array"),
        ({}, "{…}", "object"),
        ("x" * 60, "x" * 60, "string"),
        ("x" * 61, "x" * 59 + "…", "string"),
    ],
)
def test_a_value_is_shown_on_one_line_and_shortened(value: Plain, shown: str, kind: str) -> None:
    assert (show(value), type_name(value)) == (shown, kind)


@pytest.mark.parametrize(("wrong", "more"), [(999, False), (1000, False), (1001, True), (1500, True)])
def test_past_a_thousand_one_line_says_that_there_are_more(wrong: int, *, more: bool) -> None:
    """As many as the items of two lists, the most that one list may hold being a thousand."""
    halves = (wrong // 2, wrong - wrong // 2)
    document = read("".join(f"{name}: [{'b, ' * count}]\n" for name, count in zip("ac", halves, strict=True)).encode(), "m.yaml")
    problems = explain(document, {"properties": {key: {"items": {"type": "integer"}} for key in "ac"}})
    said = [each for each in problems if each.message == message("schema.more", limit=1000)]
    assert len(problems) == min(wrong, 1000) + more
    assert [(each.span, each.pointer) for each in said] == [(START, "")] * more
    assert problems[0] in said or not more
