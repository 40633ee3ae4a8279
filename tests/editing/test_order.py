"""The keys of a manifest in the order of the schema, comments with what they are about (docs/adr/0015-fix.md)."""

from __future__ import annotations

import pytest

from cmian_policy.editing.order import in_order
from cmian_policy.lang import yaml
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.pipeline.policy import schema

SHAPE = Shape.of(schema("ai-manifest"))

CASES = {
    "sections": ("owner:\n  department: D\nproject:\n  id: e\n", "project:\n  id: e\nowner:\n  department: D\n"),
    "keys of a section": ("project:\n  status: pilot\n  id: e\n", "project:\n  id: e\n  status: pilot\n"),
    "a comment goes with the key below it": (
        "project:\n  # of the status\n  status: pilot\n  # of the id\n  id: e # here\n",
        "project:\n  # of the id\n  id: e # here\n  # of the status\n  status: pilot\n",
    ),
    "a deeper comment goes with the key above it": (
        "owner:\n  department: D\n  # role: x\nproject:\n  id: e\n# end\n",
        "project:\n  id: e\nowner:\n  department: D\n  # role: x\n# end\n",
    ),
    "what opens the file stays on top": (
        "# Manifest\n# yaml-language-server: $schema=x\nproject:\n  id: e\nschema_version: x\n",
        "# Manifest\n# yaml-language-server: $schema=x\nschema_version: x\nproject:\n  id: e\n",
    ),
    "but not what is about the first key": (
        "# Manifest\n\n# The project\nproject:\n  id: e\n# The version\nschema_version: x\n",
        "# Manifest\n\n# The version\nschema_version: x\n# The project\nproject:\n  id: e\n",
    ),
    "blank lines stay between sections": (
        "owner:\n  department: D\n\n\nproject:\n  id: e\n\npurpose: {}\n",
        "project:\n  id: e\n\n\nowner:\n  department: D\n\npurpose: {}\n",
    ),
    "comments between blank lines": (
        "owner: {}\n\n# A\n\n# B\nproject: {}\n",
        "# A\n\n# B\nproject: {}\n\nowner: {}\n",
    ),
    "items of a list": (
        "suppliers:\n  # first\n  - role: R\n    # its name\n    name: A\n  -   role: S\n      name: B\n",
        "suppliers:\n  # first\n  - # its name\n    name: A\n    role: R\n  -   name: B\n      role: S\n",
    ),
    "a dash on its own line": (
        "suppliers:\n-\n  # r\n  role: R\n  name: A\n",
        "suppliers:\n-\n  name: A\n  # r\n  role: R\n",
    ),
    "a comment nearer the edge than its item": (
        "suppliers:\n- role: R\n# n\n  name: A\n",
        "suppliers:\n- # n\n  name: A\n  role: R\n",
    ),
    "blocks of text and lists": (
        "purpose:\n  goal: |\n    A\n\n    B\n  domain: hr\nproject:\n  summary: >\n    S\n  name: E\npolicy:\n- a\n- b\n",
        "policy:\n- a\n- b\nproject:\n  name: E\n  summary: >\n    S\npurpose:\n  goal: |\n    A\n\n    B\n  domain: hr\n",
    ),
    "a deeper comment never slips into a block of text": (
        "project:\n    # c\n  status: s\n  name: |\n    N\n",
        "project:\n    # c\n  name: |\n    N\n  status: s\n",
    ),
    "free keys come last, $schema first": (
        "x-b: 1\nproject: {}\nx-a: 2\n$schema: s\n",
        "$schema: s\nproject: {}\nx-b: 1\nx-a: 2\n",
    ),
    "no line end at the end": ("owner: {}\nproject: {}", "project: {}\nowner: {}"),
    "windows": ("owner: {}\r\nproject: {}", "project: {}\r\nowner: {}"),
    "after the marker of the document": ("%YAML 1.2\n---\nowner: {}\nproject: {}\n", "%YAML 1.2\n---\nproject: {}\nowner: {}\n"),
    "an empty value": ("project:\n  name:\n    # todo\n  id:\n", "project:\n  id:\n  name:\n    # todo\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_keys_are_put_in_order(before: str, after: str) -> None:
    document = yaml.read(before.encode(), "f")
    text, places = in_order(document, SHAPE)
    assert text == after
    assert places
    again = yaml.read(after.encode(), "f")
    assert again.data == document.data
    assert in_order(again, SHAPE) == (after, ())


@pytest.mark.parametrize(
    "text",
    [
        "project: {status: pilot, id: e}\n",  # in braces
        "{owner: {}, project: {}}\n",
        "? owner\n: {}\n? project\n: {}\n",  # no key begins its line
        "&o owner: {}\nproject: {}\n",
        "x-a:\n  b: 1\n  a: 2\n",  # not the schema's
        "x-p: &p {status: pilot, id: e}\nx-q: *p\n",
        "project: text\n",
        "- owner\n- project\n",
    ],
)
def test_what_is_not_laid_out_in_blocks_or_is_free_stays(text: str) -> None:
    assert in_order(yaml.read(text.encode(), "f"), SHAPE) == (text, ())


def test_each_block_that_changes_is_named_by_the_place_of_its_first_key() -> None:
    text = "owner:\n  department: D\nproject:\n  status: s\n  id: e\nsuppliers:\n- role: R\n  name: A\n"
    _, places = in_order(yaml.read(text.encode(), "f"), SHAPE)
    assert [place[:2] for place in places] == [(1, 1), (4, 3), (7, 3)]
