"""Which rules are in force on a date, read from the policy folder as plain YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class InForce(NamedTuple):
    """A published release, ``pack@release``, and its rules: each id with its version."""

    release: str
    rules: dict[str, int]


def in_force(policies: Path, on: date) -> list[InForce]:
    """The release of each pack that is in force on a date, by pack."""
    found = (_newest(folder, on) for folder in sorted(policies.glob("*/releases")))
    return [each for each in found if each is not None]


def _newest(folder: Path, on: date) -> InForce | None:
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yaml")]
    begun = [release for release in read if "published" in release and release["in_force_from"] <= on]
    if not begun:
        return None
    newest = max(begun, key=lambda release: release["in_force_from"])
    return InForce(f"{folder.parent.name}@{newest['release']}", {rule["id"]: rule["version"] for rule in newest["rules"]})
