"""The server of `tests.forks`: a process that has imported the package and forks a child for each program it is asked to run.

``python -m tests.fork_server SOCKET``, with pipes for standard streams. Over the socket come a length, the three pipes of a
child and a `Request`; back go the child's process id and, at its end, its exit code as ``subprocess`` counts it.

Where coverage is measured it is measured here too, by ``patch = ["subprocess"]``. A child tells the server what nobody before it
had covered; the server writes one file when it ends, where each new interpreter would have written its own.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import marshal
import os
import pkgutil
import runpy
import socket
import struct
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    from coverage import Coverage

NUMBER = struct.Struct("=i")


class Request(NamedTuple):
    """A program to run: ``python -m module arguments``. Strings are as ``os.fsdecode`` makes them."""

    module: str
    arguments: list[str]
    cwd: str
    env: dict[str, str]
    umask: int


class Child(NamedTuple):
    """What a new child is to become, the pipes of its standard streams, and the one to tell its coverage to."""

    request: Request
    streams: list[int]
    told: int


def import_all(package: str) -> None:
    """Imports a package and all modules below it but its program."""
    folder = importlib.import_module(package)
    for module in pkgutil.walk_packages(folder.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def serve(connection: socket.socket) -> Child | None:
    """Serves until the other side closes the socket. In a child it returns at once, with what the child is to become."""
    while True:
        length, streams, _flags, _address = socket.recv_fds(connection, NUMBER.size, 3)
        if not length:
            return None
        request = Request(*marshal.loads(_exactly(connection, *NUMBER.unpack(length))))  # noqa: S302 - from the tests themselves
        heard, told = os.pipe()
        child = os.fork()
        if not child:
            connection.close()
            os.close(heard)
            return Child(request, streams, told)
        for each in (*streams, told):
            os.close(each)
        connection.sendall(NUMBER.pack(child))
        _learn(heard)
        connection.sendall(NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


def _exactly(connection: socket.socket, size: int) -> bytes:
    with connection.makefile("rb") as stream:  # nothing follows before the answer: its buffer takes no more than this
        read = stream.read(size)
    if len(read) < size:
        raise EOFError
    return read


def become(child: Child) -> None:
    """The life of a child: what an interpreter prepares, then the program.

    ``sys.stdin`` and the others are the ones that the server's own interpreter made. They were made for pipes and nobody has
    used them: on the child's pipes they are what a new interpreter would make.
    """
    for number, stream in enumerate(child.streams):
        os.dup2(stream, number)
        os.close(stream)
    request = child.request
    os.chdir(request.cwd)
    os.umask(request.umask)
    os.environ.clear()
    os.environ.update(request.env)
    sys.path[0] = os.getcwd()
    sys.argv[1:] = request.arguments
    _tell_at_the_end(child.told)
    runpy.run_module(request.module, run_name="__main__", alter_sys=True)


def _measure() -> Coverage | None:
    """The coverage measure of this process, if there is one."""
    if "coverage" not in sys.modules:  # it is what starts itself, before everything else
        return None
    from coverage import Coverage  # noqa: PLC0415 - only where it is

    return Coverage.current()


def _seen(measure: Coverage | None) -> dict[str, set[Any]]:
    """What is covered so far, by file, in sets that the measure goes on filling; there is no public way to see it unwritten."""
    return measure._collector.data if measure is not None else {}  # type: ignore[union-attr] # noqa: SLF001


def _tell_at_the_end(told: int) -> None:
    """Has this child tell what nobody before it had covered, whether its interpreter ends or ``os._exit`` ends it.

    Processes that the child forks in its turn have nothing to tell: they are measured as they would be anywhere.
    """
    measure = _measure()
    if measure is None:
        os.close(told)
        return
    measure._auto_save = False  # noqa: SLF001 - the server saves, once
    before = {file: set(places) for file, places in _seen(measure).items()}

    def tell() -> None:
        found = {file: places - before.get(file, set()) for file, places in _seen(measure).items()}
        with open(told, "wb") as stream:
            marshal.dump({file: places for file, places in found.items() if places}, stream)

    def forget(leave: Callable[[int], NoReturn] = os._exit) -> None:
        atexit.unregister(tell)
        os.close(told)
        os._exit = leave  # type: ignore[assignment] # the name of its parameter

    atexit.register(tell)
    os._exit = _after(tell)  # type: ignore[assignment] # as above
    os.register_at_fork(after_in_child=forget)


def _after(tell: Callable[[], None]) -> Callable[[int], NoReturn]:
    from posix import _exit  # noqa: PLC0415 - not on Windows; coverage has put one of its own in the place of os._exit

    def leave(status: int) -> NoReturn:
        tell()
        _exit(status)

    return leave


def _learn(heard: int) -> None:
    """Adds what a child covered to what is covered: the next one tells only what is new."""
    with open(heard, "rb") as stream:
        told = stream.read()
    if told:
        seen = _seen(_measure())
        for file, places in marshal.loads(told).items():  # noqa: S302 - from a child of ours
            seen.setdefault(file, set()).update(places)


if __name__ == "__main__":
    import_all("cmian_policy")
    gc.collect()
    gc.freeze()  # what children share stays shared
    newborn = serve(socket.socket(fileno=int(sys.argv.pop())))
    if newborn is not None:
        become(newborn)
