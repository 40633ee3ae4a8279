"""Another program that judges manifests, as the benchmark uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Peer(NamedTuple):
    """A program that is installed.

    ``version``: as the program itself says; ``work``: one sentence, what of our work it does; ``one``: the command that judges
    one manifest's file; ``many``: the one that judges every ``<folder>/<name>/ai-manifest.yaml`` of a folder, None where there
    is none that means something; ``codes``: the exit codes that say the work was done.
    """

    name: str
    version: str
    work: str
    one: Callable[[Path], list[str]]
    many: Callable[[Path], list[str]] | None
    codes: frozenset[int]


class Skipped(NamedTuple):
    """A program that this machine cannot install, and why."""

    name: str
    why: str
