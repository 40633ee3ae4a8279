"""Writes files of a policy folder: each is whole or absent, whatever interrupts the tool."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files by their path in ``folder``, in the order given; all lie beside their place before any takes it.

    A file that was there keeps its permissions. Raises ``OSError`` when one cannot be written; nothing is left behind.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, raw in files.items():
            target = (folder / path).resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            waiting.append((temporary, target))
            _write(temporary, raw)
            if target.exists():
                temporary.chmod(target.stat().st_mode)
        for temporary, target in waiting:
            temporary.replace(target)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def _write(path: Path, raw: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
