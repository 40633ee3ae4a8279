"""What holds of waivers whatever the manifest, the register and the date (rules.md, "Waivers")."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.engine.waive import Waived, waive
from cmian_policy.lang import yaml
from cmian_policy.model.finding import Finding, Observation
from cmian_policy.model.location import START, parent, tokens
from cmian_policy.model.register import Entry, Register
from cmian_policy.model.rule import LevelPolicy, Rule, Waivable
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.model.waiver import Waiver
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_bytes
from tests.packs import ROOT
from tests.properties.test_evaluation import DAYS, manifests

pytestmark = pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time

POLICY = load_policy()
RULES = {
    version.id: POLICY.rule(pack, version) for pack in POLICY.packs for release in pack.releases for version in release.rules
}
QUICK = settings(max_examples=60, deadline=None, derandomize=True)
MANY = settings(max_examples=400, deadline=None, derandomize=True)
EMPTY = Register("r", "Registre fictif", "Personne", "registre", "0" * 64, {}, {}, {}, {})


def under(own: str, place: str) -> bool:
    """Whether a pointer is another or lies under it, said otherwise than the tool does."""
    return own in ("", place) or place.startswith(f"{own}/")


# real runs: the bundled rules on manifests of the repository, changed


def judged(data: object, on: date, waivers: list[Waiver]) -> tuple[Outcome, tuple[Finding, ...]]:
    """The verdict and findings of a run with a register of these waivers."""
    register = EMPTY._replace(waivers=dict.fromkeys(waivers, Entry(yaml.read(b"{}", "waiver"))))
    report = check_bytes(json.dumps(data).encode(), "m.yaml", POLICY, on, Options(register=register), here=ROOT)
    return report.verdict, (*report.findings(),)


@st.composite
def waivers_for(draw: st.DrawFn, project: str, found: tuple[Finding, ...], on: date) -> list[Waiver]:
    """Waivers that often concern what fails: other places, projects, authorities and dates beside the right ones."""
    failing = [each for each in found if each.pack is not None and each.verdict is Verdict.FAIL]
    made = []
    for index in range(draw(st.integers(min_value=0, max_value=6))):
        rule = draw(st.sampled_from([*sorted({each.rule for each in failing}), "CMIAN-I01"]))
        places = [place.pointer for each in failing if each.rule == rule for place in each.observations]
        wide = ["", *places, *(parent(place) for place in places), *(parent(parent(place)) for place in places), "/project"]
        allowed = RULES[rule].waivable
        right = allowed.authority if allowed is not None else "committee"
        granted = on + timedelta(days=draw(st.integers(min_value=-400, max_value=10)))
        made.append(
            Waiver(
                ref=f"D{index}",
                project=draw(st.sampled_from([project, project, project, "autre"])),
                rule=rule,
                pointer=draw(st.sampled_from(wide)),
                reason="r",
                authority=draw(st.sampled_from([right, right, right, "city"])),
                exception=allowed.exception if allowed is not None else None,
                granted=granted,
                expires=granted + timedelta(days=draw(st.integers(min_value=0, max_value=700))),
                act="a",
            )
        )
    return made


@st.composite
def runs(draw: st.DrawFn) -> tuple[dict[str, Any], date, list[Waiver]]:
    """A manifest, a date and a register."""
    data, on = draw(manifests()), draw(DAYS)
    _, found = judged(data, on, [])
    return data, on, draw(waivers_for(data["project"]["id"], found, on))


@QUICK
@given(runs())
def test_every_failure_stays_in_the_report_and_nothing_else_changes(case: tuple[dict[str, Any], date, list[Waiver]]) -> None:
    data, on, waivers = case
    without, with_waivers = judged(data, on, [])[1], judged(data, on, waivers)[1]
    assert len(without) == len(with_waivers)
    for before, after in zip(without, with_waivers, strict=True):
        assert after._replace(verdict=before.verdict, waiver=None) == before
        if after.verdict is not before.verdict:
            assert (before.verdict, after.verdict) == (Verdict.FAIL, Verdict.WAIVED)
            assert after.waiver is not None
        else:
            assert after.waiver is None


@QUICK
@given(runs())
def test_no_waiver_changes_a_finding_that_it_does_not_name(case: tuple[dict[str, Any], date, list[Waiver]]) -> None:
    data, on, waivers = case
    without, with_waivers = judged(data, on, [])[1], judged(data, on, waivers)[1]
    named = {each.rule for each in waivers if each.project == data["project"]["id"]}
    assert [each for each in with_waivers if each.rule not in named] == [each for each in without if each.rule not in named]


@QUICK
@given(runs())
def test_a_verdict_depends_only_on_what_is_valid_on_its_date(case: tuple[dict[str, Any], date, list[Waiver]]) -> None:
    data, on, waivers = case
    valid = [each for each in waivers if each.granted <= on <= each.expires]
    assert judged(data, on, waivers) == judged(data, on, valid)
    assert judged(data, on, [each for each in waivers if each not in valid]) == judged(data, on, [])


@QUICK
@given(runs())
def test_what_is_waived_is_covered_by_acts_that_the_rule_admits(case: tuple[dict[str, Any], date, list[Waiver]]) -> None:
    data, on, waivers = case
    for found in judged(data, on, waivers)[1]:
        if found.verdict is Verdict.WAIVED:
            rule = RULES[found.rule]
            assert rule.waivable is not None
            acts = [
                each.pointer
                for each in waivers
                if each.project == data["project"]["id"]
                and each.rule == found.rule
                and each.granted <= on <= each.expires
                and each.authority == ("council" if rule.basis == "deliberation" else rule.waivable.authority)
            ]
            assert all(any(under(act, place.pointer) for act in acts) for place in found.observations)


@QUICK
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_a_register_changes_nothing(case: tuple[dict[str, Any], date, list[Waiver]], chance: Any) -> None:  # noqa: ANN401 - random.Random
    data, on, waivers = case
    shuffled = list(waivers)
    chance.shuffle(shuffled)
    assert judged(data, on, shuffled) == judged(data, on, waivers)


# the function by itself: findings that no bundled rule gives, places that overlap

POINTERS = st.sampled_from(["", "/a", "/ab", "/a/b", "/a/b/0", "/a/b/01", "/a/b/0/c", "/a~1b", "/c"])
ON = date(2026, 11, 23)


def rule_of(name: str) -> Rule:
    """A rule that the committee may waive."""
    text = Bilingual("x", "x")
    level = LevelPolicy(Level.BLOCKING, {}, ())
    allowed = Waivable(text, "committee", None)
    return Rule(name, 1, text, "interpretation", None, (), text, None, False, (), level, text, allowed)  # noqa: FBT003 - not retired


KNOWN = {("p", name): rule_of(name) for name in ("R1", "R2")}


@st.composite
def made_findings(draw: st.DrawFn) -> list[Finding]:
    """One finding for each rule, a built-in one among them."""
    found = []
    for pack, name in ((None, "manifest-schema"), ("p", "R1"), ("p", "R2")):
        kinds = draw(st.lists(st.tuples(POINTERS, st.sampled_from([Verdict.FAIL, Verdict.REVIEW])), max_size=4))
        verdicts = {kind for _, kind in kinds}
        verdict = Verdict.FAIL if Verdict.FAIL in verdicts else Verdict.REVIEW if verdicts else draw(st.sampled_from(Verdict))
        observations = tuple(Observation("r", pointer, message("x"), START, kind) for pointer, kind in kinds)
        text = message("x")
        found.append(
            Finding(name, 1, pack, "1", None, verdict, Level.BLOCKING, None, (), text, None, observations, text, None, (), "")
        )
    return found


WAIVERS = st.lists(
    st.builds(
        Waiver,
        ref=st.sampled_from(["D1", "D2", "D3"]),
        project=st.sampled_from(["essai", "autre"]),
        rule=st.sampled_from(["R1", "R2", "manifest-schema"]),
        pointer=POINTERS,
        reason=st.just("r"),
        authority=st.sampled_from(["committee", "city"]),
        exception=st.none(),
        granted=st.sampled_from([ON - timedelta(days=9), ON, ON + timedelta(days=1)]),
        expires=st.sampled_from([ON - timedelta(days=1), ON, ON + timedelta(days=31)]),
        act=st.just("a"),
    ),
    max_size=6,
    unique_by=lambda each: each.ref,
)


def applied(found: list[Finding], waivers: list[Waiver], project: str | None = "essai") -> Waived:
    """What the function gives on the date of these tests."""
    return waive(found, waivers, project, ON, KNOWN)


@MANY
@given(made_findings(), WAIVERS)
def test_a_failure_is_excused_exactly_when_every_failing_place_is_covered(found: list[Finding], waivers: list[Waiver]) -> None:
    for before, after in zip(found, applied(found, waivers).findings, strict=True):
        acts = [
            each
            for each in waivers
            if (each.project, each.rule, each.authority) == ("essai", before.rule, "committee")
            and each.granted <= ON <= each.expires
        ]
        failing = [place.pointer for place in before.observations if place.verdict is Verdict.FAIL]
        covered = all(any(under(act.pointer, pointer) for act in acts) for pointer in failing)
        excused = bool(failing) and before.verdict is Verdict.FAIL and before.pack is not None and covered
        asks = any(place.verdict is Verdict.REVIEW for place in before.observations)
        expected = before.verdict if not excused else Verdict.REVIEW if asks else Verdict.WAIVED
        assert after.verdict is expected
        assert (after.waiver is not None) == excused
        assert after.observations == before.observations


@MANY
@given(made_findings(), WAIVERS)
def test_at_most_one_thing_is_said_of_each_waiver_of_the_project(found: list[Finding], waivers: list[Waiver]) -> None:
    told = [(note.rule, note.project, note.date, dict(note.message.values)["ref"]) for note in applied(found, waivers).notes]
    own = {(each.rule, each.project, each.expires.isoformat(), each.ref) for each in waivers if each.project == "essai"}
    assert len(told) == len(set(told))
    assert set(told) <= own


@MANY
@given(made_findings(), WAIVERS, st.sampled_from([None, "", "ess", "essai-2"]))
def test_another_project_gets_nothing(found: list[Finding], waivers: list[Waiver], project: str | None) -> None:
    assert applied(found, waivers, project) == Waived(tuple(found), ())


@MANY
@given(made_findings(), WAIVERS, WAIVERS)
def test_more_waivers_never_bring_a_failure_back(found: list[Finding], waivers: list[Waiver], more: list[Waiver]) -> None:
    fewer, all_of_them = applied(found, waivers).findings, applied(found, [*waivers, *more]).findings
    for one, other in zip(fewer, all_of_them, strict=True):
        assert one.verdict is other.verdict or (one.verdict is Verdict.FAIL and other.waiver is not None)


def test_places_are_compared_key_by_key() -> None:
    """The reference of these tests against the definition: RFC 6901, token by token."""
    for own in ("", "/a", "/ab", "/a/b", "/a~1b"):
        for place in ("", "/a", "/ab", "/a/b", "/a~1b", "/a/b/c"):
            assert under(own, place) == (tokens(place)[: len(tokens(own))] == tokens(own))
