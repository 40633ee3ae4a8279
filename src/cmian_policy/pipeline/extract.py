"""Policy files that judging does without, read one at a time: cases and the base manifests that they start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.loading.documents import read_documents
from cmian_policy.pipeline.policy import schema
from cmian_policy.sources import bundled
from cmian_policy.sources.folder import PolicyFolder

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.document import Plain


class Extracts:
    """The files of a policy folder, the bundled one by default, each checked against its contract when it is asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._files = PolicyFolder(folder or bundled.policies_folder(), "policies" if folder is None else folder.as_posix())
        self._read: dict[str, Plain] = {}

    def get(self, path: str) -> Plain:
        """The data of a file, None where there is none. Raises ``PolicyError`` for one that cannot be read or is not right."""
        if path not in self._files.paths:
            return None
        if path not in self._read:
            self._read[path] = read_documents(self._files, {path: self._files.read(path)}, schema).data[path]
        return self._read[path]
