"""Which file configures a run (cli.md, "Configuration"). Most repositories have none: nothing that reads one is imported here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

CONFIGURATION = ".cmian-policy.yaml"
MISNAMED = ".cmian-policy.yml"


def find_configuration(paths: Sequence[str | PathLike[str]]) -> str | None:
    """The configuration that applies to the paths, or None.

    It is searched from their common parent up to the root of the git repository; outside one, in that parent only. Raises
    ``UsageError`` for a second one, anywhere between a path and that root: one of the two would be passed over in silence.
    """
    plain = [_place(os.fspath(path)) for path in paths]
    try:
        common = os.path.commonpath(plain)
    except ValueError:  # paths on several drives have no common parent
        common = None
    found = dict.fromkeys(file for path in plain for folder in _searched(path, common) for file in _files(folder))
    if len(found) > 1:
        deepest = max(found, key=lambda file: file.count(os.sep))
        raise UsageError(message("usage.second-configuration"), Location(deepest))
    only = next(iter(found), None)
    if only is not None and common is not None and os.path.dirname(only) not in _chain(common):
        raise UsageError(message("usage.deeper-configuration"), Location(only))
    return only


def _place(path: str) -> str:
    """Where a path leads, as a search sees it: a folder through every link, a file under its own name."""
    plain = os.path.normpath(path)
    if os.path.isdir(plain):
        return os.path.realpath(plain)
    folder, name = os.path.split(plain)
    return os.path.join(os.path.realpath(folder), name)


def _files(folder: str) -> Iterator[str]:
    """The configuration in a folder. Raises ``UsageError`` for one that is named as none is looked for."""
    misnamed, file = os.path.join(folder, MISNAMED), os.path.join(folder, CONFIGURATION)
    if os.path.lexists(misnamed):
        raise UsageError(message("usage.misnamed-configuration", name=CONFIGURATION), Location(misnamed))
    if os.path.lexists(file):
        yield file


def _chain(path: str) -> list[str]:
    """A path and every folder above it, from the deepest."""
    chain = [path]
    while (above := os.path.dirname(chain[-1])) != chain[-1]:
        chain.append(above)
    return chain


def _searched(path: str, common: str | None) -> list[str]:
    """The folders whose configuration could be meant for a path, from the deepest."""
    chain = _chain(path if os.path.isdir(path) else os.path.dirname(path))
    top = common if common is None or os.path.isdir(common) else os.path.dirname(common)
    shared = chain.index(top) if top in chain else 0
    root = next((index for index, folder in enumerate(chain) if os.path.exists(os.path.join(folder, ".git"))), shared)
    return chain[: max(root, shared) + 1]
