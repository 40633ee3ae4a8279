"""However a large run is done, its report is the one of the plain way: all in memory, one after the other (pipeline/fleet.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from cmian_policy.model.text import Message
from cmian_policy.pipeline import run as plain_way
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import Options, check_paths
from tests.packs import TODAY
from tests.policy_folder import ERRS, rule, write_policy
from tests.runner import NON_COMPLIANT, ON, Done, Run

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.report import Report
    from cmian_policy.pipeline.policy import Policy

POLICY = load_policy()
# Two processes that keep what they find, one that finds it there, three that keep nothing.
WAYS = (("--jobs", "2"), ("--jobs", "1"), ("--jobs", "3", "--no-cache"))
FILES = ("json", "sarif", "junit")


class Case(NamedTuple):
    """What may change the report of a run, and that has nothing to do with how it is done."""

    policy: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    since: str | None = None
    register: bool = False


CASES = {
    "plain": Case(),
    "register": Case(register=True),
    "operator": Case(policy=("cmian@2025.1",), register=True),
    "selection": Case(select=("CMIAN-T01", "LAW-T06"), register=True),
    "since": Case(since="HEAD", register=True),
}


def as_fleet(folder: Path, policy: Policy, options: Options) -> Report:
    """The report as of a large run."""
    return check_paths([folder], policy, TODAY, options, here=folder)


def in_memory(folder: Path, policy: Policy, options: Options) -> Report:
    """The report as of a small run, however large this one is: all manifests in memory, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_way, "FEW", 10**9)
        return as_fleet(folder, policy, options)


def assert_same(found: Report, expected: Report) -> None:
    """The same reports, field by field, down to each finding."""
    assert [each.path for each in found.manifests] == [each.path for each in expected.manifests]
    for own, other in zip(found.manifests, expected.manifests, strict=True):
        for finding, wanted in zip(own.findings, other.findings, strict=True):
            assert finding._asdict() == wanted._asdict()
            assert finding.fingerprint == wanted.fingerprint
        assert own._asdict() == other._asdict()
    assert {**found._asdict(), "manifests": ()} == {**expected._asdict(), "manifests": ()}


@pytest.mark.parametrize("case", CASES)
def test_every_field_of_the_report_is_that_of_the_plain_way(fleet: Path, register: Path, tmp_path: Path, case: str) -> None:
    policy, select, since, registered = CASES[case]
    held = load_register(register, POLICY) if registered else None
    options = Options(policy=policy, select=select, since=since, register=held)
    expected = in_memory(fleet, POLICY, options)
    assert len(expected.manifests) > plain_way.FEW
    for jobs, kept in ((3, None), (2, tmp_path), (1, tmp_path)):
        assert_same(as_fleet(fleet, POLICY, options._replace(jobs=jobs, results=kept)), expected)


def test_the_fleet_shows_what_it_is_there_for(fleet: Path, register: Path) -> None:
    """Each peculiarity of the folder has left its trace: nothing is compared that is not there."""
    options = Options(since="HEAD", register=load_register(register, POLICY))
    report = in_memory(fleet, POLICY, options)
    findings = [*report.findings()]
    observed = {each.message.key for finding in findings for each in finding.observations if isinstance(each.message, Message)}
    assert observed >= {
        *("manifest.two-names", "manifest.same-project", "manifest.same-project-many", "manifest.lost", "manifest.foreign"),
        *("manifest.newer-schema", "manifest.not-a-file", "manifest.unreadable", "schema.required-titled"),
    }
    lost = {each.path for each in report.manifests if "manifest.lost" in repr(each.findings)}
    assert lost == {f"perdus/{name}/ai-manifest.yaml" for name in ("un", "trois", "cache", "cache-double", "cache-paire")}
    assert {finding.verdict.value for finding in findings} == {"pass", "fail", "waived", "not_applicable", "review", "error"}
    assert {note.kind for note in report.notes} >= {"waiver-expiring", "waiver-expired"}
    assert {each.release for each in report.policy if each.pack == "cmian"} == {"2025.1", "2026.1"}


def test_a_rule_that_errs_is_told_as_in_the_plain_way(fleet: Path, tmp_path: Path) -> None:
    never = rule(
        "ESSAI-X02", "true", applies_when={"cel": "manifest.project.id == 'seul-bon'", "otherwise": {"fr": "Non.", "en": "No."}}
    )
    for name, rules in {"erreur": (rule("ESSAI-X01", ERRS), never), "sans-objet": (never,)}.items():
        policy = load_policy(write_policy(tmp_path / name, *rules))
        expected = in_memory(fleet, policy, Options())
        assert expected.notes
        assert_same(as_fleet(fleet, policy, Options(jobs=2, results=tmp_path / "resultats")), expected)
        assert_same(as_fleet(fleet, policy, Options(results=tmp_path / "resultats")), expected)


def test_every_byte_of_every_format_is_that_of_one_process(run: Run, fleet: Path, register: Path, tmp_path: Path) -> None:
    def told(*way: str) -> tuple[Done, list[bytes]]:
        outputs = [f"{form}={tmp_path / form}" for form in FILES]
        wanted = [word for output in outputs for word in ("-o", output)]
        given = ("--as-of", ON, "--since", "HEAD", "--register", register, "--no-config")
        done = run("check", *given, *wanted, *way, cwd=fleet, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
        return done, [(tmp_path / form).read_bytes() for form in FILES]

    expected = told("--no-cache")
    assert expected[0].code == NON_COMPLIANT
    for way in WAYS:
        assert told(*way) == expected
