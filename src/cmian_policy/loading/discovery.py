"""PATHs of the command line → the manifests to check (cli.md, ``check``).

What is left out is listed; a manifest that is named, or that git tracks, never is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.errors import UsageError
from cmian_policy.loading.settings import CONFIGURATION
from cmian_policy.model.location import Location
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.report import Exclusion
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.report import ExclusionReason

_BUILTIN = frozenset({".git", "node_modules"})
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
_GIT_SECONDS = 60  # git answers in milliseconds; past this the run stops with an error rather than hang


class Found(NamedTuple):
    """Manifests to check, as paths that can be opened, and what the search left out; both sorted by path."""

    manifests: tuple[Path, ...]
    excluded: tuple[Exclusion, ...]


class _Git(NamedTuple):
    """What git says of a folder: manifests it tracks, and paths it ignores (a folder without its last slash)."""

    tracked: frozenset[str]
    ignored: frozenset[str]


def shown(path: Path, here: Path) -> str:
    """A path as reports show it: relative to the current directory where it can be, with ``/``."""
    try:
        relative = os.path.relpath(path, here)
    except ValueError:  # another drive
        relative = str(path)
    # File names are bytes: read as UTF-8 whatever the locale, so that a report does not change with it.
    return os.fsencode(relative.replace(os.sep, "/")).decode("utf-8", errors="surrogateescape")


def discover(paths: Iterable[Path], here: Path) -> Found:
    """Every manifest that the paths mean. Raises ``UsageError`` for a missing path or an unreadable folder."""
    manifests: dict[Path, None] = {}
    excluded: dict[str, Exclusion] = {}
    for path in paths:
        if path.is_dir():
            for found in _search(path, here):
                if isinstance(found, Exclusion):
                    excluded[found.path] = found
                else:
                    manifests[found] = None
        elif os.path.lexists(path):
            manifests[_absolute(path, here)] = None
        else:
            raise UsageError(message("usage.no-such-path"), Location(str(path)))
    ordered = sorted(manifests, key=lambda path: shown(path, here))
    return Found(tuple(ordered), tuple(excluded[path] for path in sorted(excluded)))


def _absolute(path: Path, here: Path) -> Path:
    """One spelling a file, whichever way its folder was named; a file that is a link keeps its own name."""
    plain = Path(os.path.normpath(here / path))
    return plain.parent.resolve() / plain.name if plain.name else plain


def _search(folder: Path, here: Path) -> Iterator[Path | Exclusion]:
    top = (here / folder).resolve()
    git = _ask_git(top)
    yield from (top / path for path in git.tracked if os.path.lexists(top / path))
    pending = [top]
    while pending:
        for entry in _entries(pending.pop(), here):
            path = Path(entry.path)
            reason = _reason(entry, path.relative_to(top).as_posix(), git)
            if entry.name == CONFIGURATION and path.parent != top:
                raise UsageError(message("usage.deeper-configuration"), Location(shown(path, here)))
            is_folder = entry.is_dir(follow_symlinks=False)
            if reason is not None and (is_folder or entry.name in FILENAMES):
                yield Exclusion(shown(path, here), reason)
                continue
            if entry.name in FILENAMES:  # even a folder of that name: reading it says what is wrong
                yield path
            if is_folder:
                pending.append(path)
            elif entry.name not in FILENAMES and _leads_to_folder(entry):
                # A link: following it could go round in circles, or out of the project.
                yield Exclusion(shown(path, here), "builtin")


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle: as a manifest it is refused when it is read
        return False


def _entries(folder: Path, here: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        what = message("usage.unreadable-folder", detail=error.strerror or type(error).__name__)
        raise UsageError(what, Location(shown(folder, here))) from error


def _reason(entry: os.DirEntry[str], relative: str, git: _Git) -> ExclusionReason | None:
    """Why an entry is left out, or None."""
    if entry.is_dir(follow_symlinks=False):
        if entry.name in _BUILTIN or os.path.lexists(f"{entry.path}/{_VIRTUAL_ENVIRONMENT}"):
            return "builtin"
        return "gitignore" if relative in git.ignored else None
    return "gitignore" if relative in git.ignored and relative not in git.tracked else None


def _ask_git(folder: Path) -> _Git:
    """What git knows of a folder; nothing outside a repository, so that everything there is searched."""
    patterns = [f":(glob)**/{name}" for name in FILENAMES]
    tracked = _git(folder, "ls-files", "-z", "--cached", "--", *patterns)
    if tracked is None:
        return _Git(frozenset(), frozenset())
    ignoring = ("--others", "--ignored", "--exclude-standard", "--directory", "--no-empty-directory")
    ignored = _git(folder, "ls-files", "-z", *ignoring, "--", *patterns) or []
    return _Git(frozenset(tracked), frozenset(path.rstrip("/") for path in ignored))


def _git(folder: Path, *arguments: str) -> list[str] | None:
    """The NUL-separated paths that a git command prints, relative to ``folder``; None where there is no repository or no git."""
    import subprocess  # noqa: PLC0415 - a run on named files starts no program

    command = ["git", "-c", "core.fsmonitor=false", *arguments]  # no program that the repository's own configuration names
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=_GIT_SECONDS)  # noqa: S603
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired as error:
        raise UsageError(message("usage.git-hangs"), Location(str(folder))) from error
    if done.returncode != 0:
        return None
    return [path for path in os.fsdecode(done.stdout).split("\0") if path]
