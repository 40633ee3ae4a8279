"""A person at a real terminal: the tool runs with a pseudo-terminal as its own, types and reads as people do."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.runner import SECONDS, environment, tool

if TYPE_CHECKING:
    from collections.abc import Mapping

# A new session has no terminal yet: it takes the one of its standard input, so that Ctrl-C reaches the program as a signal.
_TAKE_TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
_MOMENT = 0.01  # seconds between two looks at what the program does
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Session:
    """A run of the tool at a terminal. ``seen`` is all that it has shown so far, without escapes, with plain line ends."""

    def __init__(self, home: Path, folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._terminal, inner = pty.openpty()
        command = [str(part) for part in tool()]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _TAKE_TERMINAL, *command, *arguments],
                cwd=folder,
                env={**environment(home), "TERM": "dumb", **(env or {})},
                stdin=inner,
                stdout=inner,
                stderr=inner,
                start_new_session=True,
            )
        finally:
            os.close(inner)
        self._raw = b""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    @property
    def seen(self) -> str:
        """The text on the screen."""
        return _ESCAPES.sub("", self._raw.decode(errors="replace")).replace("\r\n", "\n").replace("\r", "")

    def expect(self, text: str) -> str:
        """Waits for a text after the last one that was waited for; returns what came before it and the text."""
        while (found := self.seen.find(text, self._read_to)) < 0:
            assert self._more(), f"{text!r} did not come; there was:\n{self.seen[self._read_to :]}"
        before, self._read_to = self.seen[self._read_to : found + len(text)], found + len(text)
        return before

    def type(self, line: str) -> None:
        """Types a line and Enter."""
        os.write(self._terminal, f"{line}\n".encode())

    def press(self, key: bytes) -> None:
        """Presses a key once the program waits for one: Python may miss a Ctrl-C that comes just before, which no person is."""
        while self._state() == "R":
            select.select([], [], [], _MOMENT)
        os.write(self._terminal, key)

    def _state(self) -> str:
        """What the system says that the program does: R while it runs; nothing where the system does not say."""
        file = Path(f"/proc/{self._process.pid}/stat")
        return file.read_text(encoding="utf-8").rpartition(")")[2].split()[0] if file.exists() else ""

    def end(self) -> int:
        """Reads to the end; the exit code."""
        while self._more():
            pass
        return self._process.wait(timeout=SECONDS)

    def _more(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], SECONDS)
        assert ready, f"the program hangs; there was:\n{self.seen[self._read_to :]}"
        try:
            read = os.read(self._terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            read = b""
        self._raw += read
        return bool(read)
