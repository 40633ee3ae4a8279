"""Running the tool as a program of its own without starting an interpreter each time: a server forks one (tests/fork_server.py).

The program has its own arguments, folder, environment, umask and pipes, and its own end. What programs of one server share is
the seed of hashes and the modules that are imported already. `Forks.serves` says which environments need an interpreter of
their own; tests about start-up, signals and terminals start one themselves.
"""

from __future__ import annotations

import marshal
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fork_server import NUMBER, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import FileIO

_ROOT = Path(__file__).resolve().parent.parent
_PIECE = 65536  # bytes that go through a pipe at once
# What an interpreter, or a library of the system, reads once and before the program does.
_READ_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "COV", "LD_", "MALLOC_")


class Forks:
    """A server that the first program starts and `close` ends. It runs one program at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection, self._theirs = socket.socketpair()

    def serves(self, env: Mapping[str, str]) -> bool:
        """Whether a program with this environment runs as in an interpreter of its own. On Linux only: shown nowhere else."""
        read = {name: value for name, value in env.items() if name.startswith(_READ_AT_START)}
        return sys.platform == "linux" and read == _environment()

    def run(
        self, module: str, arguments: Sequence[str | Path], cwd: Path, env: Mapping[str, str], given: bytes, seconds: float
    ) -> tuple[int, bytes, bytes]:
        """Exit code as ``subprocess`` counts it, standard output and standard error of ``python -m module``, over.

        Raises ``TimeoutExpired`` for one that hangs.
        """
        words = [_decoded(argument) for argument in arguments]
        asked = Request(module, words, _decoded(cwd), {_decoded(name): _decoded(env[name]) for name in env}, _umask())
        deadline = time.monotonic() + seconds
        (stdin, feed), (out, stdout), (err, stderr) = _pipe(), _pipe(), _pipe()
        with feed, out, err:
            with stdin, stdout, stderr:
                child = self._ask(asked, [stdin, stdout, stderr])
            try:
                wrote, complained = _talk(feed, given, (out, err), deadline)
                return self._number(deadline), wrote, complained
            except BaseException as error:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                self._number()
                if isinstance(error, TimeoutError):
                    raise subprocess.TimeoutExpired([module, *words], seconds) from None
                raise

    def close(self) -> None:
        """Ends the server. Raises ``RuntimeError`` if it failed: what it had to say about coverage would be missing."""
        self._connection.close()
        self._theirs.close()
        if self._process is not None:
            with self._process as ending:
                if ending.wait(60) != 0:
                    raise RuntimeError(self._last_words())

    def _ask(self, asked: Request, streams: Sequence[FileIO]) -> int:
        """The process id of a new child."""
        if self._process is None:
            self._process = self._start()
        request = marshal.dumps(tuple(asked))
        socket.send_fds(self._connection, [NUMBER.pack(len(request))], [stream.fileno() for stream in streams])
        self._connection.sendall(request)
        return self._number()

    def _start(self) -> subprocess.Popen[bytes]:
        """The server, in a session of its own: Ctrl-C ends the tests, and then the server ends because nobody asks any more."""
        theirs = self._theirs.fileno()
        command = [sys.executable, "-m", "tests.fork_server", str(theirs)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=_environment(),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            pass_fds=[theirs],
            start_new_session=True,
        )
        self._theirs.close()
        return process

    def _number(self, deadline: float | None = None) -> int:
        """What the server answers. Raises ``TimeoutError`` after the deadline."""
        self._connection.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.001))
        answer = self._connection.recv(NUMBER.size)
        if not answer:
            raise RuntimeError(self._last_words())
        number: int = NUMBER.unpack(answer)[0]
        return number

    def _last_words(self) -> str:
        assert self._process is not None
        return f"the fork server is gone:\n{self._process.communicate()[1].decode(errors='replace')}"


def _environment() -> dict[str, str]:
    """The server's environment, as far as it matters to a program: that of `tests.runner.environment`."""
    return {"LC_ALL": "C.UTF-8", **{name: value for name, value in os.environ.items() if name.startswith("COV")}}


def _decoded(text: str | Path) -> str:
    """As a program reads what it is given. Raises ``ValueError`` for what cannot be given to a program."""
    given = os.fsencode(text)
    if b"\0" in given:
        raise ValueError("embedded null byte")
    return os.fsdecode(given)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _pipe() -> tuple[FileIO, FileIO]:
    """Both ends of a pipe: to read, to write."""
    reads, writes = os.pipe()
    return open(reads, "rb", buffering=0), open(writes, "wb", buffering=0)


def _talk(feed: FileIO, given: bytes, sources: Sequence[FileIO], deadline: float) -> list[bytes]:
    """Gives a program its input and reads its outputs to their ends. Raises ``TimeoutError`` after the deadline."""
    read: dict[object, list[bytes]] = {source: [] for source in sources}
    os.set_blocking(feed.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(feed, selectors.EVENT_WRITE)
        for source in sources:
            waiting.register(source, selectors.EVENT_READ)
        while waiting.get_map():
            for stream in _ready(waiting, deadline):
                if stream is feed:
                    given = _fed(feed, given)
                    over = not given
                else:
                    read[stream].append(stream.read(_PIECE))
                    over = not read[stream][-1]
                if over:
                    waiting.unregister(stream)
                    stream.close()
    return [b"".join(pieces) for pieces in read.values()]


def _ready(waiting: selectors.BaseSelector, deadline: float) -> list[FileIO]:
    """The streams that would not block."""
    events = waiting.select(max(deadline - time.monotonic(), 0))
    if not events:
        raise TimeoutError
    streams: list[FileIO] = [key.fileobj for key, _event in events]  # type: ignore[misc] # they were registered as such
    return streams


def _fed(feed: FileIO, given: bytes) -> bytes:
    """What is left to give; nothing where the program no longer reads."""
    try:
        return given[feed.write(given[:_PIECE]) or 0 :]
    except BrokenPipeError:
        return b""
