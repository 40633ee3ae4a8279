"""``fix [PATH]…``: safe edits of manifests, which keep comments and layout (cli.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.writing import write_files
from cmian_policy.cli.configuration import scope_of
from cmian_policy.cli.options import command, option
from cmian_policy.cli.terminal import forget_git_settings, say, write_error, write_out
from cmian_policy.editing.diff import Diff, diff
from cmian_policy.editing.fix import Mended, edit_message, mend, untouched
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_NOTHING_CHECKED, EXIT_OK
from cmian_policy.errors import OutputError, UsageError
from cmian_policy.loading.discovery import discover, shown
from cmian_policy.loading.manifest import bytes_of, cross_check
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.cli.told import Common
    from cmian_policy.loading.discovery import Found
    from cmian_policy.model.problem import Problem
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.text import Lang, Message

_WRITABLE = 0o222


class _Done(NamedTuple):
    """A file and what becomes of it; ``left`` is what a person has to mend."""

    path: Path
    mended: Mended
    left: tuple[Problem, ...]
    diff: Diff = Diff("", exact=True)

    @property
    def name(self) -> str:
        return self.mended.manifest.path

    @property
    def changed(self) -> bool:
        return self.mended.after != self.mended.before


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["paths"], nargs=-1, metavar="[PATH]…"),
        option(lang, "--sort", key="sort", is_flag=True),
        option(lang, "--unsafe", key="unsafe", is_flag=True),
        option(lang, "--dry-run", key="dry_run", is_flag=True),
    ]
    return command(lang, "fix", params, _fix)


def _fix(common: Common, values: dict[str, Any]) -> int:
    here = Path.cwd()
    found = _found(values["paths"] or (".",), common.settings, here)
    done = _mended(found, here, unsafe=values["unsafe"], sort=values["sort"])
    dry: bool = values["dry_run"]
    if dry:
        done = [each._replace(diff=diff(each.mended.before, each.mended.after, each.name)) for each in done]
        write_out("".join(each.diff.text for each in done))
    else:
        _write([each for each in done if each.changed], here)
    told = [say(line, common.lang) for line in _told(done, found, dry=dry)]
    lines = "\n".join(told[-1:] if common.style.verbosity < 0 else told)
    write_error(lines) if dry else write_out(f"{lines}\n")
    if any(each.left or (dry and each.changed) for each in done):
        return EXIT_NON_COMPLIANT
    return EXIT_OK if done and not found.unmatched else EXIT_NOTHING_CHECKED


def _found(paths: Sequence[str], settings: Settings, here: Path) -> Found:
    """The manifests that ``check`` would judge. Raises ``UsageError`` for a path that is none."""
    if "" in paths:
        raise UsageError(message("usage.empty-path"))
    forget_git_settings()
    return discover([Path(path) for path in paths], here, scope_of(settings, here), chosen=settings.chosen)


def _mended(found: Found, here: Path, *, unsafe: bool, sort: bool) -> list[_Done]:
    mended = [_mend(Path(path), shown(path, here), unsafe=unsafe, sort=sort) for path in found.manifests]
    checked = cross_check([each.manifest for each in mended], lambda path: os.path.lexists(here / path))
    return [
        _Done(Path(path), each, (*manifest.syntax, *manifest.schema))
        for path, each, manifest in zip(found.manifests, mended, checked, strict=True)
    ]


def _mend(path: Path, name: str, *, unsafe: bool, sort: bool) -> Mended:
    raw = bytes_of(path)
    if not isinstance(raw, bytes):
        return untouched(name, raw)
    return mend(raw, name, lambda: schema("ai-manifest"), unsafe=unsafe, sort=sort)


def _write(changed: Sequence[_Done], here: Path) -> None:
    """Writes every changed manifest, or none. Raises ``OutputError`` for a read-only one."""
    for each in changed:
        # Replacing a file asks nothing of the file itself: its owner's wish is read off its permissions.
        if not os.access(each.path, os.W_OK) or not each.path.stat().st_mode & _WRITABLE:
            raise OutputError(message("fix.read-only"), Location(each.name))
    # One entry a file, even where two names lead to it.
    write_files(here, {os.path.realpath(each.path): each.mended.after for each in changed})


def _told(done: Sequence[_Done], found: Found, *, dry: bool) -> Iterator[Message]:
    """What was done, what is left to do, and, last, how much."""
    for each in done:
        yield from _story(each, dry=dry)
    for exclusion in found.excluded:
        if exclusion.reason != "builtin":
            yield message("text.excluded", path=exclusion.path, reason=message(f"excluded.{exclusion.reason}"))
    for pattern in found.unmatched:
        yield message("text.note", note=message("note.expected-nowhere", pattern=pattern))
    yield _last(done, dry=dry) if done else message("note.no-manifest")


def _story(each: _Done, *, dry: bool) -> Iterator[Message]:
    for edit in each.mended.edits:
        yield message("fix.to-make" if dry else "fix.made", place=str(Location(each.name, edit.span)), edit=edit.message)
    for problem in each.left:
        place, guess = str(Location(each.name, problem.span)), problem.correction
        if guess is None:
            yield message("fix.left", place=place, what=problem.message)
        else:
            yield message("fix.left-unsafe", place=place, what=problem.message, edit=edit_message(guess))
    if each.mended.unsorted is not None:
        yield message("text.note", note=message("fix.at", place=each.name, what=each.mended.unsorted))
    if not each.diff.exact:
        yield message("text.note", note=message("fix.at", place=each.name, what=message("fix.inexact")))


def _last(done: Sequence[_Done], *, dry: bool) -> Message:
    made = sum(len(each.mended.edits) for each in done)
    left = sum(len(each.left) for each in done)
    if not made and not left:
        return message("fix.clean", count=len(done))
    files = message("text.count.manifests", count=sum(each.changed for each in done))
    corrected = message("fix.count-to-make" if dry else "fix.count-made", count=made, files=files)
    return message("fix.last", made=corrected if made else message("fix.none"), left=message("fix.count-left", count=left))
