"""From a record to a manifest and back: nothing that both standards share is lost, and the reports name the others."""

from __future__ import annotations

from typing import Any

import pytest

from cmian_policy.exchange.drafting import IMPORTED
from cmian_policy.exchange.mapping import Field, load
from cmian_policy.exchange.places import each
from tests.exchange.records import (
    KEEPS,
    ON,
    WRITTEN,
    Data,
    answered,
    drafted,
    example,
    examples,
    fields,
    manifest,
    recorded,
    sample,
)

# What a record says of itself, not of the algorithm.
ITS_OWN = {"last_change_date", "Date de mise à jour des informations"}
# Words of the samples for something that the manifest has a code for; the way back says the code in the standard's first words.
OTHER_WORDS = {
    ("eurocities", "organization"): "Ville de Montpellier",
    ("nl", "organization"): "Ville de Montpellier",
    ("etalab", "Niveau d'automatisation de la décision"): "entièrement automatisée",
    ("etalab", "Nombre de décisions administratives prises par an"): "1250",
    ("etalab", "Type d'algorithme"): "système de règles",
}
# What the answers to the questions add to texts that speak of several places.
ADDED_TO = {("nl", "purpose_and_impact"), ("nl", "data"), ("eurocities", "source_data"), ("nl", "human_intervention")}


@pytest.mark.parametrize("form", WRITTEN)
def test_there_and_back_no_field_is_lost(form: str) -> None:
    record = sample(form)
    back = fields(recorded(form, answered(drafted(form, record), further=True)))
    for name, value in record.items():
        if name in ITS_OWN:
            assert back[name] == ON.isoformat()
        elif (form, name) in ADDED_TO:
            assert all(line in back[name] for line in value.split("\n"))
        else:
            assert back[name] == OTHER_WORDS.get((form, name), value), name


@pytest.mark.parametrize("form", WRITTEN)
def test_there_and_back_and_there_again_is_the_same(form: str) -> None:
    """The way back of a record in the standard's own words gives the same draft, the words that were added aside."""
    first = drafted(form, sample(form))
    back = fields(recorded(form, answered(first, further=True)))
    second = drafted(form, {**back, **{name: sample(form)[name] for sheet, name in ADDED_TO if sheet == form and name in back}})
    assert first.draft.taken.items() <= second.draft.taken.items()
    for name, place in first.draft.taken.items():
        assert each(first.draft.data, place) == each(second.draft.data, place), name
    assert second.draft.data.get(KEEPS[form], {}).items() >= first.draft.data.get(KEEPS[form], {}).items()  # type: ignore[union-attr]


def read_into(field: Field) -> str:
    """The place that a field's text, or the name of each of its items, is read into."""
    return f"{field.items.at}/*/name" if field.items is not None else field.target or ""


def speaks_of(field: Field, place: str) -> bool:
    """Whether a field says the text of a place: that very place, or all that one of its pieces holds."""
    pieces = [piece.split(" ")[0] for piece in field.prose]
    return field.at == place or any(f"{place}/".startswith(f"{piece}/") for piece in pieces)


@pytest.mark.parametrize(("there", "back"), [(a, b) for a in IMPORTED for b in WRITTEN if a != b])
def test_what_two_standards_share_arrives(there: str, back: str) -> None:
    """Every text that one standard put into a place of the manifest stands in the other's field for that place."""
    made = drafted(there, sample(there))
    record = recorded(back, answered(made, further=True))
    arrived, shared = fields(record), 0
    for field in load(there).fields:
        held = each(made.draft.data, read_into(field)) if field.name in made.draft.taken else []
        texts = [value for _, value in held if isinstance(value, str) and " " in value]
        for other in load(back).fields if texts else ():
            if speaks_of(other, read_into(field)) and not record.record.values[other.name].shortened:
                shared += 1
                assert all(text in arrived[other.name] for text in texts), (field.name, other.name)
    assert shared >= 3


@pytest.mark.parametrize("form", IMPORTED)
def test_every_field_of_a_record_is_accounted_for(form: str) -> None:
    made = drafted(form, sample(form))
    spoken: set[str] = set()

    def walk(record: Data) -> None:
        for name, value in record.items():
            known = load(form).field(name)
            if isinstance(value, dict) and known is None:
                walk(value)
            elif value:
                spoken.add(name)

    walk(sample(form))
    fixed = {field.name for field in load(form).fields if field.const is not None}
    told = {*made.draft.taken, *made.draft.unplaced, *made.draft.kept, *made.draft.unknown, *fixed}
    assert spoken <= told
    assert not set(made.draft.taken) & set(made.draft.unplaced)


@pytest.mark.parametrize("form", WRITTEN)
def test_every_leaf_of_a_manifest_is_said_or_named(form: str) -> None:
    data = example("chatbot-demarches")
    record = recorded(form, data).record
    said = {place for value in record.values.values() for place in value.places}
    named = set(record.lost)
    count = 0
    for place in leaves(manifest(data).data):
        if place.split("/")[1] != "schema_version" and place not in said:
            count += 1
            assert any(start(place, name) for name in named), place
    assert count == record.losses
    assert not any(start(place, name) for place in said for name in named)


def leaves(value: Any, place: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """The places of what is no mapping, in mappings and in lists of mappings."""
    if isinstance(value, dict):
        return [leaf for key, held in value.items() for leaf in leaves(held, f"{place}/{key}")]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, f"{place}/{index}")]
    return [place]


def start(place: str, name: str) -> bool:
    """Whether a name (``data.sources[0]``) is that of a place or of what holds it."""
    pointer = "/" + name.replace("[", ".").replace("]", "").replace(".", "/")
    return f"{place}/".startswith(f"{pointer}/")


def test_every_example_has_its_row_of_the_inventory() -> None:
    """The French inventory requires nothing: every manifest has its row, which reads back to the same codes."""
    for path in examples():
        data = example(path.parent.name)
        again = drafted("etalab", fields(recorded("etalab", data)))
        for name, place in again.draft.taken.items():
            assert load("etalab").field(name) is not None
            for index, (_, value) in enumerate(each(again.draft.data, place)):
                assert each(data, place)[index][1] == value or isinstance(value, list), (path, name)
