"""``rules release``: a draft becomes a published release, for good (rules.md, "Releases").

Its digests and its date are written into its own file, and the digest of that file into ``SHA256SUMS``. A release that is
published already but has no digests (encoded before they were written) is sealed in the same way, its date left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.names import find_release
from cmian_policy.authoring.prove import prove
from cmian_policy.authoring.scaffold import PLACEHOLDERS
from cmian_policy.authoring.writing import write_files
from cmian_policy.lang.roundtrip import Addition, add
from cmian_policy.loading.digests import SUMS, listed, parts, published_releases, sealed, sha256, sums_text
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.sources.folder import PolicyFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from cmian_policy.loading.digests import Part
    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.policy import Policy

Data = dict[str, Any]


class Refusal(NamedTuple):
    """A reason not to publish, and where it lies."""

    message: Message
    location: Location | None = None


class Released(NamedTuple):
    """What came of it. ``written`` are the paths of the files written, none with ``refusals`` or when all was done already.

    ``published`` is the date in the release file; ``unsealed`` are the published releases still without digests.
    """

    name: str
    published: date
    digests: int
    written: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    unsealed: tuple[str, ...]


def release(folder: Path, name: str, published: date) -> Released:
    """Publishes the draft ``PACK@RELEASE`` of a folder as of a date, or seals it when it is published without digests.

    Nothing is written when there is a refusal. Raises ``UsageError`` for a name that is no release, ``PolicyError`` for a folder
    that cannot be used, one with a changed file of a published release included, and ``OSError``.
    """
    policy = load_policy(folder, with_cases=True, sealing=True)
    pack, wanted = find_release(policy, name)
    work = _Publication(policy, folder, pack, wanted)
    refusals = tuple(work.refusals()) if not work.done else ()
    written = work.files(published) if not work.done and not refusals else {}
    write_files(folder, written)
    if written:
        load_policy(folder, sealing=True)  # what was written is what check will accept
    return Released(name, wanted.published or published, len(work.parts), tuple(written), refusals, work.unsealed())


class _Publication:
    """A release on its way to be published."""

    def __init__(self, policy: Policy, folder: Path, pack: Pack, wanted: Release) -> None:
        self._policy = policy
        self._pack = pack
        self._wanted = wanted
        self._files = PolicyFolder(folder, folder.as_posix())
        self._folder = folder
        self._path = f"{pack.id}/releases/{wanted.id}.yaml"
        self._data = cast("Data", policy.documents.data[self._path])
        self._sums = listed(self._files.checksums() or b"")
        self.parts: tuple[Part, ...] = parts(pack.id, self._data)

    @property
    def done(self) -> bool:
        """Whether the release is published, sealed and listed: its bytes are then those of its digests."""
        return not self._wanted.draft and sealed(self._path, self._data) and self._path in self._sums

    def unsealed(self) -> tuple[str, ...]:
        """The other published releases that have no digests, or are not listed."""
        found = published_releases(self._policy.documents).items()
        missing = (path for path, data in found if not sealed(path, data) or path not in self._sums)
        return tuple(_name(path) for path in missing if path != self._path)

    def refusals(self) -> Iterator[Refusal]:
        """Every reason not to publish."""
        yield from self._order()
        yield from self._unfinished()
        yield from self._untested()
        yield from self._unlinted()

    def _refusal(self, what: Message, pointer: str = "") -> Refusal:
        return Refusal(what, self._policy.documents.location(self._path, pointer))

    def _order(self) -> Iterator[Refusal]:
        published = [each for each in self._pack.releases if not each.draft]
        before = [each for each in published if each.in_force_from < self._wanted.in_force_from]
        if self._wanted.draft:
            for name in self.unsealed():
                yield Refusal(message("release.unsealed", release=name))
            if len(before) < len(published):
                last = published[-1]
                words = {"release": last.id, "date": last.in_force_from.isoformat()}
                yield self._refusal(message("release.too-early", **words), "/in_force_from")
        previous = before[-1] if before else None
        yield from self._supersedes(previous)
        if previous is not None and _content(previous) == _content(self._wanted):
            yield self._refusal(message("release.unchanged", release=previous.id), "/rules")

    def _supersedes(self, previous: Release | None) -> Iterator[Refusal]:
        expected = previous.id if previous is not None else None
        if self._data["supersedes"] != expected:
            key = "release.supersedes-nothing" if expected is None else "release.supersedes"
            yield self._refusal(message(key, release=expected or ""), "/supersedes")

    def _unfinished(self) -> Iterator[Refusal]:
        """Texts of the templates that nobody has replaced."""
        for path in (self._path, f"{self._pack.id}/pack.yaml", *(part.path for part in self.parts)):
            text = self._files.read(path).decode("utf-8", errors="replace")
            lines = (line.partition(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
            if any(placeholder in line for line in lines for placeholder in PLACEHOLDERS):
                yield Refusal(message("release.unfinished"), Location(self._files.shown(path)))

    def _untested(self) -> Iterator[Refusal]:
        """What ``rules test`` says of this release's rule versions, mutants included; those of other versions do not count."""
        proof = prove(self._policy, sorted({version.id for version in self._wanted.rules}))
        for version in proof.versions:
            if (version.rule, version.version) not in self._wanted.rules:
                continue
            for fault in (*(fault for case in version.cases for fault in case.faults), *version.faults):
                yield Refusal(message("release.untested", fault=fault))
            for spared in version.mutation.survivors if version.mutation is not None else ():
                yield Refusal(message("release.survivor", mutant=spared.mutant), spared.place)

    def _unlinted(self) -> Iterator[Refusal]:
        """What lint says of this release's files and of the cases that prove its rules."""
        from cmian_policy.authoring.lint import lint  # noqa: PLC0415 - its libraries are an extra

        own = {self._path, *(part.path for part in self.parts)}
        own |= {path.removesuffix(".yaml") + ".cases.yaml" for path in own}
        shown = {self._files.shown(path) for path in own}
        for problem in lint(self._folder).problems:
            if problem.path in shown:
                yield Refusal(message("release.unlinted", fault=problem.message), Location(problem.path, problem.span))

    def files(self, published: date) -> dict[str, bytes]:
        """The release file with its date and digests, then ``SHA256SUMS``: without its line the release is refused, not used."""
        raw = add(self._files.read(self._path), self._files.shown(self._path), list(self._additions(published)))
        sums = sums_text({**self._sums, self._path: sha256(raw)})
        return {self._path: raw, SUMS: sums}

    def _additions(self, published: date) -> Iterator[Addition]:
        if self._wanted.draft:
            yield Addition("/published", published.isoformat(), after="in_force_from")
        for part in self.parts:
            after = "act" if part.pointer.startswith("/sources/") else "version"
            yield Addition(f"{part.pointer}/sha256", sha256(self._files.read(part.path)), after=after)


def _content(release: Release) -> tuple[object, ...]:
    """What a release decides: two with the same content judge alike."""
    return release.facts_version, frozenset(release.acts), frozenset(release.rules)


def _name(path: str) -> str:
    """``PACK@RELEASE`` from the path of a release file."""
    pack, _, file = path.partition("/releases/")
    return f"{pack}@{file.removesuffix('.yaml')}"
