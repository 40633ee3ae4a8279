"""The diff of a dry run: a real ``git apply`` takes it, and nothing in it acts on who looks at it."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import pytest

from cmian_policy.editing.diff import diff
from tests.runner import environment, execute

if TYPE_CHECKING:
    from pathlib import Path

LONG = "".join(f"line{number}: {number}\n" for number in range(30))


@pytest.mark.parametrize("name", ["ai-manifest.yaml", "a folder/ai-manifest.yaml", "été/ai-manifest.yaml"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n", "a: 2\n"),
        ("a: 1", "a: 2"),
        ("a: 1\n", "a: 2"),
        ("a: 1", "a: 2\n"),
        ("a: 1\r\nb:\t2\r\n", "a: 1\r\nb:\t3\r\n"),
        (f"{LONG}x: 1\n{LONG}y: 1", f"{LONG}x: 2\n{LONG}y: 2"),
        (BOM_UTF8.decode() + "a: 1\nb: é 😀\n", BOM_UTF8.decode() + "a: 1\nb: 1\n"),
    ],
)
def test_git_applies_it(tmp_path: Path, before: str, after: str, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(before.encode())
    made = diff(before.encode(), after.encode(), name)
    assert made.exact
    (tmp_path / "made.diff").write_bytes(made.text.encode())
    done = execute(["git", "apply", "made.diff"], tmp_path, environment(tmp_path))
    assert done.code == 0, done.err
    assert file.read_bytes() == after.encode()


def test_the_same_text_gives_nothing() -> None:
    assert diff(b"a: 1\n", b"a: 1\n", "f") == ("", True)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a: \u202e1", "a: \\u202e1"),
        ("a: 1\rb: 2", "a: 1\\u000db: 2"),
        ("  ::error::x", "  \\u003a:error::x"),
        ("a ##[group]", "a #\\u0023[group]"),
        ("a: \ufeff1", "a: \\ufeff1"),
    ],
)
def test_what_acts_is_shown_by_its_code_and_the_diff_is_said_to_be_inexact(hostile: str, shown: str) -> None:
    made = diff(f"{hostile}\nx: 1\n".encode(), f"{hostile}\nx: 2\n".encode(), "f")
    assert not made.exact
    assert made.text.splitlines()[3] == f" {shown}"


def test_far_from_a_change_a_hostile_line_is_not_shown() -> None:
    made = diff(f"a: \u202e1\n{LONG}x: 1\n".encode(), f"a: \u202e1\n{LONG}x: 2\n".encode(), "f")
    assert made.exact


def test_a_hostile_name_is_neutralised() -> None:
    made = diff(b"a: 1\n", b"a: 2\n", "f\x1b[31m\n+x")
    assert made.text.splitlines()[0] == "--- a/f\\u001b[31m\\u000a+x"
