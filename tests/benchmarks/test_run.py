"""``make bench`` from end to end, with tiny sizes: the results have every section, and say what was left out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.runner import OK, ROOT, USAGE, environment, execute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner import Done

SECTIONS = (
    "Targets",
    "Start-up: one manifest",
    "Throughput: many varied manifests",
    "Growth with the number of manifests",
    "Growth with the number of rules",
    "Where the time goes",
    "Peers",
    "Left out",
)


def bench(folder: Path, *options: str) -> Done:
    """A quick run."""
    command: list[str | Path] = [
        sys.executable,
        ROOT / "benchmarks" / "run.py",
        "--quick",
        "--output",
        folder / "RESULTS.md",
        *options,
    ]
    return execute(command, folder, environment(folder), seconds=300)


def headings(text: str) -> list[str]:
    """The headings of the second level."""
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


def test_a_quick_run_fills_every_section(tmp_path: Path) -> None:
    done = bench(tmp_path)
    assert done.code == OK, done.err
    assert done.out == ""
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert tuple(headings(text)) == SECTIONS
    assert "Not measured in this run" not in text
    assert "This was a quick run" in text
    for target in (
        "start-up, cmian-policy / python -c pass",
        "throughput, cmian-policy / yaml.load",
        "peak memory at 1,000 manifests",
    ):
        assert f"| {target}" in text
    assert "- other programs: not asked for in a quick run" in text


def test_what_was_not_asked_for_is_named_as_not_measured(tmp_path: Path) -> None:
    done = bench(tmp_path, "--only", "startup")
    assert done.code == OK, done.err
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert tuple(headings(text)) == SECTIONS
    assert text.count("Not measured in this run") == 4


def test_an_unknown_measure_is_refused(tmp_path: Path) -> None:
    done = bench(tmp_path, "--only", "speed")
    assert done.code == USAGE
    assert not (tmp_path / "RESULTS.md").exists()
