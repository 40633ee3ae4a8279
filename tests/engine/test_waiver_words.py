"""Which waivers a version of a rule admits, what a report says of each, and how several make one (rules.md, "Waivers")."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.engine.waive import refusal, waive
from cmian_policy.messages import render
from cmian_policy.model.finding import Finding, Observation
from cmian_policy.model.location import START
from cmian_policy.model.rule import LevelPolicy, Rule, Waivable
from cmian_policy.model.text import LANGS, Bilingual, Message, message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.model.waiver import Waiver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.model.report import Note
    from cmian_policy.model.rule import Basis
    from cmian_policy.model.waiver import Authority

TEXT = Bilingual("texte", "text")
ON = date(2026, 11, 23)
MEDICAL = "art. 5, § 1, f)"


def rule(basis: Basis = "interpretation", authority: Authority = "committee", exception: str | None = None) -> Rule:
    """A rule that may be waived."""
    may = Waivable(TEXT, authority, exception)
    level = LevelPolicy(Level.BLOCKING, {}, ())
    return Rule(
        "TEST-A01", 3, TEXT, basis, None, (), TEXT, None, retired=False, require=(), level=level, remediation=TEXT, waivable=may
    )


def waiver(pointer: str = "", **changes: Any) -> Waiver:  # noqa: ANN401 - any field
    """A waiver by the committee that holds for a year more."""
    plain = Waiver("W", "essai", "TEST-A01", pointer, "motif", "committee", None, date(2026, 3, 2), date(2027, 11, 23), "acte")
    return plain._replace(**changes)


def finding(verdict: Verdict, *pointers: str, pack: str | None = "test", rule_id: str = "TEST-A01") -> Finding:
    """A finding that fails at these places, or has that verdict without any."""
    seen = tuple(Observation("only", pointer, TEXT, START) for pointer in pointers)
    return Finding(
        rule=rule_id, version=3, pack=pack, release="2026.1", basis="interpretation", verdict=verdict, level=Level.BLOCKING,
        level_reason=None, level_changes=(), title=TEXT, reason=None, observations=seen, remediation=TEXT, source=None,
        references=(), identity="essai",
    )  # fmt: skip


def applied(found: Finding, *waivers: Waiver, by: Rule | None = None, on: date = ON) -> tuple[Finding, tuple[Note, ...]]:
    """The finding with the waivers applied, and what is said of them."""
    result = waive([found], waivers, "essai", on, {("test", "TEST-A01"): by or rule()})
    return result.findings[0], result.notes


def words(text: Message) -> tuple[str, dict[str, object]]:
    """Key and values of a message that both languages can show, every value in sight."""
    values = dict(text.values)
    for lang in LANGS:
        shown = render(text, lang)
        assert all(
            (value if isinstance(value, str) else render(value, lang)) in shown
            for value in values.values()
            if not isinstance(value, int)
        )
    return text.key, {**values}


# what is admitted


@pytest.mark.parametrize(
    ("version", "authority", "exception"),
    [
        (rule("interpretation", "committee"), "committee", None),
        (rule("interpretation", "city"), "city", None),
        (rule("interpretation", "council"), "council", None),
        (rule("deliberation", "council"), "council", None),
        (rule("deliberation", "committee"), "council", None),  # what the council decided takes an act of the council
        (rule("law", "city", MEDICAL), "city", MEDICAL),
        (rule("interpretation", "committee", MEDICAL), "committee", MEDICAL),
    ],
)
def test_the_right_authority_may_waive(version: Rule, authority: Authority, exception: str | None) -> None:
    assert refusal(version, waiver(authority=authority, exception=exception)) is None


@pytest.mark.parametrize(
    ("version", "changes", "pointer", "said"),
    [
        (rule()._replace(waivable=None), {}, "/rule", message("waiver.not-waivable", rule="TEST-A01")),
        (rule("law", "committee"), {}, "/rule", message("waiver.not-waivable", rule="TEST-A01")),
        (
            rule("deliberation", "committee"),
            {},
            "/authority",
            message("waiver.authority", rule="TEST-A01", authority=message("authority.council")),
        ),
        (
            rule("interpretation", "city"),
            {},
            "/authority",
            message("waiver.authority", rule="TEST-A01", authority=message("authority.city")),
        ),
        (
            rule("interpretation", "council"),
            {"authority": "city"},
            "/authority",
            message("waiver.authority", rule="TEST-A01", authority=message("authority.council")),
        ),
        (rule(), {"exception": MEDICAL}, "/exception", message("waiver.no-exception", rule="TEST-A01")),
        (
            rule("law", "committee", MEDICAL),
            {},
            "/exception",
            message("waiver.exception", rule="TEST-A01", exception=MEDICAL),
        ),
        (
            rule("law", "committee", MEDICAL),
            {"exception": "art. 9"},
            "/exception",
            message("waiver.exception", rule="TEST-A01", exception=MEDICAL),
        ),
    ],
)
def test_a_refusal_names_the_field_at_fault_and_what_it_has_to_be(
    version: Rule, changes: dict[str, Any], pointer: str, said: Message
) -> None:
    refused = refusal(version, waiver(**changes))
    assert refused is not None
    assert (refused.pointer, refused.message) == (pointer, said)
    words(refused.message)


def test_a_refused_waiver_excuses_nothing_and_says_why() -> None:
    found, notes = applied(finding(Verdict.FAIL, "/a"), waiver(authority="city"))
    assert (found.verdict, found.waiver) == (Verdict.FAIL, None)
    (note,) = notes
    key, values = words(note.message)
    assert (note.kind, key, values.pop("cause")) == (
        "waiver-unmatched",
        "note.waiver-refused",
        message("waiver.authority", rule="TEST-A01", authority=message("authority.committee")),
    )
    assert values == {"project": "essai", "ref": "W", "rule": "TEST-A01", "date": "2027-11-23", "version": 3}
    assert all("version 3" in render(note.message, lang) for lang in LANGS)


# what is said

PLAIN = {"project": "essai", "ref": "W", "rule": "TEST-A01"}


@pytest.mark.parametrize(
    ("verdict", "places", "changes", "kind", "key", "more"),
    [
        (Verdict.PASS, (), {}, "waiver-stale", "note.waiver-stale", {}),
        (Verdict.NOT_APPLICABLE, (), {}, "waiver-stale", "note.waiver-stale", {}),
        (Verdict.FAIL, ("/b",), {"pointer": "/a"}, "waiver-unmatched", "note.waiver-unmatched", {"pointer": "/a"}),
        (Verdict.REVIEW, (), {}, "waiver-unmatched", "note.waiver-unmatched", {"pointer": message("note.waiver-root")}),
        (Verdict.FAIL, ("/a",), {"expires": date(2026, 11, 22)}, "waiver-expired", "note.waiver-expired", {}),
        (Verdict.FAIL, ("/a",), {"expires": date(2026, 11, 23)}, "waiver-expiring", "note.waiver-expiring", {}),
        (Verdict.ERROR, (), {"expires": date(2026, 12, 23)}, "waiver-expiring", "note.waiver-expiring", {}),
        (
            Verdict.FAIL,
            ("/a", "/b"),
            {"pointer": "/a", "expires": date(2026, 12, 1)},
            "waiver-expiring",
            "note.waiver-expiring",
            {},
        ),
    ],
)
def test_a_note_names_the_act_the_rule_the_project_and_the_date(
    verdict: Verdict, places: Sequence[str], changes: dict[str, Any], kind: str, key: str, more: dict[str, object]
) -> None:
    own = waiver(**changes)
    (note,) = applied(finding(verdict, *places), own)[1]
    last = own.expires.isoformat()
    assert (note.kind, note.rule, note.project, note.date) == (kind, "TEST-A01", "essai", last)
    assert words(note.message) == (key, {**PLAIN, "date": last, **more})


@pytest.mark.parametrize(
    ("verdict", "places", "changes"),
    [
        (Verdict.FAIL, ("/a",), {}),  # it serves, and for long
        (Verdict.FAIL, ("/a",), {"expires": date(2026, 12, 24)}),
        (Verdict.ERROR, (), {}),
        (Verdict.ERROR, (), {"authority": "city"}),
        (Verdict.PASS, (), {"expires": date(2026, 11, 22)}),
        (Verdict.REVIEW, (), {"expires": date(2026, 11, 22)}),
        (Verdict.FAIL, ("/b",), {"pointer": "/a", "expires": date(2026, 11, 22)}),
        (Verdict.FAIL, ("/a",), {"authority": "city", "expires": date(2026, 11, 22)}),
        (Verdict.PASS, (), {"granted": date(2026, 11, 24)}),
    ],
)
def test_nothing_is_said_where_nobody_has_to_act(verdict: Verdict, places: Sequence[str], changes: dict[str, Any]) -> None:
    assert applied(finding(verdict, *places), waiver(**changes))[1] == ()


def test_a_waiver_speaks_from_its_first_day_to_its_last() -> None:
    days: dict[str, Any] = {"granted": ON, "expires": ON}
    (stale,) = applied(finding(Verdict.PASS), waiver(**days))[1]
    assert stale.kind == "waiver-stale"
    found, (soon,) = applied(finding(Verdict.FAIL, "/a"), waiver(**days))
    assert (found.verdict, soon.kind) == (Verdict.WAIVED, "waiver-expiring")
    (alone,) = waive([finding(Verdict.FAIL, "/a")], [waiver(rule="TEST-A02", **days)], "essai", ON, {}).notes
    assert (alone.kind, alone.rule) == ("waiver-unmatched", "TEST-A02")


def test_a_rule_that_did_not_judge_is_named_unless_the_operator_left_it_out() -> None:
    other = waiver(rule="TEST-A02")
    rules = {("test", "TEST-A01"): rule()}
    (note,) = waive([finding(Verdict.PASS)], [other], "essai", ON, rules).notes
    assert (note.kind, note.rule, note.project, note.date) == ("waiver-unmatched", "TEST-A02", "essai", "2027-11-23")
    assert words(note.message) == ("note.waiver-no-rule", {**PLAIN, "rule": "TEST-A02", "date": "2027-11-23"})
    assert waive([finding(Verdict.PASS)], [other], "essai", ON, rules, whole=False).notes == ()
    assert waive([finding(Verdict.PASS)], [other._replace(expires=date(2026, 11, 22))], "essai", ON, rules).notes == ()


def test_a_built_in_rule_is_no_rule_of_a_waiver_even_under_its_name() -> None:
    found = finding(Verdict.FAIL, "/a", pack=None)
    result = waive([found], [waiver()], "essai", ON, {("test", "TEST-A01"): rule()})
    assert result.findings == (found,)
    assert [(note.kind, note.message.key) for note in result.notes] == [("waiver-unmatched", "note.waiver-no-rule")]


def test_a_project_without_id_has_no_waivers() -> None:
    found = finding(Verdict.FAIL, "/a")
    assert waive([found], [waiver()], None, ON, {("test", "TEST-A01"): rule()}) == ((found,), ())


def test_findings_keep_their_order_and_what_they_say() -> None:
    several = [
        finding(Verdict.PASS, rule_id="TEST-A00"),
        finding(Verdict.FAIL, "/b", "/a"),
        finding(Verdict.FAIL, "/a", rule_id="TEST-A02"),
    ]
    rules = {("test", f"TEST-A0{number}"): rule()._replace(id=f"TEST-A0{number}") for number in range(3)}
    result = waive(several, [waiver()], "essai", ON, rules)
    assert result.findings == (several[0], several[1]._replace(verdict=Verdict.WAIVED, waiver=waiver()), several[2])


def test_two_findings_of_one_rule_say_one_thing_once() -> None:
    """Two packs may hold a rule of one id; the register knows ids alone."""
    both = [finding(Verdict.PASS), finding(Verdict.PASS, pack="other")]
    rules = {("test", "TEST-A01"): rule(), ("other", "TEST-A01"): rule()}
    assert [note.kind for note in waive(both, [waiver()], "essai", ON, rules).notes] == ["waiver-stale"]


# several acts as one


def test_acts_that_cover_together_are_one_act_of_no_place_that_holds_while_each_does() -> None:
    first = waiver("/a", ref="A", act="Acte A", reason="Motif A", granted=date(2026, 1, 1), expires=date(2027, 6, 1))
    second = waiver("/b", ref="B", act="Acte B", reason="Motif B", granted=date(2026, 2, 1), expires=date(2027, 5, 1))
    found, notes = applied(finding(Verdict.FAIL, "/a", "/b/c"), second, first)
    assert (found.verdict, notes) == (Verdict.WAIVED, ())
    assert found.waiver == Waiver(
        "A / B",
        "essai",
        "TEST-A01",
        "",
        "Motif A / Motif B",
        "committee",
        None,
        date(2026, 2, 1),
        date(2027, 5, 1),
        "Acte A / Acte B",
    )


def test_what_several_acts_share_is_said_once() -> None:
    found, _ = applied(finding(Verdict.FAIL, "/a", "/b"), waiver("/a", ref="A"), waiver("/b", ref="B"))
    assert found.waiver is not None
    assert (found.waiver.ref, found.waiver.reason, found.waiver.act) == ("A / B", "motif", "acte")


def test_one_act_is_shown_as_it_is() -> None:
    own = waiver("/a")
    assert applied(finding(Verdict.FAIL, "/a/b", "/a"), own)[0].waiver == own


def test_of_two_acts_that_end_together_the_first_reference_is_named() -> None:
    assert applied(finding(Verdict.FAIL, "/a"), waiver(ref="B"), waiver(ref="A"))[0].waiver == waiver(ref="A")


def test_the_act_that_lasts_is_named_for_a_place_that_two_cover() -> None:
    acts = [waiver("/a", ref="A"), waiver("/a", ref="B", expires=date(2027, 12, 1)), waiver("/b", ref="C")]
    found, _ = applied(finding(Verdict.FAIL, "/a", "/b"), *acts)
    assert found.waiver is not None
    assert found.waiver.ref == "B / C"


def test_a_failure_that_names_no_place_is_covered_by_nothing() -> None:
    assert applied(finding(Verdict.FAIL), waiver())[0].verdict is Verdict.FAIL


def test_one_act_that_covers_all_is_named_though_two_others_last_longer() -> None:
    acts = [
        waiver("/a/b", ref="A", expires=date(2027, 12, 2)),
        waiver("/a/c", ref="B", expires=date(2027, 12, 1)),
        waiver("/a", ref="C"),
    ]
    assert applied(finding(Verdict.FAIL, "/a/b", "/a/c"), *acts)[0].waiver == acts[2]
