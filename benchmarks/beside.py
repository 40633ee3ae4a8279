"""Throughput beside other programs, on the manifests that all of them can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fit import spread
from measure import ratio, rounds, series
from results import Section, Target, number, shown, table
from session import OURS, Session, say, usable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from measure import Round

_SLOW = ("check-jsonschema",)  # minutes: one round, beside ours
_TWICE = ("conftest", "opa")  # programs that are to take at least twice as long
_READING = """\
Other programs, on the {count:,} of these manifests that all of them can read: not those that are no YAML, where some stop at the
first, nor those with anchors, which cfn-guard refuses. What each does of the work is under "Peers". One process of ours; rounds:
{rounds}, one for check-jsonschema, which takes minutes.
"""


def measure(session: Session, folder: Path, manifests: int) -> Section:
    """Times ours and every peer that can judge a folder; each is tried once before."""
    unable = [f"{peer.name}: no part in the throughput, it cannot judge a folder" for peer in session.peers if peer.many is None]
    peers, failed = usable(session.theirs(peer, peer.many(folder)) for peer in session.peers if peer.many is not None)
    skipped = (*failed, *unable)
    if not peers:
        return Section("", "No other program was measured here.\n", (), skipped)
    say(f"throughput: beside {', '.join(each.name for each in peers)}")
    ours = session.ours(OURS, folder, *session.one_process(), cache="results", prepare=session.warm_cache("results"))
    count = 1 if session.quick else 5
    measured = rounds([ours, *(each for each in peers if each.name not in _SLOW)], count)
    slow = [each for each in peers if each.name in _SLOW]
    once = rounds([ours, *slow], 1) if slow else []
    return Section(
        "",
        f"{_READING.format(count=manifests, rounds=count)}\n{_table(measured, once, manifests)}",
        tuple(_targets(measured)),
        skipped,
    )


def _table(measured: Sequence[Round], once: Sequence[Round], manifests: int) -> str:
    header = ["program", "seconds", "ms a manifest", "processor s", "peak MiB", f"it / {OURS}"]
    rows = [_row(name, measured, manifests) for name in measured[0]]
    return table(header, [*rows, *(_row(name, once, manifests) for each in once for name in each if name != OURS)])


def _row(name: str, measured: Sequence[Round], manifests: int) -> list[str]:
    seconds = spread(series(measured, name))
    return [
        name,
        shown(seconds),
        number(1e3 * seconds.median / manifests),
        shown(spread(series(measured, name, "processor"))),
        f"{spread(series(measured, name, 'memory')).median:.0f}",
        "" if name == OURS else shown(ratio(measured, name, OURS)),
    ]


def _targets(measured: Sequence[Round]) -> list[Target]:
    return [
        Target(f"throughput, {name} / {OURS}", 2, ratio(measured, name, OURS), at_least=True)
        for name in measured[0]
        if name.lower() in _TWICE
    ]
