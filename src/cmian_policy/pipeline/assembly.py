"""The packs of a run, each from the source that the configuration gives it, as one policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cmian_policy.errors import PolicyError
from cmian_policy.model.location import Location
from cmian_policy.model.origin import Origin
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import Policy, load_policy, read_policy
from cmian_policy.sources.folder import PolicyFolder
from cmian_policy.sources.memory import PolicyInMemory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from cmian_policy.engine.compile import CompiledRelease
    from cmian_policy.model.pack import Pack, Release, RuleVersion
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.source import SourceFiles, SourceSpec


class Assembly:
    """Packs of several policies; each answers for its own."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._policies = policies
        found = ((name, policy.pack(name)) for name, policy in sorted(policies.items()))
        self.packs = tuple(pack for _, pack in found if pack is not None)

    def pack(self, pack_id: str) -> Pack | None:
        """The pack of that id."""
        return next((pack for pack in self.packs if pack.id == pack_id), None)

    def stamp(self, pack: Pack) -> str:
        """A digest of all that the verdicts of a pack depend on."""
        return self._policies[pack.id].stamp(pack)

    def origin(self, pack: Pack) -> Origin:
        """Where a pack comes from."""
        return self._policies[pack.id].origin(pack)

    def release(self, pack: Pack, release: Release) -> CompiledRelease:
        """A release ready to judge. Raises ``PolicyError`` when one of its conditions does not compile."""
        return self._policies[pack.id].release(pack, release)

    def rule(self, pack: Pack, version: RuleVersion) -> Rule:
        """A version of a rule, in whichever release it is."""
        return self._policies[pack.id].rule(pack, version)

    def digest(self, pack: Pack, release: Release) -> str:
        """SHA-256 of the files that a release is made of."""
        return self._policies[pack.id].digest(pack, release)

    def grace(self, pack: Pack, release: Release) -> int:
        """The days that a release leaves to the one it supersedes."""
        return self._policies[pack.id].grace(pack, release)


Packs: TypeAlias = Policy | Assembly


def assemble(settings: Settings, held: Mapping[str, SourceFiles], *, cache_folder: str | PathLike[str] | None) -> Packs:
    """The packs that a configuration names; the bundled ones where it names none. ``held`` is what git holds, by pack.

    Raises ``PolicyError`` for a source that cannot be used or does not hold its pack: a run without it would judge less.
    """
    if not settings.packs:
        return load_policy(cache_folder=cache_folder)
    read: dict[SourceSpec, Policy] = {}
    policies: dict[str, Policy] = {}
    for spec in settings.packs:
        place = spec._replace(id="")  # one source may hold several packs
        if place not in read:
            read[place] = source_policy(spec, settings, held.get(spec.id), cache_folder=cache_folder)
        policies[spec.id] = read[place]
        require_pack(policies[spec.id], spec)
    return Assembly(policies)


def require_pack(policy: Policy, spec: SourceSpec) -> Pack:
    """The pack that a source was configured for. Raises ``PolicyError`` when the source does not hold it."""
    pack = policy.pack(spec.id)
    if pack is None:
        known = ", ".join(pack.id for pack in policy.packs)
        raise PolicyError(message("policy.pack-not-there", pack=spec.id, known=known), Location(spec.source))
    return pack


def source_policy(
    spec: SourceSpec, settings: Settings, held: SourceFiles | None, *, cache_folder: str | PathLike[str] | None
) -> Policy:
    """All packs of one source; ``held`` is what git holds of it. Raises ``PolicyError`` when it cannot be used."""
    if held is not None:
        return read_policy(PolicyInMemory(held.files, spec.source), held.origin, cache_folder=cache_folder)
    if spec.kind == "bundled":
        return load_policy(cache_folder=cache_folder)
    folder = Path(settings.file or ".").parent / spec.source
    return read_policy(PolicyFolder(folder, spec.source), Origin(spec.source), cache_folder=cache_folder)
