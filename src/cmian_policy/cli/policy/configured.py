"""What the commands about git sources work on: the configuration that applies, the user's local copies, the user's git."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.cli.terminal import cache_folder
from cmian_policy.errors import UsageError
from cmian_policy.loading.configuration import CONFIGURATION
from cmian_policy.model.text import message
from cmian_policy.pipeline.sources import Sources
from cmian_policy.sources.git import Git
from cmian_policy.sources.store import Store

if TYPE_CHECKING:
    from cmian_policy.model.settings import Settings


def sources(settings: Settings) -> Sources:
    """The git sources of a configuration, with the copies kept in the user's cache folder."""
    kept_in = cache_folder()
    return Sources(settings, Store(Path(kept_in, "git") if kept_in is not None else None), Git(os.environ))


def configured(settings: Settings) -> Sources:
    """The same for a command that has nothing to do without a configuration: ``UsageError`` when none applies."""
    if settings.file is None:
        raise UsageError(message("usage.no-configuration", name=CONFIGURATION))
    return sources(settings)
