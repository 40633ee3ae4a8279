"""What ``policy-pin`` tells the author of a pin: the pin, what stands in its place and until when (rules.md, "Pins")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.pin import PinFault, choose
from cmian_policy.messages import render
from cmian_policy.model.pack import Pack, Release
from cmian_policy.model.text import LANGS, Bilingual
from cmian_policy.model.verdict import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMELESS = Bilingual("", "")
IN_FORCE = date(2026, 11, 23)
PUBLISHED = date(2024, 12, 1)


def release(release_id: str, start: date, published: date | None = PUBLISHED) -> Release:
    """A release without rules."""
    return Release(release_id, start, published, reconstructed=False, facts_version=1, acts=(), rules=())


def pack(pack_id: str, *releases: Release) -> Pack:
    """A pack of these releases."""
    return Pack(pack_id, NAMELESS, NAMELESS, NAMELESS, releases)


OLD, CURRENT = release("2025.1", date(2025, 1, 1)), release("2026.1", date(2026, 9, 1))
FUTURE, DRAFT = release("2027.1", date(2027, 1, 1)), release("2028.1", date(2026, 9, 2), None)
CMIAN = pack("cmian", OLD, CURRENT, DRAFT, FUTURE)
LAW = pack("fr-eu-law", release("2025.1", date(2025, 2, 2)))
LATE = pack("late", release("2030.1", date(2030, 1, 1)))
PACKS = (CMIAN, LATE, LAW)


def faults(*pins: str, on: date = IN_FORCE, days: int = 90, packs: Sequence[Pack] = PACKS) -> tuple[PinFault, ...]:
    """What is wrong with the pins of a manifest; the second of each pack's releases leaves ``days`` to the first."""
    return choose(packs, list(enumerate(pins)), on, lambda _pack, _release: days).faults


def said(fault: PinFault) -> tuple[str, dict[str, object]]:
    """Key and values of a message that both languages can show, every value in sight."""
    values: dict[str, object] = dict(fault.message.values)
    for lang in LANGS:
        shown = render(fault.message, lang)
        assert all(str(value) in shown for name, value in values.items() if name not in {"near", "known", "pack"})
    return fault.message.key, values


@pytest.mark.parametrize(
    ("pin", "key", "values"),
    [
        ("cmian@1999.1", "pin.unknown", {"in_force": "cmian@2026.1"}),
        ("cmian", "pin.unknown", {"in_force": "cmian@2026.1"}),
        ("cmian@2028.1", "pin.draft", {"in_force": "cmian@2026.1"}),
        ("cmian@2027.1", "pin.future", {"in_force": "cmian@2026.1", "date": "2027-01-01"}),
        ("late@2030.1", "pin.future", {"in_force": "-", "date": "2030-01-01"}),
        ("late@1999.1", "pin.unknown", {"in_force": "-"}),
        ("cmiam@2026.1", "pin.unknown-pack-near", {"near": "cmian", "known": "cmian, late, fr-eu-law"}),
        ("zzz@2026.1", "pin.unknown-pack", {"near": "", "known": "cmian, late, fr-eu-law"}),
    ],
)
def test_a_pin_that_may_not_be_blocks_and_names_what_is_in_force(pin: str, key: str, values: dict[str, object]) -> None:
    (fault,) = faults("fr-eu-law@2025.1", pin)
    assert (fault.place, fault.level) == (1, Level.BLOCKING)
    assert said(fault) == (key, {"pin": pin, **values})


def test_the_pack_that_was_meant_is_shown() -> None:
    (near,), (known,) = faults("cmiam@2026.1"), faults("zzz@2026.1")
    assert all("cmian" in render(near.message, lang) for lang in LANGS)
    assert all("cmian, late, fr-eu-law" in render(known.message, lang) for lang in LANGS)


def test_a_second_pin_of_a_pack_blocks_and_names_the_pack() -> None:
    (fault,) = faults("cmian@2026.1", "cmian@2025.1")
    assert (fault.place, fault.level) == (1, Level.BLOCKING)
    assert said(fault) == ("pin.twice", {"pin": "cmian@2025.1", "pack": "cmian"})
    assert all("cmian" in render(fault.message, lang).replace("cmian@2025.1", "") for lang in LANGS)


@pytest.mark.parametrize(
    ("on", "key", "level"),
    [
        (date(2026, 9, 1), "pin.grace", Level.NOTE),
        (date(2026, 11, 29), "pin.grace", Level.NOTE),
        (date(2026, 11, 30), "pin.expired", Level.BLOCKING),
        (date(2040, 1, 1), "pin.expired", Level.BLOCKING),
    ],
)
def test_a_superseded_pin_names_its_successor_and_the_last_day_of_grace(on: date, key: str, level: Level) -> None:
    """rules.md gives the date: 90 days from 1 September 2026 are over after 29 November."""
    (fault,) = faults("cmian@2025.1", on=on)
    assert (fault.place, fault.level) == (0, level)
    assert said(fault) == (key, {"pin": "cmian@2025.1", "successor": "cmian@2026.1", "until": "2026-11-29"})


def test_a_grace_of_no_days_is_over_on_the_first_day_of_the_successor() -> None:
    (fault,) = faults("cmian@2025.1", on=date(2026, 9, 1), days=0)
    assert said(fault)[0] == "pin.expired"
    assert fault.level is Level.BLOCKING


def test_the_grace_is_that_of_the_successor_in_its_own_pack() -> None:
    asked: list[tuple[str, str]] = []

    def days(one: Pack, other: Release) -> int:
        asked.append((one.id, other.id))
        return 1

    choose(PACKS, [(0, "cmian@2025.1")], IN_FORCE, days)
    assert asked == [("cmian", "2026.1")]


def test_a_second_pin_of_a_pack_takes_the_first_one_s_release_away_even_if_it_names_none() -> None:
    choice = choose(PACKS, [(0, "cmian@2025.1"), (1, "cmian@1999.1"), (2, "zzz@1"), (3, "zzz@2")], IN_FORCE, lambda *_: 90)
    assert choice.releases == {"cmian": CURRENT, "fr-eu-law": LAW.releases[0]}
    assert [(fault.place, fault.message.key) for fault in choice.faults] == [
        (0, "pin.grace"),
        (1, "pin.twice"),
        (2, "pin.unknown-pack"),
        (3, "pin.twice"),
    ]


def test_without_a_pin_there_is_nothing_to_judge_and_what_is_in_force_judges() -> None:
    choice = choose(PACKS, [], IN_FORCE, lambda *_: 90)
    assert (choice.judged, choice.faults) == (False, ())
    assert choice.releases == {"cmian": CURRENT, "fr-eu-law": LAW.releases[0]}


@pytest.mark.parametrize(
    ("pin", "on", "judges"),
    [
        ("cmian@2025.1", date(2026, 8, 31), OLD),
        ("cmian@2026.1", date(2026, 9, 1), CURRENT),  # its first day
        ("cmian@2025.1", IN_FORCE, OLD),
        ("cmian@2025.1", date(2040, 1, 1), OLD),  # grace is over: evaluated all the same
        ("cmian@1999.1", IN_FORCE, CURRENT),
        ("cmian@2027.1", IN_FORCE, CURRENT),
        ("cmian@2028.1", IN_FORCE, CURRENT),
    ],
)
def test_the_pinned_release_judges_where_it_may_else_the_one_in_force(pin: str, on: date, judges: Release) -> None:
    choice = choose(PACKS[:2], [(0, pin)], on, lambda *_: 90)
    assert choice.judged
    assert choice.releases == {"cmian": judges} | ({"late": LATE.releases[0]} if on.year == 2040 else {})


@pytest.mark.parametrize(
    ("pin", "on"), [("cmian@2026.1", date(2026, 9, 1)), ("cmian@2027.1", date(2027, 1, 1)), ("cmian@2026.1", IN_FORCE)]
)
def test_a_pin_of_what_is_in_force_is_no_fault(pin: str, on: date) -> None:
    assert faults(pin, on=on) == ()


def test_two_releases_of_one_day_are_a_bug_to_report() -> None:
    """No pack is loaded that has them; a pin could be neither in force nor superseded."""
    twins = pack("twins", release("1.1", date(2026, 1, 1)), release("1.2", date(2026, 1, 1)))
    with pytest.raises(RuntimeError, match=r"^twins@1\.1 is neither in force nor superseded$"):
        choose([twins], [(0, "twins@1.1")], IN_FORCE, lambda *_: 90)
