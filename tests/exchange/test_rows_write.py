"""Writing, row by row: what each field of each public standard says of one manifest, and what it says of none."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from cmian_policy.exchange.mapping import load
from cmian_policy.exchange.places import drop, put
from tests.exchange.records import COLUMNS, Data, example, fields, manifest, recorded
from tests.runner import NBSP

FULL = example("affectation-scolaire-complete")
NOT_GIVEN = "Non renseigné"
SUMMARY = FULL["project"]["summary"]
SOURCES = (
    f"Sources{NBSP}:\n"
    f"• Dossiers d'inscription scolaire (Origine{NBSP}: Familles{NBSP}; Mode de collecte{NBSP}: Formulaire en ligne ou "
    f"papier{NBSP}; Données sur des mineurs{NBSP}: oui)\n"
    f"• Capacité des écoles (Origine{NBSP}: Ville de Montpellier{NBSP}; Mode de collecte{NBSP}: Relevé annuel{NBSP}; "
    f"Données sur des mineurs{NBSP}: non)\n"
    f"Données personnelles{NBSP}: Données identifiantes"
)
ASSESSMENTS = f"État de l'AIPD{NBSP}: Réalisée\nÉtat de l'analyse{NBSP}: En cours"
HUMAN = (
    f"Niveau d'intervention{NBSP}: Pour chaque dossier\n"
    f"Fonction de l'intervenant{NBSP}: Commission des dérogations, puis agent qui signe par délégation du maire\n"
    f"Pouvoir d'écarter le résultat{NBSP}: oui"
)
LAWS = (
    "Code de l'éducation, articles L.131-5 et L.212-7 (secteurs scolaires et inscription)\n"
    "Délibération fictive fixant les critères de dérogation"
)
MODEL = (
    f"• estimation-des-effectifs (Fournisseur du modèle{NBSP}: Ville de Montpellier{NBSP}; Version du modèle{NBSP}: 1.4{NBSP}; "
    f"Licence{NBSP}: Licence libre{NBSP}; Fiche du modèle{NBSP}: https://code.example.org/affectation-scolaire/fiche-modele)"
)
CAPABILITIES = (
    f"Capacités{NBSP}: Prévision, Optimisation (tournées, plannings, réseaux), Recommandation de contenus ou de services"
)
SHARE = FULL["technology"]["performance"][1]["value"]
LIMITS = FULL["technology"]["limitations"]
# None: the manifest has nothing to say there, and the standard lets the field be absent.
EUROCITIES: dict[str, str | None] = {
    "name": "Aide à l'affectation scolaire et aux dérogations (dossier complet)",
    "description_short": (
        "L'outil estime les effectifs de chaque école et propose une réponse aux demandes de dérogation à la carte scolaire. "
        "Un agent examine chaque…"
    ),
    "organization": "Ville de Montpellier",
    "department": "Direction de l'éducation",
    "contact_email": "affectations@example.org",
    "contact_phone": None,
    "contact_name": None,
    "area": "Montpellier",
    "domain": "education and science",
    "website": "https://education.example.org/affectation",
    "status": "operational",
    "remark": None,
    "decision_making_process": FULL["purpose"]["process"],
    "goal": FULL["purpose"]["goal"],
    "impact": (
        f"Impact potentiel sur les usagers (§3){NBSP}: Impact élevé\n"
        f"Contact avec les usagers{NBSP}: Contact indirect{NBSP}: un agent se sert du résultat pour répondre à l'usager ou "
        "traiter son dossier\n"
        f"Publics concernés{NBSP}: Élèves, Mineurs de moins de 15 ans, Familles\n"
        f"Mineurs{NBSP}: Mineurs visés par le projet\n"
        f"Décisions par an{NBSP}: 900"
    ),
    "risks": f"Limites connues{NBSP}: {LIMITS}\n{ASSESSMENTS}",
    "risk_category": "high risk",
    "proportionality": FULL["purpose"]["proportionality"],
    "lawful_basis": LAWS,
    "documentation": "https://education.example.org/affectation/documentation",
    "training_data": NOT_GIVEN,
    "source_data": SOURCES,
    "data_bias": None,
    "connected_data_sources": "Familles\nVille de Montpellier",
    "DPIA_description": FULL["data"]["dpia"]["summary"],
    "DPIA_url": "https://education.example.org/affectation/aipd",
    "algorithm_type": "self-learning",
    "description": (
        f"Description courte{NBSP}: {SUMMARY}\n{CAPABILITIES}\nModèles{NBSP}:\n{MODEL}\n"
        f"Hébergeur{NBSP}: Centre de données fictif\nPays{NBSP}: FR\nCertification{NBSP}: Certification fictive\n"
        f"Apprentissage en production{NBSP}: non"
    ),
    "methods_and_models": "estimation-des-effectifs",
    "performance": (
        f"• Écart moyen entre effectif prévu et effectif constaté, en élèves par classe (Valeur{NBSP}: 0,8{NBSP}; "
        f"Date de la mesure{NBSP}: 2026-09-15)\n"
        f"• Part des propositions modifiées par la commission (Valeur{NBSP}: {SHARE}{NBSP}; Date de la mesure{NBSP}: 2026-06-30)"
    ),
    "alternatives_considered": FULL["purpose"]["alternatives"],
    "product_information": None,
    "codebase_url": "https://code.example.org/affectation-scolaire",
    "product_page": None,
    "AIA_description": FULL["ai_act"]["fria"]["summary"],
    "AIA_url": None,
    "monitoring": FULL["review"]["monitoring"],
    "type": "prescriptive",
    "human_intervention": HUMAN,
    "objection_procedure": (
        f"Voie de recours{NBSP}: Recours gracieux auprès du maire, puis recours devant le tribunal administratif\n"
        f"Page du recours{NBSP}: https://education.example.org/affectation/recours\n"
        f"Procédure d'explication{NBSP}: {FULL['decision']['explanation']['procedure']}"
    ),
    "rollback": None,
    "standard_version": "0.3.1",
    "uuid": None,
    "lang": "fr",
    "publication_date": "2026-11-23",
    "last_change_date": "2026-11-23",
    "revision_date": "2027-03-15",
    "revision_note": None,
    "keywords": None,
}
NL: dict[str, str | list[str] | None] = {
    "name": EUROCITIES["name"],
    "description_short": SUMMARY,
    "organization": "Ville de Montpellier",
    "theme": ["Onderwijs en wetenschap"],
    "status": "In gebruik",
    "start_date": "2025-09",
    "end_date": None,
    "contact": "affectations@example.org",
    "link": "https://education.example.org/affectation",
    "publication_category": "Hoog-risico AI-systeem (Categorie A)",
    "source_link": "https://registre-ia.example.org/affectation-scolaire",
    "purpose_and_impact": (
        f"Finalité{NBSP}: {FULL['purpose']['goal']}\nImpact potentiel sur les usagers (§3){NBSP}: Impact élevé\n"
        f"Publics concernés{NBSP}: Élèves, Mineurs de moins de 15 ans, Familles"
    ),
    "considerations": (
        f"Proportionnalité{NBSP}: {FULL['purpose']['proportionality']}\nAlternatives{NBSP}: {FULL['purpose']['alternatives']}\n"
        f"Bénéfices{NBSP}: {FULL['purpose']['benefits']}"
    ),
    "human_intervention": f"{HUMAN}\nRôle dans la décision{NBSP}: Propose une décision ou un classement",
    "risk_management": f"Surveillance{NBSP}: {FULL['review']['monitoring']}\nLimites connues{NBSP}: {LIMITS}",
    "legal_basis": LAWS,
    "legal_basis_link": None,  # the first text has no address
    "legal_basis_title": None,
    "processing_register_link": None,  # the reference is no address
    "impact_assessments": ASSESSMENTS,
    "impact_assessment_link": "https://education.example.org/affectation/aipd",
    "impact_assessment_explanation": None,
    "data": SOURCES,
    "data_source_link": None,
    "data_source_title": None,
    "technical_operation": (
        f"Type d'algorithme{NBSP}: Apprentissage automatique\n{CAPABILITIES}\nModèles{NBSP}:\n{MODEL}\n"
        f"Apprentissage en production{NBSP}: non"
    ),
    "supplier": "Prestataire fictif B",
    "source_code_link": "https://code.example.org/affectation-scolaire",
    "language": "nld",
    "schema": "1.0.0",
    "source_id": "affectation-scolaire-complete",
    "search_terms": None,
}
ETALAB: dict[str, str | None] = dict(
    zip(
        COLUMNS,
        (
            "Ville de Montpellier",
            "Direction de l'éducation",
            "affectations@example.org",
            "2026-11-23",
            EUROCITIES["name"],
            None,
            FULL["purpose"]["goal"],
            FULL["purpose"]["process"],
            "aide à la décision",
            LAWS,
            "https://education.example.org/affectation/documentation",
            "900",
            "externe",
            "Élèves, Mineurs de moins de 15 ans, Familles",
            None,
            "Dossiers d'inscription scolaire\nCapacité des écoles",
            "Familles\nVille de Montpellier",
            "Formulaire en ligne ou papier\nRelevé annuel",
            "apprentissage machine (machine learning)",
            f"{CAPABILITIES}\nModèles{NBSP}:\n{MODEL}",
            "https://code.example.org/affectation-scolaire",
        ),
        strict=True,
    )
)
ROWS: dict[str, dict[str, Any]] = {"eurocities": EUROCITIES, "nl": NL, "etalab": ETALAB}
WRITTEN = {form: fields(recorded(form, FULL)) for form in ROWS}


def changed(**places: Any) -> Data:  # noqa: ANN401 - any JSON
    """The full manifest with other values; ``/`` is written ``__``, and None takes a value away."""
    data = deepcopy(FULL)
    for name, value in places.items():
        place = "/" + name.replace("__", "/")
        if value is None:
            drop(data, place)
        else:
            put(data, place, value)
    return data


@pytest.mark.parametrize("form", ROWS)
def test_every_field_has_its_row_in_order(form: str) -> None:
    assert list(ROWS[form]) == [field.name for field in load(form).fields]


@pytest.mark.parametrize(
    ("form", "field", "expected"),
    [pytest.param(form, name, expected, id=f"{form}: {name}") for form in ROWS for name, expected in ROWS[form].items()],
)
def test_a_field_says_what_the_manifest_says(form: str, field: str, expected: Any) -> None:  # noqa: ANN401 - any JSON
    assert WRITTEN[form].get(field) == expected


@pytest.mark.parametrize(
    ("status", "nl"),
    [
        ("planned", "In ontwikkeling"),
        ("design", "In ontwikkeling"),
        ("development", "In ontwikkeling"),
        ("pilot", "In gebruik"),
        ("evaluation", "In gebruik"),
        ("operational", "In gebruik"),
        ("retired", "Buiten gebruik"),
    ],
)
def test_stages(status: str, nl: str) -> None:
    data = changed(project__status=status)
    assert fields(recorded("nl", data))["status"] == nl
    assert fields(recorded("eurocities", data))["status"] == status


@pytest.mark.parametrize(
    ("risk", "individual", "impact", "category"),
    [
        ("high_risk", False, "none", "Hoog-risico AI-systeem (Categorie A)"),
        ("minimal", True, "none", "Impactvolle algoritmes (Categorie B)"),
        ("minimal", "unknown", "none", "Impactvolle algoritmes (Categorie B)"),
        ("transparency", False, "moderate", "Impactvolle algoritmes (Categorie B)"),
        ("minimal", False, "unknown", "Impactvolle algoritmes (Categorie B)"),
        ("transparency", False, "low", "Overige algoritmes (Categorie C)"),
    ],
)
def test_categories(risk: str, individual: bool | str, impact: str, category: str) -> None:  # noqa: FBT001 - a value of the manifest
    data = changed(ai_act__risk=risk, decision__individual_administrative=individual, people__impact=impact)
    made = recorded("nl", data)
    assert fields(made)["publication_category"] == category
    assert "publication_category" in made.record.told("deduced")


@pytest.mark.parametrize(
    ("role", "capabilities", "kind"),
    [
        ("decides", ["chatbot"], "prescriptive"),
        ("recommends", ["forecasting"], "prescriptive"),
        ("informs", ["forecasting"], "predictive"),
        ("none", ["search"], "descriptive"),
    ],
)
def test_types_of_use(role: str, capabilities: list[str], kind: str) -> None:
    made = recorded("eurocities", changed(decision__role=role, technology__capabilities=capabilities))
    assert fields(made)["type"] == kind
    assert "type" in made.record.told("deduced")


@pytest.mark.parametrize(
    ("form", "change", "place"),
    [
        ("eurocities", {"ai_act__risk": "unknown"}, "/ai_act/risk"),
        ("eurocities", {"ai_act": None}, "/ai_act/risk"),
        ("eurocities", {"review__next_review": None}, "/review/next_review"),
        ("eurocities", {"owner__contact": "https://contact.example.org"}, "/owner/contact"),
        ("nl", {"ai_act__risk": "unknown"}, "/ai_act/risk"),
        ("nl", {"ai_act__risk": "prohibited"}, "/ai_act/risk"),
        ("nl", {"project__start_date": None}, "/project/start_date"),
        ("nl", {"owner__organisation": "other"}, "/owner/organisation"),
    ],
)
def test_a_choice_that_nobody_made_keeps_the_record_from_being_written(form: str, change: dict[str, Any], place: str) -> None:
    """No risk level, date or address is invented."""
    made = recorded(form, changed(**change))
    assert [missing.place for missing in made.record.open] == [place]
    assert made.text == ""


def test_another_administration_has_neither_a_name_nor_an_area() -> None:
    made = recorded("eurocities", changed(owner__organisation="other"))
    assert [missing.place for missing in made.record.open] == ["/owner/organisation", "/x-eurocities/area"]
    named = {"organization": "Office fictif de l'eau", "area": "Bassin fictif"}
    assert (
        fields(recorded("eurocities", changed(owner__organisation="other", **{"x-eurocities": named}))).items() >= named.items()
    )


def test_words_kept_for_a_standard_come_first() -> None:
    kept = {"training_data": "Dix ans de registres.", "algorithm_type": "hybrid", "publication_date": "2020-01-01", "lang": "en"}
    made = recorded("eurocities", changed(**{"x-eurocities": kept}))
    assert fields(made).items() >= kept.items()
    assert made.record.told("kept") == ["training_data", "algorithm_type", "lang", "publication_date"]
    assert fields(made)["last_change_date"] == "2026-11-23"  # always that of the record
    assert fields(recorded("nl", changed(**{"x-nl": {"theme": ["Bestuur", "Recht"]}})))["theme"] == ["Bestuur", "Recht"]


@pytest.mark.parametrize(
    ("field", "value"), [("algorithm_type", "quantique"), ("uuid", "7"), ("DPIA_url", "voir le dossier"), ("remark", 7)]
)
def test_kept_words_that_the_standard_refuses_are_no_silent_loss(field: str, value: str | int) -> None:
    made = recorded("eurocities", changed(**{"x-eurocities": {field: value}}))
    assert [missing.place for missing in made.record.open] == [f"/x-eurocities/{field}"]


def test_a_misspelt_kept_field_is_named() -> None:
    made = recorded("eurocities", changed(**{"x-eurocities": {"trainingdata": "Dix ans de registres."}}))
    assert made.record.lost[-1] == "x-eurocities.trainingdata"


def test_texts_are_cut_between_words_and_said_to_be() -> None:
    made = recorded("nl", changed(project__name="mot " * 24 + "mots"))
    name = fields(made)["name"]
    assert name == "mot " * 23 + "mot…"
    assert [field for field, value in made.record.values.items() if value.shortened] == ["name"]
    whole = recorded("nl", changed(project__name="m" * 100))
    assert fields(whole)["name"] == "m" * 98 + "…"


def test_a_retired_service_has_an_end_and_a_month_has_no_day() -> None:
    made = recorded("nl", changed(project__status="retired", project__end_date="2026-10-31"))
    assert fields(made)["end_date"] == "2026-10"
    approximate = {name for name, value in made.record.values.items() if value.approximate}
    assert approximate == {"start_date", "end_date"}


def test_what_the_record_does_not_say_is_named() -> None:
    """Every leaf of the manifest is said, or lost by its own name or that of the part that is lost whole."""
    made = recorded("eurocities", FULL)
    assert {"owner.accountable_role", "cmian", "participation", "training", "inclusion", "video"} <= set(made.record.lost)
    assert "purpose.goal" not in made.record.lost
    assert "data.sources[0].name" not in made.record.lost
    assert "schema_version" not in made.record.lost
    again = recorded("eurocities", changed(people__decisions_per_year=None, **{"x-note": "privé"}))
    assert again.record.losses == made.record.losses


def test_nothing_depends_on_the_order_of_the_manifest() -> None:
    backwards = {key: FULL[key] for key in reversed(FULL)}
    for form in ROWS:
        assert recorded(form, backwards).text == recorded(form, FULL).text
        assert manifest(backwards).readable
