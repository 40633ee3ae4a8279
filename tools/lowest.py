"""The pins of ``constraints.txt`` with the lowest versions that ``pyproject.toml`` promises in place of its own.

    $ python tools/lowest.py > lowest.txt
    $ python -m pip install --constraint lowest.txt --group test --editable .

A promise that nobody tries is a guess: continuous integration runs the tests with these versions. Only what the tool itself needs
is lowered, extras included; the programs of the tests keep their pins.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
LOWEST = re.compile(r"(?P<name>[\w.-]+)(\[.*\])?>=(?P<version>[\w.]+)")


def declared(project: dict[str, Any]) -> list[str]:
    """The requirements of a ``[project]`` table, those of its extras included."""
    return [*project["dependencies"], *(one for extra in project.get("optional-dependencies", {}).values() for one in extra)]


def lowest(requirements: Iterable[str]) -> dict[str, str]:
    """The lowest version of each package, by normalised name. Raises ``ValueError`` for a requirement that promises none."""
    found = {}
    for requirement in requirements:
        match = LOWEST.match(requirement)
        if match is None:
            msg = f"no lowest version in {requirement!r}"
            raise ValueError(msg)
        found[normalised(match["name"])] = match["version"]
    return found


def normalised(name: str) -> str:
    """A package's name as the registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lowered(pins: Iterable[str], versions: dict[str, str]) -> list[str]:
    """Pins, lines ``name==version``, without those of the packages in ``versions``, which follow."""
    kept = [pin for pin in pins if "==" in pin and normalised(pin.partition("==")[0]) not in versions]
    return [*kept, *(f"{name}=={version}" for name, version in versions.items())]


def main() -> int:
    """Writes the constraints to standard output."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    sys.stdout.write("".join(f"{line}\n" for line in lowered(pins, lowest(declared(project)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
