"""On what a run was measured, and with which versions."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import yaml

import cmian_policy

_ROOT = Path(__file__).resolve().parent.parent
_GIBIBYTE = 1024**3


def machine() -> list[str]:
    """Processor, memory, system, and how busy it was before."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GIBIBYTE
    busy = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return [
        f"{_processor()}, {os.cpu_count()} processors, {memory:.0f} GiB of memory",
        f"{_system()}, {platform.system()} {platform.release()}",
        f"load average before the run (1, 5, 15 minutes): {busy}",
    ]


def versions() -> list[str]:
    """Ours, Python's and the YAML library's."""
    libyaml = "with libyaml" if yaml.__with_libyaml__ else "without libyaml"
    return [
        f"cmian-policy {cmian_policy.__version__}, {_commit()}",
        f"Python {platform.python_version()} ({platform.python_implementation()})",
        f"PyYAML {yaml.__version__}, {libyaml}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()


def _commit() -> str:
    """The commit that was measured, and whether anything that is measured differs from it."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    if commit is None:
        return "commit unknown"
    changed = _git("status", "--porcelain", "--", "src", "policies", "schemas")
    return f"commit {commit}{' with changes that were not committed' if changed else ''}"


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - the user's git
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
