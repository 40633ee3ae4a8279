"""A policy folder on disk, laid out like ``policies/`` (rules.md, "Layout")."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cmian_policy.errors import PolicyError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PolicyFolder:
    """The YAML files of a policy folder, by their path in it (``cmian/rules/CMIAN-T01/v1.yaml``), sorted.

    Raises ``PolicyError`` when the folder is missing, holds no pack or cannot be read: an unusable policy never looks empty.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.paths = tuple(sorted(self._search()))
        if not any(path.count("/") == 1 and path.endswith("/pack.yaml") for path in self.paths):
            raise PolicyError(message("policy.no-pack"), Location(name))

    def _search(self) -> Iterator[str]:
        def refuse(error: OSError) -> None:
            raise PolicyError(message("policy.unreadable", detail=error.strerror or ""), Location(str(error.filename))) from error

        for holder, folders, files in os.walk(self.folder, onerror=refuse):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in files:
                if name.endswith((".yaml", ".yml")):
                    yield os.path.relpath(os.path.join(holder, name), self.folder).replace(os.sep, "/")  # noqa: PTH118 - os.walk's own terms

    def shown(self, path: str) -> str:
        """A file's path as messages show it."""
        return f"{self.name}/{path}"

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises ``PolicyError`` when they cannot be read."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise PolicyError(message("policy.unreadable", detail=error.strerror or ""), Location(self.shown(path))) from error


def digest(files: dict[str, bytes]) -> str:
    """SHA-256 over the digest and path of each file, in the form of ``sha256sum`` sorted by path."""
    lines = (f"{hashlib.sha256(raw).hexdigest()}  {path}\n" for path, raw in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
