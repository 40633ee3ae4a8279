"""Reading, row by row: what each field of each public standard becomes in a manifest, and what becomes of its words otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cmian_policy.exchange.mapping import load
from cmian_policy.exchange.places import get
from tests.exchange.records import KEEPS, drafted, read

if TYPE_CHECKING:
    from collections.abc import Mapping


class Row(NamedTuple):
    """A field with a value, the places that it fills, and those whose question shows its words."""

    value: Any
    fills: Mapping[str, Any] = {}
    beside: tuple[str, ...] = ()


URL = "https://fiche.example.org/a"
TEXT = "Un texte inventé"
EUROCITIES = {
    "name": Row(TEXT, {"/project/name": TEXT, "/project/id": "un-texte-invente"}),
    "description_short": Row(TEXT, {"/project/summary": TEXT}),
    "organization": Row("Métropole de Montpellier", {"/owner/organisation": "metropole-montpellier"}),
    "department": Row(TEXT, {"/owner/department": TEXT}),
    "contact_email": Row("service@example.org", {"/owner/contact": "service@example.org"}),
    "contact_phone": Row(TEXT),
    "contact_name": Row(TEXT),
    "area": Row(TEXT),
    "domain": Row("education and science", {"/purpose/domain": "education"}),
    "website": Row(URL, {"/project/links/public_page": URL}),
    "status": Row("evaluation", {"/project/status": "evaluation"}),
    "remark": Row(TEXT),
    "decision_making_process": Row(TEXT, {"/purpose/process": TEXT}),
    "goal": Row(TEXT, {"/purpose/goal": TEXT}),
    "impact": Row(TEXT, {}, ("/people/impact", "/people/interaction")),
    "risks": Row(TEXT),
    "risk_category": Row("limited risk", {"/ai_act/risk": "transparency"}),
    "proportionality": Row(TEXT, {"/purpose/proportionality": TEXT}),
    "lawful_basis": Row("Loi A\nLoi B", {"/purpose/legal_bases": [{"text": "Loi A"}, {"text": "Loi B"}]}),
    "documentation": Row(URL, {"/project/links/documentation": URL}),
    "training_data": Row(TEXT),
    "source_data": Row(TEXT, {"/data/sources": [{"name": TEXT}]}),
    "data_bias": Row(TEXT),
    "connected_data_sources": Row(TEXT, {}, ("/data/sources",)),
    "DPIA_description": Row(TEXT, {}, ("/data/dpia/summary",)),
    "DPIA_url": Row(URL, {}, ("/data/dpia/path",)),
    "algorithm_type": Row("rule-based", {"/technology/type": "rule_based"}),
    "description": Row(TEXT),
    "methods_and_models": Row(TEXT, {"/technology/models": [{"name": TEXT}]}),
    "performance": Row(TEXT, {}, ("/technology/performance",)),
    "alternatives_considered": Row(TEXT, {"/purpose/alternatives": TEXT}),
    "product_information": Row(URL),
    "codebase_url": Row(URL, {"/project/links/source_code": URL}),
    "product_page": Row(URL),
    "AIA_description": Row(TEXT, {}, ("/ai_act/fria/summary",)),
    "AIA_url": Row(URL),
    "monitoring": Row(TEXT, {"/review/monitoring": TEXT}),
    "type": Row("predictive", {}, ("/decision/role",)),
    "human_intervention": Row(TEXT, {}, ("/decision/human_review",)),
    "objection_procedure": Row(TEXT, {"/decision/appeal/channel": TEXT}),
    "rollback": Row(TEXT),
    "uuid": Row("00000000-0000-4000-8000-000000000000"),
    "lang": Row("en"),
    "publication_date": Row("2026-01-15"),
    "revision_date": Row("2027-01-15", {"/review/next_review": "2027-01-15"}),
    "revision_note": Row(TEXT),
    "keywords": Row(TEXT),
}
NL = {
    "name": Row(TEXT, {"/project/name": TEXT}),
    "description_short": Row(TEXT, {"/project/summary": TEXT}),
    "organization": Row("Gemeente Montpellier", {"/owner/organisation": "ville-montpellier"}),
    "theme": Row(["Onderwijs en wetenschap"], {"/purpose/domain": "education"}),
    "status": Row("Buiten gebruik", {"/project/status": "retired"}),
    "start_date": Row("2025-03", {"/project/start_date": "2025-03"}),
    "end_date": Row("2026-03", {"/project/end_date": "2026-03"}),
    "contact": Row(URL, {"/owner/contact": URL}),
    "link": Row(URL, {"/project/links/public_page": URL}),
    "publication_category": Row("Hoog-risico AI-systeem (Categorie A)", {"/ai_act/risk": "high_risk"}),
    "source_link": Row(URL, {"/transparency/register_url": URL}),
    "purpose_and_impact": Row(TEXT, {"/purpose/goal": TEXT}, ("/people/impact",)),
    "considerations": Row(TEXT, {"/purpose/proportionality": TEXT}),
    "human_intervention": Row(TEXT, {}, ("/decision/human_review", "/decision/role")),
    "risk_management": Row(TEXT, {"/review/monitoring": TEXT}),
    "legal_basis": Row(TEXT, {"/purpose/legal_bases": [{"text": TEXT}]}),
    "legal_basis_link": Row(URL, {}, ("/purpose/legal_bases/0/url",)),
    "legal_basis_title": Row(TEXT),
    "processing_register_link": Row(URL, {"/data/ropa_ref": URL}),
    "impact_assessments": Row(TEXT, {}, ("/data/dpia",)),
    "impact_assessment_link": Row(URL, {}, ("/data/dpia/path",)),
    "impact_assessment_explanation": Row(TEXT, {}, ("/data/dpia/reason",)),
    "data": Row(TEXT, {"/data/sources": [{"name": TEXT}]}, ("/data/personal",)),
    "data_source_link": Row(URL, {}, ("/data/sources/0/url",)),
    "data_source_title": Row(TEXT),
    "technical_operation": Row(TEXT, {}, ("/technology/type", "/technology/capabilities")),
    "supplier": Row(TEXT, {"/suppliers": [{"name": TEXT}]}),
    "source_code_link": Row(URL, {"/project/links/source_code": URL}),
    "source_id": Row("fiche-7", {"/project/id": "fiche-7"}),
    "search_terms": Row(TEXT),
}
ETALAB = {
    "Nom de l'administration concernée": Row("CCAS de Montpellier", {"/owner/organisation": "ccas-montpellier"}),
    "Direction/service porteur": Row(TEXT, {"/owner/department": TEXT}),
    "Contact au sein de l'administration concernée": Row("service@example.org", {"/owner/contact": "service@example.org"}),
    "Nom de l'algorithme": Row(TEXT, {"/project/name": TEXT}),
    "Contexte global": Row(TEXT, {}, ("/project/summary",)),
    "Finalité de l'algorithme": Row(TEXT, {"/purpose/goal": TEXT}),
    "Comment et quand l'algorithme intervient-il dans la prise de décision ?": Row(TEXT, {"/purpose/process": TEXT}),
    "Niveau d'automatisation de la décision": Row("Entièrement automatisée", {"/decision/role": "decides"}),
    "Fondements juridiques": Row("Loi A\nLoi B", {"/purpose/legal_bases": [{"text": "Loi A"}, {"text": "Loi B"}]}),
    "Ressources connexes (métier)": Row(URL, {"/project/links/documentation": URL}),
    "Nombre de décisions administratives prises par an": Row("12 500", {"/people/decisions_per_year": 12500}),
    "Portée de la décision": Row("externe", {}, ("/people/interaction", "/decision/individual_administrative")),
    "Public concerné par la décision": Row(
        "Familles, Élèves", {"/people/affected_groups": ["families", "pupils"]}, ("/people/minors", "/people/impact")
    ),
    "Ressources connexes (impact)": Row(URL),
    "Données traitées": Row("A\nB", {"/data/sources": [{"name": "A"}, {"name": "B"}]}, ("/data/personal",)),
    "Source des données traitées": Row(TEXT, {}, ("/data/sources",)),
    "Mode de collecte des données traitées": Row(TEXT, {}, ("/data/sources",)),
    "Type d'algorithme": Row("Machine learning", {"/technology/type": "machine_learning"}),
    "Opérations effectuées par l'algorithme": Row(TEXT, {}, ("/technology/capabilities",)),
    "Ressources connexes (fonctionnement)": Row(URL, {"/project/links/source_code": URL}),
}
ATRS = {
    "name": Row(TEXT, {"/project/name": TEXT}),
    "description": Row(TEXT, {"/project/summary": TEXT}),
    "website_url": Row(URL, {"/project/links/public_page": URL}),
    "contact_email": Row("service@example.org", {"/owner/contact": "service@example.org"}),
    "organisation": Row("City of Montpellier", {"/owner/organisation": "ville-montpellier"}),
    "team": Row(TEXT, {"/owner/department": TEXT}),
    "senior_responsible_owner": Row(TEXT, {"/owner/accountable_role": TEXT}),
    "external_supplier": Row(
        {"name": "A Ltd", "Companies House no.": "00000000", "role": "Hosting", "data_access_terms": "None at all"},
        {"/suppliers": [{"name": "A Ltd", "role": "Hosting", "data_access": "None at all"}]},
    ),
    "detailed_description": Row(TEXT, {}, ("/technology/capabilities",)),
    "scope": Row(TEXT),
    "benefit": Row(TEXT, {"/purpose/benefits": TEXT}),
    "previous_process": Row(TEXT),
    "alternatives_considered": Row(TEXT, {"/purpose/alternatives": TEXT}),
    "process_integration": Row(TEXT, {"/purpose/process": TEXT}),
    "provided_information": Row(TEXT, {}, ("/decision/role",)),
    "frequency_and_scale_of_usage": Row("4,000", {"/people/decisions_per_year": 4000}),
    "human_decisions_and_review": Row(TEXT, {}, ("/decision/human_review", "/decision/role")),
    "required_training": Row(TEXT, {}, ("/training/agents",)),
    "appeals_and_review": Row(TEXT, {"/decision/appeal/channel": TEXT}),
    "system_architecture": Row(TEXT, {}, ("/technology/hosting",)),
    "phase": Row("Production", {"/project/status": "operational"}),
    "maintenance": Row(TEXT, {"/review/monitoring": TEXT}),
    "models": Row(
        [{"name": "m", "version": "2"}], {"/technology/models": [{"name": "m", "version": "2"}]}, ("/technology/type",)
    ),
    "performance": Row(TEXT, {}, ("/technology/performance",)),
    "data": Row(
        [{"name": "d", "source": "s", "link": URL}],
        {"/data/sources": [{"name": "d", "provider": "s", "url": URL}]},
        ("/data/personal",),
    ),
    "sensitive_attributes": Row("Health, Genetic data", {"/data/special_categories": ["health", "genetic"]}),
    "impact_assessments": Row([{"name": "DPIA", "date": "2026-01-01"}], {}, ("/data/dpia", "/people/impact")),
    "risks": Row([{"name": TEXT}], {}, ("/ai_act/risk",)),
    "id": Row("fiche-7", {"/project/id": "fiche-7"}),
    "standard_version": Row("3.0"),
    "date_completion": Row("2026-01-01"),
    "date_update": Row("2026-01-01"),
    "region": Row(TEXT),
}
ROWS = {"eurocities": EUROCITIES, "nl": NL, "etalab": ETALAB, "atrs": ATRS}
# Fields that hold no answer: fixed by the standard, or the date of the record itself.
FIXED = {"standard_version", "schema", "language", "last_change_date", "Date de mise à jour des informations"}


def alone(form: str, field: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The draft of a record that says one thing."""
    name = {"etalab": {"Nom de l'algorithme": "Nom"}}.get(form, {})
    return drafted(form, {**name, field: value})


@pytest.mark.parametrize("form", ROWS)
def test_every_field_has_its_row(form: str) -> None:
    known = {field.name for field in load(form).fields}
    assert known - set(ROWS[form]) <= FIXED
    assert set(ROWS[form]) <= known


@pytest.mark.parametrize(
    ("form", "field", "row"),
    [pytest.param(form, name, row, id=f"{form}: {name}") for form in ROWS for name, row in ROWS[form].items()],
)
def test_a_field_goes_to_its_place(form: str, field: str, row: Row) -> None:
    made = alone(form, field, row.value)
    data = read(made.text)
    for place, expected in row.fills.items():
        assert get(data, place) == expected
    for place in row.beside:
        assert [remark.field for remark in made.draft.remarks[place]] == [field]
    assert (field in made.draft.taken) is bool(row.fills)
    kept = data.get(KEEPS.get(form, ""), {})
    if row.fills:
        assert field not in kept
        assert field not in made.draft.unplaced
    else:
        assert field in made.draft.unplaced  # it is named in the report, and kept where there is a way back
        assert (field in kept) is (form in KEEPS)


@pytest.mark.parametrize(
    ("form", "field", "value", "place"),
    [
        ("eurocities", "organization", "Gemeente Nergenshuizen", "/owner/organisation"),
        ("eurocities", "domain", "government", "/purpose/domain"),  # three of the manifest's domains
        ("eurocities", "algorithm_type", "self-learning", "/technology/type"),
        ("eurocities", "description_short", "x" * 351, "/project/summary"),
        ("eurocities", "name", "x" * 101, "/project/name"),
        ("nl", "theme", "Bestuur", "/purpose/domain"),
        ("nl", "contact", "au guichet", "/owner/contact"),
        ("nl", "source_id", "Fiche n° 7", "/project/id"),
        ("etalab", "Niveau d'automatisation de la décision", "Aide à la décision", "/decision/role"),
        ("etalab", "Type d'algorithme", "Un tableur", "/technology/type"),
        ("atrs", "phase", "Pre-deployment", "/project/status"),
        ("atrs", "description", "x" * 351, "/project/summary"),
    ],
)
def test_what_no_place_takes_as_it_is_stays_a_question(form: str, field: str, value: str, place: str) -> None:
    made = alone(form, field, value)
    assert place in made.draft.questions
    assert get(made.draft.data, place) is None
    assert [remark.text for remark in made.draft.remarks[place]] == [value]
    assert field not in made.draft.taken


@pytest.mark.parametrize("word", ["N/A", "-", "geen", "Néant", "Non renseigné", "n.v.t.", "to be confirmed", "None"])
def test_a_word_for_nothing_is_no_answer(word: str) -> None:
    """An appeal "n/a" must not pass for an appeal."""
    made = drafted("eurocities", {"objection_procedure": word, "goal": word, "name": "Essai"})
    assert get(made.draft.data, "/decision/appeal") is None
    assert "/purpose/goal" in made.draft.questions


def test_a_domain_of_no_city_is_another_domain_and_keeps_its_name() -> None:
    made = drafted("eurocities", {"domain": "defence"})
    assert get(made.draft.data, "/purpose/domain") == "other"
    assert made.draft.data["x-eurocities"] == {"domain": "defence"}


def test_lists_that_belong_together_stay_side_by_side() -> None:
    cells = {
        "Nom de l'algorithme": "Essai",
        "Données traitées": "Adresse\nÂge\nRevenu",
        "Source des données traitées": "Usager\n\nImpôts",
        "Mode de collecte des données traitées": "Formulaire",
    }
    made = drafted("etalab", cells)
    assert get(made.draft.data, "/data/sources") == [
        {"name": "Adresse", "provider": "Usager", "collection": "Formulaire"},
        {"name": "Âge"},
        {"name": "Revenu", "provider": "Impôts"},
    ]


def test_more_sources_than_data_leave_the_list_open() -> None:
    cells = {"Nom de l'algorithme": "Essai", "Données traitées": "Adresse", "Source des données traitées": "Usager\nImpôts"}
    made = drafted("etalab", cells)
    assert get(made.draft.data, "/data/sources") is None
    assert made.draft.data["x-etalab"] == {name: cells[name] for name in list(cells)[1:]}
    assert "/data/sources" in made.draft.remarks


def test_a_link_beside_its_text_goes_with_it() -> None:
    made = drafted("nl", {"legal_basis": "Verordening", "legal_basis_link": URL, "data": "Tellingen", "data_source_link": URL})
    assert get(made.draft.data, "/purpose/legal_bases") == [{"text": "Verordening", "url": URL}]
    assert get(made.draft.data, "/data/sources") == [{"name": "Tellingen", "url": URL}]
    assert "x-nl" not in made.draft.data


def test_a_dutch_record_may_name_its_fields_in_dutch() -> None:
    made = drafted("nl", {"Naam": "Essai", "Korte omschrijving": TEXT, "Link naar broncode": URL, "Kleur": "rood"})
    assert set(made.draft.taken) == {"name", "description_short", "source_code_link"}
    assert made.draft.unknown == ("Kleur",)


def test_sections_of_a_template_are_looked_into_and_repeats_are_named() -> None:
    made = drafted("atrs", {"Tier 1": {"Name": "Otter", "colour": "brown"}, "tier_2": {"owner": {"team": "A", "name": "B"}}})
    assert get(made.draft.data, "/project/name") == "Otter"
    assert get(made.draft.data, "/owner/department") == "A"
    assert set(made.draft.unknown) == {"Tier 1.colour", "tier_2.name"}


def test_what_an_item_holds_beyond_is_named() -> None:
    supplier = {"name": "A Ltd", "Companies House no.": "00000000"}
    made = drafted("atrs", {"external_supplier": [supplier], "name": "Otter"})
    assert made.draft.unplaced == ("external_supplier.Companies House no.",)


def test_an_id_is_proposed_from_the_name() -> None:
    assert (
        get(drafted("nl", {"name": "Œuvre n° 1 : l'été à Ångström"}).draft.data, "/project/id") == "oeuvre-n-1-l-ete-a-angstrom"
    )
    long = get(drafted("nl", {"name": "mot " * 20 + "x" * 19}).draft.data, "/project/id")
    assert isinstance(long, str)
    assert len(long) <= 64
    assert not long.endswith("-")
    assert "/project/id" in drafted("nl", {"name": "日本語"}).draft.questions
