"""Help, options, environment variables, pipes: what a user of any command line expects (cli.md, "Commands")."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import cmian_policy
from tests.runner import CHATBOT, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, SECONDS, USAGE, Run, environment, named, tool

COMMANDS = [["check"], ["schema"], ["explain"], ["rules"], ["rules", "test"]]
LANGS = pytest.mark.parametrize("lang", ["fr", "en"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a project that is blocked."""
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    return tmp_path


def test_version(run: Run) -> None:
    assert run("--version") == (OK, f"cmian-policy {cmian_policy.__version__}\n", "")


@LANGS
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_the_main_help_lists_every_command(run: Run, lang: str, flag: str) -> None:
    done = run(flag, "--lang", lang)
    assert (done.code, done.err) == (OK, "")
    for command in ("check", "explain", "rules", "schema"):
        assert re.search(rf"^  {command}  +\S", done.out, re.MULTILINE)
    assert "--version" in done.out
    assert ("Commandes" if lang == "fr" else "Commands") in done.out


@LANGS
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_option_has_a_help_text(run: Run, command: list[str], lang: str) -> None:
    done = run(*command, "--help", "--lang", lang)
    assert (done.code, done.err) == (OK, "")
    assert f"cmian-policy {' '.join(command)}" in done.out
    joined = re.sub(r"\n {20,}", "  ", done.out)
    options = re.findall(r"^  (-.*)$", joined, re.MULTILINE)
    assert options
    for option in options:
        assert re.search(r"  +\S", option), option
    assert "-h, --help" in done.out
    french = bool(re.search(r"[éèàê]", done.out))
    assert french is (lang == "fr")
    if lang == "en":
        assert not re.search(r"[éèàê«»]", done.out)


@pytest.mark.parametrize("command", [["check"], ["schema"], ["explain"], ["rules", "test"]], ids=" ".join)
def test_every_command_accepts_the_common_options(run: Run, command: list[str]) -> None:
    out = run(*command, "--help").out
    for option in ("--lang", "-q, --quiet", "-v, --verbose", "--color"):
        assert option in out


def test_the_help_of_check_names_all_its_options_and_exit_codes(run: Run) -> None:
    out = run("check", "--help").out
    own = ("--as-of", "--policy", "--policy-dir", "--select", "--fail-on", "--stdin-filename", "--no-cache", "--offline")
    for option in ("-f, --format", *own):
        assert f"  {option} " in out or f"  {option}\n" in out
    for code in ("0 ", "1 ", "2 ", "3 ", "4 "):
        assert code in out


def test_help_wins_wherever_it_stands(run: Run, project: Path) -> None:
    assert run("check", "absent", "--help").out == run("check", "--help").out


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        (["chekc"], "check"),
        (["explian", "CMIAN-T01"], "explain"),
        (["schéma"], "schema"),
        (["rules", "tset"], "test"),
        (["check", "--formta", "json"], "--format"),
        (["check", "--selct", "CMIAN-T01"], "--select"),
        (["check", "--as-off", ON], "--as-of"),
        (["explain", "CMIAN-TO1"], "CMIAN-T01"),
        (["explain", "cmian-t01"], "CMIAN-T01"),
        (["check", "--select", "cmian-t01"], "CMIAN-T01"),
    ],
)
def test_a_slip_gets_a_did_you_mean_in_french(run: Run, project: Path, typed: list[str], near: str) -> None:
    done = run(*typed)
    assert (done.code, done.out) == (USAGE, "")
    assert "vouliez-vous" in done.err
    assert near in done.err
    assert done.err.startswith(f"Erreur{NBSP}: ")
    assert done.err.count("\n") == 1
    english = run(*typed, "--lang", "en")
    assert english.code == USAGE
    assert near in english.err
    assert "vouliez" not in english.err


def test_an_option_cut_short_is_not_guessed(run: Run, project: Path) -> None:
    """``--pol`` may mean two options, tomorrow three: it is refused, never guessed."""
    assert run("check", "--pol", "cmian@2025.1").code == USAGE


def test_the_environment_sets_options(run: Run, project: Path) -> None:
    assert run("check", "--as-of", ON, env={"CMIAN_FORMAT": "json"}).report["verdict"] == "non_compliant"
    assert "blocking CMIAN-T01" in run("check", "--as-of", ON, env={"CMIAN_LANG": "en"}).out
    assert run("check", env={"CMIAN_AS_OF": "2024-12-31"}).code == 3
    assert run("check", env={"CMIAN_FAIL_ON": "never"}).code == OK
    assert run("check", env={"CMIAN_POLICY": "cmian@1999.1"}).code == USAGE
    assert run("check", env={"CMIAN_POLICY_DIR": "absent"}).code == USAGE
    assert "\x1b[" in run("check", env={"CMIAN_COLOR": "always"}).out


def test_a_repeatable_option_takes_one_value_a_line(run: Run, project: Path) -> None:
    done = run("check", "--as-of", ON, "-f", "json", env={"CMIAN_SELECT": "CMIAN-T01\nCMIAN-F01"})
    rules = {finding["rule"] for finding in done.report["manifests"][0]["findings"] if finding["pack"]}
    assert rules == {"CMIAN-T01", "CMIAN-F01"}
    with_blanks = run("check", "--as-of", ON, "-f", "json", env={"CMIAN_SELECT": "\nCMIAN-T01\n\nCMIAN-F01\n"})
    assert with_blanks == done


def test_the_command_line_beats_the_environment(run: Run, project: Path) -> None:
    env = {
        "CMIAN_FORMAT": "json",
        "CMIAN_LANG": "en",
        "CMIAN_SELECT": "CMIAN-F01",
        "CMIAN_AS_OF": "2024-01-01",
        "CMIAN_FAIL_ON": "never",
    }
    done = run("check", "--as-of", ON, "-f", "text", "--lang", "fr", "--select", "CMIAN-T01", "--fail-on", "blocking", env=env)
    assert done.code == NON_COMPLIANT
    assert done.out.startswith("ai-manifest.yaml · essai · en production")
    assert "CMIAN-T01" in done.out
    assert "CMIAN-F01" not in done.out


def test_an_empty_variable_counts_as_absent(run: Run, project: Path) -> None:
    names = (
        "FORMAT",
        "LANG",
        "SELECT",
        "AS_OF",
        "POLICY",
        "POLICY_DIR",
        "FAIL_ON",
        "COLOR",
        "STDIN_FILENAME",
        "NO_CACHE",
        "OFFLINE",
    )
    done = run("check", env={f"CMIAN_{name}": "" for name in names})
    assert done == run("check")
    assert done.code == NON_COMPLIANT


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("CMIAN_LANG", "de", ["fr", "en"]),
        ("CMIAN_LANG", "FR", ["fr", "en"]),
        ("CMIAN_FORMAT", "xml", ["json", "text"]),
        ("CMIAN_AS_OF", "hier", ["hier"]),
        ("CMIAN_FAIL_ON", "tout", ["blocking"]),
        ("CMIAN_SELECT", "CMIAN-T01 CMIAN-F01", ["CMIAN-T01 CMIAN-F01"]),
        ("CMIAN_COLOR", "oui", ["auto"]),
    ],
)
def test_a_wrong_variable_is_2(run: Run, project: Path, variable: str, value: str, words: list[str]) -> None:
    done = run("check", env={variable: value})
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.startswith(f"Erreur{NBSP}: ")
    for word in words:
        assert word in done.err


def test_the_language_of_the_locale_is_not_asked(run: Run, project: Path) -> None:
    done = run("check", "--as-of", ON, env={"LC_ALL": "en_US.UTF-8", "LANG": "en_US.UTF-8"})
    assert "bloquant CMIAN-T01" in done.out


def test_a_wrong_command_line_is_answered_in_the_language_asked_for(run: Run) -> None:
    for done in (run("check", "absent", "--lang", "en"), run("check", "absent", env={"CMIAN_LANG": "en"})):
        assert done.code == USAGE
        assert "does not exist" in done.err


def test_two_dashes_end_the_options(run: Run, tmp_path: Path) -> None:
    (tmp_path / "--help").mkdir()
    (tmp_path / "--help" / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "json", "--", "--help")
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["--help/ai-manifest.yaml"])


def test_a_language_after_two_dashes_is_a_path(run: Run) -> None:
    done = run("check", "--", "--lang=en")
    assert done.code == USAGE
    assert done.err.startswith(f"Erreur{NBSP}: ")
    assert "n'existe pas" in done.err


def test_today_is_the_date_in_paris(run: Run, project: Path) -> None:
    paris = ZoneInfo("Europe/Paris")
    before = datetime.now(paris).date()
    day = run("check", "-f", "json", env={"TZ": "Pacific/Kiritimati"}).report["evaluated_on"]
    after = (datetime.now(UTC) + timedelta(seconds=1)).astimezone(paris).date()
    assert before.isoformat() <= day <= after.isoformat()


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    "options", ["check -f text -v", "check -f json", "schema manifest", "explain CMIAN-T01", "--help", "--version"]
)
def test_a_closed_pipe_is_no_error(home: Path, tmp_path: Path, options: str) -> None:
    """More is written than a pipe holds; the reader takes one byte and goes away."""
    for number in range(40):
        (tmp_path / f"p{number}").mkdir()
        (tmp_path / f"p{number}" / "ai-manifest.yaml").write_text(named(f"p{number}"), encoding="utf-8")
    command = " ".join(f"'{part}'" for part in tool())
    script = f"{{ {command} {options}; echo $? >&3; }} 3>code 2>err | head -c 1"
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=environment(home), capture_output=True, check=True, timeout=SECONDS
    )
    assert len(done.stdout) == 1
    assert (tmp_path / "err").read_text(encoding="utf-8") == ""
    assert (tmp_path / "code").read_text(encoding="utf-8") == "0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_2_and_no_traceback(home: Path, project: Path) -> None:
    """An output that cannot be written is a usage error (cli.md, "Exit codes")."""
    with Path("/dev/full").open("wb") as full:
        command = [*tool(), "check", "--as-of", ON]
        done = subprocess.run(
            command, cwd=project, env=environment(home), stdout=full, stderr=subprocess.PIPE, check=False, timeout=SECONDS
        )
    assert done.returncode == USAGE
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode().startswith(f"Erreur{NBSP}: ")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_a_closed_standard_output_or_input_is_no_crash(home: Path, project: Path) -> None:
    command = " ".join(f"'{part}'" for part in tool())
    for script in (
        f"{command} check --as-of {ON} >&-",
        f"{command} check - --as-of {ON} <&-",
        f"{command} check --as-of {ON} 2>&-",
    ):
        done = subprocess.run(
            ["sh", "-c", script], cwd=project, env=environment(home), capture_output=True, check=False, timeout=SECONDS
        )
        assert done.returncode in {NON_COMPLIANT, USAGE}, script
        assert b"Traceback" not in done.stderr


def test_a_module_and_a_program_are_the_same(run: Run, home: Path, project: Path) -> None:
    program = Path(sys.executable).with_name("cmian-policy")
    if not program.exists():
        pytest.skip("the command is not installed beside this Python")
    done = subprocess.run(
        [program, "check", "--as-of", ON], cwd=project, env=environment(home), capture_output=True, check=False, timeout=SECONDS
    )
    assert (done.returncode, done.stdout.decode()) == run("check", "--as-of", ON)[:2]


@LANGS
def test_explain_is_a_page_with_all_that_one_needs(run: Run, lang: str) -> None:
    done = run("explain", "CMIAN-T01", "--lang", lang)
    assert (done.code, done.err) == (OK, "")
    for part in ("CMIAN-T01", "V2024-420", "les usagers seront avisés", "/transparency/disclosure/text/fr", "2025.1"):
        assert part in done.out
    if lang == "fr":
        for part in (
            "Informer les usagers qu'une IA leur répond",
            "bloquant",
            "crivez dans",
            "conseil municipal",
            "non officiel",
        ):
            assert part in done.out


def test_explain_has_a_page_for_each_rule_of_the_release(run: Run, project: Path) -> None:
    """Of both bundled packs: the 25 rules of cmian 2026.1 and the 18 of fr-eu-law 2026.1."""
    findings = run("check", "--as-of", ON, "-f", "json").report["manifests"][0]["findings"]
    rules = sorted(finding["rule"] for finding in findings if finding["pack"])
    assert len(rules) == 43
    assert {rule.split("-")[0] for rule in rules[::5]} == {"CMIAN", "LAW"}
    for rule in rules[::5]:
        assert run("explain", rule).code == OK


def test_rules_test_passes_on_the_bundled_policies(run: Run) -> None:
    """Each version of a rule is proved by its own cases: CMIAN-A04 has two."""
    done = run("rules", "test", "--rule", "CMIAN-I01", "--rule", "CMIAN-A04", "-f", "json")
    report = json.loads(done.out)
    assert (done.code, report["failures"], report["rules"]) == (OK, [], 3)
    assert {(case["rule"], case["version"]) for case in report["cases"]} == {
        ("CMIAN-I01", 1),
        ("CMIAN-A04", 1),
        ("CMIAN-A04", 2),
    }


def test_minimal_is_compliant_without_any_option(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    assert run("check").code == OK


def test_explain_gives_the_level_of_today_and_only_what_is_still_to_come(run: Run) -> None:
    """LAW-V02 is blocking since 2026-01-30: a past date is no announcement (rules.md, "Level")."""
    page = run("explain", "LAW-V02").out.replace("\u00a0", " ")
    assert "Niveau en production, aujourd'hui : bloquant" in page
    assert "depuis le 2026-01-30 : bloquant" in page
    assert "à venir" not in page
    assert "sinon, une personne examine : " in page


def test_explain_shows_examples_that_differ(run: Run) -> None:
    examples = json.loads(run("explain", "CMIAN-A07", "-f", "json").out)["examples"]
    assert examples["pass"]["manifest"] != examples["fail"]["manifest"]
    assert "register" in examples["fail"]["manifest"]
