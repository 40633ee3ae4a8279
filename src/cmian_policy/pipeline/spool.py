"""The reports of a large run on disk, in a file without a name: however many there are, memory holds one at a time."""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Collection
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from cmian_policy.model.report import ManifestReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.pipeline.packing import Packing


class Spool(Collection[ManifestReport]):
    """Packed reports by number, gone through in the order of their paths. Raises ``OSError`` when the disk is full."""

    def __init__(self, packing: Packing) -> None:
        self.paths: list[str] = []
        self._packing = packing
        self._file = tempfile.TemporaryFile(prefix="cmian-policy-")  # noqa: SIM115 - open as long as the report is
        weakref.finalize(self, _close, self._file)
        self._starts, self._sizes = array("Q"), array("L")

    def append(self, path: str, packed: bytes) -> int:
        """Keeps the report on one more manifest, and answers with its number."""
        self.paths.append(path)
        self._starts.append(self._written(packed))
        self._sizes.append(len(packed))
        return len(self.paths) - 1

    def replace(self, number: int, packed: bytes) -> None:
        """Keeps another report on a manifest."""
        self._starts[number], self._sizes[number] = self._written(packed), len(packed)

    def packed(self, number: int) -> bytes:
        """The packed report of a number."""
        with _named():
            self._file.seek(self._starts[number])
            return self._file.read(self._sizes[number])

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[ManifestReport]:
        for number in sorted(range(len(self)), key=self.paths.__getitem__):
            yield self._packing.unpack(self.packed(number), self.paths[number]).report

    def __contains__(self, report: object) -> bool:
        return any(each == report for each in self)

    def _written(self, packed: bytes) -> int:
        """Where the bytes stand, at the end of the file."""
        with _named():
            start = self._file.seek(0, 2)
            self._file.write(packed)
        return start


@contextmanager
def _named() -> Iterator[None]:
    """Names in what the system refuses the folder where the file without a name is."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, tempfile.gettempdir()) from error


def _close(file: IO[bytes]) -> None:
    """Gives the room back; what could not be written was said when it was tried."""
    with suppress(OSError):
        file.close()
