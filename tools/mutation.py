"""``make mutation``: changes what decides, a piece at a time, and shows which changes no test notices.

    $ python tools/mutation.py            every group of mutation.toml; docs/mutation.md is written anew
    $ python tools/mutation.py pins     one group; the counts of the others stay on the page
    $ python tools/mutation.py pins --again     the survivors of the last run once more, after a test was added
    $ python tools/mutation.py yaml --share 25 --seed 7     a quarter of its mutants, drawn with that seed

mutmut makes and tries the mutants, in copies under build/mutation/: nothing of the checkout is touched. Survivors are reviewed
by hand: a test kills one, or mutation.toml says why nothing can tell it from the original. Any other fails the run, as does an
entry of that file that matches no survivor. See docs/adr/0017-mutation-testing.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mutation_page import HUNDRED, Score, generate, read, today
from mutation_results import Mutant, Result, results

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutation.md"
FOLDER = ROOT / "build" / "mutation"
# What the tests of the groups read.
COPIED = ("src", "tests", "policies", "schemas", "examples", "tools", "docs", "README.md", "README.fr.md", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", ".hypothesis")
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
also_copy = {copied}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "tools.mutation_ids"]
pytest_add_cli_args_test_selection = {tests}
track_dependencies = false
use_git_change_detection = false
timeout_constant = 2.0
"""


class Group(NamedTuple):
    """Modules, relative to the package, and the tests that are to notice their mutants."""

    name: str
    modules: list[str]
    tests: list[str]


class Reviewed(NamedTuple):
    """What mutation.toml holds: the groups, why a mutant cannot be told from the original, and modules still without a group."""

    groups: tuple[Group, ...]
    reasons: Mapping[Mutant, str]
    untried: tuple[str, ...]


def main() -> int:
    """Tries the groups that are named, all by default; 1 when a survivor is not reviewed or an entry matches none."""
    reviewed = load(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    options = arguments([group.name for group in reviewed.groups])
    scores = read(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    complaints = []
    for group in reviewed.groups:
        if group.name in (options.groups or [group.name]):
            found = tried(group, options)
            scores |= {module: score(module, found, reviewed.reasons, options) for module in group.modules}
            complaints += complained(group, found, reviewed.reasons, whole=options.share == HUNDRED)
    order = [module for group in reviewed.groups for module in group.modules]
    PAGE.write_text(generate(scores, order, reviewed.untried), encoding="utf-8", newline="\n")
    sys.stdout.write("".join(f"{complaint}\n" for complaint in complaints))
    return int(bool(complaints))


def load(text: str) -> Reviewed:
    """The settings."""
    settings = tomllib.loads(text)
    reasons = {
        Mutant(each["function"], before, after): each["reason"]
        for each in settings.get("equivalent", [])
        for before, after in each["mutants"]
    }
    return Reviewed(tuple(Group(**each) for each in settings["group"]), reasons, tuple(settings["untried"]))


def arguments(groups: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="mutation testing of what decides")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(groups))
    parser.add_argument("--again", action="store_true", help="only the survivors of the last run, in the copies that it left")
    parser.add_argument("--share", type=int, default=HUNDRED, help="how many mutants in a hundred to try")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time")
    return parser.parse_args()


def tried(group: Group, options: argparse.Namespace) -> list[Result]:
    """What became of the mutants of a group, or of those drawn."""
    folder = FOLDER / group.name
    prepare(folder, group, fresh=not options.again)
    whole = options.share == HUNDRED
    if options.again:
        mutmut(folder, options.processes, *(each.name for each in all_results(folder, group) if each.outcome == "survived"))
    elif not whole:
        mutmut(folder, options.processes, "*__mutmut_1")  # makes them all, tries the first of each function
        mutmut(folder, options.processes, *sorted(drawn(folder, group, options)))
    if whole and (not options.again or "untried" in {each.outcome for each in all_results(folder, group, untried=True)}):
        mutmut(folder, options.processes)
    wanted = drawn(folder, group, options)
    return [result for result in all_results(folder, group) if result.name in wanted]


def drawn(folder: Path, group: Group, options: argparse.Namespace) -> set[str]:
    """The names of the mutants that the share asked for stands for: the same ones each time, of the same source."""
    names = sorted(result.name for result in all_results(folder, group, untried=True))
    return set(random.Random(options.seed).sample(names, len(names) * options.share // HUNDRED))  # noqa: S311 - no secret


def prepare(folder: Path, group: Group, *, fresh: bool) -> None:
    """Copies what the tests read, and says to mutmut what to change and what to run."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    # Which tests run which function is found out anew; what was killed stays so, whatever tests were added.
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        copy(ROOT / name, folder / name)
    modules = [f"src/cmian_policy/{module}" for module in group.modules]
    settings = SETTINGS.format(modules=json.dumps(modules), copied=json.dumps(COPIED), tests=json.dumps(group.tests))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8") + settings, encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    """Copies a file or a folder."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def mutmut(folder: Path, processes: int, *names: str) -> None:
    """Makes the mutants and tries them, or only those named. Raises ``CalledProcessError`` where the tests fail by themselves."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(processes), *names]
    # Each mutant starts pytest: what no test of the groups needs is not loaded each time.
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


def all_results(folder: Path, group: Group, *, untried: bool = False) -> Iterator[Result]:
    """What mutmut noted of each mutant of a group, with ``untried`` of those too that it only made."""
    for module in group.modules:
        file = folder / "mutants" / "src" / "cmian_policy" / module
        notes = file.with_name(f"{file.name}.meta")
        codes = json.loads(notes.read_text(encoding="utf-8"))["exit_code_by_key"] if notes.exists() else {}
        held = {name: code for name, code in codes.items() if untried or code is not None}
        yield from results(module, file.read_text(encoding="utf-8"), held)


def score(module: str, found: Sequence[Result], reasons: Mapping[Mutant, str], options: argparse.Namespace) -> Score:
    """The counts of a module."""
    own = [result for result in found if result.module == module]
    survivors = [result for result in own if result.outcome == "survived"]
    return Score(
        tried=len(own),
        killed=sum(result.outcome == "killed" for result in own),
        timeouts=sum(result.outcome == "timeout" for result in own),
        equivalent=sum(result.mutant in reasons for result in survivors),
        open=sum(result.mutant not in reasons for result in survivors),
        share="" if options.share == HUNDRED else f"{options.share} %, seed {options.seed}",
        date=today(),
        version=version("mutmut"),
    )


def complained(group: Group, found: Sequence[Result], reasons: Mapping[Mutant, str], *, whole: bool) -> list[str]:
    """Survivors that nobody reviewed and, where every mutant was tried, reviews without a survivor."""
    survivors = {result.mutant: result for result in found if result.outcome == "survived"}
    lines = [str(result) for mutant, result in survivors.items() if mutant not in reasons]
    own = {module.removesuffix(".py").replace("/", ".") for module in group.modules}
    idle = [mutant for mutant in reasons if mutant not in survivors and mutant.function.rpartition(".")[0] in own]
    return lines + [f"no survivor is {mutant}" for mutant in idle if whole]


if __name__ == "__main__":
    sys.exit(main())
