"""Folders that the command line names."""

from __future__ import annotations

from pathlib import Path

from cmian_policy.errors import UsageError
from cmian_policy.model.text import message


def policies_folder(wanted: str | None) -> Path | None:
    """The folder that a command works on; None for the bundled one. Raises ``UsageError`` when there is none."""
    if wanted is None:
        return None
    if not Path(wanted).is_dir():
        raise UsageError(message("usage.no-policy-folder", path=wanted))
    return Path(wanted)
