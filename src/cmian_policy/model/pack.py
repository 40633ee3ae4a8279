"""A policy pack: rules of one authority, published as releases (rules.md, "Layout", "Releases", "Facts")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Bilingual
    from cmian_policy.model.verdict import Level


class RuleVersion(NamedTuple):
    """A rule and the version of it that a release holds."""

    id: str
    version: int


class Release(NamedTuple):
    """A dated list of rule versions. ``published`` is None for a draft, which never comes into force by itself."""

    id: str
    in_force_from: date
    published: date | None
    reconstructed: bool
    facts_version: int
    acts: tuple[str, ...]
    rules: tuple[RuleVersion, ...]

    @property
    def draft(self) -> bool:
        """Whether the release is not published."""
        return self.published is None


class Fact(NamedTuple):
    """A named expression, computed once a manifest."""

    name: str
    cel: str
    title: Bilingual


class ScopeCap(NamedTuple):
    """A cap on every level of the pack where ``cel`` is true, with the reason printed."""

    cel: str
    cap: Level
    reason: Bilingual


class FactsFile(NamedTuple):
    """Derived facts, level ladder, scope and grace of a pack.

    ``ladder`` gives the cap for a project's status; a status that it maps to None is not judged, except by the rules that
    ask for it; one that it does not name keeps the declared level. ``grace_days`` counts from the successor's first day.
    """

    version: int
    grace_days: int
    facts: tuple[Fact, ...]
    ladder: Mapping[str, Level | None]
    scope: tuple[ScopeCap, ...]


class Pack(NamedTuple):
    """A pack and its releases in the order in which they come into force; nothing here decides a verdict."""

    id: str
    title: Bilingual
    publisher: Bilingual
    disclaimer: Bilingual
    releases: tuple[Release, ...]

    def release(self, release_id: str) -> Release | None:
        """The release of that id."""
        return next((release for release in self.releases if release.id == release_id), None)

    def in_force(self, on: date) -> Release | None:
        """The published release in force on a date, or None before the first."""
        current = None
        for release in self.releases:
            if not release.draft and release.in_force_from <= on:
                current = release
        return current

    def successor(self, release: Release) -> Release | None:
        """The published release that supersedes ``release``."""
        later = [other for other in self.releases if not other.draft and other.in_force_from > release.in_force_from]
        return later[0] if later else None


class Paragraph(NamedTuple):
    """A paragraph of an act; ``title`` is "" where the act gives none."""

    id: str
    title: str
    text: str


class Act(NamedTuple):
    """A text that rules encode, in the language it was adopted in, as far as the encoding reproduces it."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]


class PackRelease(NamedTuple):
    """Everything one release needs to judge a manifest. ``sha256`` is the digest of the files it was read from."""

    pack: Pack
    release: Release
    facts: FactsFile
    rules: tuple[Rule, ...]
    acts: tuple[Act, ...]
    sha256: str
    source: str
