"""Reports that go to files: ``-o NAME=FILE``, and the summary of a GitHub job (cli.md, "Formats").

Every file is written beside its place first and moved there once all of them could be: nobody reads half a report, and one that
cannot be written leaves the others as they were.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import stat
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.errors import OutputError, UsageError
from cmian_policy.loading.configuration import CONFIGURATION
from cmian_policy.messages.suggest import nearest
from cmian_policy.model.location import Location
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.reporters import formats, render
from cmian_policy.sources.lock import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cmian_policy.model.report import Report
    from cmian_policy.reporters import Style

_AS_THE_USER_MASKS = 0o666
_KILLED_BY = 128  # and the number of the signal: the exit code that shells give it
_KEPT = {*FILENAMES, CONFIGURATION, LOCK}  # no report is ever called so


class Target(NamedTuple):
    """A format and the file that its report goes to: ``name`` as it was given, ``file`` with links followed."""

    form: str
    name: str
    file: Path


class Page(NamedTuple):
    """A report that is added to what a file holds already."""

    name: str
    pieces: Iterable[str]


def targets(given: Sequence[str]) -> tuple[Target, ...]:
    """What ``-o NAME=FILE`` asks for. Raises ``UsageError`` for what is not of that shape, or for a file asked for twice."""
    found: dict[Path, Target] = {}
    for text in given:
        form, _, name = text.partition("=")
        if not name or name == "-":
            raise UsageError(message("usage.output-shape", value=text))
        if form not in formats():
            near = nearest(form, list(formats()))
            key = "usage.output-format-near" if near else "usage.output-format"
            raise UsageError(message(key, name=form, near=near or "", known=", ".join(formats())))
        target = Target(form, name, Path(os.path.realpath(name)))
        if target.file.is_dir():
            raise OutputError(message("usage.output-folder"), Location(name))
        if target.file.name in _KEPT:
            raise UsageError(message("usage.output-over-input", name=name))
        if target.file in found:
            raise UsageError(message("usage.output-twice", name=name))
        found[target.file] = target
    return tuple(found.values())


def refuse_overwriting(wanted: Iterable[Target], files: Iterable[str], folders: Iterable[str]) -> None:
    """Raises ``UsageError`` for a report that would replace an input of the run: one of some files, or one in some folders."""
    holders = [Path(os.path.realpath(folder)) for folder in folders]
    names = {str(target.file): target.name for target in wanted}
    over = [target.name for target in wanted if any(target.file.is_relative_to(holder) for holder in holders)]
    over += [names[file] for file in map(os.path.realpath, files) if file in names]
    if over:
        raise UsageError(message("usage.output-over-input", name=over[0]))


def deliver_files(report: Report, form: str, wanted: Sequence[Target], style: Style) -> None:
    """Writes each report that goes to a file and, where workflow commands are among them, the summary of the job.

    ``form`` is the format of standard output. Raises ``UsageError`` and ``OutputError`` as above and below.
    """
    if wanted:
        refuse_overwriting(wanted, (manifest.path for manifest in report.manifests), ())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    acts = "github" in {form, *(target.form for target in wanted)}
    page = Page(summary, render("summary", report, style)) if summary and acts else None
    write_files([(target, render(target.form, report, style)) for target in wanted], page)


def write_files(reports: Sequence[tuple[Target, Iterable[str]]], summary: Page | None = None) -> None:
    """Writes reports, piece by piece, as UTF-8, all or none of them.

    Raises ``OutputError`` when one of them cannot be written.
    """
    streams = [report for report in reports if _is_stream(report[0])]
    with _ended_in_order(), ExitStack() as stack:
        moves = [(target, stack.enter_context(_prepared(target, pieces))) for target, pieces in reports if not _is_stream(target)]
        for target, pieces in streams:
            append(target.name, pieces)
        if summary is not None:
            _add_page(summary.name, b"".join(map(_encoded, summary.pieces)))
        for target, temporary in moves:
            with _refusal(target.name):
                os.replace(temporary, target.file)


def _is_stream(target: Target) -> bool:
    """Whether the target is a pipe or a device, which is written to and must never be replaced."""
    if target.name.startswith(("/dev/", "/proc/")):  # where a shell redirected it to is not ours to replace
        return True
    try:
        mode = os.stat(target.name).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def append(name: str, pieces: Iterable[str]) -> None:
    """Adds a text at the end of a stream or a file. Raises ``OutputError`` when that cannot be."""
    with _refusal(name), open(name, "ab") as stream:
        stream.writelines(map(_encoded, pieces))


def _add_page(name: str, page: bytes) -> None:
    """Adds a page at the end of a file, made where there is none, whole or not at all. Raises ``OutputError`` as above."""
    with _refusal(name), open(name, "ab", buffering=0) as stream:
        before = os.fstat(stream.fileno())
        try:
            while page:
                page = page[stream.write(page) :]
        except BaseException:
            if stat.S_ISREG(before.st_mode):
                stream.truncate(before.st_size)
            raise


def _encoded(piece: str) -> bytes:
    return piece.encode("utf-8", errors="backslashreplace")


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """While files of ours lie about, the request to end that a cancelled job gets ends it as any exit does, and leaves none."""
    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(_KILLED_BY + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _prepared(target: Target, pieces: Iterable[str]) -> Iterator[str]:
    """A file with the text in the folder of its target; gone at the end unless it was moved."""
    temporary = f"{target.file.parent}/.{secrets.token_hex(8)}.tmp"
    with _refusal(target.name):
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _AS_THE_USER_MASKS)
    try:
        with _refusal(target.name):
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(map(_encoded, pieces))
            if target.file.exists():
                shutil.copymode(target.file, temporary)
        yield temporary
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def _refusal(name: str) -> Iterator[None]:
    """Names the file in what the system refuses."""
    try:
        yield
    except OSError as error:
        raise OutputError(message("usage.no-output", detail=error.strerror or type(error).__name__), Location(name)) from error
