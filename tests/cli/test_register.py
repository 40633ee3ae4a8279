"""``--register``, ``register verify`` and ``register digest``, as people run them.

What is expected is that of cli.md and rules.md ("The committee's register", CMIAN-A06, CMIAN-A07, "Waivers").
"""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import cmian_policy
from cmian_policy.reporters import formats
from tests.register_folder import add_text, evaluation, opinion, referral, waiver, write, write_register
from tests.runner import (
    EXAMPLES,
    MINIMAL,
    NBSP,
    NON_COMPLIANT,
    OK,
    ON,
    ROOT,
    UNREADABLE,
    UNUSABLE,
    USAGE,
    Check,
    Done,
    Run,
    edited,
    named,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.register_folder import Data

SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/report/1.0.schema.json").read_text(encoding="utf-8"))
CONDITIONS = [{"id": "c1", "text": "Une condition", "status": "open"}, {"id": "c2", "text": "Une autre", "status": "done"}]
# The committee has not been asked: without a waiver CMIAN-A01 blocks, and only the council may waive it.
NOT_REFERRED = edited(MINIMAL, ("impact: none", "impact: low"))
BY_COUNCIL = {"rule": "CMIAN-A01", "authority": "council", "pointer": "/cmian"}


def cited(**sections: Data) -> str:
    """A manifest that names an opinion, an evaluation or a referral."""
    return f"{MINIMAL}cmian: {json.dumps(sections, ensure_ascii=False)}\n"


def opinion_cited(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    """A manifest that names the opinion of the register."""
    return cited(opinion={"ref": "AVIS-1", "date": "2026-06-18", "conclusion": "favourable", **changes})


def valid(done: Done) -> dict[str, Any]:
    """The report, after its validation against the published schema."""
    jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
    return done.report


def both(check: Check, manifest: str, folder: Path, *options: str) -> tuple[Done, Done]:
    """A run with a register, in JSON and in text; what one says of a failure the other says too."""
    found, shown = (check(manifest, "--register", folder, "-f", form, *options) for form in ("json", "text"))
    assert found.code == shown.code
    for manifest_report in valid(found)["manifests"]:
        for finding in manifest_report["findings"]:
            if finding["verdict"] in {"fail", "waived", "review"}:
                assert finding["rule"] in shown.out
                assert all(seen["message"] in shown.out for seen in finding["observations"])
    return found, shown


# CMIAN-A07: each way to be wrong has its own words


def test_an_opinion_that_the_register_confirms(check: Check, tmp_path: Path) -> None:
    conditions = [{**each, "status": "done"} for each in CONDITIONS]
    kept = [{**each, "status": "planned"} for each in CONDITIONS]
    entry = opinion(conclusion="favourable_with_conditions", conditions=kept, valid_until=ON, text=add_text(tmp_path / "r"))
    folder = write_register(tmp_path / "r", opinions=[entry], evaluations=[evaluation()], referrals=[referral()])
    manifest = cited(
        opinion={"ref": "AVIS-1", "date": "2026-06-18", "conclusion": "favourable_with_conditions", "conditions": conditions},
        education_evaluation={"ref": "EVAL-1", "date": "2026-05-21"},
        referral={"status": "opinion_given", "ref": "SAISINE-1", "date": "2026-04-07"},
    )
    found, _ = both(check, manifest, folder)
    assert (found.code, found.finding("CMIAN-A07")["verdict"]) == (OK, "pass")
    assert found.report["register"]["id"] == "registre-essai"
    assert len(found.report["register"]["sha256"]) == 64


def test_without_a_register_an_opinion_is_declared_and_not_verified(check: Check) -> None:
    done = check(opinion_cited())
    assert (done.code, done.finding("CMIAN-A07")["verdict"], valid(done)["verdict"]) == (OK, "review", "review")
    assert done.report["register"] == dict.fromkeys(["id", "source", "commit", "sha256", "signed"]) | {"configured": False}


OPINION: dict[str, tuple[Data, Data, str, str]] = {
    "unknown": ({"ref": "AVIS-2"}, {}, "opinion-known", "est inconnu du registre"),
    "another project": ({"project": "autre"}, {}, "opinion-project", "ne porte pas sur"),
    "another date": ({"date": "2026-06-17"}, {}, "opinion-date", "une autre date que celle du registre"),
    "another conclusion": ({"conclusion": "reserved"}, {}, "opinion-conclusion", "une autre conclusion que celle du registre"),
    "another domain": ({"domains": ["education"]}, {}, "opinion-domain", "ne couvre pas"),
    "withdrawn": ({"withdrawn": {"date": ON, "reason": "x"}}, {}, "opinion-not-withdrawn", "est retiré"),
    "withdrawn without a date": ({"withdrawn": {}}, {}, "opinion-not-withdrawn", "est retiré"),
    "no longer valid": ({"valid_until": "2026-11-22"}, {}, "opinion-valid", "n'est plus valable"),
    "conditions left out": ({"conditions": CONDITIONS}, {}, "opinion-conditions", "les identifiants de"),
    "conditions of its own": ({}, {"conditions": CONDITIONS}, "opinion-conditions", "les identifiants de"),
    "a condition said to be done": (
        {"conditions": CONDITIONS},
        {"conditions": [{**each, "status": "done"} for each in CONDITIONS]},
        "opinion-condition-done",
        "le registre la tient pour ouverte",
    ),
}


@pytest.mark.parametrize("name", OPINION)
def test_each_way_an_opinion_can_be_wrong(check: Check, tmp_path: Path, name: str) -> None:
    kept, declared, require, words = OPINION[name]
    folder = write_register(tmp_path / "r", opinions=[opinion(**kept)])
    found, _ = both(check, opinion_cited(**declared), folder)
    finding = found.finding("CMIAN-A07")
    assert (found.code, finding["verdict"], finding["level"]) == (NON_COMPLIANT, "fail", "blocking")
    assert [(seen["require"], words in seen["message"]) for seen in finding["observations"]] == [(require, True)]


@pytest.mark.parametrize("form", formats())
@pytest.mark.parametrize("name", ["another project", "withdrawn", "no longer valid"])
def test_a_wrong_opinion_is_told_in_every_format(check: Check, tmp_path: Path, name: str, form: str) -> None:
    kept, declared, _, words = OPINION[name]
    folder = write_register(tmp_path / "r", opinions=[opinion(**kept)])
    done = check(opinion_cited(**declared), "--register", folder, "-f", form)
    assert done.code == NON_COMPLIANT
    told = html.unescape(done.out)
    assert "CMIAN-A07" in told
    assert words in told


OTHERS: dict[str, dict[str, Data]] = {
    "evaluation": {
        "unknown": {"ref": "EVAL-2"},
        "project": {"project": "autre"},
        "date": {"date": "2026-05-20"},
        "not-withdrawn": {"withdrawn": {"reason": "x"}},
        "valid": {"valid_until": "2026-11-22"},
    },
    "referral": {"unknown": {"ref": "SAISINE-2"}, "project": {"project": "autre"}, "date": {"date": "2026-04-06"}},
}


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind, ways in OTHERS.items() for way in ways])
def test_each_way_an_evaluation_or_a_referral_can_be_wrong(check: Check, tmp_path: Path, kind: str, way: str) -> None:
    entries: dict[str, list[Data]] = {
        "evaluations": [evaluation(**(OTHERS["evaluation"][way] if kind == "evaluation" else {}))],
        "referrals": [referral(**(OTHERS["referral"][way] if kind == "referral" else {}))],
    }
    manifest = cited(
        education_evaluation={"ref": "EVAL-1", "date": "2026-05-21"},
        referral={"status": "submitted", "ref": "SAISINE-1", "date": "2026-04-07"},
    )
    found, _ = both(check, manifest, write_register(tmp_path / "r", **entries))
    (seen,) = found.finding("CMIAN-A07")["observations"]
    assert seen["require"] == f"{kind}-{'known' if way == 'unknown' else way}"


def test_every_message_of_a_wrong_opinion_is_its_own(check: Check, tmp_path: Path) -> None:
    said = set()
    for index, (kept, declared, _, _) in enumerate(OPINION.values()):
        folder = write_register(tmp_path / str(index), opinions=[opinion(**kept)])
        said |= set(check(opinion_cited(**declared), "--register", folder).messages("CMIAN-A07"))
    # Two ways to be withdrawn and two to differ in conditions say the same.
    assert len(said) == len(OPINION) - 2


def test_a_manifest_cannot_borrow_the_opinion_of_another_project(check: Check, tmp_path: Path) -> None:
    folder = write_register(tmp_path / "r", opinions=[opinion(project="autre")], waivers=[waiver(project="autre", **BY_COUNCIL)])
    done = check(opinion_cited().replace("impact: none", "impact: low"), "--register", folder)
    assert {done.finding(rule)["verdict"] for rule in ("CMIAN-A01", "CMIAN-A07")} == {"fail"}


# CMIAN-A06: the scope that the committee looked at


@pytest.mark.parametrize(
    ("kept", "declared", "verdict"),
    [
        ("right", None, "pass"),
        ("wrong", None, "fail"),
        ("right", "wrong", "pass"),
        ("wrong", "right", "fail"),
        (None, "wrong", "fail"),
        (None, "right", "pass"),
        (None, None, "not_applicable"),
    ],
)
def test_the_scope_is_compared_with_the_register_s_first(
    run: Run, check: Check, tmp_path: Path, kept: str | None, declared: str | None, verdict: str
) -> None:
    right = run("register", "digest", "-", stdin=MINIMAL).out.strip()
    digests = {"right": right, "wrong": "0" * 64}
    folder = write_register(tmp_path / "r", opinions=[opinion(scope_digest=digests[kept] if kept else ...)])
    manifest = opinion_cited(**({"scope_digest": digests[declared]} if declared else {}))
    found, _ = both(check, manifest, folder)
    assert (found.finding("CMIAN-A06")["verdict"], found.finding("CMIAN-A06")["level"]) == (verdict, "advisory")
    assert found.finding("CMIAN-A07")["verdict"] == "pass"


def test_a_scope_that_changed_since_the_opinion(run: Run, check: Check, tmp_path: Path) -> None:
    looked_at = run("register", "digest", "-", stdin=MINIMAL).out.strip()
    folder = write_register(tmp_path / "r", opinions=[opinion(scope_digest=looked_at)])
    found, _ = both(check, edited(opinion_cited(), ("minors: none", "minors: incidental")), folder)
    (said,) = found.messages("CMIAN-A06")
    assert "n'est plus celui que le registre tient pour examiné" in said


# waivers


def test_a_waived_failure_stays_in_print_with_its_act_and_its_end(check: Check, tmp_path: Path) -> None:
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL, act="Délibération fictive V2026-900")])
    blocked = check(NOT_REFERRED)
    found, shown = both(check, NOT_REFERRED, folder, "--fail-on", "blocking")
    assert (blocked.code, found.code) == (NON_COMPLIANT, OK)
    before, after = blocked.finding("CMIAN-A01"), found.finding("CMIAN-A01")
    act = {
        "ref": "DEROG-1",
        "act": "Délibération fictive V2026-900",
        "authority": "council",
        "exception": None,
        "reason": "Motif fictif",
        "granted": "2026-03-02",
        "expires": "2027-03-01",
    }
    assert after == {**before, "verdict": "waived", "waiver": act}
    assert all(words in shown.out for words in ("Délibération fictive V2026-900", "2027-03-01", "conseil municipal"))
    assert [found.report["summary"][each] - blocked.report["summary"][each] for each in ("fail", "waived", "blocking")] == [
        -1,
        1,
        -1,
    ]
    assert (found.report["verdict"], found.report["notes"], found.err) == ("compliant", [], "")


def test_an_expired_waiver_is_told_with_its_date(check: Check, tmp_path: Path) -> None:
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL, expires="2026-11-22")])
    found, shown = both(check, NOT_REFERRED, folder)
    assert (found.code, found.finding("CMIAN-A01")["verdict"]) == (NON_COMPLIANT, "fail")
    (note,) = found.report["notes"]
    assert {key: note[key] for key in ("kind", "rule", "project", "date")} == {
        "kind": "waiver-expired",
        "rule": "CMIAN-A01",
        "project": "essai",
        "date": "2026-11-22",
    }
    assert note["message"] in shown.out
    assert note["message"] in found.err


@pytest.mark.parametrize("release", ["2025.1", "2026.1"])
def test_a_waiver_holds_whatever_release_judges(check: Check, tmp_path: Path, release: str) -> None:
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL)])
    done = check(NOT_REFERRED, "--register", folder, "--policy", f"cmian@{release}")
    assert (done.finding("CMIAN-A01")["verdict"], valid(done)["notes"]) == ("waived", [])


def test_a_waiver_of_a_pack_that_the_operator_left_out_is_no_fault(check: Check, tmp_path: Path) -> None:
    law = json.loads(json.dumps(waiver(rule="LAW-T06", authority="city")))
    law["exception"] = "Code des relations entre le public et l'administration, article L. 311-5, 2°"
    folder = write_register(tmp_path / "r", waivers=[law])
    done = check(MINIMAL, "--register", folder, "--policy", "cmian@2026.1")
    assert (done.code, valid(done)["notes"]) == (OK, [])


def test_two_manifests_that_claim_one_project_get_neither_opinion_nor_waiver(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(NOT_REFERRED, encoding="utf-8")
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL)])
    done = run("check", "a", "b", "--register", folder, "--as-of", ON, "-f", "json")
    assert (done.code, valid(done)["summary"]["waived"]) == (NON_COMPLIANT, 0)


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_words_of_a_register_are_neutralised(check: Check, tmp_path: Path, form: str) -> None:
    hostile = "\u202etxt \u200b::error::"
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL, reason=hostile, act=hostile, ref=hostile)])
    done = check(NOT_REFERRED, "--register", folder, "-f", form)
    assert done.code == OK
    assert "\u202e" not in done.out
    assert "\u200b" not in done.out
    assert "\\u202e" in done.out


def test_standard_input_has_its_register_too(run: Run, tmp_path: Path) -> None:
    folder = write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL)])
    done = run("check", "-", "--register", folder, "--as-of", ON, "-f", "json", stdin=NOT_REFERRED)
    assert done.finding("CMIAN-A01")["verdict"] == "waived"


# a register that cannot be used


WAYS: dict[str, tuple[str, Data | bytes]] = {
    "a text that was tampered with": ("texts/avis.txt", b"AUTRE\n"),
    "a broken contract": ("opinions/b.yaml", opinion(ref="AVIS-2", conclusion="oui")),
    "bad syntax": ("opinions/b.yaml", b"ref: [\n"),
    "a reference twice": ("opinions/b.yaml", opinion()),
    "a stray file": ("avis/b.yaml", opinion(ref="AVIS-2")),
    "a rule that is never waivable": ("waivers/b.yaml", waiver(ref="DEROG-2", rule="CMIAN-A07")),
    "law without its exception": ("waivers/b.yaml", waiver(ref="DEROG-2", rule="LAW-T06", authority="city")),
    "another authority": ("waivers/b.yaml", waiver(ref="DEROG-2", rule="CMIAN-A01")),
    "no such rule": ("waivers/b.yaml", waiver(ref="DEROG-2", rule="CMIAN-I99")),
    "no such pack": ("waivers/b.yaml", waiver(ref="DEROG-2", rule="NUL-X01")),
    "too long": ("waivers/b.yaml", waiver(ref="DEROG-2", expires="2028-03-03")),
    "no end": ("waivers/b.yaml", waiver(ref="DEROG-2", expires=...)),
    "no folder": ("absent/.keep", b""),
    "a folder that is no register": ("elsewhere/opinions/a.yaml", opinion()),
}


def broken(folder: Path, how: str) -> Path:
    """A register with one thing wrong."""
    write_register(folder / "r", opinions=[opinion(text=add_text(folder / "r"))], waivers=[waiver(**BY_COUNCIL)])
    if how == "no folder":
        return folder / "r" / "absent"
    path, content = WAYS[how]
    target = folder / path if path.startswith("elsewhere") else folder / "r" / path
    write(target, content if isinstance(content, dict) else {})
    if isinstance(content, bytes):
        target.write_bytes(content)
    return folder / path.split("/")[0] if path.startswith("elsewhere") else folder / "r"


@pytest.mark.parametrize("how", WAYS)
def test_an_unusable_register_is_4_and_a_valid_report(check: Check, tmp_path: Path, how: str) -> None:
    folder = broken(tmp_path, how)
    done = check(MINIMAL, "--register", folder)
    report = valid(done)
    assert (done.code, report["verdict"], report["manifests"]) == (UNUSABLE, "error", [])
    assert {note["kind"] for note in report["notes"]} == {"register-unusable"}
    assert all(str(folder) in note["message"] for note in report["notes"])
    assert (report["register"]["configured"], report["register"]["source"]) == (True, str(folder))
    shown = check(MINIMAL, "--register", folder, "-f", "text")
    assert shown.code == UNUSABLE
    assert report["notes"][0]["message"] in shown.out


def test_an_unusable_register_is_4_whatever_the_command_line_lets_pass(check: Check, tmp_path: Path) -> None:
    assert check(MINIMAL, "--register", tmp_path / "absent", "--fail-on", "never").code == UNUSABLE


def test_an_empty_name_is_a_mistake_of_use(check: Check) -> None:
    done = check(MINIMAL, "--register", "")
    assert (done.code, done.out) == (USAGE, "")


def test_the_environment_names_a_register(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(opinion_cited(), encoding="utf-8")
    folder = write_register(tmp_path / "r", opinions=[opinion()])
    done = run("check", "--as-of", ON, "-f", "json", env={"CMIAN_REGISTER": str(folder)})
    assert (done.code, done.finding("CMIAN-A07")["verdict"]) == (OK, "pass")


# who has no register pays for none


def test_a_check_without_a_register_loads_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    script = (
        "import sys\nfrom cmian_policy.cli.app import run\nrun(sys.argv[1:])\n"
        "loaded = [name for name in sys.modules if 'register' in name or name.endswith(('.waive', 'jsonschema'))]\n"
        "print(loaded, file=sys.stderr)\n"
    )
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def loaded(*more: str) -> str:
        command = [sys.executable, "-c", script, "check", "--as-of", ON, "-q", *more]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60)
        return done.stderr.splitlines()[-1]

    loaded()  # the policy is compiled, and kept
    assert loaded() == "[]"
    with_register = loaded("--register", str(write_register(tmp_path / "r", opinions=[opinion()], waivers=[waiver()])))
    assert "cmian_policy.engine.waive" in with_register
    assert "jsonschema" not in with_register  # a good register needs no schema library either


def test_the_python_interface_takes_a_register(tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(NOT_REFERRED, encoding="utf-8")
    register = cmian_policy.load_register(write_register(tmp_path / "r", waivers=[waiver(**BY_COUNCIL)]))
    assert isinstance(register, cmian_policy.Register)
    on = date.fromisoformat(ON)
    without, with_register = (cmian_policy.check([tmp_path], on=on, here=tmp_path, register=each) for each in (None, register))
    assert (without.verdict, with_register.verdict) == ("non_compliant", "compliant")
    assert with_register.register.configured
    with pytest.raises(cmian_policy.CmianPolicyError):
        cmian_policy.load_register(tmp_path / "absent")


# register verify


def test_verify_a_register_without_fault(run: Run, tmp_path: Path) -> None:
    write_register(tmp_path, opinions=[opinion()], evaluations=[evaluation(), evaluation(ref="EVAL-2")], waivers=[waiver()])
    done = run("register", "verify", "--as-of", ON)
    assert (done.code, done.err) == (OK, "")
    counts = "1 avis, 2 évaluations, 0 saisine, 1 dérogation"
    assert done.last == f"Registre fictif (registre-essai), registre sans faute au 2026-11-23{NBSP}: {counts}"
    assert run("register", "verify", "-q", "--as-of", ON, "--lang", "en").out.startswith(
        "Registre fictif (registre-essai), register"
    )


def test_verify_the_example(run: Run) -> None:
    done = run("register", "verify", EXAMPLES / "register", "--as-of", ON)
    assert (done.code, done.err, len(done.out.splitlines())) == (OK, "", 3)


def test_verify_names_every_fault_at_its_place(run: Run, tmp_path: Path) -> None:
    write_register(
        tmp_path / "r", opinions=[opinion(date="demain")], waivers=[waiver(rule="CMIAN-A07"), waiver(ref="D2", rule="NUL-X01")]
    )
    done = run("register", "verify", "r")
    assert (done.code, done.out) == (UNUSABLE, "")
    assert [line.split(": ")[1].split(" ")[0] for line in done.err.splitlines()] == [
        "r/opinions/0.yaml:4:10",
        "r/waivers/0.yaml:4:10",
        "r/waivers/1.yaml:4:10",
    ]
    found = run("register", "verify", "r", "-f", "json", "--as-of", ON)
    assert found.code == UNUSABLE
    document = json.loads(found.out)
    assert [(fault["path"], fault["line"], fault["column"]) for fault in document["faults"]] == [
        ("r/opinions/0.yaml", 4, 10),
        ("r/waivers/0.yaml", 4, 10),
        ("r/waivers/1.yaml", 4, 10),
    ]
    assert document["register"] is None


ENDS = [
    opinion(ref="A", valid_until="2026-11-22"),
    opinion(ref="B", valid_until="2026-11-23"),
    opinion(ref="C", valid_until="2026-12-23"),
    opinion(ref="D", valid_until="2026-12-24"),
]


def test_verify_tells_what_ended_and_what_ends_soon(run: Run, tmp_path: Path) -> None:
    over = waiver(ref="W1", expires="2026-10-31")
    write_register(tmp_path, opinions=ENDS, evaluations=[evaluation(valid_until="2026-12-01")], waivers=[over, waiver(ref="W2")])
    done = run("register", "verify", ".", "-f", "json", "--as-of", ON)
    document = json.loads(done.out)
    assert (done.code, document["faults"], document["register"]["id"]) == (OK, [], "registre-essai")
    assert [(each["kind"], each["ref"], each["expired"]) for each in document["ending"]] == [
        ("evaluation", "EVAL-1", False),
        ("opinion", "A", True),
        ("opinion", "B", False),
        ("opinion", "C", False),
        ("waiver", "W1", True),
    ]
    lines = run("register", "verify", "--as-of", ON).out.splitlines()
    assert lines[1] == "./opinions/0.yaml:9:17: avis A (essai) a expiré le 2026-11-22"
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", "absent"], UNUSABLE),
        (["verify", ""], USAGE),
        (["verify", "a", "b"], USAGE),
        (["verify", "--policy-dir", "absent"], USAGE),
        (["vérify"], USAGE),
        ([], USAGE),
    ],
)
def test_verify_refuses(run: Run, arguments: list[str], code: int) -> None:
    done = run("register", *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err


# register digest


def test_digest_is_the_one_that_the_cases_of_the_rule_know(run: Run) -> None:
    """CMIAN-A06's own cases give the digest of this manifest; tests of the function compute it by hand."""
    done = run("register", "digest", ROOT / "policies/cmian/bases/social.yaml")
    assert done == Done(OK, "117c7325c942b5115ee975654da2799add69c8c83a613404eb0f7f5665771a9c\n", "")


def test_digest_of_standard_input_and_of_what_is_out_of_scope(run: Run, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(named("autre"), encoding="utf-8")
    assert run("register", "digest", "m.yaml").out == run("register", "digest", "-", stdin=MINIMAL).out
    other = edited(MINIMAL, ("impact: none", "impact: low"))
    assert run("register", "digest", "-", stdin=other).out != run("register", "digest", "m.yaml").out


@pytest.mark.parametrize(
    ("manifest", "place"),
    [
        pytest.param(UNREADABLE, "m.yaml:", id="syntax"),
        pytest.param(edited(MINIMAL, ("impact: none", "impact: nul")), "m.yaml:17:11:", id="schema"),
        pytest.param("a: 1\n", "m.yaml:1:1:", id="something else"),
    ],
)
def test_a_manifest_at_fault_has_no_digest(run: Run, tmp_path: Path, manifest: str, place: str) -> None:
    (tmp_path / "m.yaml").write_text(manifest, encoding="utf-8")
    done = run("register", "digest", "m.yaml")
    assert (done.code, done.out) == (NON_COMPLIANT, "")
    assert done.err.startswith(place)


@pytest.mark.parametrize("arguments", [["absent.yaml"], [], ["a", "b"]])
def test_digest_needs_one_manifest(run: Run, arguments: list[str]) -> None:
    done = run("register", "digest", *arguments)
    assert (done.code, done.out) == (USAGE, "")


def test_digest_of_a_folder_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("register", "digest", ".")
    assert (done.code, done.out) == (NON_COMPLIANT, "")


# the contract


def test_schema_register(run: Run) -> None:
    done = run("schema", "register")
    assert (done.code, done.out) == (OK, (ROOT / "schemas/register/1.0.schema.json").read_text(encoding="utf-8"))


def test_an_editor_may_hold_any_file_against_the_whole_schema() -> None:
    schema = json.loads((ROOT / "schemas/register/1.0.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for entry in (opinion(), evaluation(), referral(), waiver()):
        assert validator.is_valid(entry)
    assert not validator.is_valid({"ref": "X"})


def test_verify_reads_the_configured_register(run: Run, tmp_path: Path) -> None:
    write_register(tmp_path / "registre", waivers=[waiver()])
    write(tmp_path / ".cmian-policy.yaml", {"register": {"id": "registre-essai", "source": "registre"}})
    done = run("register", "verify", "-f", "json", "--as-of", ON)
    assert (done.code, json.loads(done.out)["register"]["source"]) == (OK, "registre")
    (tmp_path / "registre" / "waivers" / "0.yaml").unlink()
    write(tmp_path / "registre" / "waiver" / "0.yaml", waiver())
    done = run("register", "verify")
    assert (done.code, done.out) == (UNUSABLE, "")
    assert "registre/waiver/0.yaml" in done.err
