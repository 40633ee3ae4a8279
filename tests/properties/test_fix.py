"""``fix`` on the corpus of manifests, written with random comments and layout, mistakes put in: only the mistakes change.

A manifest is written twice in one layout, right and with mistakes: mended, the second is the first, byte for byte.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cmian_policy.editing.fix import mend
from cmian_policy.lang import yaml
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.pipeline.policy import schema
from tests.editing.layouts import CORPUS, SHAPE, Writer, any_word, sure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Node

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SCHEMA = schema("ai-manifest")


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """A manifest of the corpus, with some text that looks like a number."""
    data = draw(st.sampled_from(CORPUS))
    project = {**data["project"], "version": draw(st.sampled_from(["1.10", "010", "true", "2", "1e3", "v2"]))}
    return {**data, "project": project}


@SLOW
@given(manifests(), st.randoms(use_true_random=False), st.booleans())
def test_only_the_mistakes_change(data: dict[str, Any], rng: Random, mark: bool) -> None:  # noqa: FBT001 - drawn
    written = Writer(rng, sure).manifest(data)
    before = (BOM_UTF8 if mark else b"") + written.wrong.encode()
    assume(yaml.read(written.right.encode(), "f").data == data)
    mended = mend(before, "f", lambda: SCHEMA)
    assert mended.after.decode("utf-8-sig") == written.right
    assert mended.after.startswith(BOM_UTF8) == mark
    assert (mended.manifest.syntax, mended.manifest.schema) == ((), ())
    assert bool(mended.edits) == (written.right != written.wrong)
    assert mend(mended.after, "f", lambda: SCHEMA)[:3] == (mended.after, mended.after, ())


def lines_of(raw: bytes) -> list[str]:
    """Lines as YAML counts them."""
    return re.split("\r\n|\r|\n", raw.decode())


@SLOW
@given(manifests(), st.randoms(use_true_random=False), st.booleans())
def test_whatever_is_wrong_no_other_line_changes_and_a_second_run_changes_nothing(
    data: dict[str, Any],
    rng: Random,
    unsafe: bool,  # noqa: FBT001 - drawn
) -> None:
    before = Writer(rng, any_word).manifest(data).wrong.encode()
    checked = read_bytes(before, "f", lambda: SCHEMA)
    mended = mend(before, "f", lambda: SCHEMA, unsafe=unsafe)
    edited = {edit.span.line for edit in mended.edits}
    pairs = zip(lines_of(before), lines_of(mended.after), strict=True)
    assert {place for place, (old, new) in enumerate(pairs, 1) if old != new} == edited
    announced = {each.correction.span.line for each in checked.schema if each.correction and each.correction.safe}
    assert announced <= edited
    assert mended.manifest.syntax == checked.syntax
    assert mend(mended.after, "f", lambda: SCHEMA, unsafe=unsafe)[:3] == (mended.after, mended.after, ())


def shuffled(value: Any, rng: Random) -> Any:  # noqa: ANN401 - any JSON
    """The same data, the keys of each mapping in any order."""
    match value:
        case dict():
            keys = rng.sample(list(value), len(value))
            return {key: shuffled(value[key], rng) for key in keys}
        case list():
            return [shuffled(item, rng) for item in value]
        case _:
            return value


def blocks(node: Node, shape: Shape | None, lines: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The keys of each mapping that is no flow mapping, as they stand and as the schema orders them, free ones last."""
    if shape is None or node.children is None or lines[node.span.line - 1][node.span.column - 1] in "{[":
        return
    if isinstance(node.children, list):
        for item in node.children:
            yield from blocks(item, shape.items, lines)
        return
    keys, known = list(node.children), ["$schema", *shape.keys]
    yield keys, sorted(keys, key=lambda key: known.index(key) if key in known else len(known))
    for key, child in node.children.items():
        yield from blocks(child, shape.keys.get(key), lines)


def without_dash(line: str) -> str:
    """A line without what tells where it stands."""
    return re.sub(r"^[ ]*(- +)*", "", line)


@SLOW
@given(manifests(), st.randoms(use_true_random=False))
def test_sorting_moves_whole_lines_and_says_the_same(data: dict[str, Any], rng: Random) -> None:
    before = Writer(rng, sure).manifest(shuffled({**data, "x-note": {"b": 1, "a": 2}}, rng)).right.encode()
    document = yaml.read(before, "f")
    assume(document.data == {**data, "x-note": {"b": 1, "a": 2}})
    mended = mend(before, "f", lambda: SCHEMA, sort=True)
    assert mended.unsorted is None
    after = yaml.read(mended.after, "f")
    assert after.data == document.data
    assert sorted(map(without_dash, lines_of(mended.after))) == sorted(map(without_dash, lines_of(before)))
    for keys, ordered in blocks(after.root, SHAPE, lines_of(mended.after)):
        assert keys == ordered
    assert mend(mended.after, "f", lambda: SCHEMA, sort=True)[:3] == (mended.after, mended.after, ())
