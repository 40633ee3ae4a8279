"""A short search of each fuzzing target, from what is kept; ``make fuzz`` searches for long (CONTRIBUTING.md, "Fuzzing")."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.external.conftest import missing
from tests.fuzz.targets import NAMES
from tests.runner import ROOT, execute

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 10
PATIENCE = 300  # reading what is kept is not counted


# Not the cache: within seconds the search knows the right digest and has nothing left to find; `make test` replays what is kept.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "cache"])
def test_nothing_breaks_in_a_short_search(tmp_path: Path, name: str) -> None:
    if find_spec("atheris") is None:
        missing("atheris")
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        name,
        "--seconds",
        str(SECONDS),
        "--work",
        str(tmp_path),
        "--seed",
        "1",
        "--forget",
    ]
    done = execute(command, ROOT, dict(os.environ), seconds=PATIENCE)
    assert done.code == 0, done.out + done.err
    executed = int(done.out.split()[3])
    assert executed > len(list((tmp_path / name).iterdir())) // 2, done.out
