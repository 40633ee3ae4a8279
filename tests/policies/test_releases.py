"""The five bundled releases against the catalogue of rules.md, and what each of their dates changes for a manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.lang import yaml
from cmian_policy.pipeline.policy import load_policy
from tests.packs import BUNDLED, ROOT, Data, manifest, merged
from tests.policies.catalogue import COUNTS, LAW, RELEASES, ROWS, row
from tests.runner import NON_COMPLIANT, NOTHING_CHECKED, OK, Done, Run

if TYPE_CHECKING:
    from cmian_policy.model.rule import Rule

POLICY = load_policy()
FILES = {name: f"{name.replace('@', '/releases/')}.yaml" for name in RELEASES}
VERSIONS = sorted({(rule, version) for dated in RELEASES.values() for rule, version in dated.versions.items()})
QUOTED_ACTS = {"V2024-420", "CRPA", "CE-506370"}


def data(path: str) -> Data:
    """A file of the bundled folder."""
    loaded: Any = yaml.read((BUNDLED / path).read_bytes(), path).data
    return dict(loaded)


def pack_of(rule: str) -> str:
    """The pack that holds a rule."""
    return "fr-eu-law" if rule.startswith("LAW-") else "cmian"


def rules() -> dict[tuple[str, int], Rule]:
    """Every rule version of every bundled release."""
    found = {}
    for pack in POLICY.packs:
        for release in pack.releases:
            found.update({(rule.id, rule.version): rule for rule in POLICY.release(pack, release).rules})
    return found


RULES = rules()


# what the releases hold


def test_there_are_five_releases_of_two_packs() -> None:
    assert {f"{pack.id}@{release.id}" for pack in POLICY.packs for release in pack.releases} == set(RELEASES)
    assert {name: len(dated.versions) for name, dated in RELEASES.items()} == COUNTS
    assert len(ROWS) == 43


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_the_catalogue_s(name: str) -> None:
    pack_id, _, release_id = name.partition("@")
    held, dated = data(FILES[name]), RELEASES[name]
    assert (held["release"], held["in_force_from"], held["supersedes"]) == (release_id, dated.in_force_from, dated.supersedes)
    assert {rule["id"]: rule["version"] for rule in held["rules"]} == dated.versions
    assert len(held["rules"]) == COUNTS[name]
    assert {pack_of(rule["id"]) for rule in held["rules"]} == {pack_id}
    assert held["facts"]["version"] == 1


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_published_and_says_when_it_was_encoded_later(name: str) -> None:
    held, dated = data(FILES[name]), RELEASES[name]
    assert "published" in held
    assert held.get("reconstructed", False) is dated.reconstructed is (held["in_force_from"] < held["published"])
    assert len(held["changelog"]["fr"]) == len(held["changelog"]["en"]) > 0


def test_a_folder_of_rules_holds_nothing_that_no_release_names() -> None:
    files = {path.relative_to(BUNDLED).as_posix() for path in BUNDLED.glob("*/rules/*/*.yaml")}
    homes = [f"{pack_of(rule)}/rules/{rule}/v{version}" for rule, version in VERSIONS]
    assert files == {f"{home}{end}" for home in homes for end in (".yaml", ".cases.yaml")}


# what the rules say of themselves


@pytest.mark.parametrize(("rule_id", "version"), VERSIONS)
def test_a_rule_is_as_its_row_says(rule_id: str, version: int) -> None:
    rule, expected = RULES[rule_id, version], row(rule_id, version)
    assert (rule.level.default, rule.basis) == (expected.level, expected.basis)
    assert {str(status): str(level) for status, level in rule.level.by_status.items()} == expected.by_status
    assert {each.start.isoformat(): str(each.level) for each in rule.level.schedule} == expected.schedule
    assert (rule.waivable.authority if rule.waivable is not None else None) == expected.authority
    exception = rule.waivable.exception if rule.waivable is not None else None
    if expected.exception is None:
        assert exception is None
    else:
        assert exception is not None
        assert expected.exception in exception
    assert rule.retired is ((rule_id, version) == ("CMIAN-G02", 2))


@pytest.mark.parametrize(("rule_id", "version"), VERSIONS)
def test_a_rule_rests_on_its_paragraph_or_on_law(rule_id: str, version: int) -> None:
    rule, expected = RULES[rule_id, version], row(rule_id, version)
    if expected.basis == LAW:
        assert rule.references
        assert rule.source is None or rule.source.act in QUOTED_ACTS - {"V2024-420"}
    else:
        assert rule.source is not None
        assert (rule.source.act, rule.source.paragraph) == ("V2024-420", expected.paragraphs[0])


def test_one_rule_applies_to_every_project() -> None:
    assert [key for key, rule in RULES.items() if rule.applies_when is None] == [("CMIAN-G04", 1)]


@pytest.mark.parametrize(("rule_id", "version"), VERSIONS)
def test_a_rule_version_has_a_case_of_each_kind(rule_id: str, version: int) -> None:
    cases = data(f"{pack_of(rule_id)}/rules/{rule_id}/v{version}.cases.yaml")["cases"]
    kinds = {case["expect"] for case in cases}
    always = RULES[rule_id, version].applies_when is None
    assert kinds >= {"pass", "fail"} | (set() if always else {"not_applicable"})
    assert [case["name"] for case in cases if case["expect"] == "fail" and not case.get("at")] == []


# what their dates change

DIRECT = {"people": {"interaction": "direct"}, "technology": {"capabilities": ["chatbot"]}}
DEEP_FAKE = {"technology": {"type": "generative", "capabilities": ["deep_fake"]}, "owner": {"ai_act_role": "deployer"}}
IMAGES = {"technology": {"type": "generative", "capabilities": ["image_generation"]}}
STREET = {"video": {"used": True, "context": "public_road", "analysis": "event_detection"}}
RECRUITING = {"purpose": {"domain": "hr"}, "technology": {"capabilities": ["classification"]}}
GENERATED_LETTERS = {
    "people": {"interaction": "indirect"},
    "technology": {"type": "generative", "capabilities": ["text_generation"]},
}


def judged(run: Run, patch: Data, day: str, *options: str) -> Done:
    """The JSON report on the minimal manifest, changed, as of a day; everything blocking is in the report, whatever the code."""
    raw = json.dumps(manifest(patch))
    return run("check", "-", "--stdin-filename", "ai-manifest.yaml", "-f", "json", "--as-of", day, *options, stdin=raw)


def said(done: Done, rule: str) -> tuple[int, str, str, list[tuple[str, str]]] | None:
    """Version, verdict, level and announced levels of a rule's finding; None where no release in force holds the rule."""
    findings = [each for each in done.report["manifests"][0]["findings"] if each["rule"] == rule]
    if not findings:
        return None
    (found,) = findings
    later = [(change["from"], change["level"]) for change in found["level_changes"]]
    return found["version"], found["verdict"], found["level"], later


def releases(done: Done) -> dict[str, str | None]:
    """The release of each pack that a report rests on."""
    return {entry["pack"]: entry["release"] for entry in done.report["policy"]}


@pytest.mark.parametrize(
    ("day", "cmian", "law"),
    [
        ("2025-01-01", "2025.1", None),
        ("2025-02-01", "2025.1", None),
        ("2025-02-02", "2025.1", "2025.1"),
        ("2026-08-01", "2025.1", "2025.1"),
        ("2026-08-02", "2025.1", "2026.1"),
        ("2026-08-31", "2025.1", "2026.1"),
        ("2026-09-01", "2026.1", "2026.1"),
        ("2026-12-01", "2026.1", "2026.1"),
        ("2026-12-02", "2026.1", "2026.2"),
        ("2030-08-02", "2026.1", "2026.2"),
    ],
)
def test_each_day_has_its_releases(run: Run, day: str, cmian: str, law: str | None) -> None:
    done = judged(run, {}, day)
    assert (done.code, releases(done)) == (OK, {"cmian": cmian, "fr-eu-law": law})
    held = sum(COUNTS[f"{pack}@{release}"] for pack, release in (("cmian", cmian), ("fr-eu-law", law)) if release is not None)
    assert len(done.report["manifests"][0]["findings"]) == 3 + held


def test_before_the_first_release_nothing_is_checked(run: Run) -> None:
    assert judged(run, {}, "2024-12-31").code == NOTHING_CHECKED


V02_BLOCKS = ("2026-01-30", "blocking")
L03_BLOCKS = ("2027-12-02", "blocking")


@pytest.mark.parametrize(
    ("rule", "patch", "day", "expected"),
    [
        ("LAW-V02", STREET, "2026-01-29", (1, "fail", "advisory", [V02_BLOCKS])),
        ("LAW-V02", STREET, "2026-01-30", (1, "fail", "blocking", [])),
        ("LAW-T03", DIRECT, "2026-08-01", None),
        ("LAW-T03", DIRECT, "2026-08-02", (1, "fail", "blocking", [])),
        ("LAW-T05", DEEP_FAKE, "2026-08-01", None),
        ("LAW-T05", DEEP_FAKE, "2026-08-02", (1, "fail", "blocking", [])),
        ("LAW-T05", IMAGES, "2026-12-01", (1, "review", "blocking", [])),
        ("LAW-T05", IMAGES, "2026-12-02", (2, "fail", "blocking", [])),
        ("CMIAN-T02", GENERATED_LETTERS, "2026-08-31", (1, "not_applicable", "blocking", [])),
        ("CMIAN-T02", GENERATED_LETTERS, "2026-09-01", (2, "fail", "blocking", [])),
        ("CMIAN-G03", {}, "2026-08-31", None),
        ("CMIAN-G03", {}, "2026-09-01", (1, "fail", "advisory", [])),
        ("LAW-L03", RECRUITING, "2026-08-01", None),
        ("LAW-L03", RECRUITING, "2026-08-02", (1, "fail", "advisory", [L03_BLOCKS])),
        ("LAW-L03", RECRUITING, "2027-12-01", (1, "fail", "advisory", [L03_BLOCKS])),
        ("LAW-L03", RECRUITING, "2027-12-02", (1, "fail", "blocking", [])),
        ("LAW-L05", RECRUITING, "2027-12-01", (1, "not_applicable", "blocking", [])),
        ("LAW-L05", RECRUITING, "2027-12-02", (1, "fail", "blocking", [])),
    ],
)
def test_what_a_date_changes(
    run: Run, rule: str, patch: Data, day: str, expected: tuple[int, str, str, list[tuple[str, str]]] | None
) -> None:
    done = judged(run, patch, day)
    assert said(done, rule) == expected
    if expected is not None and expected[1:3] == ("fail", "blocking"):
        assert done.code == NON_COMPLIANT


@pytest.mark.parametrize(
    ("start", "day", "verdict"),
    [
        ("2027-12-02", "2027-12-02", "fail"),
        ("2027-12-01", "2027-12-02", "not_applicable"),
        ("2027-12-01", "2030-08-01", "not_applicable"),
        ("2027-12-01", "2030-08-02", "fail"),
    ],
)
def test_a_system_already_in_use_has_until_august_2030(run: Run, start: str, day: str, verdict: str) -> None:
    found = said(judged(run, merged(RECRUITING, {"project": {"start_date": start}}), day), "LAW-L05")
    assert found == (1, verdict, "blocking", [])


@pytest.mark.parametrize(("rule", "patch"), [("LAW-T03", DIRECT), ("LAW-T05", DEEP_FAKE)])
def test_law_that_does_not_apply_yet_says_so_in_a_release_chosen_by_name(run: Run, rule: str, patch: Data) -> None:
    for day, verdict in (("2026-08-01", "not_applicable"), ("2026-08-02", "fail")):
        found = said(judged(run, patch, day, "--policy", "fr-eu-law@2026.1"), rule)
        assert found is not None
        assert found[1] == verdict


@pytest.mark.parametrize(
    ("day", "verdict", "level"),
    [
        ("2026-08-31", "pass", "blocking"),
        ("2026-09-01", "fail", "note"),
        ("2026-11-29", "fail", "note"),
        ("2026-11-30", "fail", "blocking"),
    ],
)
def test_a_pinned_release_has_ninety_days_of_grace(run: Run, day: str, verdict: str, level: str) -> None:
    done = judged(run, {"policy": ["cmian@2025.1"]}, day)
    found = done.finding("policy-pin")
    assert (found["verdict"], found["level"]) == (verdict, level)
    assert done.finding("CMIAN-G04")["release"] == "2025.1"


@pytest.mark.parametrize(("pinned", "day"), [("2025.1", "2026-08-02"), ("2026.1", "2026-12-02")])
def test_law_gives_no_grace(run: Run, pinned: str, day: str) -> None:
    found = judged(run, {"policy": [f"fr-eu-law@{pinned}"]}, day).finding("policy-pin")
    assert (found["verdict"], found["level"]) == ("fail", "blocking")


# what a comparison names


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for old in RELEASES for new in RELEASES if old.split("@")[0] == new.split("@")[0]]
)
def test_a_comparison_of_releases_names_what_differs_and_nothing_else(run: Run, old: str, new: str) -> None:
    before, after = RELEASES[old].versions, RELEASES[new].versions
    done = run("rules", "diff", f"{old}..{new}", ROOT / "policies", "-f", "json")
    named = {entry["id"]: (entry["change"], entry["old_version"], entry["new_version"]) for entry in done.report["rules"]}
    expected = {
        rule: (
            "added" if rule not in before else "removed" if rule not in after else "changed",
            before.get(rule),
            after.get(rule),
        )
        for rule in {**before, **after}
        if before.get(rule) != after.get(rule)
    }
    assert (done.code, named) == (OK, expected)


def test_release_2026_1_of_cmian_has_ten_new_rules_and_four_changed_ones(run: Run) -> None:
    report = run("rules", "diff", "cmian@2025.1..cmian@2026.1", ROOT / "policies", "-f", "json").report
    changes: dict[str, list[str]] = {}
    for entry in report["rules"]:
        changes.setdefault(entry["change"], []).append(entry["id"].removeprefix("CMIAN-"))
    assert {change: sorted(names) for change, names in changes.items()} == {
        "added": ["A03", "A06", "A07", "E06", "F02", "G03", "I02", "P02", "T04", "T09"],
        "changed": ["A04", "E02", "G02", "T02"],
    }
    assert report["changes"] == []
