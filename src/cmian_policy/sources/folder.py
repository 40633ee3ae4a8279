"""A policy folder on disk, laid out like ``policies/`` (rules.md, "Layout")."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from cmian_policy.errors import PolicyError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

_CHECKSUMS = "SHA256SUMS"


class PolicyFolder:
    """The YAML files of a policy folder, by their path in it (``cmian/rules/CMIAN-T01/v1.yaml``), sorted.

    Raises ``PolicyError`` when the folder is missing, holds no pack or cannot be read: an unusable policy never looks empty.
    """

    def __init__(self, folder: str | PathLike[str], name: str) -> None:
        self.folder = os.fspath(folder)
        self.name = name
        self.paths = tuple(sorted(self._search()))
        if not any(path.count("/") == 1 and path.endswith("/pack.yaml") for path in self.paths):
            raise PolicyError(message("policy.no-pack"), Location(name))

    def _search(self) -> Iterator[str]:
        """The files of all folders, which may nest deeper than calls do.

        ``os.walk`` and relative paths would cost a commit hook two milliseconds.
        """
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            for entry in self._entries(inside):
                if entry.is_symlink() and entry.is_dir():
                    raise PolicyError(message("policy.linked-folder"), Location(self.shown(f"{inside}{entry.name}")))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{inside}{entry.name}/")
                elif entry.name.endswith((".yaml", ".yml")):
                    yield f"{inside}{entry.name}"

    def _entries(self, inside: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self.folder}/{inside}") as entries:
                return [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            raise PolicyError(message("policy.unreadable", detail=error.strerror or ""), Location(str(error.filename))) from error

    def shown(self, path: str) -> str:
        """A file's path as messages show it."""
        return f"{self.name}/{path}"

    def checksums(self) -> bytes | None:
        """The bytes of ``SHA256SUMS``, the digests of the published releases; None where there is no such file."""
        return self.read(_CHECKSUMS) if os.path.lexists(f"{self.folder}/{_CHECKSUMS}") else None

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises ``PolicyError`` when they cannot be read."""
        try:
            if not stat.S_ISREG(os.stat(f"{self.folder}/{path}").st_mode):
                raise PolicyError(message("manifest.not-a-file"), Location(self.shown(path)))
            with open(f"{self.folder}/{path}", "rb") as stream:
                return stream.read()
        except OSError as error:
            raise PolicyError(message("policy.unreadable", detail=error.strerror or ""), Location(self.shown(path))) from error


def digest(files: dict[str, bytes]) -> str:
    """SHA-256 over the digest and path of each file, in the form of ``sha256sum`` sorted by path."""
    return combined({path: hashlib.sha256(raw).hexdigest() for path, raw in files.items()})


def combined(digests: Mapping[str, str]) -> str:
    """The same from the digest of each file, by its path."""
    lines = (f"{each}  {path}\n" for path, each in sorted(digests.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
