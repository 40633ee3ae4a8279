"""A progress bar for people who wait at a terminal; nobody else sees one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress(Protocol):
    """Told what is under way, how much is done, and of how much."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Shows it."""


@contextmanager
def progress_bar(*, wanted: bool, colour: bool) -> Iterator[Progress]:
    """A bar on standard error while the block runs, gone without a trace afterwards.

    There is none where it is not ``wanted``, standard error is no terminal, or the library that draws it (extra ``authoring``) is
    not installed.
    """
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield _nothing
        return
    try:
        from rich.console import Console  # noqa: PLC0415 - only at a terminal
        from rich.progress import Progress as Bar  # noqa: PLC0415
    except ImportError:
        yield _nothing
        return
    with Bar(console=Console(stderr=True, no_color=not colour), transient=True) as bar:
        task = bar.add_task("")
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def _nothing(what: str, done: int, total: int) -> None:
    """Shows nothing."""
