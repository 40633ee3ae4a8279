"""Mending a manifest: passes until nothing is left, every other byte as it was (docs/adr/0015-fix.md)."""

from __future__ import annotations

from codecs import BOM_UTF8

import pytest

from cmian_policy.editing.fix import Mended, mend
from cmian_policy.messages import render
from cmian_policy.pipeline.policy import schema
from tests.runner import MINIMAL, UNREADABLE, edited


def fixed(text: str | bytes, *, unsafe: bool = False, sort: bool = False) -> Mended:
    """A manifest, mended; a second run must change nothing."""
    raw = text.encode() if isinstance(text, str) else text
    mended = mend(raw, "f", lambda: schema("ai-manifest"), unsafe=unsafe, sort=sort)
    again = mend(mended.after, "f", lambda: schema("ai-manifest"), unsafe=unsafe, sort=sort)
    assert (again.after, again.edits, again.unsorted) == (mended.after, (), mended.unsorted)
    return mended


WRONG = edited(
    MINIMAL,
    ("decision:", "decison: # who decides"),
    ("  role: none", "  Role:   None   # nobody"),
    ("individual_administrative: false", "individual_administrative: non"),
    ('schema_version: "1.0"', "# yaml-language-server: $schema=x\n\nschema_version: 1.0"),
)
RIGHT = edited(
    WRONG,
    ("decison:", "decision:"),
    ("Role:   None", "role:   none"),
    ("administrative: non", "administrative: false"),
    ("schema_version: 1.0", 'schema_version: "1.0"'),
)


@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_stands_under_a_mistyped_key_is_mended_too_and_all_else_stays(end: str, mark: bytes) -> None:
    mended = fixed(mark + WRONG.replace("\n", end).encode())
    assert mended.after == mark + RIGHT.replace("\n", end).encode()
    assert mended.manifest.readable
    said = [(edit.span.line, render(edit.message, "fr")) for edit in mended.edits]
    lines = WRONG.split("\n")
    assert said == [
        (lines.index("schema_version: 1.0") + 1, '1.0 → "1.0"'),
        (lines.index("decison: # who decides") + 1, "decison → decision"),
        (lines.index("  Role:   None   # nobody") + 1, "Role → role"),
        (lines.index("  Role:   None   # nobody") + 1, "None → none"),
        (lines.index("  individual_administrative: non") + 1, "non → false"),
    ]


def test_a_good_manifest_stays_as_it_is() -> None:
    mended = fixed(MINIMAL)
    assert (mended.after, mended.edits) == (MINIMAL.encode(), ())


@pytest.mark.parametrize("text", [UNREADABLE, "", "a: 1\na: 2\n", "name: x\n", "\x00"])
def test_what_cannot_be_read_or_is_something_else_stays_as_it_is(text: str) -> None:
    mended = fixed(text, unsafe=True, sort=True)
    assert (mended.after, mended.edits) == (text.encode(), ())
    assert mended.manifest.syntax or mended.manifest.schema


def test_a_guess_is_made_only_when_it_is_asked_for() -> None:
    text = edited(MINIMAL, ("personal: none", "personal: nnoe"))
    assert fixed(text).edits == ()
    assert [each.correction and each.correction.new for each in fixed(text).manifest.schema] == ["none"]
    assert fixed(text, unsafe=True).after == MINIMAL.encode()


def test_what_only_a_person_can_mend_is_left_and_the_rest_is_done() -> None:
    mended = fixed(edited(MINIMAL, ("used: false", "used: non"), ("domain: internal_admin", "domain: voirie")))
    assert b"used: false" in mended.after
    assert [problem.pointer for problem in mended.manifest.schema] == ["/purpose/domain"]


def test_keys_are_sorted_after_they_are_mended() -> None:
    text = edited(MINIMAL, ("project:\n  id: essai\n  name:", "project:\n  nmae:"), ("  status: op", "  ID: essai\n  status: op"))
    mended = fixed(text, sort=True)
    assert mended.after == MINIMAL.encode()
    assert [edit.message.key for edit in mended.edits] == ["fix.edit", "fix.sorted", "fix.edit"]  # by their place


@pytest.mark.parametrize(
    "last",
    [
        "  usage: *s\nx-a: &s text\n",
        "x-b: |+\n  text\n\n\nproject2: 1\n",
    ],
)
def test_keys_stay_in_their_order_where_moving_them_would_change_what_is_said(last: str) -> None:
    head = "x-a: &s text\nschema_version: *s\n" if "*s" in last else f'{last}schema_version: "1.0"\n'
    mended = fixed(head, sort=True)
    assert mended.after == head.encode()
    assert mended.unsorted is not None
    assert render(mended.unsorted, "fr")
