"""A progress bar for people who wait at a terminal; nobody else sees one."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click._termui_impl import ProgressBar

_FORGET = "\x1b[1A\x1b[2K"  # up to the line of the bar, and that line erased
_USUAL = 80  # columns
_OFTEN = 200  # times that a bar is drawn anew, however many steps there are


class Progress(Protocol):
    """Told what is under way, how much is done, and of how much."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Shows it."""


@contextmanager
def progress_bar(*, wanted: bool) -> Iterator[Progress]:
    """A bar on standard error while the block runs, from the first step on and gone without a trace afterwards.

    There is none where it is not ``wanted``, or standard error is no terminal or a narrow one.
    """
    with ExitStack() as stack:
        yield _Bar(stack) if wanted and sys.stderr is not None and sys.stderr.isatty() and _is_wide() else _nothing


def _is_wide() -> bool:
    """Whether a bar stays on one line, which is all that is erased afterwards. One that does not say has the usual width."""
    return (os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL) >= _USUAL


class _Bar:
    """A bar that is drawn when there is something to show."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bar: ProgressBar[int] | None = None
        self._drawn = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._bar is None:
            import click  # noqa: PLC0415 - only at a terminal

            self._stack.callback(_forget)
            self._bar = self._stack.enter_context(click.progressbar(length=total, label=what, file=sys.stderr, show_pos=True))
        if done == total or done - self._drawn >= total / _OFTEN:
            self._bar.length, self._bar.label = total, what
            self._bar.update(done - self._drawn)
            self._drawn = done


def _nothing(what: str, done: int, total: int) -> None:
    """Shows nothing."""


def _forget() -> None:
    sys.stderr.write(_FORGET)
    sys.stderr.flush()
