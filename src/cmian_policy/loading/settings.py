"""The configuration file of a repository. This version reads none, and says so rather than pass over one in silence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIGURATION = ".cmian-policy.yaml"


def refuse_configuration(paths: Sequence[Path]) -> None:
    """Raises ``UsageError`` when a configuration file applies to the paths: ignoring it could turn a failure into a pass.

    It is searched from each path up to the root of the git repository; outside one, from each path up to their common parent.
    """
    plain = [Path(os.path.normpath(path)) for path in paths]
    try:
        common = Path(os.path.commonpath(plain))
    except ValueError:  # paths on several drives have no common parent
        common = None
    for folder in dict.fromkeys(folder for path in plain for folder in _searched(path, common)):
        if os.path.lexists(folder / CONFIGURATION):
            raise UsageError(message("usage.configuration-unsupported"), Location(str(folder / CONFIGURATION)))


def _searched(path: Path, common: Path | None) -> list[Path]:
    """The folders whose configuration would apply to a path, from the deepest."""
    start = path if path.is_dir() else path.parent
    chain = [start, *start.parents]
    top = common if common is None or common.is_dir() else common.parent
    shared = chain.index(top) if top in chain else 0
    root = next((index for index, folder in enumerate(chain) if (folder / ".git").exists()), shared)
    return chain[: max(root, shared) + 1]
