"""``doctor``: what is configured, where each setting comes from, whether it works (cli.md)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.runner import MINIMAL, NOTHING_CHECKED, OK, ON, ROOT, UNUSABLE, USAGE, Done, Run

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".cmian-policy.yaml"


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path) -> None:
    """A project to be told of."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")


def lines(done: Done) -> list[str]:
    """The lines of the answer without their indentation."""
    return [line.strip() for line in done.out.split("\n")]


def setting(done: Done, name: str) -> str:
    """The one line of a setting."""
    (found,) = [line for line in lines(done) if line.startswith(f"{name} = ")]
    return found


def test_where_nothing_is_configured_all_works(run: Run) -> None:
    done = run("doctor", "--as-of", ON)
    assert (done.code, done.err) == (OK, "")
    assert "19" in next(line for line in lines(done) if "obligatoires" in line)
    assert not any("NE FONCTIONNE PAS" in line for line in lines(done))
    assert any("cmian" in line and "2026.1" in line for line in lines(done))


def test_each_setting_names_who_gave_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("lang: en\nfail_on: advisory\nexclude: [essais/]\n", encoding="utf-8")
    done = run("doctor", "--format", "json", env={"CMIAN_AS_OF": ON, "CMIAN_LANG": None})
    assert done.code == OK
    assert setting(done, "format") == "format = json (command line, --format)"
    assert setting(done, "as-of") == f"as-of = {ON} (variable CMIAN_AS_OF)"
    assert setting(done, "lang") == "lang = en (configuration file)"
    assert setting(done, "fail-on") == "fail-on = advisory (configuration file)"
    assert setting(done, "exclude") == "exclude = essais/ (configuration file)"
    assert setting(done, "color") == "color = auto (default)"
    assert any(NAME in line for line in lines(done))


def test_the_command_line_wins_over_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("fail_on: advisory\n", encoding="utf-8")
    assert setting(run("doctor", "--fail-on", "review"), "fail-on") == "fail-on = review (ligne de commande, --fail-on)"
    done = run("doctor", env={"CMIAN_FAIL_ON": "never"})
    assert setting(done, "fail-on") == "fail-on = never (variable CMIAN_FAIL_ON)"


def test_a_misspelt_variable_is_named(run: Run) -> None:
    done = run("doctor", env={"CMIAN_FAILON": "advisory", "CMIAN_ZZZ": "1"})
    assert any("CMIAN_FAILON" in line and "CMIAN_FAIL_ON" in line for line in lines(done))
    assert any("CMIAN_ZZZ" in line for line in lines(done))


@pytest.mark.parametrize("source", ["nulle-part", "regles"])
def test_a_source_that_does_not_work_is_told_beside_those_that_do(run: Run, tmp_path: Path, source: str) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "regles")
    rule = tmp_path / "regles/fr-eu-law/rules/LAW-T03/v1.yaml"
    rule.write_bytes(rule.read_bytes() + b"\n# change\n")
    configured = f"packs:\n  - {{id: cmian, source: bundled}}\n  - {{id: fr-eu-law, source: {source}}}\n"
    (tmp_path / NAME).write_text(configured, encoding="utf-8")
    done = run("doctor", "--as-of", ON)
    assert done.code == UNUSABLE
    (failing,) = [line for line in lines(done) if line.startswith("NE FONCTIONNE PAS")]
    assert "fr-eu-law" in failing
    assert source in failing
    assert any(line.startswith("fonctionne") and "cmian" in line for line in lines(done))


def test_a_pack_without_a_release_in_force_does_not_work(run: Run) -> None:
    done = run("doctor", "--as-of", "2020-01-01")
    assert done.code == UNUSABLE


def test_a_wrong_configuration_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("lang: de\n", encoding="utf-8")
    done = run("doctor")
    assert (done.code, done.out) == (USAGE, "")


@pytest.mark.parametrize("given", [("--policy", "nope@1"), ("--select", "NOPE"), ("--since", "nope"), ("nulle-part",)])
def test_what_check_would_refuse_is_refused(run: Run, given: tuple[str, ...]) -> None:
    assert run("doctor", *given, "--as-of", ON).code == USAGE


def test_what_check_would_not_check_does_not_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("manifests: [zz.yaml]\n", encoding="utf-8")
    assert run("check", "--as-of", ON).code == NOTHING_CHECKED
    done = run("doctor", "--as-of", ON)
    assert done.code == UNUSABLE
    assert f"code de sortie {NOTHING_CHECKED}" in done.out
