"""The committee's register: read, checked against its contract and against the rules, and what in it ends soon."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmian_policy.engine.waive import ends_soon, refusal
from cmian_policy.errors import RegisterError
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.loading.register import read_register
from cmian_policy.messages.suggest import nearest
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import Policy, load_policy, schema
from cmian_policy.sources.register import held_files, register_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from cmian_policy.model.register import Entry, Register, RegisterFiles
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.source import SourceFiles
    from cmian_policy.model.waiver import Waiver
    from cmian_policy.pipeline.assembly import Packs


class Ending(NamedTuple):
    """An entry whose last day is past, or is near."""

    kind: Literal["opinion", "evaluation", "waiver"]
    ref: str
    project: str
    last: date
    expired: bool
    place: Location


def load_register(folder: str | PathLike[str], policy: Packs | None = None, *, strict: bool = False) -> Register:
    """The register in a folder, whose waivers the rules of ``policy`` (the bundled packs by default) have to admit.

    Raises ``RegisterError`` with every fault of every file: a register is used whole or not at all. A waiver of a rule that no
    pack knows is a fault too; only where the packs are not the bundled ones may it be of a pack that this run does without, and
    ``strict`` refuses it even then.
    """
    return read_files(register_files(Path(folder), Path(folder).as_posix()), policy, strict=strict)


def configured_register(settings: Settings, held: SourceFiles | None, policy: Packs) -> Register:
    """The register that a configuration names; ``held`` is what git holds of it.

    Raises ``RegisterError`` as above, and for a register that is not the one that the configuration means.
    """
    spec = settings.register
    assert spec is not None  # noqa: S101 - the caller saw to it
    if held is not None:
        read = read_files(held_files(held.files, spec.source), policy)
        read = read._replace(commit=held.origin.commit, signed=held.origin.signed)
    else:
        read = read_files(register_files(Path(settings.file or ".").parent / spec.source, spec.source), policy)
    if read.id != spec.id:
        raise RegisterError(message("register.other-id", wanted=spec.id, found=read.id), Location(spec.source))
    return read


def read_files(files: RegisterFiles, policy: Packs | None = None, *, strict: bool = False) -> Register:
    """The same from files that were read already."""
    packs = policy if policy is not None else load_policy()
    return read_register(files, lambda: schema("register"), lambda waivers: _refused(waivers, packs, strict=strict))


def _refused(waivers: Mapping[Waiver, Entry], policy: Packs, *, strict: bool) -> Iterator[RegisterError]:
    """The waivers that no version of their rule admits. One that some version admits is weighed again where that rule judges."""
    manifest = Shape.of(schema("ai-manifest"))
    for waiver, entry in waivers.items() if strict else ():
        if manifest.at(waiver.pointer) is None:
            yield RegisterError(message("register.nowhere", pointer=waiver.pointer), entry.at("/pointer"))
    known = {version.id for pack in policy.packs for release in pack.releases for version in release.rules}
    whole = strict or _bundled(policy)
    for waiver, entry in waivers.items():
        if waiver.rule not in known:
            if whole or _family(waiver.rule) in {_family(rule) for rule in known}:
                yield _unknown(waiver, entry, known)
            continue
        refusals = [refusal(rule, waiver) for rule in _versions(policy, waiver.rule)]
        latest = refusals[-1]
        if latest is not None and None not in refusals:
            yield RegisterError(latest.message, entry.at(latest.pointer))


def _bundled(policy: Packs) -> bool:
    """Whether the packs are all those of the tool: a rule that is none of theirs does not exist."""
    return isinstance(policy, Policy) and all(policy.origin(pack).source == "bundled" for pack in policy.packs)


def _family(rule: str) -> str:
    """What the ids of a pack's rules begin with."""
    return rule.partition("-")[0]


def _unknown(waiver: Waiver, entry: Entry, known: set[str]) -> RegisterError:
    near = nearest(waiver.rule, sorted(known))
    key = "waiver.unknown-rule-near" if near else "waiver.unknown-rule"
    return RegisterError(message(key, rule=waiver.rule, near=near or ""), entry.at("/rule"))


def _versions(policy: Packs, rule: str) -> list[Rule]:
    """The versions of a rule in every release of every pack, the latest last."""
    found = {(each, pack) for pack in policy.packs for release in pack.releases for each in release.rules if each.id == rule}
    return [policy.rule(pack, version) for version, pack in sorted(found, key=lambda each: (each[0], each[1].id))]


def ending(register: Register, on: date) -> tuple[Ending, ...]:
    """The entries that ended before a date or end within thirty days of it, by kind and last day."""
    return tuple(
        sorted(
            (each for each in _dated(register, on) if each.expired or ends_soon(each.last, on)),
            key=lambda each: (each.kind, each.last, each.ref),
        )
    )


def _dated(register: Register, on: date) -> Iterator[Ending]:
    for waiver, entry in register.waivers.items():
        yield Ending("waiver", waiver.ref, waiver.project, waiver.expires, waiver.expires < on, entry.at("/expires"))
    yield from _validities("opinion", register.opinions, on)
    yield from _validities("evaluation", register.evaluations, on)


def _validities(kind: Literal["opinion", "evaluation"], entries: Mapping[str, Entry], on: date) -> Iterator[Ending]:
    for ref, entry in entries.items():
        if "valid_until" in entry.data:
            last = date.fromisoformat(entry.text("valid_until"))
            yield Ending(kind, ref, entry.text("project"), last, last < on, entry.at("/valid_until"))
