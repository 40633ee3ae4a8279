"""What a commit hook waits for: which modules checking one manifest imports (architecture.md, "Speed is a design matter")."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, OK, ON, SECONDS, environment, named

if TYPE_CHECKING:
    from pathlib import Path

# Runs the tool and says, at the very end, what is imported that was not there before it.
SAY = """
import os, sys
before, leave = set(sys.modules), os._exit
place = sys.argv.pop(1)
def told(code):
    with open(place, "w") as report:
        report.write("\\n".join(sorted(set(sys.modules) - before)))
    leave(code)
os._exit = told
from cmian_policy.__main__ import main
main()
"""
# What only other runs need: a hook that imports one of them is slower by that much.
HEAVY = {
    *(
        "click",
        "jsonschema",
        "jinja2",
        "markupsafe",
        "referencing",
        "rpds",
        "attr",
        "attrs",
        "pathspec",
        "ruamel",
        "google.protobuf",
    ),
    *(
        "argparse",
        "asyncio",
        "concurrent",
        "csv",
        "dataclasses",
        "difflib",
        "email",
        "glob",
        "html",
        "http",
        "importlib.metadata",
    ),
    *(
        "importlib.resources",
        "inspect",
        "ipaddress",
        "locale",
        "logging",
        "multiprocessing",
        "pathlib",
        "pickle",
        "platform",
        "queue",
    ),
    *("random", "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "statistics", "subprocess", "tempfile", "textwrap"),
    *("threading", "traceback", "typing_extensions", "unittest", "urllib", "uuid", "xml", "zipfile", "zlib", "zoneinfo"),
}
OURS = """
cmian_policy
cmian_policy.__main__
cmian_policy.cli
cmian_policy.cli.app
cmian_policy.cli.check
cmian_policy.cli.chosen
cmian_policy.cli.configuration
cmian_policy.cli.folders
cmian_policy.cli.parameters
cmian_policy.cli.plain
cmian_policy.cli.progress
cmian_policy.cli.terminal
cmian_policy.cli.told
cmian_policy.engine
cmian_policy.engine.compile
cmian_policy.engine.evaluate
cmian_policy.engine.level
cmian_policy.engine.outcome
cmian_policy.engine.pin
cmian_policy.engine.reads
cmian_policy.engine.scope_digest
cmian_policy.engine.wording
cmian_policy.errors
cmian_policy.lang
cmian_policy.lang.cel
cmian_policy.lang.manifest_validator
cmian_policy.lang.scalars
cmian_policy.lang.yaml
cmian_policy.lang.yaml_builder
cmian_policy.lang.yaml_collections
cmian_policy.lang.yaml_source
cmian_policy.lang.yaml_syntax
cmian_policy.loading
cmian_policy.loading.cache
cmian_policy.loading.configuration
cmian_policy.loading.discovery
cmian_policy.loading.documents
cmian_policy.loading.manifest
cmian_policy.loading.pack
cmian_policy.messages
cmian_policy.messages.fr
cmian_policy.messages.neutral
cmian_policy.messages.suggest
cmian_policy.model
cmian_policy.model.document
cmian_policy.model.finding
cmian_policy.model.location
cmian_policy.model.manifest
cmian_policy.model.origin
cmian_policy.model.pack
cmian_policy.model.problem
cmian_policy.model.record
cmian_policy.model.report
cmian_policy.model.rule
cmian_policy.model.settings
cmian_policy.model.text
cmian_policy.model.tuples
cmian_policy.model.verdict
cmian_policy.pipeline
cmian_policy.pipeline.judge
cmian_policy.pipeline.notes
cmian_policy.pipeline.options
cmian_policy.pipeline.policy
cmian_policy.pipeline.run
cmian_policy.reporters
cmian_policy.reporters._excerpt
cmian_policy.reporters._lines
cmian_policy.reporters._tally
cmian_policy.reporters.text
cmian_policy.sources
cmian_policy.sources.bundled
cmian_policy.sources.folder
"""


class Imported(NamedTuple):
    """A run that is over: its exit code and what it imported."""

    code: int
    modules: frozenset[str]

    def ours(self) -> list[str]:
        """Our own modules."""
        return sorted(name for name in self.modules if name.partition(".")[0] == "cmian_policy")

    def heavy(self) -> set[str]:
        """What of the others it could do without."""
        return {name for name in HEAVY if any(each == name or each.startswith(f"{name}.") for each in self.modules)}


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the policy in its cache, as after the first run."""
    home = tmp_path_factory.mktemp("home")
    imported(home, home, MINIMAL)
    return home


def imported(home: Path, folder: Path, manifest: str, *options: str) -> Imported:
    """What checking a manifest imports, as a hook does it: by its name, on a day."""
    (folder / "ai-manifest.yaml").write_text(manifest, encoding="utf-8")
    env = {name: value for name, value in environment(home).items() if not name.startswith("COV")}
    command = [sys.executable, "-c", SAY, str(folder / "modules"), "check", "ai-manifest.yaml", "--as-of", ON, *options]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=SECONDS)
    return Imported(done.returncode, frozenset((folder / "modules").read_text(encoding="utf-8").split("\n")))


def test_a_good_manifest_needs_these_modules_of_ours_and_no_other(warm: Path, tmp_path: Path) -> None:
    done = imported(warm, tmp_path, MINIMAL)
    assert done.code == OK
    advice = "a module that a hook really needs belongs into OURS in this file; any other is imported where it is used"
    assert done.ours() == OURS.split(), advice


def test_a_good_manifest_needs_no_heavy_library(warm: Path, tmp_path: Path) -> None:
    assert imported(warm, tmp_path, MINIMAL).heavy() == set()


@pytest.mark.parametrize("options", [("-q",), ("--lang", "en"), ("--no-config",), ("--color=always",), ("-v",)], ids=" ".join)
def test_the_common_options_cost_nothing_more(warm: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = imported(warm, tmp_path, MINIMAL, *options)
    assert done.code == OK
    assert done.heavy() == set()
    assert set(done.ours()) - set(OURS.split()) <= {"cmian_policy.messages.en"}


def test_a_failing_manifest_needs_no_heavy_library_either(warm: Path, tmp_path: Path) -> None:
    """Its words are those of the rules: only a violated schema is explained by a library."""
    done = imported(warm, tmp_path, named("essai-2", CHATBOT))
    assert done.code == NON_COMPLIANT
    assert done.heavy() == set()


def test_a_violated_schema_is_what_the_schema_library_is_for(warm: Path, tmp_path: Path) -> None:
    done = imported(warm, tmp_path, f"{MINIMAL}intrus: 1\n")
    assert done.code == NON_COMPLIANT
    assert "jsonschema" in done.modules
    assert not done.heavy() & {"click", "jinja2", "sqlite3", "multiprocessing", "concurrent", "subprocess"}


def test_json_needs_no_heavy_library(warm: Path, tmp_path: Path) -> None:
    assert imported(warm, tmp_path, MINIMAL, "-f", "json").heavy() == set()


def test_the_modules_are_those_of_a_real_run(warm: Path, tmp_path: Path) -> None:
    """What tells them changes nothing: the interpreter's own record, which lacks those imported by a name, has no other."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    env = {name: value for name, value in environment(warm).items() if not name.startswith("COV")}
    command = [sys.executable, "-X", "importtime", "-m", "cmian_policy", "check", "ai-manifest.yaml", "--as-of", ON]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=SECONDS)
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    told = {name for name in names if name.startswith("cmian_policy")}
    assert {"cmian_policy.cli.app", "cmian_policy.pipeline.run", "cmian_policy.engine.evaluate"} <= told
    assert told - {"cmian_policy.__main__"} <= set(OURS.split())
