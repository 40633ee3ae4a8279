"""What large runs found, kept between runs so that an unchanged fleet is checked again at the speed of reading it.

One SQLite file in the user's cache folder. A result is found by the digest of all that it depends on and carries its own digest:
one that is stale, damaged or in a place where others can write is as good as none. Nothing here is ever an error: without a cache
a run is slower, never wrong.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cmian_policy.loading.cache import is_own

if TYPE_CHECKING:
    from os import PathLike

_FILE = "results-1.sqlite"  # the number changes with the table
_DIGEST = 16  # bytes: enough to notice damage
_KEPT = 200_000  # results; the oldest make way
_AT_ONCE = 500  # results written in one go
_WAIT = 0.2  # seconds for another run to finish writing: judging again costs less than waiting


class ResultCache:
    """Results by key; ``folder`` None keeps nothing. To be closed, which writes what is still to be written."""

    def __init__(self, folder: str | PathLike[str] | None) -> None:
        self._new: list[tuple[bytes, bytes]] = []
        self._file = None if folder is None else Path(folder) / _FILE
        self._database = None if self._file is None else _opened(self._file)

    def get(self, key: bytes) -> bytes | None:
        """The result of a key, or None where none is kept that is whole."""
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        if row is None or not isinstance(row[0], bytes):
            return None
        digest, result = row[0][:_DIGEST], row[0][_DIGEST:]
        return result if _digest(key, result) == digest else None

    def put(self, key: bytes, result: bytes) -> None:
        """Keeps a result, now or a little later."""
        if self._database is not None:
            self._new.append((key, _digest(key, result) + result))
            if len(self._new) >= _AT_ONCE:
                self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self._give_up()

    def _write(self) -> None:
        if self._database is None or not self._new:
            return
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO results (key, result) VALUES (?, ?)", self._new)
                self._database.execute("DELETE FROM results WHERE rowid <= (SELECT MAX(rowid) FROM results) - ?", (_KEPT,))
        except sqlite3.Error as error:  # a full disk, a read-only folder, another run that writes
            self._give_up(error)
        self._new.clear()

    def _give_up(self, error: sqlite3.Error | None = None) -> None:
        """Does without from here on. A file that turns out to be damaged is no use to the next run either."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = None
        if self._file is not None and type(error) is sqlite3.DatabaseError:
            with suppress(OSError):
                _remove(self._file)


def _digest(key: bytes, result: bytes) -> bytes:
    return hashlib.sha256(key + result).digest()[:_DIGEST]


def _remove(file: Path) -> None:
    """Removes a database with the journal of what was never finished, which would be played into the next one."""
    for name in (file.name, f"{file.name}-journal"):
        file.with_name(name).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection | None:
    """The database, made where there is none; None where it cannot be used. One that is no database makes way for a new one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_own(file.parent) or (os.path.lexists(file) and not is_own(file)):
            return None
        try:
            return _connected(file)
        except sqlite3.OperationalError:  # it cannot be written, or somebody else does: it is not for us to delete it
            return None
        except sqlite3.DatabaseError:
            _remove(file)
            return _connected(file)
    except (OSError, sqlite3.Error):
        return None


def _connected(file: Path) -> sqlite3.Connection:
    file.touch(mode=0o600)
    database = sqlite3.connect(file, timeout=_WAIT)
    try:
        # A crash of the machine may lose or damage the file, which its digests show: waiting for the disk each time buys nothing.
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, result BLOB NOT NULL)")
    except sqlite3.Error:
        database.close()
        raise
    return database
