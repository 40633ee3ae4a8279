"""Spans cut out of a YAML text hold the keys and values they stand for; no bytes make :func:`read` fail otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmian_policy.errors import DocumentError
from cmian_policy.lang.scalars import resolve
from cmian_policy.lang.yaml import libyaml, pure_python, read
from cmian_policy.model.location import child, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cmian_policy.lang.yaml import Events
    from cmian_policy.model.document import Node, Plain
    from cmian_policy.model.location import Span

    Loader = Callable[[str], Events]

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

Outcome: TypeAlias = "tuple[Plain, list[tuple[str, Span, Span | None]]] | None"
LOADERS = [pytest.param(pure_python, id="pure"), *([pytest.param(libyaml, id="libyaml")] if libyaml else [])]
BOTH = pytest.mark.parametrize("loader", LOADERS)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Raw, these are refused; PyYAML's emitter writes them raw in some styles.
ODD = "\x85\u2028\u2029\ufeff"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=ODD), max_size=30) | st.text(" \nab:#-é'\"", max_size=120)
SPECIAL = st.sampled_from(
    ["no", "null", "~", "010", "0o7", "1e3", ".nan", "<<", "1:30", "2024-01-01", "- a", "a: b", "|", "*x", "", " "]
)
KEYS = TEXT | SPECIAL
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | KEYS
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
).filter(lambda tree: tree is not None)


class Dumper(yaml.SafeDumper):
    """PyYAML's emitter, quoting the text that YAML 1.2 would take for something else."""

    text_style: str | None = None

    def ignore_aliases(self, data: object) -> bool:
        """No anchors: Python shares equal strings and numbers as it likes."""
        del data
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Text in the chosen style, or at least so that it stays text."""
        style = self.text_style or (None if resolve(data) is data and data != "<<" else "'")
        return yaml.ScalarNode("tag:yaml.org,2002:str", data, style=style)


Dumper.add_representer(str, Dumper.represent_text)


@st.composite
def dumps(draw: st.DrawFn) -> tuple[Plain, str]:
    """Some data and a YAML text of it, in any of the styles of PyYAML's emitter."""
    tree: Plain = draw(TREES)
    style = draw(st.sampled_from([None, '"', "'", "|", ">"]))
    chosen = type("Chosen", (Dumper,), {"text_style": style})
    text: str = yaml.dump(
        tree,
        Dumper=chosen,
        default_flow_style=draw(st.sampled_from([True, False, None])),
        # Narrower than the indentation, PyYAML's emitter writes a backslash too many in double quotes.
        width=draw(st.sampled_from([60, 1000])),
        indent=draw(st.sampled_from([2, 4])),
        allow_unicode=draw(st.booleans()),
        explicit_start=draw(st.booleans()),
        line_break=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        sort_keys=False,
    )
    return tree, text


def values(node: Node, pointer: str = "") -> Iterator[tuple[str, Span, Span | None]]:
    """Every pointer with the span of its value and, in a mapping, of its key."""
    if not pointer:
        yield "", node.span, None
    items: Any = node.children or {}
    for token, inner in items.items() if isinstance(items, dict) else enumerate(items):
        path = child(pointer, token)
        yield path, inner.span, node.keys[str(token)] if node.keys is not None else None
        yield from values(inner, path)


def lines_of(text: str) -> list[str]:
    """The lines of a text that holds no line break but CR LF, LF and CR; ``str.splitlines`` knows others."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def cut(text: str, span: Span) -> str:
    """The text of a span, spaces before its first line so that a block keeps its shape."""
    lines = lines_of(text)[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = " " * (span.column - 1) + lines[0][span.column - 1 :]
    return "\n".join(lines)


def at(data: Plain, pointer: str) -> Plain:
    """The value at a pointer."""
    for token in tokens(pointer):
        data = data[int(token)] if isinstance(data, list) else data[token] if isinstance(data, dict) else None
    return data


def has_block_scalar(piece: str) -> bool:
    """Tell whether a block scalar may end the piece: its last line breaks and an indentation indicator are not its own."""
    return re.search(r"(?m)(?:^|[\s:?-])[|>][-+0-9]*$", piece) is not None


def outcome(raw: bytes, loader: Loader) -> Outcome:
    """What is read, with every span, or None for a refusal."""
    try:
        document = read(raw, "f", loader=loader)
    except DocumentError as error:
        problems = error.problems
    else:
        return document.data, list(values(document.root))
    assert list(problems) == sorted(problems, key=lambda problem: problem.span) != []
    return None


@BOTH
@SLOW
@given(dumps())
def test_what_is_dumped_is_read_back(loader: Loader, dumped: tuple[Plain, str]) -> None:
    tree, text = dumped
    assert read(text.encode(), "f", loader=loader).data == tree


@BOTH
@SLOW
@given(dumps())
def test_every_span_cuts_out_its_own_key_or_value(loader: Loader, dumped: tuple[Plain, str]) -> None:
    tree, text = dumped
    document = read(text.encode(), "f", loader=loader)
    for pointer, span, key_span in values(document.root):
        pieces = [(cut(text, span), at(tree, pointer))]
        if key_span is not None:
            pieces.append((cut(text, key_span), tokens(pointer)[-1]))
        for piece, value in pieces:
            if not has_block_scalar(piece):
                assert read(piece.encode(), "f", loader=loader).data == value


@BOTH
@SLOW
@given(st.lists(st.text("ab é#:-\n", max_size=20), min_size=1, max_size=3), st.sampled_from(["|", ">", "|-", ">+", "|+"]))
def test_a_block_scalar_is_cut_at_its_last_words(loader: Loader, paragraphs: list[str], header: str) -> None:
    blocks = ["\n".join(f"  {line}" for line in f".{paragraph}".split("\n")) for paragraph in paragraphs]
    text = "".join(f"k{i}: {header}\n{block}\n" for i, block in enumerate(blocks))
    document = read(text.encode(), "f", loader=loader)
    for pointer, span, _ in values(document.root):
        if pointer:
            value = at(document.data, pointer)
            read_again = read((cut(text, span) + "\n").encode(), "f", loader=loader).data
            assert isinstance(value, str)
            assert isinstance(read_again, str)
            assert read_again.rstrip("\n ") == value.rstrip("\n ")
            assert cut(text, span).rstrip()


@BOTH
@SLOW
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(loader: Loader, raw: bytes) -> None:
    outcome(raw, loader)


FRAGMENTS = st.sampled_from(
    [
        *["a", "1", "no", ": ", ":", "- ", "? ", "[", "]", "{", "}", ", ", '"', "'b'", "|", ">-", "|+\n", "<<", "é", "😀", "\\"],
        *["\n", "\n  ", " ", "\t", " # c", "---", "...", "\r\n", "\r", "%YAML 1.2\n", "\ufeff"],
        *["&a ", "*a", "*a ", "!!str ", "!!int ", "! ", "!x "],
    ]
)


@SLOW
@given((st.lists(FRAGMENTS, max_size=14).map("".join) | st.text(max_size=40)).map(lambda text: text.encode("utf-8", "replace")))
def test_both_parsers_agree_where_both_accept(raw: bytes) -> None:
    theirs = outcome(raw, pure_python)
    ours = outcome(raw, libyaml) if libyaml else theirs
    if ours is not None and theirs is not None:
        assert repr(ours) == repr(theirs)
