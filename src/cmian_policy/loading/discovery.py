"""PATHs of the command line → the manifests to check (cli.md, ``check``).

What is left out is listed; a manifest that is named, or that git tracks, never is.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.loading.configuration import CONFIGURATION, MISNAMED
from cmian_policy.model.location import Location
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.report import Exclusion
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from cmian_policy.loading.scope import Scope
    from cmian_policy.model.report import ExclusionReason

_BUILTIN = frozenset({".git", "node_modules"})
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
# No program that the repository's own configuration names, and no network: a partial clone would fetch what it lacks.
_TRANSPORTS = ("ext", "file", "git", "http", "https", "ssh")
_FORBIDDEN = [f"protocol.{name}.allow=never" for name in _TRANSPORTS]
_SETTINGS = ("core.fsmonitor=false", "protocol.allow=never", *_FORBIDDEN)
_HARMLESS = tuple(word for setting in _SETTINGS for word in ("-c", setting))
_GIT_SECONDS = 60  # git answers in milliseconds; past this the run stops with an error rather than hang


class Found(NamedTuple):
    """Manifests to check, as paths that can be opened, and what the search left out; both sorted by path.

    ``unmatched`` holds the configured patterns that should have matched a manifest and match none.
    """

    manifests: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    unmatched: tuple[str, ...] = ()


class _Git(NamedTuple):
    """What git says of a folder: manifests it tracks, paths it ignores (a folder without its last slash).

    ``pretended`` are tracked ones that git was told not to look for on the disk.
    """

    tracked: frozenset[str]
    ignored: frozenset[str]
    pretended: frozenset[str]


def shown(path: str | PathLike[str], here: str | PathLike[str]) -> str:
    """A path as reports show it: relative to the current directory where it can be, with ``/``."""
    named, place = os.fspath(path), os.fspath(here)
    if named.startswith(f"{place}{os.sep}") and os.path.normpath(named) == named:
        relative = named[len(place) + 1 :]  # most of them, ten times as fast
    else:
        try:
            relative = os.path.relpath(named, place)
        except ValueError:  # another drive
            relative = named
    # File names are bytes: read as UTF-8 whatever the locale, so that a report does not change with it.
    return os.fsencode(relative.replace(os.sep, "/")).decode("utf-8", errors="surrogateescape")


def discover(
    paths: Iterable[str | PathLike[str]], here: str | PathLike[str], scope: Scope | None = None, *, chosen: bool = False
) -> Found:
    """Every manifest that the paths mean. Raises ``UsageError`` for a missing path or an unreadable folder.

    ``scope`` says what a configuration leaves out of a search and what it expects; a named manifest is never left out. ``chosen``
    says that the operator chose the configuration, or none: any other is then none of this run's business.
    """
    place = os.fspath(here)
    named, folders = _sort_out(paths, place)
    searched: set[str] = set()
    excluded: set[Exclusion] = set()
    for folder in folders:
        for each in _search(folder, place, chosen=chosen):
            excluded.add(each) if isinstance(each, Exclusion) else searched.add(each)
    unmatched: tuple[str, ...] = ()
    if scope is not None:
        expected = scope.expected(_files(scope.root) if scope.manifests else ())
        unmatched = expected.unmatched
        searched |= {file for file in expected.files if any(is_under(file, folder) for folder in folders)}
        left_out = scope.excluded(searched) - named
        searched -= left_out
        excluded |= {Exclusion(shown(path, place), "config") for path in left_out}
    ordered = sorted(named | searched, key=lambda path: shown(path, place))
    return Found(tuple(ordered), tuple(sorted(excluded)), unmatched)


def is_under(path: str, folder: str) -> bool:
    """Whether a path, in its plain spelling, is a folder or stands under it."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else f"{folder}{os.sep}")


def _sort_out(paths: Iterable[str | PathLike[str]], here: str) -> tuple[set[str], list[str]]:
    """The paths that name a file, and those that name a folder to search."""
    named: set[str] = set()
    folders: list[str] = []
    for each in paths:
        path = os.fspath(each)
        if os.path.isdir(path):
            folders.append(os.path.realpath(os.path.join(here, path)))
        elif os.path.lexists(path):
            named.add(_absolute(path, here))
        else:
            raise UsageError(message("usage.no-such-path"), Location(path))
    return named, folders


def _files(folder: str) -> Iterator[str]:
    """Every file under a folder that a search looks at: what git tracks or does not ignore; without git, all but the builtin."""
    listed = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        found = (os.path.join(folder, path) for path in listed if path != CONFIGURATION)
        yield from (path for path in found if os.path.lexists(path))
        return
    for held, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_builtin(f"{held}/{name}", name)]
        yield from (os.path.join(held, name) for name in files if name != CONFIGURATION)


def _absolute(path: str, here: str) -> str:
    """One spelling a file, whichever way its folder was named; a file that is a link keeps its own name."""
    plain = os.path.normpath(os.path.join(here, path))
    folder, name = os.path.split(plain)
    return os.path.join(os.path.realpath(folder), name)


def _search(top: str, here: str, *, chosen: bool) -> Iterator[str | Exclusion]:
    git = _ask_git(top)
    # One that is deleted is gone; one that the index only pretends to have (a sparse checkout) cannot be checked, and fails.
    tracked = ((path, os.path.join(top, *path.split("/"))) for path in git.tracked)
    yield from (full for path, full in tracked if path in git.pretended or os.path.lexists(full))
    pending = [(top, "")]
    while pending:
        folder, inside = pending.pop()
        for entry in _entries(folder, here):
            path = entry.path
            reason = _reason(entry, f"{inside}{entry.name}", git)
            if entry.name in {CONFIGURATION, MISNAMED} and folder != top and not chosen:
                raise UsageError(message("usage.deeper-configuration"), Location(shown(path, here)))
            is_folder = entry.is_dir(follow_symlinks=False)
            if reason is not None and (is_folder or entry.name in FILENAMES):
                yield Exclusion(shown(path, here), reason)
                continue
            if entry.name in FILENAMES:  # even a folder of that name: reading it says what is wrong
                yield path
            if is_folder:
                pending.append((path, f"{inside}{entry.name}/"))
            elif entry.name not in FILENAMES and _leads_to_folder(entry):
                # A link: following it could go round in circles, or out of the project.
                yield Exclusion(shown(path, here), "builtin")


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle: as a manifest it is refused when it is read
        return False


def _entries(folder: str, here: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        what = message("usage.unreadable-folder", detail=error.strerror or type(error).__name__)
        raise UsageError(what, Location(shown(folder, here))) from error


def _reason(entry: os.DirEntry[str], relative: str, git: _Git) -> ExclusionReason | None:
    """Why an entry is left out, or None."""
    if entry.is_dir(follow_symlinks=False):
        if _is_builtin(entry.path, entry.name):
            return "builtin"
        return "gitignore" if relative in git.ignored else None
    return "gitignore" if relative in git.ignored and relative not in git.tracked else None


def _is_builtin(path: str, name: str) -> bool:
    return name in _BUILTIN or os.path.lexists(f"{path}/{_VIRTUAL_ENVIRONMENT}")


def _ask_git(folder: str) -> _Git:
    """What git knows of a folder; nothing outside a repository, so that everything there is searched."""
    patterns = [f":(glob)**/{name}" for name in FILENAMES]
    flagged = _git(folder, "ls-files", "-v", "-z", "--cached", "--", *patterns)
    if flagged is None:
        return _Git(frozenset(), frozenset(), frozenset())
    tracked = {line[2:]: line[0] for line in flagged}
    ignoring = ("--others", "--ignored", "--exclude-standard", "--directory", "--no-empty-directory")
    ignored = _git(folder, "ls-files", "-z", *ignoring, "--", *patterns) or []
    pretended = frozenset(path for path, flag in tracked.items() if flag == "S" or flag.islower())
    return _Git(frozenset(tracked), frozenset(path.rstrip("/") for path in ignored), pretended)


def _git(folder: str, *arguments: str) -> list[str] | None:
    """The NUL-separated paths that a git command prints, relative to ``folder``; None where there is no repository or no git."""
    printed = git_output(folder, *arguments)
    return None if printed is None else [path for path in os.fsdecode(printed).split("\0") if path]


def git_output(folder: str | PathLike[str], *arguments: str) -> bytes | None:
    """What a git command prints in a folder; None where it fails: there is no repository, no git, or not what is asked for."""
    import subprocess  # noqa: PLC0415 - a run on named files starts no program

    command = ["git", *_HARMLESS, *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=_GIT_SECONDS)  # noqa: S603
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired as error:
        raise UsageError(message("usage.git-hangs"), Location(str(folder))) from error
    return done.stdout if done.returncode == 0 else None
