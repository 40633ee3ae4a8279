"""What :func:`cmian_policy.lang.yaml.read` accepts, refuses and where it says things stand, with both parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from cmian_policy.errors import DocumentError
from cmian_policy.lang.yaml import libyaml, pure_python, read
from cmian_policy.model.location import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.lang.yaml import Events
    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.problem import Problem

    Loader = Callable[[str], Events]

LOADERS = [pytest.param(pure_python, id="pure"), *([pytest.param(libyaml, id="libyaml")] if libyaml else [])]
BOTH = pytest.mark.parametrize("loader", LOADERS)


def document(text: str, loader: Loader) -> LocatedDocument:
    """``text`` as it is read."""
    return read(text.encode(), "m.yaml", loader=loader)


def refusals(raw: str | bytes, loader: Loader) -> tuple[Problem, ...]:
    """The problems for which ``raw`` is refused."""
    with pytest.raises(DocumentError) as caught:
        read(raw if isinstance(raw, bytes) else raw.encode(), "m.yaml", loader=loader)
    assert caught.value.location is not None
    assert caught.value.location.path == "m.yaml"
    assert caught.value.location.span == caught.value.problems[0].span
    return caught.value.problems


def places(raw: str | bytes, loader: Loader) -> list[tuple[str, int, int]]:
    """Key, line and column of each problem, without the prefix they share."""
    return [(p.message.key.removeprefix("yaml."), p.span.line, p.span.column) for p in refusals(raw, loader)]


# Expected from YAML 1.2.2, section 10.3.2, not from any implementation.
SCALARS: list[tuple[str, Plain]] = [
    *[(text, None) for text in ("null", "Null", "NULL", "~")],
    *[(text, True) for text in ("true", "True", "TRUE")],
    *[(text, False) for text in ("false", "False", "FALSE")],
    *[(text, text) for text in ("no", "No", "yes", "on", "off", "oui", "y", "n", "nULL", "tRUE", "truee", "nullable", "~~")],
    *[("0", 0), ("-0", 0), ("+12", 12), ("-12", -12), ("010", 10), ("09", 9), ("0o17", 15), ("0xfF", 255)],
    *[("9007199254740991", 2**53 - 1), ("-9007199254740991", 1 - 2**53), ("0x1fffffffffffff", 2**53 - 1)],
    *[("0" * 5000 + "7", 7), ("0o" + "0" * 5000 + "7", 7)],
    *[("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("+1.5e-3", 0.0015), ("1e3", 1000.0), ("1E+3", 1000.0), ("0.0", 0.0)],
    *[
        (text, text)
        for text in ("1_000", "1:30", "2024-01-01", "0b1", "0o8", "-0x1", "+0o7", "0x", "1e", "1.5.2", "--1", "+", "-1-")
    ],
    *[(text, text) for text in (".", "...a", "+.", ".inff", ".Nan", "inf", "nan", "+.nan", "١٢", "1٢", "<<", "=")],
]


@BOTH
@pytest.mark.parametrize(("text", "value"), SCALARS, ids=lambda value: repr(value)[:20])
def test_plain_scalars_follow_the_core_schema(text: str, value: Plain, loader: Loader) -> None:
    read_value = document(f"- {text}\n", loader).data
    assert read_value == [value]
    assert isinstance(read_value, list)
    assert type(read_value[0]) is type(value)


@BOTH
@pytest.mark.parametrize("text", ["1", "true", "null", "", "1e3", ".nan"])
@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", "|-\n  {}", "!!str {}", "! {}", '!!str "{}"', "!<tag:yaml.org,2002:str> {}"])
def test_quoted_block_and_str_scalars_are_text(text: str, quoted: str, loader: Loader) -> None:
    assert document("a: " + quoted.format(text) + "\n", loader).data == {"a": text}


@BOTH
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int 0o17", 15),
        ('!!int "12"', 12),
        ("!!float 1", 1.0),
        ("!!float '.5'", 0.5),
        ('!!bool "True"', True),
        ("!!null ~", None),
        ("!!null ''", None),
        ("!!null", None),
        ("!!map {b: 1}", {"b": 1}),
        ("!!seq [1]", [1]),
        ("! [1]", [1]),
        ("&x !!int 3", 3),
        ("!!int &x 3", 3),
    ],
)
def test_core_tags_are_honoured(text: str, value: Plain, loader: Loader) -> None:
    data = document(f"a: {text}\n", loader).data
    assert data == {"a": value}
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


@BOTH
@pytest.mark.parametrize(
    ("text", "key", "column"),
    [
        ("!!int abc", "tag-mismatch", 10),
        ("!!int 1.5", "tag-mismatch", 10),
        ("!!int", "tag-mismatch", 9),
        ("!!bool yes", "tag-mismatch", 11),
        ("!!bool null", "tag-mismatch", 11),
        ("!!null x", "tag-mismatch", 11),
        ("!!float x", "tag-mismatch", 12),
        ("!!float .inf", "not-finite", 12),
        ("!!int 9007199254740992", "integer-range", 10),
        ("!!str [x]", "tag-on-collection", 4),
        ("!!seq {}", "tag-on-collection", 4),
        ("!!map x", "tag-on-scalar", 4),
        ("&x !!seq x", "tag-on-scalar", 7),
        ("!local x", "tag", 4),
        ("!!binary aGk=", "tag", 4),
        ("!!timestamp 2024-01-01", "tag", 4),
        ("!!set {}", "tag", 4),
        ("!<tag:example.org,2024:x> y", "tag", 4),
    ],
)
def test_other_tags_and_misfits_are_refused(text: str, key: str, column: int, loader: Loader) -> None:
    assert places(f"a: {text}\n", loader) == [(key, 1, column)]


@BOTH
def test_a_refused_tag_is_named_as_written(loader: Loader) -> None:
    assert dict(refusals("a: !Ref b\n", loader)[0].message.values) == {"tag": "!Ref"}
    assert dict(refusals("a: !!binary b\n", loader)[0].message.values) == {"tag": "!!binary"}


@BOTH
@pytest.mark.parametrize(
    "text",
    ["9007199254740992", "-9007199254740992", "0x20000000000000", "0o400000000000000000", "1" * 5000, "0x" + "f" * 5000],
    ids=lambda text: text[:20],
)
def test_integers_beyond_53_bits_are_refused(text: str, loader: Loader) -> None:
    assert places(f"a: {text}\n", loader) == [("integer-range", 1, 4)]


@BOTH
@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN", "1e999", "-1e999", "9" * 400 + ".0"])
def test_numbers_that_are_not_finite_are_refused(text: str, loader: Loader) -> None:
    assert places(f"a: {text}\n", loader) == [("not-finite", 1, 4)]


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\n'a': 3\n", [("duplicate-key", 3, 1)]),
        ("{a: 1, a: 2}", [("duplicate-key", 1, 8)]),
        ("a: &x b\n*x : 1\nb: 2\n", [("duplicate-key", 3, 1)]),
        ("a: 1\n<<: {b: 1}\n", [("merge-key", 2, 1)]),
        ("1: a\n", [("key-not-text", 1, 1)]),
        ("a:\n  true: a\n", [("key-not-text", 2, 3)]),
        ("~: a\n", [("key-not-text", 1, 1)]),
        (".nan: a\n", [("key-not-text", 1, 1)]),
        ("!!int 1: a\n", [("key-not-text", 1, 7)]),
        ("a: &x 1\n*x : a\n", [("key-not-text", 2, 1)]),
        ("!foo a: 1\n", [("tag", 1, 1)]),
        ("? [a]\n: b\n", [("key-collection", 1, 3)]),
        ("? {a: 1}\n: b\nc: d\n", [("key-collection", 1, 3)]),
        ("{[a]: b, c: 1}", [("key-collection", 1, 2)]),
        ("a: &x [1]\n*x : b\n", [("key-not-text", 2, 1)]),
        ("? \n: a\n", [("key-empty", 1, 2)]),
        ("{?x : a}", [("syntax-question-mark", 1, 3)]),
        ("k: &an:chor v\n", [("syntax-anchor", 1, 4)]),
        ("k: !!str &an:chor v\n", [("syntax-anchor", 1, 10)]),
    ],
)
def test_keys_that_are_refused(text: str, expected: list[tuple[str, int, int]], loader: Loader) -> None:
    assert places(text, loader) == expected


@BOTH
def test_text_keys_that_look_otherwise_are_accepted(loader: Loader) -> None:
    text = "no: 1\n'1': 2\n\"<<\": 3\n!!str 2: 4\n!!str <<x: 5\n? long\n: 6\n"
    assert document(text, loader).data == {"no": 1, "1": 2, "<<": 3, "2": 4, "<<x": 5, "long": 6}


@BOTH
def test_a_duplicate_key_names_the_first_and_its_pointer(loader: Loader) -> None:
    problem = refusals("a:\n  b/c: 1\n  d: 2\n  b/c: 3\n", loader)[0]
    assert dict(problem.message.values) == {"name": "b/c", "line": 2}
    assert problem.pointer == "/a/b~1c"
    assert problem.span == Span(4, 3, 4, 6)


@BOTH
def test_problems_are_all_reported_in_text_order(loader: Loader) -> None:
    text = "a: .nan\nb: [!x y, 9007199254740992]\na: 2\n3: 4\n<<: *u\n"
    expected = [("not-finite", 1, 4), ("tag", 2, 5), ("integer-range", 2, 11), ("duplicate-key", 3, 1), ("key-not-text", 4, 1)]
    assert places(text, loader) == [*expected, ("merge-key", 5, 1), ("unknown-alias", 5, 5)]
    assert [problem.pointer for problem in refusals(text, loader)][:3] == ["/a", "/b/0", "/b/1"]


@BOTH
def test_a_syntax_error_follows_what_was_found_before(loader: Loader) -> None:
    assert places("a: .nan\nb: 'x\n", loader) == [("not-finite", 1, 4), ("syntax-quote", 2, 4)]


@BOTH
def test_at_most_a_hundred_problems(loader: Loader) -> None:
    assert len(refusals("- .nan\n" * 500, loader)) == 100


@BOTH
@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "  \n# x\n\n", "\ufeff", "\ufeff# x\n", "---\n", "---\n# x\n...\n", "%YAML 1.2\n---\n"]
)
def test_empty_documents_are_told_apart(text: str, loader: Loader) -> None:
    assert places(text, loader) == [("empty", 1, 1)]


@BOTH
def test_a_written_null_is_no_empty_document(loader: Loader) -> None:
    assert document("null\n", loader).data is None
    assert document("--- !!str\n", loader).data == ""


@BOTH
@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\n---\nb: 2\n", 2), ("---\n---\na\n", 2), ("a: 1\n...\n---\nb\n", 3), ("--- a\n---\n", 2)]
)
def test_several_documents_are_refused(text: str, line: int, loader: Loader) -> None:
    assert places(text, loader) == [("several-documents", line, 1)]


@BOTH
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: caf\xe9\n", ("not-utf8", 1, 7)),
        ("\ufeffé: ".encode() + b"\r\n\xc3", ("not-utf8", 2, 1)),
        (b"a: \xed\xa0\x80\n", ("not-utf8", 1, 4)),
        ("a: 1".encode("utf-16"), ("encoding", 1, 1)),
        ("a: 1".encode("utf-16-le"), ("encoding", 1, 1)),
        ("a: 1".encode("utf-16-be"), ("encoding", 1, 1)),
        ("a: 1".encode("utf-32"), ("encoding", 1, 1)),
        ("a: 1".encode("utf-32-le"), ("encoding", 1, 1)),
        ("a: 1".encode("utf-32-be"), ("encoding", 1, 1)),
        (b"a: 1\nb: \0", ("binary", 2, 4)),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ("binary", 1, 1)),
        (b"\0\0\0\0", ("binary", 1, 1)),
        (b"a: \x07\n", ("control-character", 1, 4)),
        (b"a: \x7f\n", ("control-character", 1, 4)),
        ("a: é\x80\n".encode(), ("control-character", 1, 5)),
        ("a: \ufffe\n".encode(), ("control-character", 1, 4)),
        ("\ufeff\ufeffa: 1".encode(), ("control-character", 1, 1)),
        ("a: 'x\x85'\n".encode(), ("line-separator", 1, 6)),
        ("a: b\n# \u2028\n".encode(), ("line-separator", 2, 3)),
        ("a: |\r  b\r  \u2029\r".encode(), ("line-separator", 3, 3)),
    ],
)
def test_what_is_no_yaml_text_is_refused(raw: bytes, expected: tuple[str, int, int], loader: Loader) -> None:
    assert places(raw, loader) == [expected]


@BOTH
def test_escapes_may_stand_for_refused_characters(loader: Loader) -> None:
    assert document('"\\0\\N\\L\\P\\u0007\\ufeff\\U0001F600"', loader).data == "\0\x85\u2028\u2029\x07\ufeff\U0001f600"


@BOTH
def test_a_byte_order_mark_and_any_line_break_are_fine(loader: Loader) -> None:
    read_document = document("\ufeffa: 1\r\nb: é\rc:\n- d\n", loader)
    assert read_document.text == "a: 1\r\nb: é\rc:\n- d\n"
    assert read_document.data == {"a": 1, "b": "é", "c": ["d"]}
    assert [read_document.value_span(pointer) for pointer in ("/a", "/b", "/c/0")] == [(1, 4, 1, 5), (2, 4, 2, 5), (4, 3, 4, 4)]
    assert read_document.key_span("/a") == (1, 1, 1, 2)


def nested(depth: int) -> str:
    """As many sequences in one another."""
    return "[" * depth + "]" * depth


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        nested(64),
        "- " * 64 + "a",
        "{a: " * 64 + "}" * 64,
        f"a: [&x {nested(31)}, [*x]]",
        "x: &x a\ny: " + "[" * 63 + "*x" + "]" * 63,
    ],
)
def test_depth_64_is_accepted(text: str, loader: Loader) -> None:
    assert document(text, loader).data


@BOTH
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (nested(65), 1, 65),
        ("- " * 65 + "a", 1, 129),
        ("{a: " * 65 + "}" * 65, 1, 257),
        ("[" * 1024 * 1024, 1, 65),
        ("- " * 100_000, 1, 129),
        ("[a, " * 100_000, 1, 257),
        ("\n".join(" " * i + "a:" for i in range(200)), 65, 65),
        (f"- &x {nested(62)}\n- [[*x]]\n", 2, 5),
        (f"- &x {nested(32)}\n- &y [[*x]]\n- {'[' * 30}*y{']' * 30}\n", 3, 33),
    ],
    ids=range(9),
)
def test_the_65th_level_is_refused(text: str, line: int, column: int, loader: Loader) -> None:
    assert places(text, loader) == [("limit-depth", line, column)]


@BOTH
def test_nested_keys_stop_at_the_65th_level_too(loader: Loader) -> None:
    found = places("? " * 100_000, loader)
    assert [key for key, _, _ in found] == ["key-collection"] * 64 + ["limit-depth"]


@BOTH
def test_a_thousand_items_is_the_most(loader: Loader) -> None:
    assert document("- a\n" * 1000, loader).data == ["a"] * 1000
    assert places("- a\n" * 1001, loader) == [("limit-items", 1001, 3)]
    assert places("[" + "{}, " * 1001 + "]", loader) == [("limit-items", 1, 4002)]
    assert document("".join(f"k{i}: 1\n" for i in range(1001)), loader).data


@BOTH
def test_1024_characters_is_the_longest_key(loader: Loader) -> None:
    """Each problem beneath a key repeats it: what stands under a longer one is not read."""
    assert document(f"? {'k' * 1024}\n: 1\n", loader).data == {"k" * 1024: 1}
    longer = f"? {'k' * 1025}\n: {{a: 1, a: 2}}\n"
    assert places(f"a: 1\na: 2\n{longer}", loader) == [("duplicate-key", 2, 1), ("limit-key", 3, 3)]
    assert places(f"a: &x {'k' * 1025}\n*x : 1\n", loader) == [("limit-key", 2, 1)]


@BOTH
def test_values_are_counted_and_keys_are_not(loader: Loader) -> None:
    # One mapping, 49 lists of 999 items, a list of 998 and, in the second text, one more value.
    lists = "".join(f"k{i}: [{'1, ' * 999}]\n" for i in range(49)) + f"l: [{'1, ' * 998}]\n"
    assert document(lists, loader).data
    assert places(lists + "m: 1\n", loader) == [("limit-nodes", 51, 4)]
    assert places(lists + "m: {}\n", loader) == [("limit-nodes", 51, 4)]


@BOTH
def test_an_alias_counts_for_all_it_stands_for(loader: Loader) -> None:
    # Each line holds ten times the one before, and itself: 11, 111… 11,111 values, then 111,111.
    lines = ["a0: &a0 [" + "x, " * 10 + "]"]
    lines += [f"a{i}: &a{i} [" + f"*a{i - 1}, " * 10 + "]" for i in range(1, 9)]
    assert document("\n".join(lines[:4]), loader).data
    assert places("\n".join(lines), loader)[0][:2] == ("limit-nodes", 5)


@BOTH
def test_a_mebibyte_is_the_most(loader: Loader) -> None:
    text = "a: " + "b" * (1024 * 1024 - 3)
    assert document(text, loader).data
    assert places(text + "b", loader) == [("limit-bytes", 1, 1)]


@BOTH
def test_aliases_keep_their_own_span_and_lead_to_the_anchor(loader: Loader) -> None:
    found = document("a: &x\n  b: 1\nc: *x\nd: {&k f: *x}\n", loader)
    assert found.data == {"a": {"b": 1}, "c": {"b": 1}, "d": {"f": {"b": 1}}}
    assert found.value_span("/c") == (3, 4, 3, 6)
    assert found.value_span("/c/b") == found.value_span("/a/b") == (2, 6, 2, 7)
    assert found.key_span("/c/b") == (2, 3, 2, 4)
    assert found.key_span("/d/f") == (4, 8, 4, 9)
    assert found.value_span("/d/f") == (4, 11, 4, 13)


@BOTH
def test_an_alias_to_text_may_be_a_key_and_anchors_may_be_redefined(loader: Loader) -> None:
    found = document("- &x a\n- *x : 1\n- &x [&x b, *x]\n- *x\n", loader)
    assert found.data == ["a", {"a": 1}, ["b", "b"], "b"]
    assert found.key_span("/1/a") == (2, 3, 2, 5)


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&x [*x]", ("cyclic-alias", 1, 5)),
        ("a: &x\n  b: {c: *x}\n", ("cyclic-alias", 2, 10)),
        ("a: &x {*x : 1}\n", ("cyclic-alias", 1, 8)),
        ("a: *x\nb: &x 1\n", ("unknown-alias", 1, 4)),
    ],
)
def test_aliases_that_lead_nowhere_are_refused(text: str, expected: tuple[str, int, int], loader: Loader) -> None:
    assert places(text, loader) == [expected]


@BOTH
@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a: \"é😀\" # c\nb: 'x'\n", {"": (1, 1, 2, 7), "/a": (1, 4, 1, 8), "/b": (2, 4, 2, 7)}),
        ("a: one\n  two\n\n  three # c\nb: 1\n", {"/a": (1, 4, 4, 8), "": (1, 1, 5, 5)}),
        ("a: |\n  x\n\n  y  \n\n\n# c\nb: >-\n  z", {"/a": (1, 4, 4, 6), "/b": (8, 4, 9, 4)}),
        ("a: |+ # c\n\n\nb: >2\n    x\n", {"/a": (1, 4, 1, 6), "/b": (4, 4, 5, 6)}),
        ("a: &x |\r\n  b\r\nc: !!str >\r\n  d\r\n", {"/a": (1, 7, 2, 4), "/c": (3, 10, 4, 4)}),
        ("a:\nb: # c\n\nc:\n  d:\n", {"/a": (1, 3, 1, 3), "/b": (2, 3, 2, 3), "/c/d": (5, 5, 5, 5), "/c": (5, 3, 5, 5)}),
        ("-\n- \n- a\n", {"/0": (1, 2, 1, 2), "/1": (2, 2, 2, 2), "": (1, 1, 3, 4)}),
        ("{a: , b, 'c':, d: }", {"/a": (1, 4, 1, 4), "/b": (1, 8, 1, 8), "/c": (1, 14, 1, 14), "/d": (1, 18, 1, 18)}),
        ("? a\n? b # c\n:\n", {"/a": (1, 4, 1, 4), "/b": (3, 2, 3, 2), "": (1, 1, 3, 2)}),
        ("a: &x\nb: !!str # c\n", {"/a": (1, 6, 1, 6), "/b": (2, 9, 2, 9)}),
        ("a: &x # c\n  !!str\n  'b'\n", {"/a": (3, 3, 3, 6)}),
        ("a: &x\n  b: 1\nc: !!seq\n- d\n", {"/a": (2, 3, 2, 7), "/c": (4, 1, 4, 4)}),
        ("a: [b: 1, {c: d}, e: ]\n", {"/a": (1, 4, 1, 23), "/a/0": (1, 5, 1, 9), "/a/1": (1, 11, 1, 17), "/a/2": (1, 19, 1, 21)}),
        ("a:\n- b\n- - c\n  - d\n# e\n\nf: [\n]\n", {"/a": (2, 1, 4, 6), "/a/1": (3, 3, 4, 6), "/f": (7, 4, 8, 2)}),
        ("# c\n--- # c\n x: y\n...\n", {"": (3, 2, 3, 6)}),
    ],
)
def test_spans(text: str, spans: dict[str, tuple[int, int, int, int]], loader: Loader) -> None:
    found = document(text, loader)
    assert {pointer: found.value_span(pointer) for pointer in spans} == spans


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", ("syntax-tab", 2, 1)),
        ("a: b: c\n", ("syntax-mapping-value", 1, 5)),
        ("a: 1\n  b: 2\n", ("syntax-mapping-value", 2, 4)),
        ("a: 1\nb\nc: 2\n", ("syntax-missing-colon", 2, 1)),
        ('a: "b\nc: d\n', ("syntax-quote", 1, 4)),
        ("a: 'b\n---\n", ("syntax-quote", 1, 4)),
        ("a: [1, 2\nb: 3\n", ("syntax-flow-sequence", 2, 2)),
        ("a: [1", ("syntax-flow-sequence", 1, 6)),
        ("a: {b: 1\n", ("syntax-flow-mapping", 2, 1)),
        ("a: [\n", ("syntax-unfinished", 2, 1)),
        ("a: ]\n", ("syntax-value", 1, 4)),
        ("a: @b\n", ("syntax-character", 1, 4)),
        ("a: `b`\n", ("syntax-character", 1, 4)),
        ("a: 50\nb: %c\n", ("syntax-character", 2, 4)),
        ("a: *.txt\n", ("syntax-anchor", 1, 5)),
        ("a: & b\n", ("syntax-anchor", 1, 5)),
        ("a:\n  b: 1\n c: 2\n", ("syntax-key", 3, 2)),
        ('a: "b" c\n', ("syntax-key", 1, 8)),
        ("- a\nb: 1\n", ("syntax-item", 2, 1)),
        ("a: - b\n", ("syntax-item-place", 1, 4)),
        ("a: ? b\n", ("syntax-question-mark", 1, 4)),
        ("a: |x\n  b\n", ("syntax-block-header", 1, 5)),
        ("a: !e!x b\n", ("syntax-tag", 1, 4)),
        ("a: !<x\n", ("syntax-tag", 1, 7)),
        ("%YAML 2.0\n---\na\n", ("syntax-directive", 1, 1)),
        ("%YAML 1.3\n---\na\n", ("syntax-directive", 1, 1)),
        ("%FOO\n---\na\n", ("syntax-directive", 1, 5)),
        ("%YAML 1.2\n%YAML 1.2\n---\na\n", ("syntax-directive", 2, 1)),
        ("  a: 1\nb: 2\n", ("syntax-document", 2, 1)),
        ('é: "\\Uffffffff"\n', ("syntax-escape", 1, 7)),
    ],
)
def test_syntax_errors_are_explained_where_they_are(text: str, expected: tuple[str, int, int], loader: Loader) -> None:
    assert places(text, loader) == [expected]


@BOTH
@pytest.mark.parametrize("text", ['a: "\\q"\n', 'a: "\\x1"\n', 'a: "\\ud83d\\ude00"\n', 'a: "\\U00110000"\n'])
def test_bad_escapes_are_refused_on_their_line(text: str, loader: Loader) -> None:
    assert [found[:2] for found in places(text, loader)] == [("syntax-escape", 1)]


@BOTH
def test_a_yaml_1_1_directive_changes_nothing(loader: Loader) -> None:
    assert document("%YAML 1.1\n---\n[no, 010]\n", loader).data == ["no", 10]


@BOTH
def test_a_tag_directive_may_rename_the_core_tags(loader: Loader) -> None:
    assert document("%TAG !c! tag:yaml.org,2002:\n---\n!c!str 1\n", loader).data == "1"


@BOTH
@pytest.mark.parametrize(
    "error",
    [
        RecursionError(),
        MemoryError(),
        ValueError("x"),
        yaml.YAMLError("x"),
        yaml.MarkedYAMLError(),
        yaml.MarkedYAMLError("new", None, "words"),
    ],
    ids=repr,
)
def test_no_other_exception_of_a_parser_escapes(error: Exception, loader: Loader) -> None:
    def failing(text: str) -> Events:
        loader(text)
        raise error

    assert places("a: 1\n", failing) == [("syntax", 1, 1)]


# docs/yaml-differences.md, line by line: text, what libyaml's parser reads, what PyYAML's reads; "!" for a refusal.
DIFFERENCES: list[tuple[str, Plain, Plain]] = [
    ("a:\tb\n", {"a": "b"}, "!"),
    ("a: b\t# c\n", {"a": "b"}, "!"),
    ("- a\n \t\n- b\n", ["a", "b"], "!"),
    ("[\n\ta]\n", ["a"], "!"),
    ("---\ta\n", "a", "!"),
    ("!!str\ta\n", "a", "!"),
    ("a: |\n \tb\n", "!", {"a": "\tb\n"}),
    ("a: ># c\n  b\n", {"a": "b\n"}, "!"),
    ("[a ? b]\n", ["a ? b"], "!"),
    ("[!!str, a]\n", ["", "a"], "!"),
    ("{a:, b: c}\n", "!", {"a": None, "b": "c"}),
    ("a: b\ufeffc\n", {"a": "b\ufeffc"}, "!"),
]


@pytest.mark.skipif(libyaml is None, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize(("text", "ours", "theirs"), DIFFERENCES)
def test_the_listed_differences_between_the_parsers(text: str, ours: Plain, theirs: Plain) -> None:
    assert libyaml is not None
    for loader, expected in ((libyaml, ours), (pure_python, theirs)):
        try:
            data = document(text, loader).data
        except DocumentError:
            data = "!"
        assert data == expected
