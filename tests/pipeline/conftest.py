"""The fleet that the tests here read, and its register: written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.fleets import write_fleet, write_waivers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The folder of the fleet; nobody changes it."""
    return write_fleet(tmp_path_factory.mktemp("fleet") / "ville", home)


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its register."""
    return write_waivers(tmp_path_factory.mktemp("register") / "registre")
