"""What every measure of one run shares: a scratch folder, our program and the peers, and how each is called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from measure import Command, FailedCommandError, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from installation import Installation
    from peers.peer import Peer

HERE = Path(__file__).resolve().parent
ON = "2026-11-23"
_SHOWN = 200  # characters of a reason
OUR_CODES = frozenset({0, 1})
LOADER, OURS = "yaml.load, CSafeLoader", "cmian-policy"


class Session(NamedTuple):
    """One run of the benchmark. ``folder`` is scratch space, deleted at the end; ``jobs`` whether ``check`` takes ``--jobs``.

    ``quick`` asks for sizes that only show that everything works.
    """

    folder: Path
    installation: Installation
    peers: tuple[Peer, ...]
    quick: bool
    jobs: bool

    def environment(self, cache: str = "cache") -> dict[str, str]:
        """The caller's, without settings of Python, git, coverage and ours, and with a cache folder of this run."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CMIAN_", "GIT_", "COV"))}
        return {**kept, "XDG_CACHE_HOME": str(self.folder / cache), "LC_ALL": "C.UTF-8"}

    def ours(
        self, name: str, *arguments: str | Path, cache: str = "cache", prepare: Callable[[], object] = lambda: None
    ) -> Command:
        """Our ``check``, as its users start it."""
        argv = (str(self.installation.program), "check", *map(str, arguments), "--as-of", ON)
        return Command(name, argv, self.environment(cache), OUR_CODES, prepare)

    def one_process(self) -> tuple[str, ...]:
        """The options that ask for one process, where there is a choice."""
        return ("--jobs", "1") if self.jobs else ()

    def loader(self, folder: Path) -> Command:
        """The yardstick, over a folder."""
        return Command(LOADER, (str(self.installation.python), str(HERE / "loader.py"), str(folder)), self.environment())

    def theirs(self, peer: Peer, argv: Iterable[str | Path]) -> Command:
        """A command of a peer."""
        return Command(peer.name, tuple(map(str, argv)), self.environment(), peer.codes)

    def scratch(self, name: str) -> Path:
        """A new empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    def warm_cache(self, name: str, *options: str | Path) -> Callable[[], None]:
        """Gives a preparation: the cache ``name`` then holds the compiled policy, and no result that a measure could use.

        ``options`` are those of ``check`` that choose the policy.
        """
        source, target = self.folder / f"{name}-before", self.folder / name
        if not source.exists():
            file = self.scratch("warm") / "ai-manifest.yaml"
            file.write_text("schema_version: '1.0'\n", encoding="utf-8")
            run(self.ours("warm-up", file, *options, cache=source.name))

        def prepare() -> None:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)

        return prepare

    def made(self, folder: Path, count: int, *options: str) -> list[dict[str, Any]]:
        """Manifests written by ``corpus.py``, in a process of its own; their names, kinds and sizes."""
        command = [sys.executable, str(HERE / "corpus.py"), str(folder), str(count), *options, *self._material()]
        done = subprocess.run(command, capture_output=True, check=True, env=self.environment())
        made: list[dict[str, Any]] = json.loads(done.stdout)
        return made

    def _material(self) -> list[str]:
        """What the manifests are made of is gathered once a run; a quick run gathers less."""
        return ["--material", str(self.folder / "material.json"), "--every", "20" if self.quick else "1"]


def usable(commands: Iterable[Command]) -> tuple[list[Command], list[str]]:
    """The commands that do their work when tried once, and for the others why they were left out."""
    kept, skipped = [], []
    for command in commands:
        try:
            run(command)
        except (FailedCommandError, OSError) as error:
            skipped.append(f"{command.name}: left out of a measure: {' '.join(str(error).split())[:_SHOWN]}")
        else:
            kept.append(command)
    return kept, skipped


def has_jobs(program: Path) -> bool:
    """Whether our ``check`` can be told how many processes to use."""
    done = subprocess.run([program, "check", "--help"], capture_output=True, check=True, text=True)
    return "--jobs" in done.stdout


def say(text: str) -> None:
    """One line about how far the run is, to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
