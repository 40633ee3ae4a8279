"""Start-up: one manifest, whole processes, the policy already compiled in the cache."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

from fit import spread
from measure import Command, own_memory, ratio, rounds, series
from results import Section, Target, shown, table
from session import HERE, OURS, Session, usable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from measure import Round

TITLE = "Start-up: one manifest"
PASS = "python -c pass"  # noqa: S105 - a program, not a password
COLD, UNCACHED = f"{OURS}, no policy in the cache", f"{OURS}, --no-cache"
_BOUNDS = {PASS: 7.0, "conftest": 1.5, "check-jsonschema": 0.4, "checkov": 0.05}
_READING = """\
Each program runs {count} times, after {warm_up} to warm up. All judge the same file, which gets a new last line in each
round, so that no result can come from an earlier one. A ratio below 1 means that cmian-policy takes less time than the other
program; what the others do of its work is under "Peers". What is smaller than the memory of the program that measures,
{floor:.0f} MiB, cannot be told from it.
"""


def measure(session: Session) -> Section:
    """Times every program on one manifest."""
    count, warm_up = (1, 0) if session.quick else (21, 3)
    file = session.scratch("one") / "ai-manifest.yaml"
    text = (HERE.parent / "examples" / "chatbot-demarches" / "ai-manifest.yaml").read_bytes()
    file.write_bytes(text)
    peers, skipped = usable(session.theirs(peer, peer.one(file)) for peer in session.peers)
    commands = [*_own(session, file), *peers]

    def change(number: int) -> None:
        file.write_bytes(text + f"# tour {number}\n".encode())

    measured = rounds(commands, count, warm_up=warm_up, before=change)
    body = _READING.format(count=count, warm_up=warm_up, floor=own_memory())
    return Section(TITLE, f"{body}\n{_table(commands, measured)}", tuple(_targets(measured)), tuple(skipped))


def _own(session: Session, file: Path) -> list[Command]:
    warm, cold = session.warm_cache("cache"), session.folder / "cold"
    warm()
    return [
        Command(PASS, (str(session.installation.python), "-c", "pass"), session.environment()),
        session.ours(OURS, file),
        session.ours(COLD, file, cache=cold.name, prepare=lambda: rmtree(cold, ignore_errors=True)),
        session.ours(UNCACHED, file, "--no-cache"),
    ]


def _table(commands: Sequence[Command], measured: Sequence[Round]) -> str:
    header = ["program", "milliseconds", "processor ms", "peak MiB", "cmian-policy / it"]
    return table(header, (_row(each.name, measured) for each in commands))


def _row(name: str, measured: Sequence[Round]) -> list[str]:
    seconds = spread(1e3 * each for each in series(measured, name))
    processor = spread(1e3 * each for each in series(measured, name, "processor"))
    over = "" if name == OURS else shown(ratio(measured, OURS, name))
    return [name, shown(seconds), shown(processor), f"{spread(series(measured, name, 'memory')).median:.0f}", over]


def _targets(measured: Sequence[Round]) -> list[Target]:
    return [
        Target(f"start-up, cmian-policy / {name}", _BOUNDS[name.lower()], ratio(measured, OURS, name))
        for name in measured[0]
        if name.lower() in _BOUNDS
    ]
