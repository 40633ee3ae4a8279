"""What a rule rests on, for the page: the words of the act, what the rule's authors made of them, the law beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.pack import Act
    from cmian_policy.model.report import Report
    from cmian_policy.model.rule import Reference, Rule, Source
    from cmian_policy.reporters._html_voice import Day, Voice

_Key = tuple[str, str, str]  # pack, release, and a rule or an act of theirs


class Passage(NamedTuple):
    """A quote in its paragraph; ``before`` and ``after`` are empty where the paragraph is not at hand or ends there.

    ``anchor`` is the id of the paragraph at the end of the page.
    """

    anchor: str
    citation: str
    before: str
    quote: str
    after: str


class Law(NamedTuple):
    """A reference. ``url`` is only ever an https address; ``shown`` is what is printed of an address: its host, or all of it."""

    title: str
    article: str
    certainty: str
    checked_on: Day
    applies_from: Day | None
    url: str | None
    shown: str


class Grounds(NamedTuple):
    """A rule's grounds. ``anchor`` is the id of its entry at the end of the page; ``waivable`` says who may waive it."""

    anchor: str
    rule: str
    version: int
    release: str
    title: str
    basis: str
    passage: Passage | None
    rationale: str
    laws: tuple[Law, ...]
    waivable: str


class Rulebook:
    """The grounds of the rules of a run, each put together once, in the order in which they are first asked for."""

    def __init__(self, report: Report, voice: Voice) -> None:
        self._voice = voice
        self._rules: dict[_Key, Rule] = {}
        self._acts: dict[_Key, Act] = {}
        self._known: dict[_Key, Grounds] = {}
        for used in report.policy:
            release = used.release or ""
            self._rules |= {(used.pack, release, rule.id): rule for rule in used.rules}
            self._acts |= {(used.pack, release, act.id): act for act in used.acts}

    def grounds(self, finding: Finding) -> Grounds | None:
        """The grounds of a finding's rule; None for the built-in ones, which rest on nothing but the tool."""
        if finding.pack is None or finding.release is None:
            return None
        key = (finding.pack, finding.release, finding.rule)
        if key not in self._known:
            self._known[key] = self._made(finding, key)
        return self._known[key]

    def asked(self) -> Iterable[tuple[str, list[Grounds]]]:
        """Every rule asked for so far, by the name of its release, both sorted."""
        for release in sorted({grounds.release for grounds in self._known.values()}):
            yield release, [self._known[key] for key in sorted(self._known) if self._known[key].release == release]

    def cited(self) -> list[Passage]:
        """A passage of each paragraph that a rule asked for so far quotes, sorted."""
        passages = {held.passage.anchor: held.passage for held in self._known.values() if held.passage is not None}
        return [passages[anchor] for anchor in sorted(passages)]

    def _made(self, finding: Finding, key: _Key) -> Grounds:
        voice, rule = self._voice, self._rules.get(key)
        by = rule.waivable.by if rule is not None and rule.waivable is not None else None
        return Grounds(
            anchor="-".join(("rule", *key)),
            rule=finding.rule,
            version=finding.version,
            release=f"{finding.pack} {finding.release}",
            title=voice.say(finding.title),
            basis=_basis(finding, voice),
            passage=self._passage(finding.source, key) if finding.source is not None else None,
            rationale=voice.say(rule.rationale) if rule is not None else "",
            laws=tuple(_law(reference, voice) for reference in finding.references),
            waivable=voice.line("html.not-waivable") if by is None else voice.say(by),
        )

    def _passage(self, source: Source, key: _Key) -> Passage:
        act = self._acts.get((key[0], key[1], source.act))
        paragraph = next((each for each in act.paragraphs if each.id == source.paragraph), None) if act is not None else None
        place = self._voice.line("html.paragraph", id=source.paragraph) if source.paragraph.isdigit() else source.paragraph
        citation = ", ".join(part for part in (source.act, place, paragraph.title if paragraph is not None else "") if part)
        before, _, after = (paragraph.text if paragraph is not None else source.quote).partition(source.quote)
        anchor = "-".join(("text", *key[:2], source.act, source.paragraph)).replace(" ", "_")
        return Passage(anchor, citation, before, source.quote, after)


def _basis(finding: Finding, voice: Voice) -> str:
    return voice.line(f"html.basis.{finding.basis}", act=finding.source.act if finding.source is not None else "")


def _law(reference: Reference, voice: Voice) -> Law:
    url = reference.url or ""
    safe = url.startswith("https://")
    return Law(
        title=reference.title,
        article=reference.article,
        certainty=voice.line(f"certainty.{reference.certainty}"),
        checked_on=voice.day(reference.checked_on),
        applies_from=voice.day(reference.applies_from) if reference.applies_from is not None else None,
        url=url if safe else None,
        shown=urlsplit(url).netloc if safe else url,
    )
