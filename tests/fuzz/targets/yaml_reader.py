"""``lang.yaml.read``: both parsers, the spans of what they accept, the places of what they refuse, the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.errors import DocumentError
from cmian_policy.lang.scalar_places import place_in_scalar
from cmian_policy.lang.yaml import libyaml, pure_python, read
from cmian_policy.lang.yaml_builder import MAX_DEPTH, MAX_ITEMS, MAX_NODES, MAX_PROBLEMS
from cmian_policy.model.document import lookup
from cmian_policy.model.location import child
from tests.fuzz.oracles import inside, told
from tests.fuzz.vocabulary import manifest_words, words
from tests.packs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.document import LocatedDocument, Node, Plain
    from cmian_policy.model.location import Span

WORDS = (*words("yaml"), *manifest_words())
_FOLLOWED = 40  # texts of a document


class Place(NamedTuple):
    """Something that a document holds, and where."""

    pointer: str
    value: Plain
    span: Span
    key: bool = False


def seeds() -> Iterator[bytes]:
    """Files of the repository in every layout."""
    files = [ROOT / ".github/workflows/ci.yml", *sorted((ROOT / "policies").glob("*/rules/*/v1.yaml"))[::6]]
    yield from (file.read_bytes() for file in [*files, *sorted((ROOT / "examples").glob("*/ai-manifest.yaml"))[::4]])
    yield b"a: &a [1, *b]\nb: !!str 1\n? c\n: |2-\n   d\n e: >+\n\n  f\n"
    yield b"%YAML 1.2\n--- # c\n{a: 'b''c', \"d\": \"\\u00e9\\\n  x\"}\n...\n"
    yield b"a: &x {b: [1, 2]}\nc: *x\nd: *x\n"


def one(raw: bytes) -> None:
    """Read some bytes with each parser."""
    ours = _read(raw, compiled=True)
    theirs = _read(raw, compiled=False)
    if ours is not None and theirs is not None:
        assert repr(ours) == repr(theirs)


def _read(raw: bytes, *, compiled: bool) -> list[Place] | None:
    try:
        document = read(raw, "f", loader=libyaml if compiled and libyaml else pure_python)
    except DocumentError as error:
        _refused(error, raw)
        return None
    found = list(_places(document.data, document.root, "", 0))
    assert sum(not place.key for place in found) <= MAX_NODES
    inside((place.span for place in found), document.text)
    for place in [place for place in found if not place.key and isinstance(place.value, str)][:_FOLLOWED]:
        _characters(document, place)
    return found


def _refused(error: DocumentError, raw: bytes) -> None:
    spans = [problem.span for problem in error.problems]
    assert spans == sorted(spans)
    assert 1 <= len(spans) <= MAX_PROBLEMS
    told(error.problems, raw.decode("utf-8-sig", errors="replace"))


def _places(data: Plain, node: Node, pointer: str, depth: int) -> Iterator[Place]:
    """Every value and key of a document; of a collection, only what it is."""
    yield Place(pointer, type(data).__name__ if isinstance(data, (dict, list)) else data, node.span)
    match data, node.children:
        case dict(), dict():
            assert depth < MAX_DEPTH
            assert len(data) <= MAX_ITEMS
            assert node.keys is not None
            assert list(data) == list(node.children) == list(node.keys)
            for key, value in data.items():
                yield Place(child(pointer, key), key, node.keys[key], key=True)
                yield from _places(value, node.children[key], child(pointer, key), depth + 1)
        case list(), list():
            assert depth < MAX_DEPTH
            assert len(data) == len(node.children) <= MAX_ITEMS
            for index, (value, inner) in enumerate(zip(data, node.children, strict=True)):
                yield from _places(value, inner, child(pointer, index), depth + 1)
        case _:
            assert node.children is None
            assert not isinstance(data, (dict, list))


def _characters(document: LocatedDocument, place: Place) -> None:
    """Some characters of a text have their place within the span of the text."""
    _, value = lookup(document.data, place.pointer)
    for offset in {0, len(value) // 2, len(value)} if isinstance(value, str) else ():
        found = place_in_scalar(document, place.pointer, offset)
        assert found is not None
        assert place.span[:2] <= found[:2] <= place.span[2:], (place, offset, found)
