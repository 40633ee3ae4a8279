"""What a refusal of YAML tells the author: which value, key, line or limit, and where (manifest.md, "How it is read")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from cmian_policy.errors import DocumentError
from cmian_policy.lang.scalars import resolve, resolve_as, shorten
from cmian_policy.lang.yaml import libyaml, pure_python, read
from cmian_policy.lang.yaml_source import Source, decode
from cmian_policy.lang.yaml_syntax import explain
from cmian_policy.messages import render
from cmian_policy.model.location import START, Span
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import LANGS, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.lang.yaml import Events
    from cmian_policy.model.document import LocatedDocument, Plain

    Loader = Callable[[str], Events]

LOADERS = [pytest.param(pure_python, id="pure"), *([pytest.param(libyaml, id="libyaml")] if libyaml else [])]
BOTH = pytest.mark.parametrize("loader", LOADERS)
LONG = "n" * 41
CUT = "n" * 39 + "…"


def problems(text: str | bytes, loader: Loader = pure_python) -> tuple[Problem, ...]:
    """The problems for which a text is refused."""
    with pytest.raises(DocumentError) as caught:
        read(text if isinstance(text, bytes) else text.encode(), "m.yaml", loader=loader)
    return caught.value.problems


def document(text: str, loader: Loader) -> LocatedDocument:
    """A text as it is read."""
    return read(text.encode(), "m.yaml", loader=loader)


def words(what: Message) -> tuple[str, dict[str, object]]:
    """Key and values of a message that both languages can show, every value in sight."""
    values: dict[str, object] = dict(what.values)
    for lang in LANGS:
        shown = render(what, lang)
        assert all(str(value) in shown for value in values.values())
    return what.key.removeprefix("yaml."), values


# (text, key, values, span of the culprit, pointer)
REFUSED: list[tuple[str, str, dict[str, object], tuple[int, int, int, int], str]] = [
    ("a: !!int x\n", "tag-mismatch", {"tag": "!!int", "value": "x"}, (1, 10, 1, 11), "/a"),
    (f"a: !!bool {LONG}\n", "tag-mismatch", {"tag": "!!bool", "value": CUT}, (1, 11, 1, 52), "/a"),
    ("a:\n- .inf\n", "not-finite", {"value": ".inf"}, (2, 3, 2, 7), "/a/0"),
    ("a: 1e999\n", "not-finite", {"value": "1e999"}, (1, 4, 1, 9), "/a"),
    ("a: -1e999\n", "not-finite", {"value": "-1e999"}, (1, 4, 1, 10), "/a"),
    ("a: !!float .NaN\n", "not-finite", {"value": ".NaN"}, (1, 12, 1, 16), "/a"),
    ("a: 9007199254740992\n", "integer-range", {"value": "9007199254740992", "limit": "9007199254740991"}, (1, 4, 1, 20), "/a"),
    (f"a: {'9' * 41}\n", "integer-range", {"value": "9" * 39 + "…", "limit": "9007199254740991"}, (1, 4, 1, 45), "/a"),
    ("a: *b\n", "unknown-alias", {"name": "b"}, (1, 4, 1, 6), "/a"),
    (f"a: *{LONG}\n", "unknown-alias", {"name": CUT}, (1, 4, 1, 46), "/a"),
    ("b: 1\na: &c\n  d: [*c]\n", "cyclic-alias", {"name": "c", "line": 3}, (3, 7, 3, 9), "/a/d/0"),
    ("a: 1\nb: 2\na: 3\n", "duplicate-key", {"name": "a", "line": 1}, (3, 1, 3, 2), "/a"),
    (f"{LONG}: 1\n{LONG}: 2\n", "duplicate-key", {"name": CUT, "line": 1}, (2, 1, 2, 42), f"/{LONG}"),
    ("a:\n  1: x\n", "key-not-text", {"name": "1"}, (2, 3, 2, 4), "/a"),
    ("? \n: x\n", "key-empty", {}, (1, 2, 1, 2), ""),
    ("a: {<<: {}}\n", "merge-key", {}, (1, 5, 1, 7), "/a"),
    ("a: !x y\n", "tag", {"tag": "!x"}, (1, 4, 1, 6), "/a"),
    ("a: &b !x y\n", "tag", {"tag": "!x"}, (1, 7, 1, 9), "/a"),
    ("a: !x &b y\n", "tag", {"tag": "!x"}, (1, 4, 1, 6), "/a"),
    ("a: !!seq y\n", "tag-on-scalar", {"tag": "!!seq"}, (1, 4, 1, 9), "/a"),
    ("a: !!str [y]\n", "tag-on-collection", {"tag": "!!str"}, (1, 4, 1, 9), "/a"),
    ("a: !x [y]\n", "tag", {"tag": "!x"}, (1, 4, 1, 6), "/a"),
    (f"a: !{LONG} y\n", "tag", {"tag": "!" + "n" * 38 + "…"}, (1, 4, 1, 46), "/a"),
    ("a: 1\n--- \nb: 2\n", "several-documents", {}, (2, 1, 2, 4), ""),
    ("a: &x .inf\n", "not-finite", {"value": ".inf"}, (1, 7, 1, 11), "/a"),
    ("a: &b !x:y z\n", "tag", {"tag": "!x:y"}, (1, 7, 1, 11), "/a"),
    ("a: !!str &b:c z\n", "syntax-anchor", {}, (1, 10, 1, 10), ""),
]


@BOTH
@pytest.mark.parametrize(("text", "key", "values", "span", "pointer"), REFUSED)
def test_a_refusal_names_its_culprit(
    text: str, key: str, values: dict[str, object], span: tuple[int, int, int, int], pointer: str, loader: Loader
) -> None:
    (problem,) = problems(text, loader)
    assert words(problem.message) == (key, values)
    assert (problem.span, problem.pointer) == (Span(*span), pointer)


def test_a_byte_order_mark_within_the_text_is_shown_where_it_stands() -> None:
    """By PyYAML's own parser: docs/yaml-differences.md."""
    (problem,) = problems("a: 1\nb: \ufeffx\n", pure_python)
    assert (words(problem.message), problem.span) == (("syntax-byte-order-mark", {}), Span(2, 4, 2, 4))


@BOTH
def test_what_stands_under_a_refused_key_is_read_as_well(loader: Loader) -> None:
    found = problems("a:\n  !x b: .inf\n  1: {c: .nan}\n", loader)
    assert [(words(each.message)[0], each.pointer, each.span.line) for each in found] == [
        ("tag", "/a", 2),
        ("not-finite", "/a/", 2),
        ("key-not-text", "/a", 3),
        ("not-finite", "/a//c", 3),
    ]


@BOTH
@pytest.mark.parametrize(("tagged", "allowed"), [(474, True), (475, False)])
def test_every_value_counts_once_and_an_alias_for_all_that_it_stands_for(tagged: int, loader: Loader, *, allowed: bool) -> None:
    """1 for the document, 49 times 1,001 for a list and its aliases, then a last list: 1 + 1 + 474 aliases + the tagged."""
    text = f"[&a [{'1,' * 1000}], {'*a,' * 48} [&s b, {'*s,' * 474} {'!!str b,' * tagged}]]\n"
    if allowed:
        assert document(text, loader).data is not None
    else:
        assert words(problems(text, loader)[0].message) == ("limit-nodes", {"limit": 50000})


@BOTH
def test_a_collection_counts_as_much_as_a_text(loader: Loader) -> None:
    """49,999 values as above, then an empty list, and one more."""
    text = f"[&a [{'1,' * 1000}], {'*a,' * 48} [{'1,' * 948}], {{}}]\n"
    assert document(text, loader).path == "m.yaml"
    (problem,) = problems(text.replace("{}", "[], {}"), loader)
    assert words(problem.message) == ("limit-nodes", {"limit": 50000})
    assert problem.span[:2] == (1, text.index("{}") + len("[], ") + 1)


@pytest.mark.parametrize(("length", "shown"), [(39, "x" * 39), (40, "x" * 40), (41, "x" * 39 + "…"), (900, "x" * 39 + "…")])
def test_forty_characters_are_quoted_at_most(length: int, shown: str) -> None:
    assert shorten("x" * length) == shown


@BOTH
def test_limits_are_named(loader: Loader) -> None:
    cases = {
        "limit-depth": ("[" * 65 + "]" * 65, {"limit": 64}),
        "limit-items": ("[" + "1," * 1001 + "]", {"limit": 1000}),
    }
    for key, (text, values) in cases.items():
        assert words(problems(text, loader)[0].message) == (key, values)


def test_the_size_of_a_file_that_is_too_big_is_named() -> None:
    found = decode(b" " * (1024 * 1024 + 1))
    assert isinstance(found, Problem)
    assert words(found.message) == ("limit-bytes", {"size": 1048577, "limit": 1048576})
    assert found.span == START
    assert isinstance(decode(b" " * (1024 * 1024)), str)


@pytest.mark.parametrize(
    ("raw", "key", "values", "span"),
    [
        (b"a: \xe9\n", "not-utf8", {"byte": "0xE9"}, (1, 4, 1, 4)),
        (b"a: \xc3\xa9\nb: \x0f\xff", "not-utf8", {"byte": "0xFF"}, (2, 5, 2, 5)),
        (b"a: \x07\n", "control-character", {"code": "U+0007"}, (1, 4, 1, 5)),
        ("a: \ufffe".encode(), "control-character", {"code": "U+FFFE"}, (1, 4, 1, 5)),
        ("é\r\nb: \u2028".encode(), "line-separator", {"code": "U+2028"}, (2, 4, 2, 5)),
        ("\x85".encode(), "line-separator", {"code": "U+0085"}, (1, 1, 1, 2)),
        (b"ab\0", "binary", {}, (1, 3, 1, 4)),
        (b"\xff\0", "binary", {}, (1, 1, 1, 1)),
        ("a: b".encode("utf-16"), "encoding", {"encoding": "UTF-16"}, (1, 1, 1, 1)),
        ("a: b".encode("utf-16-be"), "encoding", {"encoding": "UTF-16"}, (1, 1, 1, 1)),
        ("a: b".encode("utf-16-le"), "encoding", {"encoding": "UTF-16"}, (1, 1, 1, 1)),
        ("a: b".encode("utf-32"), "encoding", {"encoding": "UTF-32"}, (1, 1, 1, 1)),
        ("a: b".encode("utf-32-be"), "encoding", {"encoding": "UTF-32"}, (1, 1, 1, 1)),
        ("a: b".encode("utf-32-le"), "encoding", {"encoding": "UTF-32"}, (1, 1, 1, 1)),
        (b"\xff\xfe\0\0", "encoding", {"encoding": "UTF-32"}, (1, 1, 1, 1)),
        (b"\0\0\xfe\xff", "encoding", {"encoding": "UTF-32"}, (1, 1, 1, 1)),
        (b"\xff\xfe\xe9\xe9", "encoding", {"encoding": "UTF-16"}, (1, 1, 1, 1)),
        (b"\xfe\xff\xe9\xe9", "encoding", {"encoding": "UTF-16"}, (1, 1, 1, 1)),
    ],
)
def test_bytes_that_are_no_text_are_named(
    raw: bytes, key: str, values: dict[str, object], span: tuple[int, int, int, int]
) -> None:
    (problem,) = problems(raw)
    assert words(problem.message) == (key, values)
    assert problem.span == Span(*span)


# syntax errors that name the line where what is not closed began


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("x: 1\na: [b\nc: d\n", "syntax-flow-sequence", 2),
        ("x: 1\na: {b: 1\nc: d\n", "syntax-flow-mapping", 2),
        ("x: 1\na:\n  b: 1\n c: 2\n", "syntax-key", 1),
        ("x: 1\na:\n  - b\n  c: 2\n", "syntax-item", 3),
    ],
)
@BOTH
def test_a_syntax_error_names_the_line_of_what_is_open(text: str, key: str, line: int, loader: Loader) -> None:
    (problem,) = problems(text, loader)
    assert words(problem.message) == (key, {"line": line})


def test_what_the_library_says_and_we_do_not_know_is_repeated_at_its_place() -> None:
    mark = yaml.Mark("", 3, 0, 3, None, 0)
    source = Source("a: \nb")
    for error, detail in (
        (yaml.MarkedYAMLError("while doing this", mark, "something odd", mark), "something odd"),
        (yaml.MarkedYAMLError("while doing this", mark), "while doing this"),
        (yaml.MarkedYAMLError(None, None, "something odd", mark), "something odd"),
    ):
        found = explain(error, source)
        assert words(found.message) == ("syntax", {"detail": detail})
        assert found.span == Span(1, 4, 1, 4)
    nowhere = explain(yaml.MarkedYAMLError(None, None, "something odd"), source)
    assert (words(nowhere.message), nowhere.span) == (("syntax", {"detail": "something odd"}), START)
    silent = explain(yaml.MarkedYAMLError(), source)
    assert (words(silent.message), silent.span) == (("syntax", {"detail": ""}), START)


class Broken:
    """A parser that fails in a way of its own."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_event(self) -> object:
        """No event."""
        raise self.error


@pytest.mark.parametrize("error", [yaml.YAMLError("odd"), ValueError("odd"), RecursionError("odd"), MemoryError("odd")])
def test_a_parser_that_fails_otherwise_refuses_the_document_by_the_name_of_its_error(error: Exception) -> None:
    (problem,) = problems("a: 1\n", lambda _text: Broken(error))
    assert words(problem.message) == ("syntax", {"detail": type(error).__name__})
    assert problem.span == START


# scalars under tags


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("tag:yaml.org,2002:int", "-0", 0),
        ("tag:yaml.org,2002:int", "+9007199254740991", 2**53 - 1),
        ("tag:yaml.org,2002:float", "1", 1.0),
        ("tag:yaml.org,2002:null", "~", None),
        ("tag:yaml.org,2002:null", "", None),
        ("tag:yaml.org,2002:bool", "TRUE", True),
        ("tag:yaml.org,2002:bool", "false", False),
        ("tag:yaml.org,2002:str", "true", "true"),
        ("!", "1", "1"),
    ],
)
def test_a_core_tag_gives_its_kind(tag: str, text: str, value: Plain) -> None:
    found = resolve_as(tag, text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "1.0"),
        ("int", ""),
        ("float", "x"),
        ("float", ""),
        ("null", "x"),
        ("null", "true"),
        ("null", "false"),
        ("bool", "~"),
        ("bool", "1"),
    ],
)
def test_a_core_tag_on_text_of_another_kind_is_a_mismatch(kind: str, text: str) -> None:
    assert resolve_as(f"tag:yaml.org,2002:{kind}", text) == message("yaml.tag-mismatch", tag=f"!!{kind}", value=text)


def test_an_unknown_tag_is_not_resolved() -> None:
    with pytest.raises(KeyError):
        resolve_as("tag:yaml.org,2002:timestamp", "2026-11-23")


@pytest.mark.parametrize("text", ["+.inf", "-.INF", ".nan", "1e400", "-1e400", "1e309"])
def test_no_number_is_infinite(text: str) -> None:
    assert resolve(text) == message("yaml.not-finite", value=text)


# blocks, anchors and what is empty


@BOTH
@pytest.mark.parametrize(
    ("text", "pointer", "span"),
    [
        ("a: |\n  b\n  c\n\nd: 1\n", "/a", (1, 4, 3, 4)),
        ("a: |+\n  b\n\n\nd: 1\n", "/a", (1, 4, 2, 4)),
        ("a: |  \nd: 1\n", "/a", (1, 4, 1, 5)),
        ("a: >-\n\nd: 1\n", "/a", (1, 4, 1, 6)),
        ("a: &x |\n  b\n", "/a", (1, 7, 2, 4)),
        ("a: |\n  bX\n", "/a", (1, 4, 2, 5)),
        ("a: |\n  b", "/a", (1, 4, 2, 4)),
        ("a: |\n  b\n  X\n\nd: 1\n", "/a", (1, 4, 3, 4)),
        ("a: |\n  b\n  \u00a0\n", "/a", (1, 4, 3, 4)),  # no white space of YAML's
        ("a: &x\nb: 1\n", "/a", (1, 6, 1, 6)),
        ("a: !!str\nb: 1\n", "/a", (1, 9, 1, 9)),
        ("a:  # c\nb: 1\n", "/a", (1, 3, 1, 3)),
        ("a: &x !!str b\n", "/a", (1, 13, 1, 14)),
        ("a: !!str &x b\n", "/a", (1, 13, 1, 14)),
        ("a: &x # c\n  - b\n", "/a", (2, 3, 2, 6)),
        ("a: !!seq &x [b]\n", "/a", (1, 13, 1, 16)),
        ("a: &x {b: 1}\n", "/a", (1, 7, 1, 13)),
    ],
)
def test_a_value_spans_what_a_reader_sees_of_it(text: str, pointer: str, span: tuple[int, int, int, int], loader: Loader) -> None:
    found = document(text, loader)
    assert found.value_span(pointer) == Span(*span)


@BOTH
def test_an_alias_repeats_a_value_at_its_own_place(loader: Loader) -> None:
    found = document("a: &x b\nc: *x\nd: [&y [1], *y]\n", loader)
    assert found.data == {"a": "b", "c": "b", "d": [[1], [1]]}
    assert found.value_span("/c") == Span(2, 4, 2, 6)
    assert found.value_span("/d/1") == Span(3, 13, 3, 15)
    assert found.value_span("/d/1/0") == Span(3, 9, 3, 10)


@BOTH
@pytest.mark.parametrize(("around", "allowed"), [(60, True), (61, True), (62, False)])
def test_the_depth_of_what_an_alias_stands_for_counts_where_it_stands(around: int, loader: Loader, *, allowed: bool) -> None:
    """Within the document's list and ``around`` others, an alias to two nested lists: 64 levels are the most."""
    text = f"[&x [[1]], {'[' * around}*x{']' * around}]\n"
    if allowed:
        assert document(text, loader).data is not None
    else:
        assert words(problems(text, loader)[0].message) == ("limit-depth", {"limit": 64})


@BOTH
@pytest.mark.parametrize(("chain", "allowed"), [(21, True), (22, False)])
def test_depth_adds_up_through_aliases_of_aliases(chain: int, loader: Loader, *, allowed: bool) -> None:
    """Each item nests the one before in three more lists, within the document's own: 1 + 3 * 21 = 64."""
    items = ["&a0 [[[1]]]", *(f"&a{n} [[[*a{n - 1}]]]" for n in range(1, chain))]
    text = f"[{', '.join(items)}]\n"
    if allowed:
        assert document(text, loader).data is not None
    else:
        assert words(problems(text, loader)[0].message) == ("limit-depth", {"limit": 64})


@BOTH
@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("a: []\n", True),
        ("a: [1, []]\n", True),
        ("a: {b: [ ]}\nc: [1]\n", True),
        ("a: &x []\nb: *x\n", True),
        ("[]\n", True),
        ("a: {}\n", False),
        ("a:\n", False),
        ("a: [1]\n", False),
        ("a: '[]'\n", False),
    ],
)
def test_a_document_knows_whether_it_holds_an_empty_list(text: str, loader: Loader, *, empty: bool) -> None:
    """An empty list counts as absent (manifest.md, "Fields"): who reads the data has to look for them, or need not."""
    assert document(text, loader).empty_lists is empty


@BOTH
def test_quoted_or_tagged_merge_keys_are_plain_keys(loader: Loader) -> None:
    assert document("'<<': 1\n", loader).data == {"<<": 1}
    assert document("&x '<<': 1\n", loader).data == {"<<": 1}
    assert document("!!str <<: 1\n", loader).data == {"<<": 1}
    assert document("a: <<\n", loader).data == {"a": "<<"}
    assert words(problems("&x <<: {}\n", loader)[0].message) == ("merge-key", {})
