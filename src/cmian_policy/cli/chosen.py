"""The packs and the register of a run: what the operator names, else the configuration, else the bundled packs alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.folders import policies_folder
from cmian_policy.errors import PolicyError, RegisterError, SourceError, UsageError
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from cmian_policy.model.register import Register
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.source import SourceFiles
    from cmian_policy.pipeline.assembly import Packs


def chosen_packs(wanted: str | None, settings: Settings, kept_in: str | PathLike[str] | None) -> Packs:
    """The packs that judge; ``wanted`` is ``--policy-dir``. Raises ``PolicyError`` for what cannot be used or trusted."""
    if wanted is not None or not settings.packs:
        return load_policy(policies_folder(wanted), cache_folder=kept_in)
    from cmian_policy.pipeline.assembly import assemble  # noqa: PLC0415 - for those who configure sources

    return assemble(settings, held_packs(settings), cache_folder=kept_in)


def held_packs(settings: Settings) -> Mapping[str, SourceFiles]:
    """What the local copies hold of the packs that come from git. Raises ``PolicyError`` where they cannot be trusted."""
    if not any(spec.kind == "git" for spec in settings.packs):
        return {}
    from cmian_policy.cli.policy.configured import sources  # noqa: PLC0415 - for those who use git sources

    try:
        return sources(settings).packs()
    except SourceError as error:
        others = tuple(PolicyError(other.message, other.location) for other in error.also)
        raise PolicyError(error.message, error.location, others) from error


def chosen_register(wanted: str | None, settings: Settings, policy: Packs) -> Register | None:
    """The register that opinions and waivers are looked up in; ``wanted`` is ``--register``.

    Raises ``RegisterError`` for one that cannot be used or trusted: it is never passed over.
    """
    if wanted == "":
        raise UsageError(message("usage.empty-path"))
    if wanted is None and settings.register is None:
        return None
    from cmian_policy.pipeline.register import configured_register, load_register  # noqa: PLC0415 - for those who have one

    if wanted is not None:
        return load_register(wanted, policy)
    return configured_register(settings, _held_register(settings), policy)


def _held_register(settings: Settings) -> SourceFiles | None:
    if settings.register is None or settings.register.kind != "git":
        return None
    from cmian_policy.cli.policy.configured import sources  # noqa: PLC0415 - for those who use git sources

    try:
        return sources(settings).register()
    except SourceError as error:
        raise RegisterError(error.message, error.location) from error
