"""``make bench``: the start-up of ``check`` on one good manifest, as ratios in one run.

Each command runs as a whole process, in turn with the others, so that a machine whose speed drifts slows all of them alike.
Ratios are taken round by round; the median is printed with the smallest and the largest. Peak memory is the system's own figure.
"""

from __future__ import annotations

import compileall
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import cmian_policy

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "examples" / "chatbot-demarches" / "ai-manifest.yaml"
SCHEMA = ROOT / "schemas" / "ai-manifest" / "1.0.schema.json"
ROUNDS, WARM_UP = 21, 3
MEBIBYTE = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss counts kilobytes, bytes on macOS


class Run(NamedTuple):
    """One process: seconds from start to end, and the most memory it held, in MiB."""

    seconds: float
    memory: float


def main() -> None:
    """Times the commands and prints the ratios."""
    compileall.compile_dir(Path(cmian_policy.__file__).parent, quiet=2)
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        commands = _commands()
        rounds = [{name: _run(command, environment) for name, command in commands.items()} for _ in range(WARM_UP + ROUNDS)]
    _show(rounds[WARM_UP:])


def _commands() -> dict[str, list[str]]:
    programs = Path(sys.executable).parent
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "cmian-policy check": [str(programs / "cmian-policy"), "check", str(MANIFEST), "--as-of", "2026-11-23"],
    }
    peer = shutil.which("check-jsonschema", path=str(programs))
    if peer is None:
        sys.stdout.write("check-jsonschema is not installed: skipped\n")
    else:
        commands["check-jsonschema"] = [peer, "--schemafile", str(SCHEMA), str(MANIFEST)]
    return commands


def _run(command: list[str], environment: dict[str, str]) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} exited with {process.returncode}: nothing was measured")
    return Run(seconds, usage.ru_maxrss / MEBIBYTE)


def _show(rounds: list[dict[str, Run]]) -> None:
    ours = "cmian-policy check"
    sys.stdout.write(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors, {len(rounds)} rounds\n"
    )
    sys.stdout.write(f"cmian-policy {cmian_policy.__version__}, warm policy cache, {MANIFEST.relative_to(ROOT)}\n")
    for name in rounds[0]:
        if name != ours:
            shown = f"{name} {version(name)}" if name == "check-jsonschema" else name
            ratios = [each[ours].seconds / each[name].seconds for each in rounds]
            sys.stdout.write(
                f"time, ratio to {shown}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})\n"
            )
    sys.stdout.write(f"peak memory: {statistics.median(each[ours].memory for each in rounds):.0f} MiB\n")


if __name__ == "__main__":
    main()
