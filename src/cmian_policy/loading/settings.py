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

    It is searched from their common parent up to the root of the git repository; outside one, in that folder only.
    """
    try:
        common = Path(os.path.commonpath([os.path.normpath(path) for path in paths]))
    except ValueError:  # paths on several drives have no common parent
        return
    start = common if common.is_dir() else common.parent
    chain = [start, *start.parents]
    root = next((index for index, folder in enumerate(chain) if (folder / ".git").exists()), 0)
    for folder in chain[: root + 1]:
        if os.path.lexists(folder / CONFIGURATION):
            raise UsageError(message("usage.configuration-unsupported"), Location(str(folder / CONFIGURATION)))
