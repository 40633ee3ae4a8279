"""A manifest as the record of a public standard, and what is lost on the way.

Nothing is invented: a field says what the manifest says, what its ``keeps`` key holds for this standard, or that nothing is
given; a field that cannot say so stays open, and a record with an open field is not written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from cmian_policy.exchange.places import dotted, each, get, leaves
from cmian_policy.exchange.prose import Words, prose
from cmian_policy.messages import render
from cmian_policy.messages.suggest import shorten
from cmian_policy.model.location import child, parent
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from cmian_policy.exchange.mapping import Choice, Field, Standard
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Lang, Message

# By the manifest, word for word by its ``keeps`` key, by a choice of the mapping, for want of an answer, by the standard itself.
How = Literal["said", "kept", "deduced", "filled", "fixed"]
LANG: Lang = "fr"  # of every record: that of the manifest
_TECHNICAL = ("/$schema", "/schema_version", "/policy")
_VISIBLE = r"[^\s\x00-\x20<>\"{}|\\^`]+"
_FORMS = {
    "url": re.compile(rf"https?://{_VISIBLE}"),
    "email": re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\"]+"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}
_MONTH = 7
_MORE = "…"


class Value(NamedTuple):
    """What a field says. ``how`` it came to say it; ``places`` of the manifest that it says in full."""

    text: str
    how: How
    places: tuple[str, ...] = ()
    shortened: bool = False
    approximate: bool = False


class Open(NamedTuple):
    """A field without the value that it must have: the place in the manifest that would give one (a JSON Pointer), and why."""

    place: str
    why: Message


class Record(NamedTuple):
    """The record of a manifest: the value of each field that has one, and what to tell of it.

    ``open`` holds the fields that keep it from being written; ``lost`` names the places of the manifest that the record does not
    say, a part that is lost whole by its own name; ``losses`` counts them one by one.
    """

    values: Mapping[str, Value]
    open: tuple[Open, ...]
    lost: tuple[str, ...]
    losses: int

    def told(self, how: How) -> list[str]:
        """The names of the fields whose value came that way."""
        return [name for name, value in self.values.items() if value.how == how]


def make_record(data: Mapping[str, Plain], standard: Standard, schema: Shape, on: date) -> Record:
    """The record of a valid manifest's data, dated ``on``; ``schema`` is the shape of manifests."""
    writer = Writer(dict(data), standard, schema, on)
    values: dict[str, Value] = {}
    missing: list[Open] = []
    for field in standard.fields:
        value = writer.value(field)
        if value is not None:
            values[field.name] = value
        elif field.required or writer.keeps(field):
            missing.append(writer.why_open(field))
    said = {place for value in values.values() for place in value.places}
    lost = [place for place in leaves(writer.data) if place not in said and not place.startswith(_TECHNICAL)]
    misplaced = writer.misplaced(standard)
    return Record(values, tuple(missing), (*_named(lost, said), *misplaced), len(lost) + len(misplaced))


def _named(lost: Sequence[str], said: set[str]) -> Iterator[str]:
    """Lost places as people write them; of a part that is lost whole only the part is named."""
    named: dict[str, None] = {}
    for place in lost:
        whole = place
        while parent(whole) and not any(each.startswith(f"{parent(whole)}/") for each in said):
            whole = parent(whole)
        named[dotted(whole)] = None
    yield from named


class Writer:
    """Says what each field of a standard says of one manifest."""

    def __init__(self, data: dict[str, Plain], standard: Standard, schema: Shape, on: date) -> None:
        self.data = data
        self._keeps = standard.keeps
        kept = data.get(standard.keeps) if standard.keeps is not None else None
        self._kept = kept if isinstance(kept, dict) else {}
        self._words = Words(schema, LANG)
        self._on = on.isoformat()

    def keeps(self, field: Field) -> bool:
        """Whether the manifest holds words for this very field."""
        return field.name in self._kept and field.const is None and field.dated != "always"

    def misplaced(self, standard: Standard) -> list[str]:
        """What the ``keeps`` key holds that is no field of the standard."""
        return [f"{standard.keeps}.{name}" for name in self._kept if standard.field(name) is None]

    def value(self, field: Field) -> Value | None:
        """The value of a field, None where the manifest gives none that the standard can take."""
        if self.keeps(field):
            return _fitting(Value(_kept_text(self._kept[field.name], field), "kept"), field)
        found = self._fixed(field) or self._said(field) or self._chosen(field)
        return (found and _fitting(found, field)) or self._filled(field)

    def _fixed(self, field: Field) -> Value | None:
        fixed = field.const or field.usual or (self._on if field.dated else None)
        return None if fixed is None else Value(fixed, "fixed")

    def _said(self, field: Field) -> Value | None:
        if field.prose:
            said = prose(self.data, field.prose, self._words)
            return None if said is None else Value(said.text, "said", said.places)
        if field.at is None:
            return None
        found = each(self.data, field.at)
        if field.values:
            return self._counterpart(field, found[0]) if found else None
        texts = [self._words.value(place, value) for place, value in found]
        if "*" in field.at:
            texts = _lines(self.data, field.at, dict(zip([place for place, _ in found], texts, strict=True)))
        return Value("\n".join(texts), "said", tuple(place for place, _ in found)) if found else None

    def _counterpart(self, field: Field, found: tuple[str, Plain]) -> Value | None:
        place, value = found
        text = field.values.get(str(value))
        if text is None:
            return None
        several = list(field.values.values()).count(text) > 1
        return Value(text, "said", (place,), approximate=several)

    def _chosen(self, field: Field) -> Value | None:
        chosen = next((choice for choice in field.choose if self._holds(choice)), None)
        return None if chosen is None else Value(chosen.value, "deduced")

    def _holds(self, choice: Choice) -> bool:
        return all(_meets(get(self.data, place), wanted) for place, wanted in choice.when.items())

    def _filled(self, field: Field) -> Value | None:
        if not field.fill and not (field.required and field.form == "list"):
            return None
        return Value("" if field.form == "list" else render(message("exchange.not-given"), LANG), "filled")

    def why_open(self, field: Field) -> Open:
        """What to write so that a field has a value."""
        own = child(child("", self._keeps or ""), field.name)
        if self.keeps(field):
            value = shorten(str(self._kept[field.name]))
            return Open(own, message("export.kept-unfit", field=field.name, value=value, place=dotted(own)))
        place = field.at or field.asks
        if place is None:
            return Open(own, message("export.open-nowhere", field=field.name, own=dotted(own)))
        present = each(self.data, place)
        if not present:
            return Open(place, message("export.open", field=field.name, place=dotted(place)))
        value = shorten(str(present[0][1]))
        why = message("export.open-unfit", field=field.name, place=dotted(place), value=value, own=dotted(own))
        return Open(present[0][0], why)


def is_url(text: str) -> bool:
    """Whether a text is one web address and nothing else."""
    return _FORMS["url"].fullmatch(text) is not None


def _kept_text(held: Plain, field: Field) -> str:
    """Words of the manifest for one field; nothing for what is neither a text nor, where the standard has one, a list of them."""
    if isinstance(held, list) and field.form == "list":
        return "\n".join(str(item) for item in held)
    return held if isinstance(held, str) else ""


def _meets(held: Plain, wanted: tuple[Plain, ...]) -> bool:
    return any(item in wanted for item in held) if isinstance(held, list) else held in wanted


def _lines(data: Plain, pointer: str, texts: Mapping[str, str]) -> list[str]:
    """One line for each item of a list, so that lists that belong together stay side by side; an item without a text is blank."""
    before, _, after = pointer.partition("/*")
    items = get(data, before)
    count = len(items) if isinstance(items, list) else 0
    lines = [" ".join(texts.get(f"{before}/{index}{after}", "").split()) for index in range(count)]
    return lines if any(lines) else []


def _fitting(found: Value, field: Field) -> Value | None:
    """The value in the form that the standard asks for, shortened where it must be; None where it cannot be brought to it."""
    text, approximate = found.text, found.approximate
    if not text.strip():
        return None
    if field.form == "month" and _FORMS["date"].fullmatch(text):
        text, approximate = text[:_MONTH], True
    form = _FORMS.get(field.form or "")
    if (form is not None and not form.fullmatch(text)) or (field.allowed and text not in field.allowed):
        return None
    if field.max is not None and len(text) > field.max:
        return found._replace(text=_cut(text, field.max), shortened=True, approximate=approximate)
    return found._replace(text=text, approximate=approximate)


def _cut(text: str, most: int) -> str:
    """The first words of a text, at most ``most`` characters with the mark that some are missing."""
    short = text[: most - len(_MORE)]
    words = short.rpartition(" ")[0] if text[len(short)] != " " else short
    return (words or short).rstrip(" ,;:.") + _MORE
