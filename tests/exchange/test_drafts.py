"""The text of a draft: questions in words where their answers go, hostile words as words, never a valid manifest by accident."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import takewhile
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.errors import UsageError
from cmian_policy.exchange.drafting import IMPORTED, draft_manifest
from cmian_policy.exchange.mapping import load
from cmian_policy.exchange.places import get
from cmian_policy.messages.neutral import visible
from cmian_policy.pipeline.policy import schema
from tests.acceptance.test_hostile_text import NASTY, clean
from tests.exchange.records import KEEPS, ON, drafted, problems, raw, read, sample
from tests.runner import NBSP

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
# Questions that no public standard answers: whatever a record says, they stay open.
NEVER_SAID = (
    "/people/minors",
    "/people/impact",
    "/decision/individual_administrative",
    "/technology/capabilities",
    "/video/used",
)
SECTIONS = list(schema("ai-manifest")["properties"])


@pytest.mark.parametrize("form", IMPORTED)
def test_a_draft_holds_nulls_for_its_questions_and_nothing_else_is_wrong(form: str) -> None:
    made = drafted(form, sample(form))
    assert problems(made.text) == dict.fromkeys(made.draft.questions, "schema.null")
    assert set(NEVER_SAID) <= set(made.draft.questions)


@pytest.mark.parametrize("form", IMPORTED)
def test_check_shows_each_question_on_its_line(form: str) -> None:
    """Each open key stands right below the comment that asks for it."""
    made = drafted(form, sample(form))
    lines = made.text.splitlines()
    open_keys = [number for number, line in enumerate(lines) if re.fullmatch(r"  [a-z_]+:", line)]
    asked = 0
    for number in open_keys:
        if number + 1 < len(lines) and lines[number + 1].startswith("    "):
            continue  # a mapping or a list, not a question
        asked += 1
        comment = list(takewhile(lambda line: line.startswith("  #"), reversed(lines[:number])))
        assert any(line.startswith(f"  # QUESTION{NBSP}: ") for line in comment), lines[number]
    assert asked == len(made.draft.questions)


@pytest.mark.parametrize("form", IMPORTED)
def test_keys_stand_in_the_order_of_the_schema(form: str) -> None:
    made = read(drafted(form, sample(form)).text)
    known = [key for key in made if not key.startswith("x-")]
    assert known == [key for key in SECTIONS if key in known]
    for section in known:
        rule = schema("ai-manifest")["properties"][section]
        if isinstance(made[section], dict):
            assert list(made[section]) == [key for key in rule["properties"] if key in made[section]]
    assert [key for key in made if key.startswith("x-")] == ([KEEPS[form]] if form in KEEPS else [])


def test_a_question_gives_the_codes_with_their_labels() -> None:
    text = drafted("nl", {"name": "Essai"}).text
    for code, label in {
        "none": "Aucun contact avec les usagers",
        "pilot": "En expérimentation auprès d'usagers ou d'agents",
        "chatbot": "Agent conversationnel",
        "unknown": "Non connu à ce jour",
        "true": "oui",
    }.items():
        assert f"  # - {code}{NBSP}: {label}\n" in text


def test_a_draft_in_english() -> None:
    record = {"name": "Essai", "organization": "Ville de Montpellier"}
    text = draft_manifest(raw("nl", record), "fiche.json", "nl", "en", ON).text
    assert text.startswith("# Draft made from fiche.json (Algoritmeregister Publicatiestandaard 1.0.0).\n")
    assert "  # QUESTION: Status. " in text
    assert "  # - none: No contact with users\n" in text
    assert not re.search("[«»éèàê]", text)


def test_the_language_of_the_words_is_told() -> None:
    told = f"La langue de la fiche ({'{}'}){NBSP}: traduisez".lower()
    assert told.format("nl") in " ".join(drafted("nl", sample("nl")).text.replace("\n# ", " ").lower().split(" "))
    assert told.format("en") in drafted("eurocities", sample("eurocities")).text.replace("\n# ", " ").lower()
    assert "traduisez" not in drafted("eurocities", {**sample("eurocities"), "lang": "fr"}).text
    assert "traduisez" not in drafted("etalab", sample("etalab")).text


def test_words_beside_a_question_come_on_one_line() -> None:
    text = drafted("eurocities", {"impact": "Une ligne\nvideo: {used: false}\n\nautre"}).text
    assert f"# La fiche dit, champ «{NBSP}impact{NBSP}»{NBSP}: «{NBSP}Une ligne / video: {{used: false}} / autre{NBSP}»\n" in text
    long = drafted("eurocities", {"impact": "mot " * 1000}).text
    assert long.count("…") == 2  # once for each question that it bears on


def test_a_long_text_is_folded_and_a_text_of_lines_is_quoted() -> None:
    long = "Un texte de plus d'une ligne, " * 6 + "qui s'arrête ici."
    text = drafted("nl", {"purpose_and_impact": long, "considerations": "a\nb"}).text
    assert "  goal: >-\n    Un texte" in text
    assert '  proportionality: "a\\nb"\n' in text
    assert max(map(len, text.splitlines())) <= 100
    assert get(read(text), "/purpose/goal") == long


HOSTILE = {
    **NASTY,
    "yaml": "x: [y] # z\n- a\n--- !!python/object:os.system {}",
    "tag": "!!binary aGVsbG8=",
    "anchor": "&a *a <<: *b",
    "quotes": "'\"\\'\"",
    "number": "1e3",
    "octal": "0o7",
    "sexagesimal": "1:30",
    "norway": "no",
    "null": "~",
    "date": "2026-01-01",
    "comment": "# rien",
    "astral": "\U0001f9a6 \U00010000",
    "no-character": "a\ufffeb\uffff",
    "colons at the start of a folded line": "mot " * 22 + "::error file=x::titre " + "mot " * 22,
    "only spaces": "   ",
    "inner spaces": "a" * 60 + "  " + "b" * 60,
    "tab": "a\tb" * 60,
    "very long word": "x" * 400,
}
SAYS_NOTHING = {"quotes", "null", "only spaces"}  # no letter and no digit
NAME = {"etalab": "Nom de l'algorithme", "eurocities": "name", "nl": "name", "atrs": "name"}
READ_BY_ALL = [name for name in HOSTILE if name != "no-character"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", IMPORTED)
def test_hostile_words_stay_words(form: str, name: str) -> None:
    value = HOSTILE[name]
    record = {field.name: value for field in load(form).fields if field.const is None and field.form != "list"}
    made = drafted(form, {**record, NAME[form]: "Essai"})
    clean(made.text)
    assert not any(line.lstrip().startswith("::") for line in made.text.splitlines())
    assert set(problems(made.text)) == set(made.draft.questions)
    held = get(read(made.text), "/purpose/alternatives" if form == "atrs" else "/purpose/goal")
    assert held == (None if name in SAYS_NOTHING else value.strip())


@pytest.mark.parametrize("name", READ_BY_ALL)
def test_other_readers_of_yaml_read_the_same_words(name: str) -> None:
    """PyYAML follows YAML 1.1, where more words are numbers, dates and booleans."""
    made = drafted("eurocities", {"goal": HOSTILE[name], "remark": HOSTILE[name]})
    assert yaml.safe_load(made.text) == read(made.text)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        draft_manifest(b'{"goal": "\\ud800"}', "fiche", "eurocities", "fr", ON)
    assert refused.value.message.key == "import.broken-text"


def test_a_record_that_no_manifest_could_hold_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        drafted("nl", {"name": "Essai", "legal_basis": "\n".join(f"loi {number}" for number in range(1001))})
    assert refused.value.message.key == "import.no-manifest"


# whatever a record says

WORDS = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("ab :#-&*!|>'\"%@`{}[],?\\\n\t\r\u00a0\u202e\x00\U0001f9a6=é"), max_size=120),
    st.sampled_from(["high risk", "operational", "In gebruik", "Verkeer", "https://a.example", "a@b.example", "2026-01", "12"]),
)


def json_records(form: str) -> st.SearchStrategy[dict[str, Any]]:
    """Records in JSON with any words in any field."""
    names = [field.name for field in load(form).fields if field.const is None]
    return st.dictionaries(st.sampled_from(names), WORDS, min_size=1, max_size=len(names))


@pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time
@pytest.mark.parametrize("form", IMPORTED)
def test_no_record_makes_a_valid_manifest(form: str) -> None:
    @QUICK
    @given(json_records(form))
    def holds(record: dict[str, Any]) -> None:
        made = drafted(form, {**record, "Nom de l'algorithme": "Essai"} if form == "etalab" else record)
        assert visible(made.text.replace("\n", "")) == made.text.replace("\n", "")
        assert read(made.text) == made.draft.data
        assert set(problems(made.text)) == set(made.draft.questions) >= set(NEVER_SAID)

    holds()


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_an_error(content: bytes) -> None:
    for form in IMPORTED:
        with suppress(UsageError):
            draft_manifest(content, "fiche", form, "fr", ON)
