"""``rules coverage``: paragraph by paragraph, the rules that encode an act and what no rule can check (rules.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.loading.pack import load_rule
from cmian_policy.model.text import Bilingual
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.rule import Rule
    from cmian_policy.pipeline.policy import Policy

_QUOTE = re.compile(r"«\s*([^»]*?)\s*»")
_WORDS = 4  # a quotation of fewer words may be a mere term that several paragraphs share


class Paragraph(NamedTuple):
    """A paragraph of an act: the rules that encode it, those whose rationale quotes it besides, and what no rule can check."""

    id: str
    title: str
    rules: tuple[Rule, ...]
    quoted_by: tuple[Rule, ...]
    uncheckable: tuple[Bilingual, ...]

    @property
    def silent(self) -> bool:
        """Whether the encoding says nothing of the paragraph: no rule, and no reason why there is none."""
        return not self.rules and not self.quoted_by and not self.uncheckable


class ActCoverage(NamedTuple):
    """An act of a pack, paragraph by paragraph, in the order of the text."""

    act: str
    title: str
    paragraphs: tuple[Paragraph, ...]


class PackCoverage(NamedTuple):
    """A pack as of its latest release, drafts included; ``unquoted`` are the rules of law that quote no act."""

    pack: Pack
    release: Release
    acts: tuple[ActCoverage, ...]
    unquoted: tuple[Rule, ...]


def coverage(policy: Policy) -> tuple[PackCoverage, ...]:
    """The coverage of every pack that has a release."""
    return tuple(_pack(policy, pack) for pack in policy.packs if pack.releases)


def _pack(policy: Policy, pack: Pack) -> PackCoverage:
    release = pack.releases[-1]
    rules = [load_rule(policy.documents, pack.id, version) for version in release.rules]
    acts = (cast("dict[str, Any]", policy.documents.data[f"{pack.id}/sources/{act}.yaml"]) for act in release.acts)
    unquoted = tuple(rule for rule in rules if rule.source is None)
    return PackCoverage(pack, release, tuple(_act(act, rules) for act in acts), unquoted)


def _act(act: dict[str, Any], rules: Sequence[Rule]) -> ActCoverage:
    return ActCoverage(act["act"], act["title"], tuple(_paragraph(act["act"], each, rules) for each in act["paragraphs"]))


def _paragraph(act: str, paragraph: dict[str, Any], rules: Sequence[Rule]) -> Paragraph:
    encoding = [
        rule for rule in rules if rule.source is not None and (rule.source.act, rule.source.paragraph) == (act, paragraph["id"])
    ]
    quoting = [rule for rule in rules if rule not in encoding and any(_quotes(rule, paragraph["text"]))]
    reasons = tuple(Bilingual(reason["fr"], reason["en"]) for reason in paragraph.get("uncheckable", []))
    return Paragraph(paragraph["id"], paragraph.get("title", ""), tuple(encoding), tuple(quoting), reasons)


def _quotes(rule: Rule, text: str) -> Iterator[bool]:
    """A rule names one paragraph; where it rests on two, its rationale quotes the other word for word (rules.md)."""
    for quote in _QUOTE.findall(rule.rationale.fr):
        yield len(quote.split()) >= _WORDS and quote in text
