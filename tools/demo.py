"""``make demo``: checks every example project, shows what each gives and one report in full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from cmian_policy.lang.yaml import read

ROOT = Path(__file__).resolve().parent.parent
SHOWN_IN_FULL = "chatbot-sans-mention"


def main() -> int:
    """Runs the command of each scenario; 1 when an exit code is not the one that the scenario announces."""
    unexpected = 0
    for file in sorted(ROOT.glob("examples/*/scenario.yaml")):
        scenario: Any = read(file.read_bytes(), file.name).data
        done = _run([*scenario["command"], "--quiet"])
        expected = done.returncode == scenario["exit_code"]
        unexpected += not expected
        mark = "" if expected else f"  <-- attendu : {scenario['exit_code']}"
        _print(f"\n{scenario['title']['fr']}  [{file.parent.name}]\n  code {done.returncode} · {done.stdout.strip()}{mark}")
    _print(f"\n{'─' * 100}\nUn rapport en entier : cmian-policy check examples/{SHOWN_IN_FULL} --as-of 2026-11-23\n")
    _print(_run(["check", f"examples/{SHOWN_IN_FULL}", "--as-of", "2026-11-23"]).stdout)
    return int(unexpected > 0)


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cmian_policy", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def _print(text: str) -> None:
    sys.stdout.buffer.write(f"{text}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
