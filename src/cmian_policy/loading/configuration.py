"""Which file configures a run (cli.md, "Configuration"). Most repositories have none: nothing that reads one is imported here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONFIGURATION = ".cmian-policy.yaml"
MISNAMED = ".cmian-policy.yml"


def find_configuration(paths: Sequence[Path]) -> Path | None:
    """The configuration that applies to the paths, or None.

    It is searched from their common parent up to the root of the git repository; outside one, in that parent only. Raises
    ``UsageError`` for a second one, anywhere between a path and that root: one of the two would be passed over in silence.
    """
    plain = [_place(path) for path in paths]
    try:
        common = Path(os.path.commonpath(plain))
    except ValueError:  # paths on several drives have no common parent
        common = None
    found = dict.fromkeys(file for path in plain for folder in _searched(path, common) for file in _files(folder))
    if len(found) > 1:
        deepest = max(found, key=lambda file: len(file.parts))
        raise UsageError(message("usage.second-configuration"), Location(str(deepest)))
    only = next(iter(found), None)
    if only is not None and common is not None and not common.is_relative_to(only.parent):
        raise UsageError(message("usage.deeper-configuration"), Location(str(only)))
    return only


def _place(path: Path) -> Path:
    """Where a path leads, as a search sees it: a folder through every link, a file under its own name."""
    plain = Path(os.path.normpath(path))
    return plain.resolve() if plain.is_dir() else plain.parent.resolve() / plain.name


def _files(folder: Path) -> Iterator[Path]:
    """The configuration in a folder. Raises ``UsageError`` for one that is named as none is looked for."""
    if os.path.lexists(folder / MISNAMED):
        raise UsageError(message("usage.misnamed-configuration", name=CONFIGURATION), Location(str(folder / MISNAMED)))
    if os.path.lexists(folder / CONFIGURATION):
        yield folder / CONFIGURATION


def _searched(path: Path, common: Path | None) -> list[Path]:
    """The folders whose configuration could be meant for a path, from the deepest."""
    start = path if path.is_dir() else path.parent
    chain = [start, *start.parents]
    top = common if common is None or common.is_dir() else common.parent
    shared = chain.index(top) if top in chain else 0
    root = next((index for index, folder in enumerate(chain) if (folder / ".git").exists()), shared)
    return chain[: max(root, shared) + 1]
