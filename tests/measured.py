"""What a run costs: the tool as a program of its own, with what the system counted for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.runner import Done, environment, tool

if TYPE_CHECKING:
    from pathlib import Path

# A small program between the tests and the tool: the system counts for a new process the memory of the one that forked it. What
# takes longer than that much processor time is killed, so that nothing here depends on how busy the machine is.
_MEASURE = """
import os, resource, sys
seconds = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
child = os.posix_spawn(sys.argv[3], sys.argv[3:], os.environ)
_, status, used = os.wait4(child, 0)
with open(sys.argv[1], "w") as report:
    print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=report)
"""
_SECONDS = 20  # of processor time
_PATIENCE = 300  # seconds: a busy machine is no fault of the tool's


class Cost(NamedTuple):
    """A run that is over, the processor time that it took in seconds, and the most memory that it held in MiB."""

    done: Done
    seconds: float
    memory: int


def measured(home: Path, cwd: Path, *arguments: str | Path) -> Cost:
    """Runs the tool, without a coverage measure. A run that is killed has a negative code. On Linux only."""
    env = {name: value for name, value in environment(home).items() if not name.startswith("COV")}
    report = home / "cost"
    between: list[str | Path] = [sys.executable, "-I", "-S", "-c", _MEASURE, report, str(_SECONDS)]
    ran = subprocess.run([*between, *tool(), *arguments], cwd=cwd, env=env, capture_output=True, check=True, timeout=_PATIENCE)
    code, seconds, memory = report.read_text(encoding="utf-8").split()
    return Cost(Done(int(code), ran.stdout.decode(), ran.stderr.decode()), float(seconds), int(memory))
