"""The configuration of a run: the one that the operator names, or the one that applies to the paths (cli.md, "Configuration")."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.loading.configuration import find_configuration
from cmian_policy.loading.discovery import shown
from cmian_policy.model.location import Location
from cmian_policy.model.settings import Settings
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from cmian_policy.loading.scope import Scope


def applying(named: str | None, paths: Sequence[str], *, none: bool) -> Settings:
    """The settings of a run: those of the file ``named``, else of the one found from ``paths``, the current folder by default.

    ``none`` is ``--no-config``. Raises ``UsageError`` for a file that is missing, wrong, or one too many.
    """
    if named is not None and none:
        raise UsageError(message("usage.config-and-no-config"))
    if none:
        return Settings(chosen=True)
    here = os.getcwd()
    if named is not None:
        file = os.path.join(here, named)
        if not os.path.exists(file):
            raise UsageError(message("usage.no-such-path"), Location(named))
    else:
        found = find_configuration([os.path.join(here, path) for path in paths if path not in {"", "-"}] or [here])
        if found is None:
            return Settings()
        file = found
    from pathlib import Path  # noqa: PLC0415 - as below

    from cmian_policy.loading.settings import read_settings  # noqa: PLC0415 - most repositories have no configuration

    settings = read_settings(Path(file), shown(file, here), lambda: schema("config"))
    return settings._replace(chosen=True) if named is not None else settings._replace(root=os.path.dirname(file))


def scope_of(settings: Settings, here: str | PathLike[str]) -> Scope | None:
    """The patterns of the configuration, relative to its folder, or to the current one where the operator named it."""
    if not settings.exclude and not settings.manifests:
        return None
    from cmian_policy.loading.scope import Scope  # noqa: PLC0415 - for those who configure patterns

    return Scope(os.path.realpath(settings.root or here), settings.exclude, settings.manifests)
