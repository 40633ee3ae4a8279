"""Running ``cmian-policy`` as its users do: as a program of its own, in a folder and an environment that the test decides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tests.forks import Forks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
ON = "2026-11-23"  # the date of every test that does not say otherwise
SECONDS = 20  # past this a run hangs
NBSP = "\u00a0"
FORKS = Forks()

# Exit codes of cli.md.
OK, NON_COMPLIANT, USAGE, NOTHING_CHECKED, UNUSABLE, BUG = 0, 1, 2, 3, 4, 70


class Done(NamedTuple):
    """A run that is over. ``out`` and ``err`` are decoded as strict UTF-8, with the line ends that the program wrote."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as the JSON report."""
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def last(self) -> str:
        """The last line of standard output."""
        return self.out.rstrip("\n").rpartition("\n")[2]

    def finding(self, rule: str, path: str | None = None) -> dict[str, Any]:
        """The one finding of a rule, of the manifest at ``path`` where there are several."""
        found = [
            finding
            for manifest in self.report["manifests"]
            if path is None or manifest["path"] == path
            for finding in manifest["findings"]
            if finding["rule"] == rule
        ]
        assert len(found) == 1, f"{len(found)} findings of {rule}"
        only: dict[str, Any] = found[0]
        return only

    def messages(self, rule: str) -> list[str]:
        """The messages of a rule's finding."""
        return [observation["message"] for observation in self.finding(rule)["observations"]]

    def places(self, rule: str) -> list[tuple[int, int]]:
        """Line and column of each observation of a rule's finding."""
        return [(observation["line"], observation["column"]) for observation in self.finding(rule)["observations"]]

    def paths(self) -> list[str]:
        """The paths of the manifests in the report."""
        return [manifest["path"] for manifest in self.report["manifests"]]

    def excluded(self) -> dict[str, str]:
        """What the search left out, and why."""
        return {entry["path"]: entry["reason"] for entry in self.report["excluded"]}


class Run(Protocol):
    """Runs the tool. An environment variable given as None is removed from the scrubbed environment."""

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        stdin: str | bytes = b"",
        env: Mapping[str, str | None] | None = None,
    ) -> Done:
        """The run, over."""


class Check(Protocol):
    """Writes a manifest and checks it on the date of the tests, with the report in JSON unless told otherwise."""

    def __call__(self, manifest: str | bytes, *options: str | Path) -> Done:
        """The run, over."""


def environment(home: Path) -> dict[str, str]:
    """A scrubbed environment: nothing of the user's settings, git included; a coverage measure goes on in child processes."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT"} or name.startswith("COV")}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Essai",
        "GIT_AUTHOR_EMAIL": "essai@example.org",
        "GIT_COMMITTER_NAME": "Essai",
        "GIT_COMMITTER_EMAIL": "essai@example.org",
    }


def execute(
    command: Sequence[str | Path], cwd: Path, env: Mapping[str, str], stdin: str | bytes = b"", *, seconds: int = SECONDS
) -> Done:
    """Runs a program to its end. Raises ``TimeoutExpired`` for one that hangs."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, cwd=cwd, env=dict(env), input=given, capture_output=True, check=False, timeout=seconds)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def tool() -> list[str | Path]:
    """The command line of the tool under test."""
    return [sys.executable, "-m", "cmian_policy"]


def cmian(
    arguments: Sequence[str | Path], cwd: Path, env: Mapping[str, str], stdin: str | bytes = b"", *, seconds: int = SECONDS
) -> Done:
    """Runs the tool as `execute` does; where that would be no different, without starting an interpreter (tests/forks.py)."""
    if not FORKS.serves(env) or not cwd.is_dir():
        return execute([*tool(), *arguments], cwd, env, stdin, seconds=seconds)
    given = stdin.encode() if isinstance(stdin, str) else stdin
    code, out, err = FORKS.run("cmian_policy", arguments, cwd, env, given, seconds)
    return Done(code, out.decode(), err.decode())


def git(folder: Path, home: Path, *arguments: str) -> None:
    """Runs git in a folder, away from the user's settings."""
    done = execute(["git", "-c", "init.defaultBranch=main", *arguments], folder, environment(home))
    assert done.code == 0, done.err


def edited(text: str, *changes: tuple[str, str]) -> str:
    """``text`` with each first string replaced by the second; the first must be there exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


# The nineteen required fields: compliant, with advice (CMIAN-F01 and, from 2026.1 on, CMIAN-G03).
MINIMAL = """\
schema_version: "1.0"
project:
  id: essai
  name: Projet d'essai
  summary: Un projet fictif.
  status: operational
owner:
  organisation: ville-montpellier
  department: Direction fictive
  contact: service@example.org
purpose:
  goal: Essayer l'outil.
  domain: internal_admin
people:
  interaction: none
  minors: none
  impact: none
decision:
  role: none
  individual_administrative: false
technology:
  type: generative
  capabilities: [summarisation]
data:
  personal: none
video:
  used: false
"""

# A chatbot without its notice: CMIAN-T01 and others block.
CHATBOT = edited(MINIMAL, ("interaction: none", "interaction: direct"), ("[summarisation]", "[chatbot]"))
RETIRED = edited(MINIMAL, ("status: operational", "status: retired"))
UNREADABLE = "project: [\n"


def named(project: str, text: str = MINIMAL) -> str:
    """A manifest with its own project id."""
    return edited(text, ("id: essai", f"id: {project}"))
