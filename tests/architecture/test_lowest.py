"""``tools/lowest.py``: the lowest versions that pyproject.toml promises, which a job of continuous integration tests with."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.runner import ROOT


def pins(text: str) -> dict[str, Version]:
    """The versions of a file of pins, by normalised name; a package pinned twice fails the test."""
    split = [line.split("==") for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, Version] = {canonicalize_name(name): Version(version) for name, version in split}
    assert len(found) == len(split)
    return found


def test_what_the_tool_needs_is_lowered_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    written = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    promised = {canonicalize_name(each.name): each.specifier for each in map(Requirement, written)}
    before = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    done = subprocess.run([sys.executable, ROOT / "tools/lowest.py"], capture_output=True, text=True, check=True, timeout=20)
    after = pins(done.stdout)
    assert set(promised) <= set(after)
    assert all(after[name] in specifier for name, specifier in promised.items())
    assert all(after[name] == before[name] for name in before if name not in promised)
    assert all(Version(part.version) == after[name] for name in promised for part in promised[name] if part.operator == ">=")
    assert all(after[name] <= before[name] for name in promised if name in before)
