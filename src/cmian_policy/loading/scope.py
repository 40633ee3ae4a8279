"""Which manifests a configuration leaves out, and which it expects (cli.md, "Configuration")."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec

_STARS = 3  # in one name: with many, a file name can be made that takes the library's regular expression for ever


class Expected(NamedTuple):
    """The files that the patterns mean, and the patterns that mean none."""

    files: frozenset[str]
    unmatched: tuple[str, ...]


class Scope(NamedTuple):
    """Patterns as in ``.gitignore``, relative to ``root``: manifests that a search leaves out, and those that must be there."""

    root: str
    exclude: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()

    def excluded(self, manifests: Iterable[str]) -> frozenset[str]:
        """Those of some manifests that are left out. Raises ``UsageError`` for a pattern that can match nothing."""
        if not self.exclude:
            return frozenset()
        wanted = _patterns("exclude", self.exclude)
        return frozenset(manifest for manifest in manifests if self._matches(wanted, manifest))

    def expected(self, files: Iterable[str]) -> Expected:
        """What the patterns of ``manifests`` mean among the files of the tree, left-out ones aside. Raises as above."""
        present = list(files)
        left_out = self.excluded(present)
        present = [file for file in present if file not in left_out]
        found: set[str] = set()
        unmatched = []
        for pattern in self.manifests:
            wanted = _patterns("manifests", (pattern,))
            meant = {file for file in present if self._matches(wanted, file)}
            found |= meant
            if not meant:
                unmatched.append(pattern)
        return Expected(frozenset(found), tuple(unmatched))

    def _matches(self, wanted: GitIgnoreSpec, file: str) -> bool:
        inside = f"{self.root.rstrip(os.sep)}{os.sep}"
        return file.startswith(inside) and wanted.match_file(file[len(inside) :].replace(os.sep, "/"))


def _patterns(key: str, lines: tuple[str, ...]) -> GitIgnoreSpec:
    """Patterns ready to match. Raises ``UsageError`` for one that matches nothing whatever the tree, a comment for instance."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - for those who configure patterns

    for line in lines:
        if any(name != "**" and name.count("*") > _STARS for name in line.split("/")):
            raise UsageError(message("settings.costly-pattern", key=key, pattern=line, limit=_STARS))
        if _effect(line) is None or (key == "manifests" and not _effect(line)):
            raise UsageError(message("settings.bad-pattern", key=key, pattern=line))
    return GitIgnoreSpec.from_lines(lines)


def _effect(line: str) -> bool | None:
    """Whether a pattern takes in or, with its ``!``, leaves out; None for one that does neither."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - as above

    if line.lstrip("!").startswith(("./", "../")):  # patterns are of paths inside the folder, none of which begins so
        return None
    try:
        (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):  # the library lets through what only its regular expression shows: [z-a]
        return None
    return pattern.include
