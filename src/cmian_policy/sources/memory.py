"""A policy folder that git holds, laid out like one on disk (:mod:`cmian_policy.sources.folder`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.errors import PolicyError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Mapping


class PolicyInMemory:
    """The YAML files of a policy folder, by their path in it, sorted; ``name`` stands for the folder in messages.

    Files and folders whose name starts with a dot are left out, as on disk. Raises ``PolicyError`` when there is no pack.
    """

    def __init__(self, files: Mapping[str, bytes], name: str) -> None:
        self._files = files
        self.name = name
        self.paths = tuple(sorted(path for path in files if path.endswith((".yaml", ".yml")) and "/." not in f"/{path}"))
        if not any(path.count("/") == 1 and path.endswith("/pack.yaml") for path in self.paths):
            raise PolicyError(message("policy.no-pack"), Location(name))

    def shown(self, path: str) -> str:
        """A file's path as messages show it."""
        return f"{self.name}/{path}"

    def checksums(self) -> bytes | None:
        """The bytes of ``SHA256SUMS``, the digests of the published releases; None where there is no such file."""
        return self._files.get("SHA256SUMS")

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises ``PolicyError`` for one that the folder does not hold."""
        try:
            return self._files[path]
        except KeyError as error:
            raise PolicyError(message("os.vanished"), Location(self.shown(path))) from error
