"""Who judges a batch of manifests: this process, or one of several that were started for it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cmian_policy.errors import UsageError
from cmian_policy.loading.manifest import read_bytes, unreadable, with_twin
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.packing import Packing
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures.process import ProcessPoolExecutor
    from multiprocessing.context import BaseContext

    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.judge import Judge

    Submit = Callable[[list["Task"]], Callable[[], list[bytes]]]

_MOST_ON_WINDOWS = 61  # processes that one can wait for there


class Task(NamedTuple):
    """A manifest to judge: its path in reports, its bytes or why there are none, the path of the other file name beside it."""

    path: str
    raw: bytes | Message
    twin: str | None


class _Bench:
    """Judges tasks as if each manifest were alone in the run."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._packing = Packing(judge.release)

    def judge(self, tasks: Sequence[Task]) -> list[bytes]:
        """The packed report of each task, in order."""
        return [self._one(task) for task in tasks]

    def _one(self, task: Task) -> bytes:
        manifest = read(task)
        identity = manifest.project if manifest.project is not None else task.path
        return self._packing.pack(self._judge.judge(manifest, identity))


def read(task: Task) -> Manifest:
    """The manifest of a task, with what is wrong when the other file name stands beside it."""
    raw, path = task.raw, task.path
    manifest = read_bytes(raw, path, manifest_schema) if isinstance(raw, bytes) else unreadable(path, raw)
    return manifest if task.twin is None else with_twin(manifest, task.twin)


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of manifests."""
    return schema("ai-manifest")


@contextmanager
def bench(judge: Judge, jobs: int, context: BaseContext | None = None) -> Iterator[Submit]:
    """What takes tasks and answers, when it is asked for it, with their packed reports in order.

    ``context`` is how processes are started, by default as is best on this system. Raises ``UsageError`` when one of them dies.
    """
    if jobs == 1:
        here = _Bench(judge)
        yield lambda tasks: partial(here.judge, tasks)
        return
    from concurrent.futures import process  # noqa: PLC0415 - for those who ask for it

    most = min(jobs, _MOST_ON_WINDOWS) if sys.platform == "win32" else jobs
    executor = process.ProcessPoolExecutor(most, context or _context(), _begin, (judge,))
    try:
        yield partial(_submitted, executor)
    except process.BrokenProcessPool as error:
        raise UsageError(message("usage.worker-lost")) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _submitted(executor: ProcessPoolExecutor, tasks: list[Task]) -> Callable[[], list[bytes]]:
    """Sends a batch, which may start processes. Ctrl-C waits until they are: in the midst of a fork it would be told and lost."""
    if sys.platform == "win32":
        return executor.submit(_work, tasks).result
    import signal  # noqa: PLC0415 - as above

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return executor.submit(_work, tasks).result
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """A copy of this process where that is safe: it has the rules already; elsewhere a new one, which is sent them."""
    import multiprocessing  # noqa: PLC0415 - as above

    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


_benches: list[_Bench] = []  # of a started process: the one that it judges at


def _begin(judge: Judge) -> None:
    """Readies a started process: the keyboard is not its business, and it never outlives the one that started it."""
    import os  # noqa: PLC0415 - as above
    import signal  # noqa: PLC0415 - as above
    import threading  # noqa: PLC0415 - as above
    from multiprocessing import connection, parent_process  # noqa: PLC0415 - as above

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def leave_with_it() -> None:
        if parent is not None:
            connection.wait([parent.sentinel])
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=leave_with_it, daemon=True).start()
    _benches.append(_Bench(judge))


def _work(tasks: list[Task]) -> list[bytes]:
    return _benches[-1].judge(tasks)
