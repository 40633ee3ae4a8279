"""Programs of other people, found where ``make test-all`` installs them.

A test whose program is missing is skipped by name; with ``CMIAN_EVERY_TEST=1``, as in continuous integration, it fails instead.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is external: ``make test`` leaves it to ``make test-all``."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.external)


def missing(what: str) -> None:
    """Skips the test by the name of what it lacks, or fails it where every test must run."""
    if os.environ.get("CMIAN_EVERY_TEST") == "1":
        pytest.fail(f"{what} is not installed, and every test must run here")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def program() -> Callable[..., Path]:
    """Finds a program by one of its names."""

    def find(*names: str) -> Path:
        for name in names:
            found = shutil.which(name)
            if found is not None:
                return Path(found)
        missing(names[0])
        raise AssertionError

    return find


@pytest.fixture(scope="session")
def node_file() -> Callable[[str], Path]:
    """Finds a file of an npm package, such as ``axe-core/axe.min.js``."""

    def find(name: str) -> Path:
        found = NODE_MODULES / name
        if not found.exists():
            missing(f"the npm package of {name}")
        return found

    return find
