"""Standard streams, the clock and the environment, read in one place."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from cmian_policy.errors import OutputError, UsageError
from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Lang

_SURELY_TODAY, _SURELY_TOMORROW = 22, 23  # UTC hours: Paris is one or two hours ahead


def today() -> date:
    """The date in Europe/Paris. Only between 22 and 23 h UTC does it depend on daylight saving time."""
    now = datetime.now(UTC)
    if now.hour < _SURELY_TODAY:
        return now.date()
    if now.hour >= _SURELY_TOMORROW:
        return now.date() + timedelta(days=1)
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - one hour a day

    return now.astimezone(ZoneInfo("Europe/Paris")).date()


def write_out(text: str) -> None:
    """Writes to standard output. Raises as below."""
    write_pieces((text,))


def write_pieces(pieces: Iterable[str]) -> None:
    """Writes to standard output, piece by piece, as UTF-8 with line feeds, whatever the locale.

    A closed pipe is no error. Raises ``OutputError`` when standard output cannot be written otherwise.
    """
    if sys.stdout is None:  # the caller closed it
        raise OutputError(message("usage.no-output", detail="stdout"))
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", errors="backslashreplace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # What is left in the buffer would be tried, and fail, once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise OutputError(message("usage.no-output", detail=error.strerror or type(error).__name__)) from error


def write_error(text: str) -> None:
    """Writes one or more lines to standard error; a terminal that is gone is no error."""
    try:
        sys.stderr.buffer.write(f"{text}\n".encode(errors="backslashreplace"))
        sys.stderr.buffer.flush()
    except OSError:
        return


def say(text: Text, lang: Lang) -> str:
    """One of our messages, neutralised for a terminal."""
    return visible(render(text, lang))


def wants_colour(choice: str) -> bool:
    """``--color``: always, never, or auto: a terminal, unless NO_COLOR is set; FORCE_COLOR stands for a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout is not None and sys.stdout.isatty())


def forget_git_settings() -> None:
    """In a hook git sets GIT_DIR and GIT_INDEX_FILE: a search elsewhere would get another repository's answer."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


def read_in(size: int) -> bytes:
    """At most ``size`` bytes of standard input. Raises ``UsageError`` when it is closed."""
    if sys.stdin is None:
        raise UsageError(message("usage.no-input"))
    return sys.stdin.buffer.read(size)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def cache_folder() -> str | None:
    """The user's cache folder for this tool, or None where the environment names none."""
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA")
        return os.path.join(local, "cmian-policy", "cache") if local else None
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if chosen.startswith("/"):
        return os.path.join(chosen, "cmian-policy")
    home = os.environ.get("HOME", "")
    return os.path.join(home, ".cache", "cmian-policy") if home.startswith("/") else None
