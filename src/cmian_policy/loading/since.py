"""Manifests that a commit held and the tree lacks (cli.md, ``check --since REV``), so that a deleted manifest is noticed.

The tree is what a next commit could hold: a manifest is lacking when its file is gone from the disk, and also when git's index no
longer has it, though the file may still be there. Git compares; nothing is checked out, fetched or written.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmian_policy.errors import UsageError
from cmian_policy.loading.discovery import git_output, shown
from cmian_policy.loading.manifest import read_bytes, unreadable
from cmian_policy.model.location import Location
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike

    from cmian_policy.loading.scope import Scope
    from cmian_policy.model.manifest import Manifest

_HEAD = {"HEAD", "@"}


class Past(NamedTuple):
    """How the manifests of a run differ from those of a commit; they bear the paths of reports.

    ``lost`` holds those that the tree lacks, as they were; ``added`` the paths of those that the commit had not and git knows;
    ``gone`` the paths of the command line that exist no more, though the commit held manifests there.
    """

    rev: str
    lost: Mapping[str, Manifest]
    added: frozenset[str]
    gone: frozenset[str]

    def losses(self, found: Iterable[tuple[str, str | None]]) -> list[Manifest]:
        """The manifests that a run lost, as failures, given the path and the project of those that it found.

        A project that was retired is no loss.
        """
        heirs = [(path, project) for path, project in found if project is not None and path not in self.lost]
        gone = []
        for path, manifest in self.lost.items():
            heir = next((each for each in heirs if each[1] == manifest.project and self._took_over(each[0], path)), None)
            if heir is not None:
                heirs.remove(heir)  # it makes up for one: two projects do not become one unseen
            elif manifest.status != "retired":
                gone.append(unreadable(path, message("manifest.lost", rev=self.rev)))
        return gone

    def _took_over(self, path: str, lost: str) -> bool:
        """Whether the manifest of the same project at ``path`` is the lost one moved, or the one kept of two in a folder.

        One that stood elsewhere already is neither: its project would have taken the id of another, which then goes unseen.
        """
        return path in self.added or Path(path).parent == Path(lost).parent


class _Place(NamedTuple):
    """What a path of the command line means to git: pathspecs in a folder that exists. ``named`` is the path unless a folder."""

    folder: Path
    pathspecs: tuple[str, ...]
    named: Path | None = None


def recall(
    paths: Iterable[str | PathLike[str]],
    rev: str,
    here: str | PathLike[str],
    schema: Callable[[], dict[str, Any]],
    scope: Scope | None = None,
) -> Past:
    """What a commit held where the paths point; each path asks the repository that it lies in.

    ``schema`` gives the JSON Schema of manifests, ``scope`` what a configuration leaves out or counts among them. Raises
    ``UsageError`` outside a repository, and for a revision that names no commit there or that git cannot compare with.
    """
    lost: dict[str, Manifest] = {}
    added: set[str] = set()
    gone: set[str] = set()
    asked = [(path, place) for path in paths for place in _places(Path(here) / path, scope)]
    for path, place in asked:
        commit = _commit(place.folder, rev)
        if commit is None:
            continue
        new, lacking = _changes(place, commit, rev, scope)
        added |= {shown(each, here) for each in new}
        lost |= {shown(each, here): read_bytes(_blob(place, commit, each, rev), shown(each, here), schema) for each in lacking}
        if lacking and not os.path.lexists(Path(here) / path):
            gone.add(os.fspath(path))
    return Past(rev, lost, frozenset(added), frozenset(gone))


def _places(path: Path, scope: Scope | None) -> Iterator[_Place]:
    """Where to ask git about a path: where it leads to and, for each link on the way, where that link stands.

    A folder that the commit held and that became a link leads elsewhere now: what stood under it is lost all the same.
    """
    yield _place(path, scope)
    plain = Path(os.path.normpath(path))
    for link in (step for step in (plain, *plain.parents) if step.is_symlink()):
        holder, under = link.parent.resolve(), plain.relative_to(link.parent).as_posix()
        if git_output(holder, "rev-parse", "--git-dir") is not None:
            names = tuple(f":(glob){under}/**/{name}" for name in FILENAMES)
            yield _Place(holder, (f":(literal){under}", *names), holder / under)


def _place(path: Path, scope: Scope | None) -> _Place:
    if path.is_dir():
        every = scope is not None and scope.manifests
        return _Place(path.resolve(), (".",) if every else tuple(f":(glob)**/{name}" for name in FILENAMES))
    plain = Path(os.path.normpath(path))
    folder = next(parent for parent in plain.parents if parent.is_dir())
    relative = plain.relative_to(folder)
    return _Place(folder.resolve(), (f":(literal){relative.as_posix()}",), folder.resolve() / relative)


def _commit(folder: Path, rev: str) -> str | None:
    """The commit that a revision names in the repository of a folder; None for the HEAD of one that has no commit yet."""
    named = git_output(folder, "rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}")
    if named is not None and not named.startswith(b"^"):  # "^main" names no commit but leaves some out
        return named.decode().strip()
    if git_output(folder, "rev-parse", "--git-dir") is None:
        raise UsageError(message("usage.since-no-repository"), Location(str(folder)))
    if rev in _HEAD and git_output(folder, "rev-parse", "--verify", "HEAD") is None:
        return None
    raise UsageError(message("usage.since-unknown", rev=rev), Location(str(folder)))


def _changes(place: _Place, commit: str, rev: str, scope: Scope | None) -> tuple[set[Path], set[Path]]:
    """The manifests that the tree has besides those of a commit, and those that it lacks.

    Git compares the commit with its index, which reads no file: to read one could run a program that the repository names. What
    the index has and the disk has not is lacking too, whatever the index was told to assume.
    """
    compare = ("diff-index", "--cached", "-z", "--name-status", "--no-renames", "--relative", "--diff-filter=AD")
    fields = _listed(place, rev, *compare, commit, "--", *place.pathspecs)
    changes = [(status, place.folder / name) for status, name in zip(fields[::2], fields[1::2], strict=False)]
    added, lacking = ({path for status, path in changes if status == wanted} for wanted in "AD")
    tracked = (place.folder / name for name in _listed(place, rev, "ls-files", "-z", "--cached", "--", *place.pathspecs))
    absent = _manifests({path for path in tracked if not _stands(path)}, place, scope) - lacking
    return _manifests(added, place, scope), _manifests(lacking, place, scope) | _held(place, commit, rev, absent)


def _listed(place: _Place, rev: str, *arguments: str) -> list[str]:
    """The NUL-separated fields that git prints of a place."""
    printed = git_output(place.folder, *arguments)
    if printed is None:
        raise UsageError(message("usage.since-unreadable", rev=rev), Location(str(place.folder)))
    return [field for field in os.fsdecode(printed).split("\0") if field]


def _stands(path: Path) -> bool:
    """Whether a tracked path is on the disk, and there itself: under a link it is another file."""
    return os.path.lexists(path) and path.parent.resolve() == path.parent


def _held(place: _Place, commit: str, rev: str, paths: set[Path]) -> set[Path]:
    """Those of some paths that a commit holds."""
    names = sorted(path.relative_to(place.folder).as_posix() for path in paths)
    return (
        {
            place.folder / name
            for name in _listed(place, rev, "--literal-pathspecs", "ls-tree", "-z", "--name-only", commit, "--", *names)
        }
        if names
        else set()
    )


def _manifests(paths: set[Path], place: _Place, scope: Scope | None) -> set[Path]:
    """Those of some paths that a search would have found, and the one that is named."""
    found = {path for path in paths if path.name in FILENAMES}
    if scope is not None:
        left_out, expected = scope.excluded(map(str, found)), scope.expected(map(str, paths)).files
        found = found - {Path(path) for path in left_out} | {Path(path) for path in expected}
    return found | ({place.named} & paths if place.named is not None else set())


def _blob(place: _Place, commit: str, path: Path, rev: str) -> bytes:
    raw = git_output(place.folder, "cat-file", "blob", f"{commit}:./{path.relative_to(place.folder).as_posix()}")
    if raw is None:  # a clone without its past files: nobody can say here whether the project was retired
        raise UsageError(message("usage.since-unreadable", rev=rev), Location(str(path)))
    return raw
