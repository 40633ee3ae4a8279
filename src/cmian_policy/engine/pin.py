"""Which release of each pack judges a manifest, and what ``policy-pin`` says of the manifest's own wish (rules.md, "Pins")."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from cmian_policy.messages.suggest import nearest
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.text import Message


class PinFault(NamedTuple):
    """Why a pin does not pass; ``place`` is its index in the manifest's list."""

    place: int
    message: Message
    level: Level


class Choice(NamedTuple):
    """The releases that judge a manifest, by pack, and what is wrong with its pins.

    ``judged`` is False where ``policy-pin`` does not apply: no pin, or the operator chose.
    """

    releases: Mapping[str, Release]
    judged: bool
    faults: tuple[PinFault, ...]


def choose(packs: Sequence[Pack], pins: Sequence[tuple[int, str]], on: date, grace: Callable[[Pack, Release], int]) -> Choice:
    """The releases for a manifest with these pins on a date: pinned where the pin may be, else those in force.

    ``grace`` gives the days that a release leaves to the one it supersedes.
    """
    releases = {pack.id: release for pack in packs if (release := pack.in_force(on)) is not None}
    faults = []
    seen: set[str] = set()
    for place, pin in pins:
        name, _, wanted = pin.partition("@")
        pack = next((pack for pack in packs if pack.id == name), None)
        if name in seen:
            faults.append(PinFault(place, message("pin.twice", pin=pin, pack=name), Level.BLOCKING))
            if pack is not None and (current := pack.in_force(on)) is not None:
                releases[name] = current
            continue
        seen.add(name)
        release, fault = (None, _no_pack(pin, name, packs)) if pack is None else _judge(pack, pin, wanted, on, grace)
        if release is not None:
            releases[name] = release
        if fault is not None:
            faults.append(fault._replace(place=place))
    return Choice(releases, bool(pins), tuple(faults))


def _judge(
    pack: Pack, pin: str, wanted: str, on: date, grace: Callable[[Pack, Release], int]
) -> tuple[Release | None, PinFault | None]:
    """The release that one pin obtains, if any, and what is wrong with it."""
    release = pack.release(wanted)
    if release is None:
        return None, _refused("pin.unknown", pin, pack, on)
    if release.draft:
        return None, _refused("pin.draft", pin, pack, on)
    if release.in_force_from > on:
        return None, _refused("pin.future", pin, pack, on, date=release.in_force_from.isoformat())
    if release == pack.in_force(on):
        return release, None
    return release, _superseded(pack, release, pin, on, grace)


def _no_pack(pin: str, name: str, packs: Sequence[Pack]) -> PinFault:
    """A pin of a pack that the run does not have."""
    near = nearest(name, [pack.id for pack in packs])
    known = ", ".join(pack.id for pack in packs)
    key = "pin.unknown-pack" if near is None else "pin.unknown-pack-near"
    return PinFault(0, message(key, pin=pin, near=near or "", known=known), Level.BLOCKING)


def _refused(key: str, pin: str, pack: Pack, on: date, **values: str) -> PinFault:
    current = pack.in_force(on)
    in_force = f"{pack.id}@{current.id}" if current is not None else "-"
    return PinFault(0, message(key, pin=pin, in_force=in_force, **values), Level.BLOCKING)


def _superseded(pack: Pack, release: Release, pin: str, on: date, grace: Callable[[Pack, Release], int]) -> PinFault:
    successor = pack.successor(release)
    if successor is None:  # a release in force of old has one: the release in force now
        msg = f"{pin} is neither in force nor superseded"
        raise RuntimeError(msg)
    first = successor.in_force_from  # the grace may not lead beyond the calendar
    ends = first + timedelta(days=min(grace(pack, successor), (date.max - first).days))
    within = on < ends
    what = message(
        "pin.grace" if within else "pin.expired",
        pin=pin,
        successor=f"{pack.id}@{successor.id}",
        until=(ends - timedelta(days=1)).isoformat(),
    )
    return PinFault(0, what, Level.NOTE if within else Level.BLOCKING)
