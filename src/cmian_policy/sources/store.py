"""Local copies of commits: one bare repository a pin, made beside its place and moved there whole, never changed after.

A copy is named by the object it was asked for, and what is read from it is hashed again: it does not matter which project or run
brought it. Copies may be deleted at any time: `policy update` brings them back.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cmian_policy.errors import SourceError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.source import Pin

_UNFINISHED = ".new-"
_LOCK = ".lock"


class Store:
    """The user's folder of local copies; ``folder`` None when the environment names no place for one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def place(self, pin: Pin) -> Path:
        """Where the copy of a pin is, if there is one. Raises ``SourceError`` when there is no place for copies."""
        return self._where() / f"{pin.object}.git"

    def _where(self) -> Path:
        if self._folder is None:
            raise SourceError(message("source.no-store"))
        return self._folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Waits until no other process of the user brings copies in, and keeps the others out; one that dies lets go.

        What a dead one left unfinished is removed. Raises ``SourceError`` when the folder cannot be written.
        """
        folder = self._where()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            stream = (folder / _LOCK).open("a+b")
        except OSError as error:
            raise _unwritable(error, folder) from error
        with stream:
            _wait(stream)
            for left in folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder to work in, gone at the end. Only for one who is :meth:`alone`."""
        folder = self._where()
        try:
            made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        except OSError as error:
            raise _unwritable(error, folder) from error
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def put(self, made: Path, pin: Pin) -> None:
        """Moves a finished copy, which lies in a :meth:`scratch` folder, to its place; a damaged one there makes way."""
        place = self.place(pin)
        try:
            with contextlib.suppress(FileNotFoundError):
                place.rename(made.with_name("damaged"))
            made.rename(place)
        except OSError as error:
            raise _unwritable(error, place) from error


def _unwritable(error: OSError, place: Path) -> SourceError:
    detail = error.strerror or type(error).__name__
    return SourceError(message("source.no-copy", detail=detail), Location(str(place)))


def _wait(stream: IO[bytes]) -> None:
    """Waits for the lock on an open file, which the system takes back when the file is closed."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows only

        while True:
            with contextlib.suppress(OSError):  # ten seconds have passed
                msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
                return
    else:
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.flock(stream, fcntl.LOCK_EX)
