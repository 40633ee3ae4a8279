"""``scope_digest`` against RFC 8785 texts written by hand (rules.md, "The committee's register")."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.scope_digest import scope_digest
from tests.packs import Data, finding, judged, manifest, merged, require, rule

if TYPE_CHECKING:
    from pathlib import Path

MINIMAL_TEXT = (
    '{"data":{"personal":"none"},"decision":{"individual_administrative":false,"role":"none"},'
    '"people":{"impact":"none","interaction":"none","minors":"none"},"purpose":{"domain":"other"},'
    '"technology":{"capabilities":["forecasting"],"type":"machine_learning"},"video":{"used":false}}'
)
FULL: Data = {
    "purpose": {"education_scopes": ["teaching_tool", "pupil_tracking", "teaching_tool"], "domain": "education", "goal": "x"},
    "people": {"affected_groups": ["pupils", "families"], "minors": "targeted", "impact": "high", "decisions_per_year": 12},
    "decision": {
        "role": "recommends",
        "individual_administrative": "unknown",
        "main_processing": True,
        "human_review": {"level": "each_case", "role": "Agent", "can_override": True},
        "explanation": {"procedure": "x"},
    },
    "technology": {"type": "hybrid", "capabilities": ["search", "chatbot", "search"], "limitations": "x"},
    "data": {"personal": "identified", "special_categories": ["offences", "health"], "ropa_ref": "x"},
    "video": {"used": True, "context": "school", "analysis": "event_detection"},
}
FULL_TEXT = (
    '{"data":{"personal":"identified","special_categories":["health","offences"]},'
    '"decision":{"human_review":{"level":"each_case"},"individual_administrative":"unknown","main_processing":true,"role":"recommends"},'
    '"people":{"affected_groups":["families","pupils"],"impact":"high","interaction":"none","minors":"targeted"},'
    '"purpose":{"domain":"education","education_scopes":["pupil_tracking","teaching_tool"]},'
    '"technology":{"capabilities":["chatbot","search"],"type":"hybrid"},'
    '"video":{"analysis":"event_detection","context":"school","used":true}}'
)
EMPTY: Data = {
    "purpose": {"education_scopes": []},
    "people": {"affected_groups": []},
    "data": {"special_categories": []},
    "decision": {"human_review": {}},
}


def sha256(text: str) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        ({}, MINIMAL_TEXT),
        (FULL, FULL_TEXT),
        (EMPTY, MINIMAL_TEXT),
        ({"project": {"status": "planned"}, "x-note": 1}, MINIMAL_TEXT),
    ],
    ids=["minimal", "full", "empty-lists", "elsewhere"],
)
def test_the_digest_of_what_the_committee_looked_at(patch: Data, text: str) -> None:
    assert scope_digest(manifest(patch)) == sha256(text)


def test_sections_left_out_leave_no_empty_object() -> None:
    assert scope_digest({"people": {"impact": "low"}}) == sha256('{"people":{"impact":"low"}}')
    assert scope_digest({}) == sha256("{}")


def test_key_order_and_list_order_do_not_matter() -> None:
    data = manifest(FULL)
    turned = dict(
        reversed([(key, dict(reversed(held.items())) if isinstance(held, dict) else held) for key, held in data.items()])
    )
    assert scope_digest(turned) == scope_digest(data)


@pytest.mark.parametrize(
    "patch",
    [
        {"purpose": {"domain": "hr"}},
        {"people": {"interaction": "direct"}},
        {"people": {"minors": "unknown"}},
        {"decision": {"individual_administrative": True}},
        {"decision": {"main_processing": False}},
        {"decision": {"human_review": {"level": "none"}}},
        {"technology": {"capabilities": ["ocr"]}},
        {"data": {"special_categories": ["health"]}},
        {"video": {"context": "school"}},
    ],
)
def test_each_part_of_the_scope_changes_it(patch: Data) -> None:
    assert scope_digest(merged(manifest(), patch)) != scope_digest(manifest())


def test_rules_see_it_as_record_scope_digest_even_without_a_register(tmp_path: Path) -> None:
    cel = f"record.scope_digest == '{sha256(MINIMAL_TEXT)}' && !record.configured && !has(record.opinion)"
    assert finding(judged(tmp_path, [rule("TEST-A01", require(cel))])).verdict == "pass"
