"""The workflow commands to the letter of cli.md, "Formats", read as GitHub's runner reads them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy import Options, Report, check
from cmian_policy.model.location import Span
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.github_runner import ANNOTATIONS, COMMANDS, Command, annotated, command, commands
from tests.policy_folder import ALWAYS, ERRS, NEVER, review, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, both, play, unjudged, waived, with_manifests
from tests.runner import CHATBOT, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, UNREADABLE, Run, edited, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner import Check

SHOWN = {"fail", "waived", "review", "error"}


def levels(**numbers: int) -> list[dict[str, object]]:
    """Failing rules, as many of each level as is said, in the order of the arguments."""
    wanted = [level for level, number in numbers.items() for _ in range(number)]
    return [rule(f"ESSAI-X{index:02d}", NEVER, level={"default": level}) for index, level in enumerate(wanted)]


def names(read: list[Command]) -> list[str]:
    """The commands by name."""
    return [each.name for each in read]


def test_a_whole_report_to_the_letter(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ALWAYS))
    done = check(MINIMAL, "-f", "github", "--policy-dir", folder)
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert done.out.replace(NBSP, " ") == (
        "::error file=ai-manifest.yaml,line=4,col=9,endLine=4,endColumn=23,"
        "title=bloquant ESSAI-X01 · Règle fictive [droit]::"
        "le nom ne va pas%0Acorriger : Changez le nom.%0Aaide : cmian-policy explain ESSAI-X01\n"
        "Non conforme : 3 conformes, 1 non conforme bloquant, 1 sans objet · essai 2025.1 · au 2026-11-23\n"
    )


def test_a_compliant_run_annotates_nothing_and_says_so(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS))
    done = check(MINIMAL, "-f", "github", "--policy-dir", folder)
    assert (done.code, done.err) == (OK, "")
    assert commands(done.out) == []
    assert done.out.startswith("Conforme")
    assert done.out.count("\n") == 1


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (rule("ESSAI-X01", NEVER), "error"),
        (rule("ESSAI-X01", NEVER, level={"default": "advisory"}), "warning"),
        (rule("ESSAI-X01", NEVER, level={"default": "note"}), "notice"),
        (review("ESSAI-X01"), "warning"),
        (review("ESSAI-X01", level={"default": "note"}), "warning"),
        (rule("ESSAI-X01", ERRS), "error"),
        (rule("ESSAI-X01", ERRS, level={"default": "note"}), "error"),
    ],
)
def test_the_sort_of_annotation_follows_verdict_and_level(
    check: Check, tmp_path: Path, wanted: dict[str, object], name: str
) -> None:
    folder = write_policy(tmp_path / "regles", wanted)
    (read,) = annotated(check(MINIMAL, "-f", "github", "--policy-dir", folder).out)
    assert read.name == name
    assert "ESSAI-X01" in read.properties["title"]
    assert read.properties["file"] == "ai-manifest.yaml"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_waived_finding_is_a_notice_with_its_act_and_its_last_day(tmp_path: Path, lang: str) -> None:
    report = waived(tmp_path, "en" if lang == "en" else "fr")
    (manifest,) = report.manifests
    findings = tuple(each for each in manifest.findings if each.verdict is Verdict.WAIVED)
    (notice,) = annotated(rendered("github", with_manifests(report, manifest._replace(findings=findings)), Style()))
    assert notice.name == "notice"
    assert "CMIAN-T01" in notice.properties["title"]
    assert "DEROG-2026-01" in notice.data
    assert "V2026-FICTIF" in notice.data
    assert "2027-09-30" in notice.data


@SCENARIOS
def test_it_shows_what_the_json_report_shows(run: Run, tmp_path: Path, name: str) -> None:
    played = play(run, tmp_path, name, "github")
    shown = [(path, each) for path, each in played.findings() if each["verdict"] in SHOWN]
    unread = {path for path, each in shown if "manifest-" in (each["reason"] or "")}
    told = {(path, each["rule"]): each for path, each in shown if "manifest-" not in (each["reason"] or "")}
    read = annotated(played.done.out)
    assert len(read) == min(10, len(told) + len(unread) + len(played.report["notes"]))
    for each in read:
        if "·" not in each.properties["title"]:
            continue
        finding = told[each.properties["file"], each.properties["title"].split(" · ")[0].split()[-1]]
        assert finding["title"] in each.properties["title"]
        first = finding["observations"][0] if finding["observations"] else {"line": 1, "end_line": 1, "column": 1}
        column = str(first["column"]) if first["line"] == first["end_line"] else ""
        assert each.place[1:3] == (str(first["line"]), column)


@pytest.mark.parametrize(("number", "more"), [(10, 0), (11, 2), (25, 16)])
def test_ten_annotations_at_most_and_the_last_counts_the_others(check: Check, tmp_path: Path, number: int, more: int) -> None:
    folder = write_policy(tmp_path / "regles", *levels(blocking=number))
    read = annotated(check(MINIMAL, "-f", "github", "--policy-dir", folder).out)
    assert len(read) == 10
    assert ("file" in read[-1].properties) == (more == 0)
    assert read[-1].data.startswith(f"{more} autres") == (more > 0)


def test_the_worst_come_first_whatever_their_place(check: Check, tmp_path: Path) -> None:
    rules = [*levels(note=6, advisory=6, blocking=2), rule("ESSAI-Y01", ERRS), review("ESSAI-Y02")]
    read = annotated(check(MINIMAL, "-f", "github", "--policy-dir", write_policy(tmp_path / "regles", *rules)).out)
    shown = [each.properties["title"].split(" · ")[0].split()[-1] for each in read]
    advisory = [f"ESSAI-X{index:02d}" for index in range(6, 11)]
    assert shown == ["ESSAI-X12", "ESSAI-X13", "ESSAI-Y01", "ESSAI-Y02", *advisory, "cmian-policy"]
    assert names(read) == ["error"] * 3 + ["warning"] * 7
    assert read[-1].data.startswith("7 autres")


def test_the_last_weighs_as_much_as_the_worst_it_counts(check: Check, tmp_path: Path) -> None:
    for numbers, name in (({"blocking": 11}, "error"), ({"blocking": 9, "note": 2}, "notice")):
        folder = write_policy(tmp_path / f"regles-{name}", *levels(**numbers))
        assert annotated(check(MINIMAL, "-f", "github", "--policy-dir", folder).out)[-1].name == name


def test_a_fleet_of_unreadable_manifests_is_counted_whole(run: Run, tmp_path: Path) -> None:
    """Findings that stand together in one annotation count one by one among those that are not shown."""
    for number in range(12):
        (tmp_path / f"p{number:02d}").mkdir()
        (tmp_path / f"p{number:02d}/ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    played = both(run, tmp_path, "github", "--as-of", ON, ".")
    read = annotated(played.done.out)
    assert names(read) == ["error"] * 10
    assert all("manifest-syntax" in each.properties["title"] for each in read[:9])
    shown = [each for _, each in played.findings() if each["verdict"] in SHOWN]
    assert read[-1].data.startswith(f"{len(shown) - 9} autres")


def test_rules_that_could_not_run_stand_together(check: Check) -> None:
    done = check(UNREADABLE, "-f", "github")
    syntax, others = annotated(done.out)
    assert "manifest-syntax" in syntax.properties["title"]
    report = check(UNREADABLE).report
    ids = [each["rule"] for each in report["manifests"][0]["findings"] if each["verdict"] == "error"]
    assert others.name == "error"
    assert others.data.startswith(f"{len(ids)} règles")
    assert others.data.endswith(", ".join(ids))


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_is_an_error(run: Run, tmp_path: Path, which: str) -> None:
    """Peers.md, silent pass 20: nothing that ends with 3 or 4 looks clean."""
    played = unjudged(run, tmp_path, which, "github")
    read = annotated(played.done.out)
    assert read[0].name == "error"
    errors = " ".join(each.data for each in read if each.name == "error")
    grave = {"nothing-checked", "policy-unusable", "register-unusable"}
    (first, *_) = [note for note in played.report["notes"] if note["kind"] in grave]
    cause = first["message"].rpartition(f"{first['rule']}{NBSP}: ")[2]  # the path and the rule are the annotation's own
    assert cause in errors


def test_notes_about_the_rules_are_annotations(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS), published=False)
    done = check(MINIMAL, "-f", "github", "--policy-dir", folder, "--policy", "essai@2025.1")
    (read,) = annotated(done.out)
    assert (read.name, "essai@2025.1" in read.data) == ("warning", True)


def test_columns_are_left_out_where_a_place_spans_lines(tmp_path: Path) -> None:
    """The runner drops them there, with a complaint in its log."""
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    report = check_at(tmp_path)
    (manifest,) = report.manifests
    findings = tuple(
        finding._replace(observations=tuple(each._replace(span=Span(3, 5, 6, 2)) for each in finding.observations))
        for finding in manifest.findings
    )
    read = annotated(rendered("github", with_manifests(report, manifest._replace(findings=findings)), Style()))
    assert {each.place for each in read[:9]} == {("ai-manifest.yaml", "3", "", "6", "")}


def check_at(folder: Path) -> Report:
    """The report of a folder, on the date of the tests."""
    return check([folder], on=date.fromisoformat(ON), options=Options("fr"), here=folder)


def test_further_places_are_told_with_their_line(check: Check) -> None:
    text = edited(MINIMAL, ("status: operational", "status: x"), ("used: false", "used: oui"))
    report = check(text).finding("manifest-schema")
    read = annotated(check(text, "-f", "github").out)[0]
    first, second = report["observations"]
    assert read.place[1:3] == (str(first["line"]), str(first["column"]))
    lines = read.data.replace(NBSP, " ").split("\n")
    assert lines[:2] == [first["message"].replace(NBSP, " "), f"ligne {second['line']} : {second['message']}".replace(NBSP, " ")]


def test_many_places_are_counted(check: Check) -> None:
    keys = "".join(f"  cle{number}: 1\n" for number in range(40))
    text = edited(MINIMAL, ("video:\n", f"video:\n{keys}"))
    number = len(check(text).finding("manifest-schema")["observations"])
    read = annotated(check(text, "-f", "github").out)[0]
    assert f"et {number - 5} autres endroits" in read.data
    assert len(read.data) < 4096  # the runner cuts there


@pytest.mark.parametrize("options", [["-q"], ["-v"], ["--color", "always"]])
def test_the_style_changes_nothing(check: Check, options: list[str]) -> None:
    assert check(CHATBOT, "-f", "github", *options).out == check(CHATBOT, "-f", "github").out


def test_english(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", *levels(blocking=12))
    done = check(MINIMAL, "-f", "github", "--policy-dir", folder, "--lang", "en")
    assert NBSP not in done.out
    read = annotated(done.out)
    assert read[0].properties["title"] == "blocking ESSAI-X00 · Règle fictive (en) [law]"
    assert read[-1].data.startswith("3 other findings")


# What a manifest holds never becomes a command

COMMAND_LIKE = {
    "at the start of a line": "a\n::set-output name=verdict::compliant",
    "after a carriage return": "a\r::stop-commands::x",
    "after an escaped line feed": "a%0A::stop-commands::x%0a::error::y",
    "former syntax": "a ##[stop-commands]x ##[error]y",
    "Azure": "a ##vso[task.complete result=Succeeded;]x ##VSO[task.logissue]",
    "end of the properties": "a::b,title=c,file=d::e%2C%3A%25",
    "separators of lines": "a\u2028::error::b\u0085::error::c",
}


@pytest.mark.parametrize("hostile", [*COMMAND_LIKE.values(), *NASTY.values()], ids=[*COMMAND_LIKE, *NASTY])
def test_the_words_of_a_manifest_stay_words(check: Check, hostile: str) -> None:
    text = everywhere(quoted(hostile))
    told = check(text, "-f", "json").messages("manifest-schema")
    done = check(text, "-f", "github")
    clean(done.out)
    read = annotated(done.out)
    assert len(read) == 2
    assert set(read[0].properties) == {"file", "line", "col", "endLine", "endColumn", "title"}
    assert "##[" not in done.out
    assert "##vso[" not in done.out.lower()
    assert len(told) >= 8
    if hostile in COMMAND_LIKE.values() and "##" not in hostile and all(char.isprintable() for char in hostile):
        assert any(hostile in line for line in read[0].data.split("\n"))  # shown as it is written


@pytest.mark.parametrize("name", ["a,line=9", "a::error::b", "a%0A::error::b", "##[group]x", "é à", "a\u202eb"])
def test_the_name_of_a_folder_stays_a_name(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "github")
    clean(done.out)
    shown = {each.properties["file"] for each in annotated(done.out)[:9]}
    if "##" not in name and "\u202e" not in name:
        assert shown == {f"{name}/ai-manifest.yaml"}
    assert len(shown) == 1


def test_the_last_line_is_no_command(check: Check) -> None:
    for manifest in (MINIMAL, CHATBOT, UNREADABLE):
        assert command(check(manifest, "-f", "github").last, COMMANDS) is None


def test_the_reader_of_these_tests_does_see_commands() -> None:
    """Were it blind, everything above would pass."""
    log = (
        "x\n::error file=a,line=3::b%0Ac\n  ::set-output name=a::b\nx ##[stop-commands]Jeton\n::error::no\n::jeton::\n::error::d"
    )
    read = commands(log)
    assert names(read) == ["error", "set-output", "stop-commands", "jeton", "error"]
    assert (read[0].data, read[0].properties) == ("b\nc", {"file": "a", "line": "3"})
    with pytest.raises(AssertionError):
        annotated(log)
    assert set(ANNOTATIONS) < COMMANDS


# The summary of the job goes with it (cli.md, "Formats")


def test_the_job_summary_is_added_to(check: Check, run: Run, tmp_path: Path) -> None:
    expected = check(CHATBOT, "-f", "summary").out
    summary = tmp_path / "step summary.md"
    summary.write_text("# Avant\n", encoding="utf-8")
    env = {"GITHUB_STEP_SUMMARY": str(summary)}
    done = run("check", "ai-manifest.yaml", "--as-of", ON, "-f", "github", env=env)
    assert done == check(CHATBOT, "-f", "github")
    assert summary.read_text(encoding="utf-8") == f"# Avant\n{expected}"


def test_the_job_summary_also_goes_with_commands_in_a_file(check: Check, run: Run, tmp_path: Path) -> None:
    expected = check(CHATBOT, "-f", "summary").out
    summary = tmp_path / "summary.md"
    run("check", "ai-manifest.yaml", "--as-of", ON, "-o", "github=commandes.txt", env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("form", ["text", "json", "summary"])
def test_other_formats_leave_the_job_summary_alone(check: Check, run: Run, tmp_path: Path, form: str) -> None:
    check(CHATBOT)
    summary = tmp_path / "summary.md"
    done = run("check", "ai-manifest.yaml", "--as-of", ON, "-f", form, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.code == NON_COMPLIANT
    assert not summary.exists()


def test_without_a_job_there_is_no_summary(check: Check, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    check(CHATBOT, "-f", "github")
    assert {path.name for path in set(tmp_path.iterdir()) - before} == {"ai-manifest.yaml"}


def test_two_runs_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name, CHATBOT), encoding="utf-8")
    first, second = (run("check", "--as-of", ON, "-f", "github") for _ in range(2))
    assert first == second
    assert json.dumps(first.out)
