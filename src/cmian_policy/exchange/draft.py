"""A record of a public register as the draft of a manifest, with a question for all that the record does not say.

Nothing is guessed. What a field says is taken over where the manifest has a place that means the same and takes it as it is;
else it stands beside the question that it bears on. What the way back would not give again is kept under the standard's own
``x-`` key. No record says all that a manifest requires, so that every draft has open questions, and an open question is a null,
which ``check`` refuses: a draft is never compliant by accident.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from cmian_policy.exchange.places import EACH, drop, get, put
from cmian_policy.exchange.prose import holds_text
from cmian_policy.exchange.record import Writer
from cmian_policy.exchange.source import plain
from cmian_policy.exchange.taking import left_over, take, whole
from cmian_policy.loading.manifest import SCHEMA_VERSION
from cmian_policy.model.location import child, parent, tokens
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cmian_policy.exchange.mapping import Field, Standard
    from cmian_policy.exchange.record import Value
    from cmian_policy.exchange.source import SourceRecord
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain

_ID, _NAME = "/project/id", "/project/name"
_SLUG = 64
# What people write where they have nothing to say.
_SILENT = frozenset(
    plain(word)
    for word in (
        "", "n/a", "na", "nvt", "n.v.t.", "niet van toepassing", "niet ingevuld", "onbekend", "geen", "nihil",
        "none", "null", "nil", "unknown", "tbc", "tbd", "to be confirmed", "not applicable", "not available", "not provided",
        "néant", "aucun", "aucune", "inconnu", "sans objet", "non applicable", "non renseigné", "non communiqué", "à compléter",
    )
)  # fmt: skip


class Spoken(NamedTuple):
    """A field that says something: a text, or JSON where it holds more than one."""

    field: Field
    value: Any


class Remark(NamedTuple):
    """What the record says that bears on a place, in its own words."""

    field: str
    text: str


class Draft(NamedTuple):
    """The draft of a manifest; places are JSON Pointers.

    ``data`` holds a null at each of the ``questions``. ``taken`` maps each field that found its place to it, ``remarks`` maps
    places to what the record says about them. ``kept`` names the fields that stand under the standard's own key, ``unplaced``
    those of the record that found no place (where nothing can be kept, they are lost), ``unknown`` those that the standard does
    not know; ``proposed`` says that the id was made from the name.
    """

    data: dict[str, Plain]
    questions: tuple[str, ...]
    taken: dict[str, str]
    remarks: dict[str, tuple[Remark, ...]]
    kept: tuple[str, ...]
    unplaced: tuple[str, ...]
    unknown: tuple[str, ...]
    proposed: bool


def make_draft(record: SourceRecord, standard: Standard, schema: Shape, on: date) -> Draft:
    """The draft of a record; ``schema`` is the shape of manifests, ``on`` the date that the way back would bear."""
    spoken = [Spoken(field, value) for field in standard.fields if (value := _spoken(record.fields.get(field.name))) is not None]
    data: dict[str, Plain] = {"schema_version": SCHEMA_VERSION}
    taken, left = _read(spoken, data, schema, aligned=standard.kind == "csv")
    _leave_out_incomplete(data, schema)
    taken = {name: place for name, place in taken.items() if get(data, place) is not None}
    proposed = _propose_id(data)
    kept = _keep(spoken, data, standard, schema, on)
    remarks = _remarks(spoken, taken, data)
    return Draft(
        data=data,
        questions=tuple(_ask(data, schema, "")),
        taken=taken,
        remarks=remarks,
        kept=kept,
        unplaced=(*(field.name for field, _ in spoken if field.name not in taken and field.const is None), *left),
        unknown=record.unknown,
        proposed=proposed,
    )


def _spoken(value: Any) -> Any:  # noqa: ANN401 - a text, or JSON for what is a list
    """A value without the blanks around it; None for one that is empty."""
    match value:
        case str() | int() | float():
            return str(value).strip() or None
        case [str() as only]:
            return only.strip() or None
        case _:
            return value or None


def _read(spoken: list[Spoken], data: dict[str, Plain], schema: Shape, *, aligned: bool) -> tuple[dict[str, str], list[str]]:
    """Takes over what can be taken as it is; the place of each field that was, and what is left of those that hold a list."""
    taken: dict[str, str] = {}
    left: list[str] = []
    for field, value in spoken:
        if isinstance(value, str) and (plain(value) in _SILENT or value in field.silent):
            continue
        found = take(field, value, schema, aligned=aligned)
        place = whole(field)
        if place is not None and found and all(get(data, each.place) is None for each in found):
            for each in found:
                put(data, each.place, each.value)
            taken[field.name] = place
            left += left_over(field, value, found)
    return taken, left


def _leave_out_incomplete(data: dict[str, Plain], schema: Shape) -> None:
    """Takes out again what cannot stand without an answer that the record does not give; a list goes whole."""
    while (place := next(_incomplete(data, schema, "", needed=True), None)) is not None:
        drop(data, place)


def _incomplete(held: Plain, shape: Shape, pointer: str, *, needed: bool) -> Iterator[str]:
    """The places of mappings without a required key, deepest first; those that are required themselves get questions instead."""
    match held:
        case dict():
            required = shape.rule.get("required", ())
            for key, inside in shape.keys.items():
                if key in held:
                    yield from _incomplete(held[key], inside, child(pointer, key), needed=needed and key in required)
            if not needed and (not held or any(key not in held for key in required)):
                yield parent(pointer) if tokens(pointer)[-1].isdigit() else pointer
        case list() if shape.items is not None:
            for index, item in enumerate(held):
                yield from _incomplete(item, shape.items, child(pointer, index), needed=False)


def _propose_id(data: dict[str, Plain]) -> bool:
    """Makes the id out of the name where the record has none."""
    name = get(data, _NAME)
    slug = _slug(name) if isinstance(name, str) else ""
    if get(data, _ID) is not None or not slug:
        return False
    put(data, _ID, slug)
    return True


def _slug(name: str) -> str:
    """A name as an id: at most 64 characters, cut between words."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in letters if not unicodedata.combining(char)))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:_SLUG]
        if len(longer) > _SLUG:
            break
        slug = longer
    return slug


def _keep(spoken: list[Spoken], data: dict[str, Plain], standard: Standard, schema: Shape, on: date) -> tuple[str, ...]:
    """Keeps, in the words of the record, what the way back would not give again."""
    if standard.keeps is None:
        return ()
    writer = Writer(data, standard, schema, on)
    kept: dict[str, Plain] = {}
    for field, value in spoken:
        if field.const is None and field.dated != "always" and not _says_again(writer.value(field), value, field, schema):
            kept[field.name] = value
    if kept:
        data[standard.keeps] = kept
    return tuple(kept)


def _says_again(again: Value | None, value: Any, field: Field, schema: Shape) -> bool:  # noqa: ANN401 - a text or JSON
    """Whether the way back gives the words of the record, or, where they stood for a code, words for that very code."""
    if again is None or again.shortened:
        return False
    place = None if field.target is None else schema.at(field.target.replace(EACH, "0"))
    coded = again.how == "said" and place is not None and not holds_text(place)
    return again.text == value or (coded and value not in field.allowed)


def _remarks(spoken: list[Spoken], taken: dict[str, str], data: dict[str, Plain]) -> dict[str, tuple[Remark, ...]]:
    """What the record says about places that have no answer."""
    found: dict[str, tuple[Remark, ...]] = {}
    for field, value in spoken:
        own = whole(field)
        places = (*field.hints, *(() if own is None or field.name in taken else (own,)))
        for place in dict.fromkeys(places):
            if get(data, place) is None:
                found[place] = (*found.get(place, ()), Remark(field.name, _words(value)))
    return found


def _words(value: Any) -> str:  # noqa: ANN401 - a text or JSON
    """What a record says, on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " / ".join(line.strip() for line in text.split("\n") if line.strip())


def _ask(data: dict[str, Plain], shape: Shape, pointer: str) -> Iterator[str]:
    """Puts a null where a required answer is missing; the places of those questions, in the order of the schema."""
    for key, inside in shape.keys.items():
        place = child(pointer, key)
        if key not in shape.rule.get("required", ()):
            continue
        if inside.keys:
            yield from _ask(data, inside, place)
        elif get(data, place) is None:
            put(data, place, None)
            yield place
