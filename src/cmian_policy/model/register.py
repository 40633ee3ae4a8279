"""The committee's register: what the secretariat records of each project (rules.md, "The committee's register")."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cmian_policy.model.location import Location
from cmian_policy.model.record import Record
from cmian_policy.model.report import RegisterUsed
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmian_policy.errors import RegisterError
    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.waiver import Waiver


class RegisterFiles(NamedTuple):
    """The files of a register by their path in it, sorted: the SHA-256 of each, and the bytes of those in YAML.

    ``name`` is the folder as it was named and ``sha256`` the digest of all files. ``faults`` are links, devices and the like,
    which are never followed nor opened.
    """

    name: str
    sha256: str
    digests: Mapping[str, str]
    raw: Mapping[str, bytes]
    faults: tuple[RegisterError, ...]

    def shown(self, path: str) -> str:
        """A file's path as messages show it."""
        return f"{self.name}/{path}"


class Entry(NamedTuple):
    """One entry of the register: a file that follows its contract."""

    document: LocatedDocument

    @property
    def data(self) -> dict[str, Plain]:
        """The fields of the entry."""
        return cast("dict[str, Plain]", self.document.data)

    def text(self, key: str) -> str:
        """A field that the contract makes a text."""
        return cast("str", self.data[key])

    def at(self, pointer: str) -> Location:
        """Where a field of the entry stands."""
        return Location(self.document.path, self.document.locate(pointer))


class Register(NamedTuple):
    """A register that was read whole: opinions, evaluations and referrals by their ``ref``, and each waiver with its entry.

    ``source`` is the folder as it was named and ``sha256`` the digest of all its files; ``commit`` and ``signed`` say what git
    resolved it to and whether a trusted key signed that, None where it does not come from git.
    """

    id: str
    title: str
    publisher: str
    source: str
    sha256: str
    opinions: Mapping[str, Entry]
    evaluations: Mapping[str, Entry]
    referrals: Mapping[str, Entry]
    waivers: Mapping[Waiver, Entry]
    commit: str | None = None
    signed: bool | None = None

    @property
    def used(self) -> RegisterUsed:
        """What a report says of the register."""
        return RegisterUsed(True, self.id, self.source, self.commit, self.sha256, self.signed)  # noqa: FBT003 - configured

    def record(self, manifest: dict[str, Plain]) -> Record:
        """The entries whose ``ref`` a manifest names, whatever project they are about: rules compare the rest."""
        return Record(
            configured=True,
            opinion=_named(self.opinions, manifest, "opinion"),
            evaluation=_named(self.evaluations, manifest, "education_evaluation"),
            referral=_named(self.referrals, manifest, "referral"),
        )


def _named(entries: Mapping[str, Entry], manifest: dict[str, Plain], key: str) -> dict[str, Plain] | None:
    section = manifest.get("cmian")
    declared = section.get(key) if isinstance(section, dict) else None
    ref = declared.get("ref") if isinstance(declared, dict) else None
    entry = entries.get(ref) if isinstance(ref, str) else None
    return None if entry is None else entry.data
