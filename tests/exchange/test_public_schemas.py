"""What is written is valid against the official schemas, formats included, for every example that has a record."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.exchange.records import answered, drafted, example, examples, official, recorded, sample

PUBLIC = {
    "eurocities": "eurocities-registration-0.3.1.schema.json",
    "nl": "nl-publicatiestandaard-1.0.0.schema.json",
}
# The examples without a record, each with what their authors have not settled: a level of risk, a date of review, a first day.
WITHOUT = {
    "affectation-scolaire": {"eurocities": {"/ai_act/risk", "/review/next_review"}, "nl": {"/ai_act/risk"}},
    "aides-sociales-ccas": {"eurocities": {"/ai_act/risk"}, "nl": {"/ai_act/risk"}},
    "ancien-service": {"eurocities": {"/ai_act/risk", "/review/next_review"}, "nl": {"/ai_act/risk"}},
    "apprentissage-adaptatif": {"eurocities": {"/ai_act/risk"}, "nl": {"/ai_act/risk"}},
    "projet-prevu": {"eurocities": {"/ai_act/risk", "/review/next_review"}, "nl": {"/ai_act/risk"}},
    "reconnaissance-faciale": {"eurocities": {"/ai_act/risk", "/review/next_review"}, "nl": {"/ai_act/risk"}},
    "resume-documents": {
        "eurocities": {"/ai_act/risk", "/review/next_review"},
        "nl": {"/ai_act/risk", "/project/start_date"},
    },
    "tri-cv": {"eurocities": {"/ai_act/risk"}, "nl": {"/ai_act/risk"}},
}
FORMATS = FormatChecker(formats=["date", "email"])


def faults(form: str, text: str) -> list[str]:
    """What the official schema finds wrong with a record."""
    validator = Draft202012Validator(official(PUBLIC[form]), format_checker=FORMATS)
    return [error.message for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize("form", PUBLIC)
@pytest.mark.parametrize("name", [path.parent.name for path in examples()])
def test_the_record_of_an_example_is_valid(form: str, name: str) -> None:
    made = recorded(form, example(name))
    assert {missing.place for missing in made.record.open} == WITHOUT.get(name, {}).get(form, set())
    if not made.record.open:
        assert faults(form, made.text) == []


@pytest.mark.parametrize("form", PUBLIC)
@pytest.mark.parametrize("origin", ["eurocities", "nl", "etalab", "atrs"])
def test_the_record_of_an_answered_draft_is_valid(form: str, origin: str) -> None:
    made = recorded(form, answered(drafted(origin, sample(origin)), further=True))
    assert made.record.open == ()
    assert faults(form, made.text) == []


@pytest.mark.parametrize("form", PUBLIC)
def test_the_samples_are_valid_records_themselves(form: str) -> None:
    assert faults(form, json.dumps(sample(form))) == []
