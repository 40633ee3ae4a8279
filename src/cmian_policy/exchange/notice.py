"""What a citizen is told of a project: the words that its service shows (CMIAN-T01), then what it declares, in plain order.

Nothing is said that the manifest does not say. Where it is silent on what a citizen may need (a person to talk to, a way to
contest), the notice says that it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cmian_policy.exchange.places import get
from cmian_policy.exchange.prose import Words
from cmian_policy.exchange.record import is_url
from cmian_policy.model.location import child
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.reporters._html_voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Lang


class Phrase(NamedTuple):
    """Words, with their language where it is not the notice's; ``url`` where they are a web address."""

    text: str
    lang: Lang | None = None
    url: bool = False


class Line(NamedTuple):
    """A label and what is said under it."""

    label: str
    phrases: tuple[Phrase, ...]


class Part(NamedTuple):
    """A heading and its lines."""

    title: str
    lines: tuple[Line, ...]


class Notice(NamedTuple):
    """A whole notice; ``mention`` is what the service shows to users, or, where it shows nothing yet, one sentence of ours."""

    lang: Lang
    title: str
    service: str
    mention: Line
    parts: tuple[Part, ...]
    closing: tuple[str, ...]


class _Entry(NamedTuple):
    """A label, the place that it speaks of, the keys to tell of each item of a list, and whether silence is told too."""

    label: str
    place: str
    keys: tuple[str, ...] = ()
    needed: bool = False


_PARTS = (
    (
        "notice.part.service",
        (
            _Entry("notice.summary", "/project/summary"),
            _Entry("notice.goal", "/purpose/goal"),
            _Entry("notice.process", "/purpose/process"),
            _Entry("notice.groups", "/people/affected_groups"),
            _Entry("notice.status", "/project/status"),
            _Entry("notice.page", "/project/links/public_page"),
        ),
    ),
    (
        "notice.part.ai",
        (
            _Entry("notice.capabilities", "/technology/capabilities"),
            _Entry("notice.type", "/technology/type"),
            _Entry("notice.limitations", "/technology/limitations"),
        ),
    ),
    (
        "notice.part.decision",
        (
            _Entry("notice.role", "/decision/role"),
            _Entry("notice.individual", "/decision/individual_administrative"),
            _Entry("notice.review", "/decision/human_review/level", needed=True),
            _Entry("notice.reviewer", "/decision/human_review/role"),
            _Entry("notice.override", "/decision/human_review/can_override"),
            _Entry("notice.mention", "/transparency/explicit_mention/text"),
        ),
    ),
    (
        "notice.part.data",
        (
            _Entry("notice.personal", "/data/personal"),
            _Entry("notice.special", "/data/special_categories"),
            _Entry("notice.sources", "/data/sources", ("name", "provider", "collection"), needed=True),
            _Entry("notice.video", "/video/context"),
            _Entry("notice.retention", "/data/retention"),
            _Entry("notice.basis", "/data/gdpr_basis"),
            _Entry("notice.transfers", "/data/transfers/outside_eu"),
            _Entry("notice.children", "/data/minors_safeguards/child_notice"),
        ),
    ),
    (
        "notice.part.person",
        (
            _Entry("notice.person", "/transparency/human_contact/channel", needed=True),
            _Entry("notice.hours", "/transparency/human_contact/hours"),
            _Entry("notice.offline", "/inclusion/non_digital_alternative"),
            _Entry("notice.assistance", "/inclusion/assistance"),
        ),
    ),
    (
        "notice.part.rights",
        (
            _Entry("notice.appeal", "/decision/appeal/channel", needed=True),
            _Entry("notice.appeal-page", "/decision/appeal/url"),
            _Entry("notice.explanation", "/decision/explanation/procedure"),
            _Entry("notice.parameters", "/decision/explanation/parameters_document"),
            _Entry("notice.rules", "/transparency/rules_url"),
            _Entry("notice.register", "/transparency/register_url"),
            _Entry("notice.legal", "/purpose/legal_bases", ("text", "url")),
        ),
    ),
    (
        "notice.part.owner",
        (
            _Entry("notice.organisation", "/owner/organisation"),
            _Entry("notice.department", "/owner/department"),
            _Entry("notice.accountable", "/owner/accountable_role"),
            _Entry("notice.contact", "/owner/contact"),
            _Entry("notice.suppliers", "/suppliers", ("name", "role")),
        ),
    ),
    (
        "notice.part.committee",
        (
            _Entry("notice.referral", "/cmian/referral/status", needed=True),
            _Entry("notice.referral-date", "/cmian/referral/date"),
            _Entry("notice.opinion", "/cmian/opinion/conclusion"),
            _Entry("notice.opinion-date", "/cmian/opinion/date"),
            _Entry("notice.opinion-ref", "/cmian/opinion/ref"),
            _Entry("notice.conditions", "/cmian/opinion/conditions", ("text", "status")),
            _Entry("notice.follow-up", "/cmian/opinion/follow_up/reason"),
            _Entry("notice.evaluation", "/cmian/education_evaluation/ref"),
        ),
    ),
    (
        "notice.part.watch",
        (
            _Entry("notice.monitoring", "/review/monitoring"),
            _Entry("notice.next-review", "/review/next_review"),
            _Entry("notice.incident", "/review/incident_contact"),
        ),
    ),
)
# One sentence for each way in which the public meets the system, where the service shows none of its own.
_OWN_WORDS = {"none": "notice.meets-none", "indirect": "notice.meets-indirect", "direct": "notice.meets-direct"}


def make_notice(data: Mapping[str, Plain], schema: Shape, lang: Lang, on: date) -> Notice:
    """The notice of a valid manifest's data in a language, dated ``on``; ``schema`` is the shape of manifests."""
    teller = _Teller(dict(data), Words(schema, lang), schema, Voice(lang))
    return teller.notice(on)


class _Teller:
    """Tells one manifest in one language."""

    def __init__(self, data: dict[str, Plain], words: Words, schema: Shape, voice: Voice) -> None:
        self._data = data
        self._words = words
        self._schema = schema
        self._voice = voice

    def notice(self, on: date) -> Notice:
        line = self._voice.line
        parts = [Part(line(title), tuple(self._lines(entries))) for title, entries in _PARTS]
        project = str(get(self._data, "/project/id"))
        dated = line("notice.dated", date=self._voice.day(on).words, project=project)
        return Notice(
            lang=self._voice.lang,
            title=line("notice.title", project=str(get(self._data, "/project/name"))),
            service=line(
                "notice.service",
                organisation=self._words.value("/owner/organisation", get(self._data, "/owner/organisation")),
                department=str(get(self._data, "/owner/department")),
            ),
            mention=self._mention(),
            parts=tuple(part for part in parts if part.lines),
            closing=(line("notice.declared"), dated, *((line("notice.french"),) if self._voice.lang != "fr" else ())),
        )

    def _mention(self) -> Line:
        shown = self._phrases(_Entry("", "/transparency/disclosure/text"))
        if shown:
            return Line(self._voice.line("notice.shown"), tuple(shown))
        meets = str(get(self._data, "/people/interaction"))
        return Line(self._voice.line("notice.not-shown"), (Phrase(self._voice.line(_OWN_WORDS[meets])),))

    def _lines(self, entries: tuple[_Entry, ...]) -> Iterator[Line]:
        for entry in entries:
            phrases = self._phrases(entry)
            if phrases or entry.needed:
                yield Line(self._voice.line(entry.label), tuple(phrases or [Phrase(self._voice.line("notice.silent"))]))

    def _phrases(self, entry: _Entry) -> list[Phrase]:
        """What stands at a place, a paragraph each."""
        held = get(self._data, entry.place)
        match held:
            case None:
                return []
            case dict():
                return self._localised(held, entry.place)
            case list() if entry.keys:
                return [self._item(child(entry.place, index), entry.keys) for index in range(len(held))]
            case list() if self._words.is_text(child(entry.place, 0)):
                return [self._own(str(item)) for item in held]
            case _:
                return list(self._value(entry.place, held))

    def _localised(self, held: Mapping[str, Plain], place: str) -> list[Phrase]:
        """The text in the language of the notice where there is one, else in French."""
        lang = self._voice.lang if self._voice.lang in held else "fr"
        found = list(self._value(child(place, lang), held[lang]))
        return [phrase._replace(lang=None if lang == self._voice.lang else phrase.lang) for phrase in found]

    def _value(self, place: str, held: Plain) -> Iterator[Phrase]:
        shape = self._schema.at(place)
        kind = shape.rule.get("x-kind") if shape is not None else None
        if kind == "date":
            yield Phrase(self._voice.day(str(held)).words)
        elif not self._words.is_text(place):
            yield Phrase(self._words.value(place, held))
        else:
            yield from (self._own(line) for line in str(held).split("\n") if line.strip())

    def _item(self, place: str, keys: tuple[str, ...]) -> Phrase:
        """An item of a list: its first words, the others behind them."""
        item = cast("dict[str, Plain]", get(self._data, place))
        said = [self._words.value(child(place, key), item[key]) for key in keys if key in item]
        rest = self._voice.line("exchange.aside", what=", ".join(said[1:])) if len(said) > 1 else ""
        return self._own(" ".join((said[0] + rest).split()))

    def _own(self, text: str) -> Phrase:
        """Words of the service, which are French."""
        return Phrase(text, None if self._voice.lang == "fr" else "fr", is_url(text))
