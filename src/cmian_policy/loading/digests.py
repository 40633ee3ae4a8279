"""Digests of everything published (rules.md, "Releases"): a byte changed in a released file is named and refused.

A chain of two links. A published release names the SHA-256 of its facts, sources and rule versions; ``SHA256SUMS``, at the top of
the policy folder, names the SHA-256 of each published release file in the format of ``sha256sum``. Both are over raw bytes and
written by ``rules release``. A folder that has neither was never sealed; one that has only a part of it is refused.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import PolicyError
from cmian_policy.loading.documents import kind_of
from cmian_policy.loading.pack import act_path, facts_path, rule_path
from cmian_policy.model.location import Location, Span
from cmian_policy.model.pack import RuleVersion
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.loading.documents import Documents
    from cmian_policy.model.text import Message

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_SHOWN = 12  # hex characters: enough to tell two digests apart

Data = dict[str, Any]


class Part(NamedTuple):
    """A file that a release names: the pointer of its entry in the release file, its path, its digest if it is given."""

    pointer: str
    path: str
    sha256: str | None


def sha256(raw: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def parts(pack: str, release: Data) -> tuple[Part, ...]:
    """What the data of a release file names, in the order of the file."""
    facts = release["facts"]
    return (
        Part("/facts", facts_path(pack, facts["version"]), facts.get("sha256")),
        *(
            Part(f"/sources/{index}", act_path(pack, source["act"]), source.get("sha256"))
            for index, source in enumerate(release["sources"])
        ),
        *(
            Part(f"/rules/{index}", rule_path(pack, RuleVersion(rule["id"], rule["version"])), rule.get("sha256"))
            for index, rule in enumerate(release["rules"])
        ),
    )


def published_releases(documents: Documents) -> dict[str, Data]:
    """The data of every published release of a folder by the path of its file, sorted."""
    found = {path: cast("Data", documents.data[path]) for path in sorted(documents.data) if kind_of(path) == "release"}
    return {path: release for path, release in found.items() if "published" in release}


def sealed(path: str, release: Data) -> bool:
    """Whether a release file names any digest."""
    return any(part.sha256 is not None for part in parts(path.split("/", maxsplit=1)[0], release))


def listed(sums: bytes) -> dict[str, str]:
    """The digests that ``SHA256SUMS`` gives, by path. Lines that are none are left out; :func:`digest_faults` names them."""
    found = (_LINE.fullmatch(line) for line in _lines(sums))
    return {each[2]: each[1] for each in found if each is not None}


def _lines(sums: bytes) -> list[str]:
    lines = sums.decode("utf-8", errors="replace").split("\n")
    return lines if lines[-1] else lines[:-1]


def sums_text(digests: Mapping[str, str]) -> bytes:
    """``SHA256SUMS`` from the digest of each file, sorted by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def digest_faults(
    documents: Documents, raw: Mapping[str, bytes], sums: bytes | None, *, sealing: bool = False
) -> list[PolicyError]:
    """Everything published whose bytes are not those of its digest, or that has none.

    ``documents`` and ``raw`` hold the same files, ``sums`` the bytes of ``SHA256SUMS``. With ``sealing``, published releases that
    have no digest yet are left alone: ``rules release`` is about to write it. The files that a release names must exist, which
    :func:`cmian_policy.loading.pack.load_packs` checks.
    """
    return list(_Seals(documents, raw, sums, sealing=sealing).faults())


class _Seals:
    """What a folder says of its digests."""

    def __init__(self, documents: Documents, raw: Mapping[str, bytes], sums: bytes | None, *, sealing: bool) -> None:
        self._documents = documents
        self._raw = raw
        self._sums = sums
        self._sealing = sealing
        self._releases = published_releases(documents)
        self._sealed = {path for path, release in self._releases.items() if sealed(path, release)}

    def faults(self) -> Iterator[PolicyError]:
        """Every fault: of what releases name, then of the release files."""
        yield from self._part_faults()
        if self._sums is not None:
            yield from self._sums_faults(self._sums)
        elif self._sealed and not self._sealing:
            yield PolicyError(message("policy.no-sums"), Location(self._documents.shown(SUMS)))

    def _part_faults(self) -> Iterator[PolicyError]:
        named: set[tuple[str, str]] = set()
        for path in sorted(self._sealed):
            for part in parts(path.split("/")[0], self._releases[path]):
                if part.sha256 is None:
                    yield self._error(message("policy.digest-absent", path=part.path), path, part.pointer)
                elif part.path in self._raw and (part.path, part.sha256) not in named:
                    named.add((part.path, part.sha256))
                    yield from self._changed(part.path, part.sha256, path)

    def _changed(self, path: str, recorded: str, where: str) -> Iterator[PolicyError]:
        actual = sha256(self._raw[path])
        if actual != recorded:
            what = message(
                "policy.changed", recorded=recorded[:_SHOWN], actual=actual[:_SHOWN], where=self._documents.shown(where)
            )
            yield PolicyError(what, Location(self._documents.shown(path)))

    def _sums_faults(self, sums: bytes) -> Iterator[PolicyError]:
        listed: set[str] = set()
        for number, line in enumerate(_lines(sums), start=1):
            found = _LINE.fullmatch(line)
            if found is None:
                yield self._line_error(message("policy.sums-line"), number, line)
            elif found[2] in listed:
                yield self._line_error(message("policy.sums-twice", path=found[2]), number, line)
            elif found[2] not in self._releases:
                yield self._line_error(message("policy.sums-stray", path=found[2]), number, line)
            else:
                listed.add(found[2])
                yield from self._changed(found[2], found[1], SUMS)
        if not self._sealing:
            yield from self._unlisted(listed)

    def _unlisted(self, listed: set[str]) -> Iterator[PolicyError]:
        for path in self._releases:
            if path not in self._sealed:
                name = f"{path.split('/')[0]}@{self._releases[path]['release']}"
                yield self._error(message("policy.not-sealed", release=name), path)
            elif path not in listed:
                yield PolicyError(message("policy.not-listed", path=path), Location(self._documents.shown(SUMS)))

    def _error(self, what: Message, path: str, pointer: str = "") -> PolicyError:
        return PolicyError(what, self._documents.location(path, pointer))

    def _line_error(self, what: Message, number: int, line: str) -> PolicyError:
        return PolicyError(what, Location(self._documents.shown(SUMS), Span(number, 1, number, len(line) + 1)))
