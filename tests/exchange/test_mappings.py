"""The mapping files against the public schemas, the manifest's schema, and each other."""

from __future__ import annotations

from typing import Any

import pytest

from cmian_policy.exchange.drafting import IMPORTED
from cmian_policy.exchange.mapping import Field, Standard, load
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.pipeline.policy import schema
from tests.exchange.records import COLUMNS, WRITTEN, official

SHAPE = Shape.of(schema("ai-manifest"))
PUBLIC = {
    "eurocities": "eurocities-registration-0.3.1.schema.json",
    "nl": "nl-publicatiestandaard-1.0.0.schema.json",
}
NAMES_OF_SCHEMA = {"eurocities-0.3.1": "eurocities", "nl-1.0.0": "nl", "uk-atrs": "atrs", "etalab": "etalab"}
EVERY = [pytest.param(name, field, id=f"{name}: {field.name}") for name in IMPORTED for field in load(name).fields]


def places(field: Field) -> list[str]:
    """Every place in a manifest that a field of a mapping names."""
    named = [field.at, field.into, field.asks, *field.hints, *(piece.split(" ")[0] for piece in field.prose)]
    chosen = [place for choice in field.choose for place in choice.when]
    items = [f"{field.items.at}/0/{key}" for key in field.items.keys.values()] if field.items is not None else []
    return [place for place in (*named, *chosen, *items) if place is not None]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_fields_are_those_of_the_public_schema(name: str) -> None:
    public = official(PUBLIC[name])
    standard = load(name)
    assert [field.name for field in standard.fields] == list(public["properties"])
    assert {field.name for field in standard.fields if field.required} == set(public["required"])


@pytest.mark.parametrize("name", PUBLIC)
def test_constraints_are_those_of_the_public_schema(name: str) -> None:
    public: dict[str, Any] = official(PUBLIC[name])["properties"]
    for field in load(name).fields:
        rule = public[field.name]
        assert list(field.allowed) == rule.get("enum", []), field.name
        assert field.const == rule.get("const"), field.name
        assert (field.form == "list") == (rule.get("type") == "array"), field.name
        assert {"uri": "url", "email": "email", "date": "date", "uuid": "uuid"}.get(rule.get("format", "")) in {
            field.form,
            None,
        }, field.name
        assert (rule.get("pattern") == "^[0-9]{4}-[0-9]{2}$") == (field.form == "month"), field.name
        if "maxLength" in rule:
            assert field.max == rule["maxLength"], field.name
    # The one limit that a standard states in words only.
    assert {field.name for field in load(name).fields if field.max is not None and "maxLength" not in public[field.name]} == (
        {"description_short"} if name == "eurocities" else set()
    )


def test_dutch_fields_go_by_their_dutch_names_too() -> None:
    """The standard's text and its forms name the fields so (ch02.md)."""
    public: dict[str, Any] = official(PUBLIC["nl"])["properties"]
    assert {field.name: list(field.headers) for field in load("nl").fields} == {
        name: [rule["name"]] for name, rule in public.items()
    }


def test_the_columns_of_the_inventory_are_those_of_the_guide() -> None:
    assert tuple(field.name for field in load("etalab").fields) == COLUMNS


@pytest.mark.parametrize(("name", "field"), EVERY)
def test_every_place_exists_in_a_manifest(name: str, field: Field) -> None:
    for place in places(field):
        assert SHAPE.at(place.replace("/*", "/0")) is not None, place


@pytest.mark.parametrize(("name", "field"), EVERY)
def test_codes_are_codes_of_the_manifest(name: str, field: Field) -> None:
    for choice in field.choose:
        for place, values in choice.when.items():
            shape = SHAPE.at(place)
            assert shape is not None
            assert set(values) <= set((shape.items or shape).literals or ())
    target = SHAPE.at(field.target) if field.target is not None and (field.values or field.reads) else None
    if target is not None:
        known = set(target.literals or ())
        assert {*field.values, *field.reads.values()} <= known


@pytest.mark.parametrize(("name", "field"), EVERY)
def test_values_are_allowed_by_the_standard(name: str, field: Field) -> None:
    written = {*field.values.values(), *(choice.value for choice in field.choose)}
    if field.allowed:
        assert written <= set(field.allowed)
        assert {word for word in field.reads if word in field.allowed} <= set(field.allowed)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_code_has_a_value_or_is_left_out_for_a_reason(name: str) -> None:
    left_out = {
        # No name of an administration; no risk that could be published as it is; no counterpart in the Dutch list of themes.
        "organization": {"other"},
        "Nom de l'administration concernée": {"other"},
        "risk_category": {"unknown"},
        "theme": {"other"},
        # The guide knows two levels of automation: nothing is said where there is no decision.
        "Niveau d'automatisation de la décision": {"none"},
    }
    for field in load(name).fields:
        shape = SHAPE.at(field.at or "")
        if field.values and shape is not None:
            assert set(shape.literals or ()) - set(field.values) == left_out.get(field.name, set()), field.name


def test_a_required_text_can_always_be_said() -> None:
    """What stays open without an answer is a choice, a date or an address: never a text that could say "not given"."""
    open_ones = {
        field.name: field
        for name in PUBLIC
        for field in load(name).fields
        if field.required and not field.fill and field.const is None and field.usual is None and field.dated is None
    }
    required = {"name", "description_short", "department", "goal", "impact", "purpose_and_impact", "contact", "status", "domain"}
    answers = {"organization", "area", "contact_email", "risk_category", "algorithm_type", "type", "revision_date", "theme"}
    assert set(open_ones) == required | answers | {"start_date", "publication_category"}


# x-mapping in the manifest's schema is what its authors promised: each promise is kept by a mapping file.

LEFT_OUT = {
    ("uk-atrs", "/suppliers/[]/siren"): "the number of a British company is no SIREN number: it is named as lost",
}
# Said otherwise in the mapping, and why.
ELSEWHERE = {
    **LEFT_OUT,
    ("uk-atrs", "/training/agents"): "a text about training does not say whether it was done: it stands beside the question",
    ("uk-atrs", "/data/dpia"): "an impact assessment is not always one of data protection: it stands beside the question",
    ("uk-atrs", "/technology/performance"): "a text does not say which part is the measure: it stands beside the question",
    ("uk-atrs", "/decision/human_review"): "a text does not say how often: it stands beside the question",
    ("eurocities-0.3.1", "/technology/performance"): "as above when read; written",
    ("eurocities-0.3.1", "/decision/human_review"): "as above when read; written",
    ("eurocities-0.3.1", "/people/impact"): "as above when read; written",
    ("nl-1.0.0", "/decision/human_review"): "as above when read; written",
    ("nl-1.0.0", "/data/dpia"): "as above when read; written",
    ("nl-1.0.0", "/ai_act/fria"): "written",
    ("nl-1.0.0", "/purpose/alternatives"): "one text for both: read as purpose.proportionality; written",
}


def promises() -> list[Any]:
    """Each promise: the standard, the place."""
    return [
        pytest.param(standard, place, id=f"{place} {standard}")
        for place, shape in SHAPE.walk()
        for standard in shape.rule.get("x-mapping", {})
        if standard in NAMES_OF_SCHEMA
    ]


def speaks_of(standard: Standard, place: str) -> bool:
    """Whether a mapping reads or writes a place, something inside it, or what holds it; or shows words beside its question."""
    wanted = place.replace("/[]", "")
    named = [each.replace("/*", "").replace("/0", "") for field in standard.fields for each in places(field)]
    return any(f"{each}/".startswith(f"{wanted}/") or f"{wanted}/".startswith(f"{each}/") for each in named)


@pytest.mark.parametrize(("standard", "place"), promises())
def test_what_the_schema_promises_is_mapped(standard: str, place: str) -> None:
    assert speaks_of(load(NAMES_OF_SCHEMA[standard]), place) is ((standard, place) not in LEFT_OUT)


@pytest.mark.parametrize(("standard", "place"), promises())
def test_what_the_schema_promises_is_read_or_excused(standard: str, place: str) -> None:
    targets = [
        (field.items.at if field.items is not None else field.target or "").replace("/*", "").replace("/0", "")
        for field in load(NAMES_OF_SCHEMA[standard]).fields
    ]
    wanted = place.replace("/[]", "")
    read = any(f"{each}/".startswith(f"{wanted}/") or f"{wanted}/".startswith(f"{each}/") for each in targets if each)
    assert read or (standard, place) in ELSEWHERE
