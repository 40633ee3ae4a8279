"""``.cmian-policy.yaml``: where it is searched, what it may say, and what wins over it (cli.md, "Configuration")."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, NOTHING_CHECKED, OK, ON, ROOT, UNUSABLE, USAGE, Run, git, named

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".cmian-policy.yaml"
BLOCKING = "CMIAN-T01"


def write(file: Path, text: str) -> None:
    """Writes a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def depot(tmp_path: Path, home: Path) -> Path:
    """A git repository with a compliant project at its root and a non-compliant one in ``service/``."""
    folder = tmp_path / "depot"
    write(folder / "ai-manifest.yaml", MINIMAL)
    write(folder / "service/ai-manifest.yaml", named("service", CHATBOT))
    git(folder, home, "init", "-q")
    return folder


# Where it is searched


def english(run: Run, cwd: Path, *paths: str) -> bool:
    """Whether a configuration that asks for English applies."""
    done = run("check", *paths, "--as-of", ON, "-f", "json", cwd=cwd)
    assert done.code in {OK, NON_COMPLIANT}, done.err
    return bool(done.report["lang"] == "en")


def test_it_applies_from_the_paths_up_to_the_root_of_the_repository(run: Run, depot: Path) -> None:
    write(depot / NAME, "lang: en\n")
    assert english(run, depot)
    assert english(run, depot, "service")
    assert english(run, depot, "service/ai-manifest.yaml")
    assert english(run, depot / "service")
    assert english(run, depot.parent, "depot/service/ai-manifest.yaml", "depot/ai-manifest.yaml")


def test_it_is_not_searched_above_the_repository(run: Run, depot: Path) -> None:
    write(depot.parent / NAME, "lang: en\n")
    assert not english(run, depot)


def test_outside_a_repository_only_the_common_folder_of_the_paths_counts(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a/b/ai-manifest.yaml", MINIMAL)
    write(tmp_path / "a/c/ai-manifest.yaml", named("autre"))
    write(tmp_path / "a" / NAME, "lang: en\n")
    assert english(run, tmp_path, "a")
    assert english(run, tmp_path, "a/b", "a/c/ai-manifest.yaml")
    assert not english(run, tmp_path, "a/b")


@pytest.mark.parametrize("paths", [(), ("service",), ("service/ai-manifest.yaml",), ("service", "ai-manifest.yaml")])
def test_a_second_one_is_refused(run: Run, depot: Path, paths: tuple[str, ...]) -> None:
    write(depot / NAME, "lang: en\n")
    write(depot / "service" / NAME, "lang: en\n")
    done = run("check", *paths, cwd=depot)
    assert (done.code, done.out) == (USAGE, "")
    assert f"service/{NAME}" in done.err


@pytest.mark.parametrize("paths", [(), ("service/ai-manifest.yaml", "ai-manifest.yaml")])
def test_one_that_is_deeper_than_what_is_checked_is_not_passed_over(run: Run, depot: Path, paths: tuple[str, ...]) -> None:
    write(depot / "service" / NAME, "lang: en\n")
    done = run("check", *paths, cwd=depot)
    assert (done.code, done.out) == (USAGE, "")
    assert f"service/{NAME}" in done.err


def test_a_misnamed_one_is_not_passed_over(run: Run, depot: Path) -> None:
    write(depot / ".cmian-policy.yml", "lang: en\n")
    done = run("check", cwd=depot)
    assert (done.code, done.out) == (USAGE, "")
    assert NAME in done.err


def test_it_applies_to_standard_input(run: Run, depot: Path) -> None:
    write(depot / NAME, "lang: en\n")
    done = run("check", "-", "--as-of", ON, "-f", "json", cwd=depot, stdin=MINIMAL)
    assert done.report["lang"] == "en"


@pytest.mark.parametrize("path", ["lien", "lien/ai-manifest.yaml"])
def test_it_applies_through_a_link_as_without(run: Run, depot: Path, path: str) -> None:
    """A link beside the repository leads into it: what is checked lies there, and so does its configuration."""
    write(depot / NAME, "lang: en\n")
    (depot.parent / "lien").symlink_to("depot/service")
    assert english(run, depot.parent, path)


@pytest.mark.parametrize("name", [NAME, ".cmian-policy.yml"])
def test_the_operator_s_choice_leaves_no_other_one_a_say(run: Run, depot: Path, tmp_path: Path, name: str) -> None:
    """A project cannot stop a workflow that names its own configuration by putting another one deeper."""
    write(depot / "service" / name, "lang: de\n")
    write(tmp_path / "ci.yaml", "lang: en\n")
    assert run("check", cwd=depot).code == USAGE
    for given in (("--config", "../ci.yaml"), ("--no-config",)):
        assert run("check", *given, "--as-of", ON, cwd=depot).code == NON_COMPLIANT


def test_contradictory_thresholds_are_refused(run: Run, depot: Path) -> None:
    for other in ("blocking", "review", "advisory"):
        done = run("check", "--fail-on", "never", "--fail-on", other, cwd=depot)
        assert (done.code, done.out) == (USAGE, "")


# What it may say


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("paks: []\n", "1:1", "packs"),
        ("lang: de\n", "1:7", "fr, en"),
        ("fail_on: blocking\n", "1:10", "advisory"),
        ("fail_on: advisry\n", "1:10", "advisory"),
        ("packs: []\n", "1:8", ""),
        ("packs:\n  - {source: bundled}\n", "2:5", "id"),
        ("packs:\n  - {id: cmian, source: bundled, url: x}\n", "2:34", "url"),
        ("packs:\n  - {id: cmian, source: bundled}\n  - {id: cmian, source: bundled}\n", "3:10", "cmian"),
        ("packs:\n  - {id: cmian, source: bundled, ref: v1}\n", "", "ref"),
        ("packs:\n  - {id: cmian, source: regles, path: x}\n", "2:39", "path"),
        ("packs:\n  - {id: cmian, source: regles, allowed_signers: x}\n", "2:50", "allowed_signers"),
        ("packs:\n  - {id: cmian, source: 'https://forge.example/regles'}\n", "2:5", "ref"),
        ("packs:\n  - {id: cmian, source: 'ext::sh -c id', ref: v1}\n", "2:25", ""),
        ("register: {id: registre, source: bundled}\n", "1:34", "registre"),
        ("exclude: ['# tout']\n", "", "# tout"),
        ("exclude: ['[z-a]']\n", "", "[z-a]"),
        ("exclude: ['docs/*a*b*c*']\n", "", "docs/*a*b*c*"),
        ("manifests: ['!a.yaml']\n", "", "!a.yaml"),
        ("exclude: ['../essais']\n", "", "../essais"),
        ("exclude: ['./essais']\n", "", "./essais"),
        ("x-note: 1\n", "1:1", "fail_on"),
        ("lang: en\nlang: fr\n", "2:1", "lang"),
        ("lang: [\n", "2:1", ""),
        ("- a\n", "1:1", ""),
        ("", "1:1", ""),
    ],
)
def test_a_wrong_configuration_is_refused_at_its_place(run: Run, tmp_path: Path, text: str, place: str, words: str) -> None:
    write(tmp_path / "ai-manifest.yaml", MINIMAL)
    write(tmp_path / NAME, text)
    done = run("check", cwd=tmp_path)
    assert (done.code, done.out) == (USAGE, "")
    assert (f"{NAME}:{place}: " if place else "") in done.err
    assert words in done.err
    assert "Traceback" not in done.err


def test_all_faults_are_told_in_one_pass(run: Run, tmp_path: Path) -> None:
    write(tmp_path / NAME, "paks: 1\nlang: de\nfail_on: non\n")
    done = run("check", cwd=tmp_path)
    assert done.code == USAGE
    assert [f"{NAME}:{line}:" in done.err for line in (1, 2, 3)] == [True, True, True]


@pytest.mark.parametrize("kind", ["folder", "dangling"])
def test_one_that_cannot_be_read_is_refused(run: Run, tmp_path: Path, kind: str) -> None:
    write(tmp_path / "ai-manifest.yaml", MINIMAL)
    if kind == "folder":
        (tmp_path / NAME).mkdir()
    else:
        (tmp_path / NAME).symlink_to("nulle-part.yaml")
    done = run("check", cwd=tmp_path)
    assert (done.code, done.out) == (USAGE, "")
    assert NAME in done.err


# What wins: command line, then environment, then file


LANG: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    ((), {}, "en"),
    ((), {"CMIAN_LANG": "fr"}, "fr"),
    (("--lang", "fr"), {}, "fr"),
    (("--lang", "en"), {"CMIAN_LANG": "fr"}, "en"),
]


@pytest.mark.parametrize(("options", "env", "expected"), LANG)
def test_the_language(run: Run, depot: Path, options: tuple[str, ...], env: dict[str, str], expected: str) -> None:
    write(depot / NAME, "lang: en\n")
    done = run("check", *options, "--as-of", ON, "-f", "json", cwd=depot, env=env)
    assert done.report["lang"] == expected


def test_errors_are_told_in_the_language_of_the_configuration(run: Run, depot: Path) -> None:
    write(depot / NAME, "lang: en\n")
    assert "Error" in run("check", "--select", "CMIAN-T99", "--as-of", ON, cwd=depot).err
    assert "Erreur" in run("check", "--select", "CMIAN-T99", "--as-of", ON, "--lang", "fr", cwd=depot).err


FAIL_ON: list[tuple[tuple[str, ...], dict[str, str], int]] = [
    ((), {}, NON_COMPLIANT),
    ((), {"CMIAN_FAIL_ON": "blocking"}, OK),
    (("--fail-on", "blocking"), {}, OK),
    (("--fail-on", "advisory"), {"CMIAN_FAIL_ON": "never"}, NON_COMPLIANT),
]


@pytest.mark.parametrize(("options", "env", "code"), FAIL_ON)
def test_what_makes_the_command_fail(run: Run, tmp_path: Path, options: tuple[str, ...], env: dict[str, str], code: int) -> None:
    write(tmp_path / "ai-manifest.yaml", MINIMAL)  # compliant, with advice
    write(tmp_path / NAME, "fail_on: advisory\n")
    done = run("check", *options, "--as-of", ON, "-f", "json", cwd=tmp_path, env=env)
    assert (done.code, done.report["verdict"]) == (code, "compliant")


def test_the_operator_may_name_another_or_none(run: Run, depot: Path, tmp_path: Path) -> None:
    write(depot / NAME, "lang: de\n")  # not even read
    write(tmp_path / "ci.yaml", "lang: en\n")
    for given in (("--config", "../ci.yaml"), ("--no-config",)):
        done = run("check", *given, "--as-of", ON, "-f", "json", cwd=depot)
        assert done.report["lang"] == ("en" if given[0] == "--config" else "fr")
    assert run("check", "--as-of", ON, "-f", "json", cwd=depot, env={"CMIAN_CONFIG": "../ci.yaml"}).report["lang"] == "en"
    assert run("check", "--as-of", ON, "-f", "json", cwd=depot, env={"CMIAN_NO_CONFIG": "1"}).report["lang"] == "fr"


@pytest.mark.parametrize("given", [("--config", "absent.yaml"), ("--config", NAME, "--no-config"), ("--config", "")])
def test_a_wrong_choice_of_the_operator_is_refused(run: Run, depot: Path, given: tuple[str, ...]) -> None:
    write(depot / NAME, "lang: en\n")
    done = run("check", *given, cwd=depot)
    assert (done.code, done.out) == (USAGE, "")


def test_every_command_reads_it(run: Run, depot: Path) -> None:
    write(depot / NAME, "lang: en\n")
    assert "Tell users" in run("explain", BLOCKING, cwd=depot).out
    assert "Tell users" in run("rules", "list", cwd=depot).out


# What is left out, and what is expected


def test_what_it_excludes_is_listed(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "add", ".")  # tracked too
    write(depot / NAME, "exclude: [service/]\n")
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.paths()) == (OK, ["ai-manifest.yaml"])
    assert done.excluded()["service/ai-manifest.yaml"] == "config"
    assert "service/ai-manifest.yaml" in run("check", "--as-of", ON, cwd=depot).out


def test_patterns_are_relative_to_the_configuration(run: Run, depot: Path) -> None:
    write(depot / NAME, "exclude: [/service/ai-manifest.yaml]\n")
    done = run("check", ".", "--as-of", ON, "-f", "json", cwd=depot / "service")
    assert (done.code, done.excluded()["ai-manifest.yaml"]) == (NOTHING_CHECKED, "config")


def test_a_named_manifest_is_never_excluded(run: Run, depot: Path) -> None:
    write(depot / NAME, "exclude: [service/]\n")
    done = run("check", "service/ai-manifest.yaml", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["service/ai-manifest.yaml"])


def test_all_that_is_excluded_is_nothing_checked(run: Run, depot: Path) -> None:
    write(depot / NAME, "exclude: ['*.yaml']\n")
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.report["verdict"]) == (NOTHING_CHECKED, "error")


def test_an_expected_manifest_may_have_another_name(run: Run, depot: Path) -> None:
    write(depot / "ia/chatbot.yaml", named("chatbot", CHATBOT))
    write(depot / NAME, "manifests: [ia/*.yaml]\nexclude: [service/]\n")
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["ai-manifest.yaml", "ia/chatbot.yaml"])


@pytest.mark.parametrize("pattern", ["ia/*.yaml", "service/", "nulle-part.yaml"])
@pytest.mark.parametrize("paths", [(), ("ai-manifest.yaml",)])
def test_an_expected_manifest_that_is_missing_is_nothing_checked(
    run: Run, depot: Path, pattern: str, paths: tuple[str, ...]
) -> None:
    """``service/`` matches, but what it matches is excluded: it is not checked either."""
    write(depot / NAME, f"manifests: [/ai-manifest.yaml, {pattern}]\nexclude: [service/]\n")
    done = run("check", *paths, "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.report["verdict"]) == (NOTHING_CHECKED, "error")
    assert [note["kind"] for note in done.report["notes"]] == ["nothing-checked"]
    assert pattern in done.report["notes"][0]["message"]
    assert done.report["manifests"][0]["verdict"] == "compliant"


def test_a_failure_weighs_more_than_a_missing_manifest(run: Run, depot: Path) -> None:
    write(depot / NAME, "manifests: [nulle-part.yaml]\n")
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.report["verdict"]) == (NON_COMPLIANT, "non_compliant")


# The packs that judge


def packs(run: Run, cwd: Path, *options: str) -> list[tuple[Any, ...]]:
    """The packs of a run with their release and source."""
    done = run("check", "ai-manifest.yaml", "--as-of", ON, "-f", "json", *options, cwd=cwd)
    return [(used["pack"], used["release"], used["source"]) for used in done.report["policy"]]


def test_the_packs_that_it_names_and_no_others(run: Run, depot: Path) -> None:
    write(depot / NAME, "packs:\n  - {id: fr-eu-law, source: bundled}\n")
    assert packs(run, depot) == [("fr-eu-law", "2026.1", "bundled")]


def test_a_pack_from_a_folder_beside_a_bundled_one(run: Run, depot: Path) -> None:
    shutil.copytree(ROOT / "policies", depot / "regles de la ville")
    write(depot / NAME, "packs:\n  - {id: fr-eu-law, source: bundled}\n  - {id: cmian, source: regles de la ville}\n")
    assert packs(run, depot) == [("cmian", "2026.1", "regles de la ville"), ("fr-eu-law", "2026.1", "bundled")]
    assert packs(run, depot, "--policy", "cmian@2025.1") == [("cmian", "2025.1", "regles de la ville")]
    assert packs(run, depot, "--policy-dir", str(ROOT / "policies"))[1][0] == "fr-eu-law"


@pytest.mark.parametrize("source", ["nulle-part", "service"])
def test_a_pack_that_is_not_where_it_should_be_is_an_unusable_policy(run: Run, depot: Path, source: str) -> None:
    write(depot / NAME, f"packs:\n  - {{id: cmian, source: {source}}}\n")
    done = run("check", "ai-manifest.yaml", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.report["verdict"], done.report["manifests"]) == (UNUSABLE, "error", [])
    assert done.report["notes"][0]["kind"] == "policy-unusable"
    assert source in done.report["notes"][0]["message"]


def test_a_pack_that_its_source_does_not_hold_is_an_unusable_policy(run: Run, depot: Path) -> None:
    write(depot / NAME, "packs:\n  - {id: cmain, source: bundled}\n")
    done = run("check", "ai-manifest.yaml", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.report["verdict"]) == (UNUSABLE, "error")
    assert "cmian" in done.report["notes"][0]["message"]


# Who chooses: the workflow, not the project that it judges


def test_a_project_cannot_swap_the_policy_that_its_workflow_pins(run: Run, depot: Path, tmp_path: Path) -> None:
    """A pull request that drops a pack, excludes its manifest and pins an old release is judged as the workflow says."""
    write(tmp_path / "ci.yaml", "packs:\n  - {id: cmian, source: bundled}\n  - {id: fr-eu-law, source: bundled}\n")
    pinned = ("--config", "../ci.yaml", "--policy", "cmian@2026.1", "--policy", "fr-eu-law@2026.1")
    write(depot / NAME, "packs: [{id: fr-eu-law, source: bundled}]\nexclude: ['*']\nfail_on: review\n")
    write(depot / "service/ai-manifest.yaml", 'policy: ["cmian@2025.1"]\n' + named("service", CHATBOT))
    done = run("check", *pinned, "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["ai-manifest.yaml", "service/ai-manifest.yaml"])
    assert [(used["pack"], used["release"]) for used in done.report["policy"]] == [("cmian", "2026.1"), ("fr-eu-law", "2026.1")]
    assert done.finding(BLOCKING, "service/ai-manifest.yaml")["verdict"] == "fail"
    assert run("check", "--as-of", ON, cwd=depot).code == NOTHING_CHECKED  # without the workflow's choice
