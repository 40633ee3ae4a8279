"""Folders that the command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from pathlib import Path


def policies_folder(wanted: str | None) -> Path | None:
    """The folder that a command works on; None for the bundled one. Raises ``UsageError`` when there is none."""
    if wanted is None:
        return None
    from pathlib import Path  # noqa: PLC0415 - for those who name a folder

    if not wanted or not Path(wanted).is_dir():
        raise UsageError(message("usage.no-policy-folder", path=wanted) if wanted else message("usage.empty-path"))
    return Path(wanted)


def written_folder(wanted: str | None, *, may_be_absent: bool = False) -> Path:
    """The folder that a writing command works on, ``./policies`` by default: the bundled one is never written by accident.

    Raises ``UsageError`` when there is none, unless the command makes it.
    """
    from pathlib import Path  # noqa: PLC0415 - as above

    folder = Path(wanted if wanted is not None else "policies")
    if not folder.is_dir() and (folder.exists() or not may_be_absent):
        raise UsageError(message("usage.no-policy-folder", path=folder.as_posix()))
    return folder
