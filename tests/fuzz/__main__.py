"""Looks for inputs that break something: ``python -m tests.fuzz [--seconds N] [TARGET…]`` (``make fuzz``).

Each target gets its share of the seconds, in a process of its own, and starts from its seeds, from what is kept of it and from
what earlier searches found. Afterwards the inputs that reach more are kept in ``tests/fuzz/corpus``. Exits with 1 where something
broke.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.fuzz.kept import CORPUS, borrowed, distil, kept, save
from tests.fuzz.targets import NAMES, target

_MEGABYTES = 500
_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - small files, ten thousands of them
_HANGS = 60  # seconds after which a process is taken for dead; what is slow is measured by the worker
_ENOUGH = 3  # inputs that broke a target: it is to be mended first
_LEAST = 3  # seconds that are worth a start
_PATIENCE = (f"-timeout={_HANGS}", f"-report_slow_units={_HANGS}")
_OPTIONS = (f"-rss_limit_mb={_MEGABYTES}", *_PATIENCE, "-max_len=8192", "-print_final_stats=1")
_EXECUTED = re.compile(r"stat::number_of_executed_units: *(\d+)")
_REACHED = re.compile(r" cov: (\d+) ft: (\d+) ")


class Search(NamedTuple):
    """What came of a search: seconds, executions, features of libFuzzer reached, inputs that broke something."""

    seconds: int
    executed: int
    features: int
    broken: tuple[Path, ...]


def main() -> int:
    """The searches, one after the other."""
    wanted = _arguments()
    share = max(wanted.seconds // len(wanted.targets), 1)
    done = {}
    for name in wanted.targets:
        done[name] = search(name, share, wanted.work, wanted.seed)
        print(f"{name:12} {line(done[name])}", flush=True)  # noqa: T201 - a program for people
    if not wanted.forget:
        for name in wanted.targets:
            keep(name, wanted.work / name)
    return int(any(each.broken for each in done.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", default=NAMES, help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=3600, help="of all targets together")
    parser.add_argument("--work", type=Path, default=Path(".fuzz"), help="where what is found is kept between searches")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations; 0 for another one each time")
    parser.add_argument("--forget", action="store_true", help="leave tests/fuzz/corpus as it is")
    wanted = parser.parse_args()
    for name in wanted.targets:
        if name not in NAMES:
            parser.error(f"no target {name}")
    return wanted


def line(found: Search) -> str:
    """A search as a line."""
    broken = "".join(f"\n    broken by {path}" for path in found.broken)
    return f"{found.seconds:5} s {found.executed:8} executions {found.features:6} features{broken}"


def search(name: str, seconds: int, work: Path, seed: int) -> Search:
    """Fuzz one target; a process that an input ends is started again for the seconds that are left."""
    folder, broken = work / name, work / "crashes" / name
    save(folder, [*target(name).seeds(), *borrowed(name), *(file.read_bytes() for file in kept(name))])
    broken.mkdir(parents=True, exist_ok=True)
    before, began, log = set(broken.iterdir()), time.monotonic(), ""
    while (left := seconds - round(time.monotonic() - began)) >= _LEAST or not log:
        log += _run(name, folder, broken, max(left, 1), seed)
        (work / f"{name}.log").write_text(log, encoding="utf-8")
        if not 0 < len(set(broken.iterdir()) - before) < _ENOUGH:
            break
    executed = sum(map(int, _EXECUTED.findall(log)))
    features = max((int(each) for _, each in _REACHED.findall(log)), default=0)
    return Search(round(time.monotonic() - began), executed, features, tuple(sorted(set(broken.iterdir()) - before)))


def _run(name: str, folder: Path, broken: Path, seconds: int, seed: int) -> str:
    """One process of libFuzzer; what it says. Raises ``RuntimeError`` where it ends badly and no input is to blame."""
    before = set(broken.iterdir())
    options = (*_OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={broken}/", f"-seed={seed}")
    command = [sys.executable, "-m", "tests.fuzz.worker", name, str(folder), *options]
    with TemporaryDirectory(dir=_MEMORY) as place:  # libFuzzer ends without tidying up
        environment = {**os.environ, "TMPDIR": place}
        done = subprocess.run(command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode(errors="replace")
    if done.returncode and not set(broken.iterdir()) - before:
        sys.stderr.write(said)
        msg = f"the worker of {name} ended with {done.returncode}"
        raise RuntimeError(msg)
    return said


def keep(name: str, folder: Path) -> None:
    """Bring the corpus of a target up to date with what was found."""
    own = CORPUS / name
    held = [file.read_bytes() for file in sorted(own.glob("*"))]
    found = [file.read_bytes() for file in sorted(folder.glob("*"))]
    chosen = distil(name, [*held, *found])
    for file in own.glob("*"):
        file.unlink()
    save(own, chosen)


if __name__ == "__main__":
    sys.exit(main())
