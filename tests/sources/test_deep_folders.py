"""Folders that nest deeper than Python calls do are searched as any other."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from cmian_policy.sources.folder import PolicyFolder
from cmian_policy.sources.register import register_files
from tests.packs import write_pack
from tests.register_folder import write_register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEPTH = 1200


@pytest.fixture
def nest() -> Iterator[list[Path]]:
    """Folders that the test makes, removed one by one: what clears pytest's own folders away calls itself too."""
    made: list[Path] = []
    yield made
    for folder in reversed(made):
        with suppress(OSError):
            (folder / "a.yaml").unlink()
        folder.rmdir()


def deepen(folder: Path, made: list[Path]) -> str:
    """A file deep under a folder; its path in it."""
    deep = folder
    for _ in range(DEPTH):
        deep = deep / "d"
        try:
            deep.mkdir()
        except OSError as error:
            pytest.skip(f"paths end before: {error.strerror}")
        made.append(deep)
    (deep / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    return "d/" * DEPTH + "a.yaml"


def test_a_policy_folder_is_searched_to_its_end(tmp_path: Path, nest: list[Path]) -> None:
    folder = write_pack(tmp_path / "policies")
    assert deepen(folder, nest) in PolicyFolder(folder, "policies").paths


def test_a_register_is_searched_to_its_end(tmp_path: Path, nest: list[Path]) -> None:
    folder = write_register(tmp_path / "register")
    file = deepen(folder, nest)
    found = register_files(folder, "register")
    assert file in found.raw
    assert found.faults == ()
