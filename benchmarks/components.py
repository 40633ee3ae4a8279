"""Where the time goes: the components of one run, and of many manifests, each timed by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from fit import Spread, spread
from measure import Command, run
from results import Section, shown, table
from session import HERE, ON, Session, say
from timeline import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TITLE = "Where the time goes"
_MEANING = {
    "imports": "importing the modules that the program imports",
    "policy": "loading the compiled policy from the cache",
    "reading": "YAML to data with places",
    "validating": "against the schema, explanations included",
    "judging": "rules, levels and the report",
    "rendering": "the text format",
}
_READING = """\
Each step is timed by itself in a new process, {count} times, through the functions that the program uses.
A first call pays for what later calls find ready, so the steps of one manifest weigh more than those of many. "The rest" is
what the whole process takes beyond these: arguments, search, writing, exit; it is a difference, slightly wrong either way.
"""


def measure(session: Session) -> Section:
    """Times the components on one manifest and on a sample of the corpus."""
    say("components")
    count = 2 if session.quick else 11
    file = HERE.parent / "examples" / "chatbot-demarches" / "ai-manifest.yaml"
    prepare = session.warm_cache("cache")
    prepare()
    modules, own = _imported(session, file, count)
    one = [_timed(session, modules, [file]) for _ in range(count)]
    many = _sample(session)
    fleet = [_timed(session, modules, many) for _ in range(min(count, 5))]
    parts = [
        _READING.format(count=count),
        f"One manifest (`examples/chatbot-demarches`):\n\n{_one(one, _whole(session, file, count))}",
        f"{len(many)} manifests of 1 to 60 kB:\n\n{_many(fleet, len(many))}",
        "Imports of one run by package, with `-X importtime`, which itself slows them:\n\n" + _packages(own),
    ]
    return Section(TITLE, "\n".join(parts))


def _sample(session: Session) -> list[Path]:
    folder = session.scratch("sample")
    session.made(folder, 5 if session.quick else 200)
    return sorted(folder.glob("*/ai-manifest.yaml"))


def _imported(session: Session, file: Path, count: int) -> tuple[list[str], list[dict[str, float]]]:
    """The modules that a run imports, in order, and for each of several runs the milliseconds of each."""
    command = [str(session.installation.python), "-X", "importtime", "-m", "cmian_policy", "check", str(file), "--as-of", ON]
    runs = []
    for _ in range(count):
        done = subprocess.run(command, capture_output=True, check=True, env=session.environment(), text=True)
        runs.append(import_times(done.stderr))
    return [name for name in runs[0] if not name.endswith("__main__")], runs


def import_times(printed: str) -> dict[str, float]:
    """What ``-X importtime`` prints: milliseconds of each module by itself, in the order in which their imports ended.

    What the interpreter imports for itself, up to ``site``, is no part of it.
    """
    lines = [line.removeprefix("import time:").split("|") for line in printed.splitlines() if line.startswith("import time:")]
    found = [(name.strip(), int(own) / 1e3) for own, _, name in lines if own.strip().isdigit()]
    names = [name for name, _ in found]
    return dict(found[names.index("site") + 1 if "site" in names else 0 :])


def _timed(session: Session, modules: Iterable[str], files: Sequence[Path]) -> dict[str, float]:
    """The seconds of each step, in a new process."""
    command = [str(session.installation.python), str(HERE / "timeline.py"), *map(str, files)]
    given = "\n".join(modules)
    done = subprocess.run(command, input=given, capture_output=True, check=True, env=session.environment(), text=True)
    steps: dict[str, float] = json.loads(done.stdout)
    return steps


def _whole(session: Session, file: Path, count: int) -> list[tuple[float, float]]:
    """Seconds of ``python -c pass`` and of the whole program, in turn, without earlier results."""
    empty = session.warm_cache("cache")
    program = session.ours("whole", file, prepare=empty)
    nothing = Command("pass", (str(session.installation.python), "-c", "pass"), session.environment())
    return [(run(nothing).seconds, run(program).seconds) for _ in range(count)]


def _one(steps: Sequence[dict[str, float]], whole: Sequence[tuple[float, float]]) -> str:
    start, total = spread(each[0] for each in whole), spread(each[1] for each in whole)
    medians = {name: spread(each[name] for each in steps) for name in STEPS}
    rest = total.median - start.median - sum(each.median for each in medians.values())
    rows = [
        _share("the interpreter (python -c pass)", start, total.median),
        *(_share(_MEANING[name], medians[name], total.median) for name in STEPS),
        _share("the rest", Spread(rest, rest, rest), total.median),
        _share("the whole process", total, total.median),
    ]
    return table(["component", "ms", "share"], rows)


def _share(name: str, seconds: Spread, total: float) -> list[str]:
    return [name, shown(Spread(*(1e3 * each for each in seconds))), f"{100 * seconds.median / total:.0f} %"]


def _many(steps: Sequence[dict[str, float]], manifests: int) -> str:
    names = STEPS[STEPS.index("reading") :]
    medians = {name: spread(each[name] / manifests for each in steps) for name in names}
    total = sum(each.median for each in medians.values())
    return table(["component", "ms a manifest", "share"], (_share(_MEANING[name], medians[name], total) for name in names))


def _packages(runs: Sequence[dict[str, float]]) -> str:
    """Milliseconds by package, the standard library as one."""
    sums = [_by_package(each) for each in runs]
    names = sorted(sums[0], key=lambda name: -spread(each[name] for each in sums).median)
    counts = _by_package(dict.fromkeys(runs[0], 1.0))
    rows = [[name, f"{counts[name]:.0f}", shown(spread(each[name] for each in sums))] for name in names]
    return table(["package", "modules", "ms"], rows)


def _by_package(times: dict[str, float]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for name, value in times.items():
        top = name.partition(".")[0]
        sums["the standard library" if top in sys.stdlib_module_names else top] += value
    return sums
