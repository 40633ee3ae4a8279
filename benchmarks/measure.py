"""Runs programs as whole processes, in turn, and says what each cost: seconds, processor seconds, peak memory.

Seconds are from before the process starts until it is over and waited for. Processor seconds are those of the process and of the
children that it waited for (wait4). Peak memory is the larger of the system's own figure for the largest single process and,
where ``/proc`` exists, of the sum over the process and its descendants, sampled while it runs; a page that processes share is
counted once for each, so the sum errs upwards.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fit import ratios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fit import Spread

_PROC = Path("/proc")
_MEBIBYTE = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss counts kilobytes, bytes on macOS
_PAUSE = 0.1  # seconds between two samples
_LOOK_AROUND = 5  # samples between two searches for new descendants: a search reads every process of the machine
_TAIL = 2000  # characters of standard error that a failure shows


def nothing() -> None:
    """The preparation of a command that needs none."""


class Command(NamedTuple):
    """A program to measure. ``codes`` are the exit codes that mean that it did its work; ``prepare`` runs untimed before it."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    codes: frozenset[int] = frozenset({0})
    prepare: Callable[[], object] = nothing


class Cost(NamedTuple):
    """What one run took: seconds, processor seconds, MiB."""

    seconds: float
    processor: float
    memory: float


class FailedCommandError(Exception):
    """A program did not do its work: what was measured would mean nothing."""


Round = dict[str, Cost]


def rounds(
    commands: Sequence[Command], count: int, *, warm_up: int = 0, before: Callable[[int], object] | None = None
) -> list[Round]:
    """What each command cost in each round, all commands in turn within a round; rounds of warm-up are not returned.

    ``before`` is called at the start of each round with its number, from 0. Raises ``FailedCommandError``.
    """
    measured: list[Round] = []
    for number in range(warm_up + count):
        if before is not None:
            before(number)
        measured.append({command.name: run(command) for command in commands})
    return measured[warm_up:]


def series(measured: Iterable[Round], name: str, what: str = "seconds") -> list[float]:
    """One figure of one command, round by round."""
    return [getattr(each[name], what) for each in measured]


def ratio(measured: Sequence[Round], one: str, other: str) -> Spread:
    """The seconds of one command over those of another, round by round."""
    return ratios(series(measured, one), series(measured, other))


def run(command: Command) -> Cost:
    """Runs a command once, its output thrown away. Raises ``FailedCommandError`` for an exit code that is not one of its own."""
    command.prepare()
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.argv, env=dict(command.environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
        )
        with _Watch(process.pid) as watch:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.codes:
            errors.seek(0)
            said = errors.read().decode(errors="replace")[-_TAIL:]
            msg = f"{command.name}: exit code {process.returncode} is not one of {sorted(command.codes)}\n{said}"
            raise FailedCommandError(msg)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss / _MEBIBYTE, watch.peak))


def own_memory() -> float:
    """The peak memory of the program that measures, in MiB: what it starts begins with it, and cannot show less."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEBIBYTE


class _Watch:
    """Samples the memory of a process and its descendants until it is told to stop. ``peak`` is the largest sum, in MiB.

    The first sample comes after one pause: a program that is over by then is one process, whose peak the system knows.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> _Watch:  # noqa: PYI034 - Self is no shorter
        if _PROC.is_dir():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _sample(self) -> None:
        members: set[int] = set()
        number = 0
        while not self._over.wait(_PAUSE):
            if number % _LOOK_AROUND == 0:
                members = _family(self._pid)
            self.peak = max(self.peak, sum(map(_resident, members)))
            number += 1


def _family(top: int) -> set[int]:
    """A process and its descendants, of those that run now."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir(_PROC):
        if entry.isdigit():
            children.setdefault(_parent(entry), []).append(int(entry))
    found, pending = set[int](), [top]
    while pending:
        found.add(pid := pending.pop())
        pending += children.get(pid, [])
    return found


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return int(stream.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):  # it ended meanwhile
        return 0


def _resident(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
    except (OSError, IndexError):
        return 0.0
