"""The questions of `init`: what the schema requires, what decides which rules apply, what blocking rules miss; no others."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.authoring.typecheck import Condition, TypeChecker
from cmian_policy.editing.wizard import words
from cmian_policy.editing.wizard.desk import Desk
from cmian_policy.editing.wizard.fields import missing
from cmian_policy.editing.wizard.interview import Interview, Subject
from cmian_policy.editing.wizard.knowledge import Conditions, knowledge
from cmian_policy.editing.wizard.layout import Layout
from cmian_policy.editing.wizard.places import get, put
from cmian_policy.editing.wizard.question import Question, read_answer
from cmian_policy.errors import UsageError
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.lang.typed_cel import Scope
from cmian_policy.messages import render
from cmian_policy.model.text import LANGS, message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.pipeline.policy import load_policy, schema
from cmian_policy.pipeline.run import Options
from tests.packs import MINIMAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cmian_policy.model.report import Report
    from cmian_policy.model.text import Lang

SCHEMA = Shape.of(schema("ai-manifest"))
# The table of manifest.md, without `schema_version`, which nobody has to be asked for.
REQUIRED = [
    "/project/id", "/project/name", "/project/summary", "/project/status",
    "/owner/organisation", "/owner/department", "/owner/contact",
    "/purpose/goal", "/purpose/domain",
    "/people/interaction", "/people/minors", "/people/impact",
    "/decision/role", "/decision/individual_administrative",
    "/technology/type", "/technology/capabilities",
    "/data/personal", "/video/used",
]  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk of the bundled policy, on the date of the tests."""
    folder: Path = tmp_path_factory.mktemp("project")
    return Desk(Layout(SCHEMA, "fr"), folder, "ai-manifest.yaml", load_policy(), date(2026, 11, 23), Options())


def begin(desk: Desk, known: Mapping[str, Any] | None = None, proposed: tuple[str, ...] = ()) -> Interview:
    """An interview of which something may be known."""
    return Interview(Subject(SCHEMA, desk.judge, Conditions(), {"schema_version": "1.0", **(known or {})}, proposed))


def answers(**sections: Any) -> dict[str, Any]:  # noqa: ANN401 - any manifest
    """MINIMAL with some answers replaced, as ``people={"interaction": "direct"}``."""
    return {**MINIMAL, **{name: {**MINIMAL.get(name, {}), **held} for name, held in sections.items()}}


def hold(interview: Interview, data: Mapping[str, Any]) -> tuple[list[str], Interview]:
    """Answers each question with what ``data`` holds, and passes over the others; the questions in their order."""
    asked = []
    while (question := interview.next()) is not None:
        asked.append(question.pointer)
        value = get(dict(data), question.pointer)
        assert value is not None or not question.required, question.pointer
        interview = interview.answer(question, value)
        assert len(asked) < 100, "it never ends"
    return asked, interview


def asked_of(desk: Desk, data: Mapping[str, Any]) -> list[str]:
    """The questions that are asked of a project beyond the required ones."""
    return [pointer for pointer in hold(begin(desk), data)[0] if pointer not in REQUIRED]


def test_the_required_fields_are_those_of_the_design() -> None:
    assert ["/schema_version", *REQUIRED] == list(missing({}, SCHEMA))


def test_a_project_that_touches_nobody_is_asked_nothing_but_what_is_required(desk: Desk) -> None:
    asked, interview = hold(begin(desk), MINIMAL)
    assert asked == REQUIRED
    assert interview.data == MINIMAL


def test_what_is_known_is_not_asked(desk: Desk) -> None:
    asked, _ = hold(begin(desk, {"project": MINIMAL["project"], "video": {"used": False}}), MINIMAL)
    assert asked == REQUIRED[4:-1]


@pytest.mark.parametrize(
    ("sections", "follow_ups"),
    [
        ({"owner": {"organisation": "metropole-montpellier"}}, ["/owner/serves_city"]),
        ({"people": {"interaction": "indirect"}}, ["/people/affected_groups", "/project/start_date"]),
        ({"data": {"personal": "identified"}}, ["/data/special_categories", "/data/transfers/outside_eu"]),
        ({"purpose": {"domain": "childhood_youth"}}, ["/purpose/education_scopes"]),
        ({"decision": {"role": "recommends"}}, ["/people/affected_groups"]),
        ({"technology": {"capabilities": ["text_generation"]}}, ["/owner/ai_act_role"]),
    ],
)
def test_an_answer_that_decides_which_rules_apply_brings_its_questions(
    desk: Desk, sections: dict[str, Any], follow_ups: list[str]
) -> None:
    known = {each.pointer for each in knowledge().follow_ups}
    assert [place for place in asked_of(desk, answers(**sections)) if place in known] == follow_ups


def test_a_video_project_says_where_and_what(desk: Desk) -> None:
    found = asked_of(desk, answers(video={"used": True}))
    assert found[:2] == ["/video/context", "/video/analysis"]


def test_an_interview_goes_down_the_manifest_then_once_more_from_its_top(desk: Desk) -> None:
    """`owner.serves_city` comes right after the organisation; `people.affected_groups` once the role in decisions is known."""
    asked, _ = hold(begin(desk), answers(owner={"organisation": "other", "serves_city": True}, decision={"role": "decides"}))
    assert asked.index("/owner/serves_city") == asked.index("/owner/organisation") + 1
    assert asked.index("/people/affected_groups") == asked.index("/video/used") + 1


def test_a_chatbot_is_asked_for_what_its_blocking_rules_miss_and_told_which(desk: Desk) -> None:
    """T01 and LAW-T03: text, places, timing; LAW-I03: statement; A01: referral, then its date; I01: assistance."""
    data = answers(
        people={"interaction": "direct"},
        technology={"type": "generative", "capabilities": ["chatbot"]},
        transparency={
            "disclosure": {"text": {"fr": "Une IA vous répond."}, "places": ["before_chat"]}
            | {"timing": "before_or_at_first_interaction"},
            "accessibility": {"statement_url": "https://ville.example/a11y"},
        },
        cmian={"referral": {"status": "submitted", "date": "2026-01-05"}},
        inclusion={"assistance": ["Maisons pour tous"]},
    )
    asked, interview = hold(begin(desk), data)
    by_rules = {step.question.pointer: [each.rule for each in step.question.because] for step in interview.steps}
    expected = {
        "/transparency/disclosure/text/fr": {"CMIAN-T01", "LAW-T03"},
        "/transparency/disclosure/places": {"CMIAN-T01"},
        "/transparency/disclosure/timing": {"LAW-T03"},
        "/transparency/accessibility/statement_url": {"LAW-I03"},
        "/cmian/referral/status": {"CMIAN-A01"},
        "/cmian/referral/date": {"CMIAN-A01"},
        "/inclusion/assistance": {"CMIAN-I01"},
    }
    assert {place: set(rules) for place, rules in by_rules.items() if rules} == expected
    assert asked[-7:] == list(expected)
    blocking = [f for f in desk.judge(interview.data).findings() if f.verdict is Verdict.FAIL and f.level is Level.BLOCKING]
    assert blocking == []


@pytest.mark.parametrize("status", ["planned", "design", "development"])
def test_what_does_not_block_yet_is_not_asked(desk: Desk, status: str) -> None:
    data = answers(project={"status": status}, people={"interaction": "direct"}, technology={"capabilities": ["chatbot"]})
    assert set(asked_of(desk, data)) == {"/people/affected_groups", "/owner/ai_act_role"}


def test_a_retired_project_is_asked_when_it_ended(desk: Desk) -> None:
    data = answers(project={"status": "retired", "end_date": "2026-06-30"})
    assert asked_of(desk, data) == ["/project/end_date"]


def test_safeguards_for_minors_are_asked_one_by_one_as_rules_want_them(desk: Desk) -> None:
    """CMIAN-E02 wants minimisation and child_notice, and no_training_reuse of a generative AI; it does not want the rest."""
    data = answers(people={"minors": "targeted"}, data={"personal": "identified"}, technology={"type": "generative"})
    safeguards = [place for place in asked_of(desk, data) if place.startswith("/data/minors_safeguards/")]
    assert safeguards == [f"/data/minors_safeguards/{key}" for key in ("minimisation", "child_notice", "no_training_reuse")]


def test_conditions_of_an_opinion_are_asked_one_after_the_other(desk: Desk) -> None:
    """CMIAN-A04 wants the conditions of a favourable opinion with conditions, and a due date of a planned one."""
    conditions = [
        {"id": "C1", "text": "Publier les taux d'erreur.", "status": "done"},
        {"id": "C2", "text": "Former les agents.", "status": "planned", "due": "2027-03-31"},
    ]
    opinion = {"ref": "AVIS-1", "date": "2026-06-01", "conclusion": "favourable_with_conditions", "conditions": conditions}
    data = answers(
        purpose={"domain": "security"},
        people={"impact": "low"},
        cmian={"referral": {"status": "opinion_given", "date": "2026-01-05"}, "opinion": opinion},
    )
    asked, interview = hold(begin(desk), data)
    places = [place.removeprefix("/cmian/opinion/") for place in asked if place.startswith("/cmian/opinion/")]
    assert places == [
        "ref", "date", "conclusion",
        "conditions/0/id", "conditions/0/text", "conditions/0/status",
        "conditions/1/id", "conditions/1/text", "conditions/1/status", "conditions/2/id", "conditions/1/due",
    ]  # fmt: skip
    assert get(interview.data, "/cmian/opinion") == opinion


def test_an_item_that_is_left_unfinished_goes_and_the_finished_ones_stay(desk: Desk) -> None:
    done = {"id": "C1", "text": "Publier les taux d'erreur.", "status": "done"}
    opinion = {
        "ref": "AVIS-1",
        "date": "2026-06-01",
        "conclusion": "favourable_with_conditions",
        "conditions": [done, {"id": "C2"}],
    }
    data = answers(purpose={"domain": "security"}, people={"impact": "low"}, cmian={"opinion": opinion})
    asked, interview = hold(begin(desk), data)
    assert "/cmian/opinion/conditions/1/text" in asked
    assert get(interview.data, "/cmian/opinion/conditions") == [done]


def test_a_proposed_field_is_asked_for_though_nothing_requires_it(desk: Desk) -> None:
    place = "/project/links/source_code"
    asked, _ = hold(begin(desk, proposed=(place,)), MINIMAL)
    assert asked == [*REQUIRED[:4], place, *REQUIRED[4:]]


# Going back and passing over


def test_passing_over_a_part_leaves_out_what_cannot_stand_without_it(desk: Desk) -> None:
    """An opinion needs ref, date and conclusion: without its date the rest goes, and is not asked any more."""
    data = answers(purpose={"domain": "security"}, people={"impact": "low"}, cmian={"opinion": {"ref": "AVIS-1"}})
    asked, interview = hold(begin(desk), data)
    assert [place for place in asked if "opinion" in place] == ["/cmian/opinion/ref", "/cmian/opinion/date"]
    assert get(interview.data, "/cmian") is None
    assert desk.faults(interview.data, "/project/name", "Essai") == []


def test_what_the_schema_requires_cannot_be_passed_over(desk: Desk) -> None:
    interview = begin(desk)
    required = {}
    while (question := interview.next()) is not None:
        required[question.pointer] = question.required
        interview = interview.answer(question, get(answers(people={"interaction": "direct"}), question.pointer))
    assert all(required[place] for place in REQUIRED)
    assert not any(required[place] for place in required if place not in REQUIRED)


def test_a_part_that_was_begun_beforehand_has_to_be_finished(desk: Desk) -> None:
    question = begin(desk, {**MINIMAL, "cmian": {"referral": {"date": "2026-01-05"}}}).next()
    assert question is not None
    assert (question.pointer, question.required) == ("/cmian/referral/status", True)


def test_going_back_asks_the_same_question_again_and_forgets_what_followed(desk: Desk) -> None:
    interview, before = begin(desk), []
    for _ in range(12):
        question = interview.next()
        assert question is not None
        before.append(question.pointer)
        interview = interview.answer(question, get(answers(people={"interaction": "direct"}), question.pointer))
    for pointer in reversed(before):
        interview = interview.back()
        question = interview.next()
        assert question is not None
        assert question.pointer == pointer
    assert interview.back() == interview
    assert interview.data == {"schema_version": "1.0"}


def test_a_changed_answer_changes_what_follows(desk: Desk) -> None:
    asked, interview = hold(begin(desk), answers(owner={"organisation": "other", "serves_city": True}))
    while interview.steps and interview.steps[-1].question.pointer != "/owner/organisation":
        interview = interview.back()
    asked, interview = hold(interview.back(), MINIMAL)
    assert "/owner/serves_city" not in asked
    assert interview.data == MINIMAL


def test_what_would_not_follow_the_schema_is_not_even_put_into_words(desk: Desk) -> None:
    for pointer, value in (("/project/status", "pilote"), ("/project/name", "a\uffff"), ("/video", {})):
        with pytest.raises(UsageError) as refused:
            desk.written(put(MINIMAL, pointer, value))
        assert refused.value.message.key == "init.not-written"
    assert desk.written(MINIMAL).startswith("# ")


# Against the schema and the rules


def test_the_conditions_of_follow_ups_fit_the_schema() -> None:
    checker = TypeChecker(schema("ai-manifest"))
    scope = Scope(facts=0)
    for each in knowledge().follow_ups:
        assert checker.faults(Condition(each.pointer, each.when, scope), ()) == (), each.pointer


def test_what_the_wizard_knows_names_fields_of_the_schema() -> None:
    for pointer in (*(each.pointer for each in knowledge().follow_ups), *knowledge().plain):
        assert SCHEMA.at(pointer) is not None, pointer


def brings_a_duty(desk: Desk, data: dict[str, Any], candidate: dict[str, Any]) -> bool:
    """Whether a manifest fails a rule that blocks and that another one does not fail."""
    return bool(blocked(desk.judge(candidate)) - blocked(desk.judge(data)))


def blocked(report: Report) -> set[str]:
    return {f.rule for f in report.findings() if f.level is Level.BLOCKING and f.verdict in {Verdict.FAIL, Verdict.REVIEW}}


KINDS = {
    "nobody": {},
    "direct": {"people": {"interaction": "direct", "impact": "low"}},
    "school": {"purpose": {"domain": "education"}, "people": {"minors": "targeted"}, "data": {"personal": "identified"}},
    "decides": {"decision": {"role": "decides", "individual_administrative": True}, "data": {"personal": "identified"}},
    "camera": {"video": {"used": True}, "purpose": {"domain": "security"}},
    "metropole": {"owner": {"organisation": "metropole-montpellier"}, "people": {"impact": "low"}},
    "data": {"data": {"personal": "identified", "gdpr_basis": "public_task", "ropa_ref": "R-1"}},
}
# Absent means "no" by the design, and asking everybody would be a reproach: a forbidden practice is what rules find by itself.
NOT_ASKED = {"/ai_act/risk"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_that_would_bring_a_blocking_duty_is_forgotten(desk: Desk, kind: str) -> None:
    """Every choice of every optional field is tried: one that brings a duty must be asked for by a rule, or be a follow-up."""
    data = answers(**KINDS[kind])  # type: ignore[arg-type]
    known = {*asked_of(desk, data), *NOT_ASKED, *(each.pointer for each in knowledge().follow_ups)}
    for place, shape in SCHEMA.walk():
        if "[]" in place or place in known or get(data, place) is not None:
            continue
        for value in (shape.items or shape).literals or ():
            candidate = put(data, place, [value] if shape.items is not None else value)
            if not list(missing(candidate, SCHEMA)):
                assert not brings_a_duty(desk, data, candidate), (place, value)


# Answers


def question(pointer: str) -> Question:
    shape = SCHEMA.at(pointer)
    assert shape is not None
    return Question(pointer, shape, pointer)


@pytest.mark.parametrize("lang", LANGS)
def test_every_choice_of_the_schema_is_offered_in_words(lang: Lang) -> None:
    seen = 0
    for place, shape in SCHEMA.walk():
        inside = shape.items or shape
        if place.endswith(("[]", "country")) or inside.literals is None or "const" in inside.rule:
            continue
        offered = question(place.replace("[]", "0")).options
        assert [option.value for option in offered] == list(inside.literals), place
        said = [render(option.label, lang) for option in offered]
        assert len(set(said)) == len(said)
        for option, word in zip(offered, said, strict=True):
            assert word != str(option.value), place
            assert read_answer(question(place.replace("[]", "0")), word, lang) in (option.value, [option.value])
        seen += 1
    assert seen > 30


def test_a_yes_or_no_is_described_by_what_yes_means() -> None:
    """The wizard puts « Répondre oui si » in the place of « Écrire true si »."""
    for place, shape in SCHEMA.walk():
        if shape.rule.get("type") == "boolean" or shape.rule.get("x-kind") == "boolean_or_unknown":
            assert words.about(shape).fr.startswith(render(message("init.write-true"), "fr")), place
            assert words.about(shape).en.startswith(render(message("init.write-true"), "en")), place


@pytest.mark.parametrize(
    ("pointer", "text", "value"),
    [
        ("/project/status", "4", "pilot"),
        ("/project/status", "pilot", "pilot"),
        ("/project/status", "en service", "operational"),
        ("/video/used", "o", True),
        ("/video/used", "non", False),
        ("/video/used", "true", True),
        ("/video/used", "2", False),
        ("/decision/main_processing", "unknown", "unknown"),
        ("/decision/main_processing", "3", "unknown"),
        ("/technology/capabilities", "1, search ,1", ["chatbot", "search"]),
        ("/project/name", "  Nom  du\tprojet ", "Nom du projet"),
        ("/project/name", "Nom\r\ncollé", "Nom collé"),
        ("/people/decisions_per_year", "12000", 12000),
        ("/people/decisions_per_year", "beaucoup", "beaucoup"),
        ("/technology/energy/kwh_per_year", "1.5", 1.5),
        ("/technology/performance/0/value", "0.92", 0.92),
        ("/technology/performance/0/value", "92 %", "92 %"),
        ("/inclusion/assistance", "Oui, deux guichets", ["Oui, deux guichets"]),
        ("/technology/hosting/country", "FR", "FR"),
        ("/project/version", "010", "010"),
    ],
)
def test_an_answer_is_read_as_the_schema_wants_it(pointer: str, text: str, value: Any) -> None:  # noqa: ANN401 - any value
    found = read_answer(question(pointer), text, "fr")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("pointer", "text", "key"),
    [
        ("/project/status", "0", "init.no-choice"),
        ("/project/status", "8", "init.no-choice"),
        ("/project/status", "²", "init.no-choice"),
        ("/project/status", "pilote", "init.no-choice-near"),
        ("/video/used", "peut-être", "init.no-choice"),
        ("/technology/capabilities", "1,99", "init.no-choice"),
        ("/technology/capabilities", ", ,", "init.no-choice"),
        ("/project/name", "rouge \x1b[31m", "init.control"),
        ("/project/name", "\u202eenvers", "init.control"),
    ],
)
def test_an_answer_that_cannot_be_one_is_refused(pointer: str, text: str, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_answer(question(pointer), text, "fr")
    assert refused.value.message.key == key


def test_the_schema_has_its_say_on_each_answer(desk: Desk) -> None:
    for pointer, value in (
        ("/project/id", "Avec Espace"),
        ("/project/name", "x" * 101),
        ("/owner/contact", "service"),
        ("/project/start_date", "2026-02-30"),
        ("/people/decisions_per_year", -1),
        ("/people/decisions_per_year", "beaucoup"),
        ("/technology/hosting/country", "ZZ"),
        ("/people/decisions_per_year", 10**20),
        ("/project/name", "a\uffff"),
    ):
        assert desk.faults({"schema_version": "1.0"}, pointer, value) != [], pointer
    assert desk.faults({"schema_version": "1.0"}, "/cmian/opinion/date", "2026-06-01") == []
