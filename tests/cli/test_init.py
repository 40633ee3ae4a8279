"""`init` as people and scripts use it: at a real terminal, and without one (cli.md, "Commands")."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.lang import yaml
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.pipeline.policy import schema
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NBSP, OK, ON, ROOT, UNUSABLE, USAGE, Run, edited, git

if TYPE_CHECKING:
    from pathlib import Path

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
terminal = pytest.importorskip("tests.terminal")

INTERRUPTED = 130
MANIFEST = "ai-manifest.yaml"
# The answers of a team whose chatbot is in service, to the questions in the order in which they come.
CHATBOT_ANSWERS = [
    ("project.id", "assistant-demarches"),
    ("project.name", "Assistant des démarches"),
    ("project.summary", "Répond aux questions sur les démarches."),
    ("project.status", "6"),
    ("owner.organisation", "ville de montpellier"),
    ("owner.department", "Direction de la relation aux usagers"),
    ("owner.contact", "relation@montpellier.example"),
    ("purpose.goal", "Répondre à toute heure : sans attente."),
    ("purpose.domain", "citizen_relations"),
    ("people.interaction", "3"),
    ("people.affected_groups", "1, families"),
    ("people.minors", "1"),
    ("people.impact", "low"),
    ("decision.role", "1"),
    ("decision.individual_administrative", "non"),
    ("technology.type", "4"),
    ("technology.capabilities", "1,23"),
    ("data.personal", "1"),
    ("video.used", "n"),
    ("project.start_date", "2026-03"),
    ("owner.ai_act_role", "both"),
    ("transparency.disclosure.text.fr", "Une intelligence artificielle vous répond."),
    ("transparency.disclosure.places", "2"),
    ("transparency.disclosure.timing", "1"),
    ("transparency.accessibility.statement_url", "https://montpellier.example/accessibilite"),
    ("cmian.referral.status", "2"),
    ("cmian.referral.date", "2026-01-12"),
]
# A project that touches nobody: MINIMAL, as a script gives it.
SETTINGS = {
    "project.id": "essai",
    "project.name": "Projet d'essai",
    "project.summary": "Un projet fictif.",
    "project.status": "operational",
    "owner.organisation": "ville-montpellier",
    "owner.department": "Direction fictive",
    "owner.contact": "service@example.org",
    "purpose.goal": "Essayer l'outil.",
    "purpose.domain": "internal_admin",
    "people.interaction": "none",
    "people.minors": "none",
    "people.impact": "none",
    "decision.role": "none",
    "decision.individual_administrative": "false",
    "technology.type": "generative",
    "technology.capabilities": "summarisation",
    "data.personal": "none",
    "video.used": "false",
}


def options(**changes: str | None) -> list[str]:
    """SETTINGS as options; a change is named with ``__`` for a dot, None leaves a field out."""
    given = {**SETTINGS, **{name.replace("__", "."): value for name, value in changes.items()}}
    return [part for path, value in given.items() if value is not None for part in ("--set", f"{path}={value}")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder whose name is no id."""
    found = tmp_path / "projet"
    found.mkdir()
    return found


def files(folder: Path) -> list[str]:
    """What a folder holds, hidden files too, but for git's."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    )


def written(folder: Path) -> Any:  # noqa: ANN401 - any manifest
    """The manifest of a folder."""
    return yaml.read((folder / MANIFEST).read_bytes(), MANIFEST).data


def answer(session: Any, pairs: list[tuple[str, str]]) -> None:  # noqa: ANN401 - a Session, absent where there is no pty
    """Waits for the question about each field, and answers it."""
    for path, said in pairs:
        session.expect(f"({path})")
        session.expect(f"réponse{NBSP}: ")
        session.type(said)


# At a terminal


def test_a_conversation_in_french_from_end_to_end(home: Path, folder: Path, run: Run) -> None:
    with terminal.Session(home, folder, "init", "--as-of", ON) as session:
        answer(session, CHATBOT_ANSWERS)
        session.expect("(inclusion.assistance)")
        assert "CMIAN-I01" in session.expect(f"réponse{NBSP}: ")
        session.type("Conseillers des maisons pour tous")
        session.expect(f"une autre{NBSP}: ")
        session.type("Guichet unique")
        session.expect(f"une autre{NBSP}: ")
        session.type("")
        told = session.expect(f".pre-commit-config.yaml, pour pre-commit){NBSP}?")
        assert "CMIAN-T01" in told
        assert "conseil CMIAN-G03" in told
        assert "review.next_review" in told
        assert "Conforme" in told
        session.type("non")
        session.expect(".github/workflows/cmian-policy.yml")
        session.type("")
        session.expect(f"Écrire {MANIFEST}{NBSP}?")
        session.type("oui")
        assert session.end() == OK
    assert files(folder) == [MANIFEST]
    data = written(folder)
    assert data["project"] == {
        "id": "assistant-demarches",
        "name": "Assistant des démarches",
        "summary": "Répond aux questions sur les démarches.",
        "status": "operational",
        "start_date": "2026-03",
    }
    assert data["people"]["affected_groups"] == ["general_public", "families"]
    assert data["technology"] == {"type": "generative", "capabilities": ["chatbot", "search"]}
    assert data["inclusion"] == {"assistance": ["Conseillers des maisons pour tous", "Guichet unique"]}
    assert data["video"] == {"used": False}
    done = run("check", "--as-of", ON, "-f", "json", cwd=folder)
    assert (done.code, done.report["verdict"]) == (OK, "compliant")
    assert f"# conseillé{NBSP}: review.next_review" in (folder / MANIFEST).read_text(encoding="utf-8")


def test_each_question_is_explained_with_an_example_and_its_choices_in_words(home: Path, folder: Path) -> None:
    shape = Shape.of(schema("ai-manifest"))
    with terminal.Session(home, folder, "init", "--as-of", ON) as session:
        for path, said in CHATBOT_ANSWERS:
            session.expect(f"({path})")
            shown = session.expect(f"réponse{NBSP}: ")
            asked = shape.at("/" + path.replace(".", "/"))
            assert asked is not None
            assert f"exemple{NBSP}: " in shown
            first = asked.rule["description"].replace("Écrire true si", "Répondre oui si").partition(". ")[0]
            assert first.rstrip(".") in shown
            labels = (asked.items or asked).rule.get("x-labels", {})
            for value, label in labels.items():
                assert f"{label['fr']} ({value})" in shown
            session.type(said)


def test_going_back_and_answers_that_cannot_be(home: Path, folder: Path) -> None:
    with terminal.Session(home, folder, "init", "--as-of", ON, *options(project__status=None, video__used=None)) as session:
        session.expect("(project.status)")
        session.type("<")
        session.expect("c'est la première question")
        session.expect("(project.status)")
        session.type("")
        session.expect("ne peut pas se passer de cette réponse")
        session.type("-")
        session.expect("ne peut pas se passer de cette réponse")
        session.type("pilotte")
        session.expect(f"vouliez-vous «{NBSP}pilot{NBSP}»")
        session.type("9")
        session.expect("un numéro de 1 à 7")
        session.type("planned")
        session.expect("(video.used)")
        session.type("<")
        session.expect("(project.status)")
        shown = session.expect(f"réponse{NBSP}: ")
        assert f"Entrée pour garder{NBSP}: Envisagé" in shown
        session.type("3")
        session.expect("(video.used)")
        session.type("n")
        session.expect("pour pre-commit")
        session.type("<")
        session.expect("(video.used)")
        session.type("")
        session.expect("pour pre-commit")
        session.type("peut-être")
        session.expect("répondez par oui ou par non")
        session.type("n")
        session.expect("fusion")
        session.type("<")
        session.expect("pour pre-commit")
        session.type("n")
        session.expect("fusion")
        session.type("n")
        session.expect(f"Écrire {MANIFEST}")
        session.type("")
        assert session.end() == OK
    assert written(folder)["project"]["status"] == "development"


def test_what_the_schema_refuses_is_asked_again_with_the_reason(home: Path, folder: Path) -> None:
    with terminal.Session(home, folder, "init", *options(owner__contact=None)) as session:
        session.expect("(owner.contact)")
        session.type("Jeanne")
        assert "ni une adresse électronique ni une adresse web" in session.expect(f"réponse{NBSP}: ") + session.expect(
            f"réponse{NBSP}: "
        )


def test_what_may_be_left_open_stays_in_the_file_as_a_comment(home: Path, folder: Path) -> None:
    given = options(people__interaction="direct", people__affected_groups="general_public", project__start_date="2026-03")
    with terminal.Session(home, folder, "init", "--as-of", ON, *given) as session:
        for path in (
            "owner.ai_act_role",
            "transparency.disclosure.text.fr",
            "cmian.referral.status",
            "inclusion.assistance",
        ):
            session.expect(f"({path})")
            session.type("")
        told = session.expect("pour pre-commit")
        assert "bloquant CMIAN-T01" in told
        session.type("")
        session.type("")
        session.type("")
        assert session.end() == OK
        assert "(transparency.disclosure.places)" not in session.seen
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    assert f"# à compléter{NBSP}: transparency.disclosure.text.fr" in text
    assert f"# à compléter{NBSP}: cmian.referral" in text
    assert "transparency" not in written(folder)


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("answered", [0, 1, 9, len(CHATBOT_ANSWERS)])
def test_giving_up_leaves_nothing(home: Path, folder: Path, key: bytes, answered: int) -> None:
    with terminal.Session(home, folder, "init", "--as-of", ON, "--hook", "--workflow") as session:
        answer(session, CHATBOT_ANSWERS[:answered])
        session.expect("(inclusion.assistance)" if answered == len(CHATBOT_ANSWERS) else f"({CHATBOT_ANSWERS[answered][0]})")
        session.expect(f"réponse{NBSP}: ")
        session.press(key)
        assert session.end() == INTERRUPTED
        assert "rien n'a été écrit" in session.seen
        assert "Traceback" not in session.seen
    assert list(folder.iterdir()) == []


def test_giving_up_at_the_last_question_leaves_nothing(home: Path, folder: Path) -> None:
    for last in (b"\x03", b"n\n"):
        with terminal.Session(home, folder, "init", "--hook", "--workflow", *options()) as session:
            session.expect(f"Écrire {MANIFEST}{NBSP}?")
            session.press(last)
            assert session.end() == INTERRUPTED
    assert list(folder.iterdir()) == []


def test_a_conversation_in_english(home: Path, folder: Path) -> None:
    with terminal.Session(home, folder, "init", "--lang", "en", *options(video__used=None, project__status=None)) as session:
        session.expect("Status (project.status)")
        shown = session.expect("answer: ")
        assert "The stage the project is at today." in shown
        assert "example: Pilot with users or staff" in shown
        assert "In service (operational)" in shown
        session.type("planned")
        session.expect("(video.used)")
        assert "Answer yes if the system" in session.expect("answer: ")
        session.type("no")
        session.expect("before each commit")
        session.type("y")
        session.expect("before each merge")
        session.type("y")
        session.expect(f"Write {MANIFEST}?")
        session.type("")
        assert session.end() == OK
        said = session.seen.replace("VOTRE-ORGANISATION", "")
    assert not set(said) & set("éèàêç«»œ")
    assert files(folder) == [".github/workflows/cmian-policy.yml", ".pre-commit-config.yaml", MANIFEST]
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    assert "# Identity of the project: its name, what it does and where it stands." in text
    assert "status: planned # Planned" in text


def test_what_the_repository_says_is_proposed_and_cannot_act_on_the_terminal(home: Path, folder: Path) -> None:
    git(folder, home, "init", "-q")
    git(folder, home, "config", "remote.origin.url", "https://agent:s3cret@forge.example/ville/notes.git")
    (folder / "publiccode.yml").write_text('name: "Rouge \\e[31m"\n', encoding="utf-8")
    (folder / "README.md").write_text("# Résumé de notes\n\nRésume des notes.\n", encoding="utf-8")
    given = options(project__id=None, project__name=None, project__summary=None)
    with terminal.Session(home, folder, "init", *given) as session:
        for path, value, origin in (
            ("project.id", "resume-de-notes", "README.md"),
            ("project.name", "Résumé de notes", "README.md"),
            ("project.summary", "Résume des notes.", "README.md"),
            ("project.links.source_code", "https://forge.example/ville/notes", "git"),
        ):
            session.expect(f"({path})")
            shown = session.expect(f"réponse{NBSP}: ")
            assert f"Entrée pour garder{NBSP}: {value}\n" in shown
            assert f"proposé d'après{NBSP}: {origin}\n" in shown
            session.type("" if path != "project.name" else "Un autre nom")
        session.expect("pour pre-commit")
        session.type("")
        session.type("")
        session.type("")
        assert session.end() == OK
        assert "s3cret" not in session.seen
    data = written(folder)
    assert data["project"]["name"] == "Un autre nom"
    assert data["project"]["links"] == {"source_code": "https://forge.example/ville/notes"}


def test_the_root_of_the_repository_takes_the_controls_and_the_folder_the_manifest(home: Path, folder: Path, run: Run) -> None:
    git(folder, home, "init", "-q")
    inner = folder / "services" / "assistant"
    inner.mkdir(parents=True)
    assert run("init", "--yes", "--hook", "--workflow", *options(), cwd=inner).code == OK
    assert files(folder) == [".github/workflows/cmian-policy.yml", ".pre-commit-config.yaml", f"services/assistant/{MANIFEST}"]


def test_giving_up_before_the_first_question_is_no_bug(home: Path, folder: Path, tmp_path: Path) -> None:
    """While git is asked: a git of ours says when, and waits."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text("#!/bin/sh\necho prêt > /dev/tty\nexec sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    with terminal.Session(home, folder, "init", env={"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}) as session:
        session.expect("prêt")
        session.press(b"\x03")
        assert session.end() == INTERRUPTED
        assert session.seen.strip("^C\n") == "prêt"
    assert list(folder.iterdir()) == []


# In a script


def test_a_script_gets_the_manifest_that_it_describes(run: Run, folder: Path) -> None:
    done = run("init", "--yes", "--as-of", ON, *options(), cwd=folder)
    assert (done.code, done.err) == (OK, "")
    assert written(folder) == yaml.read(MINIMAL.encode(), MANIFEST).data
    assert f"conseil CMIAN-F01  Former les agents qui utilisent l'IA{NBSP}: training.agents" in done.out
    assert f"écrit{NBSP}: {MANIFEST}" in done.out
    assert run("check", "--as-of", ON, cwd=folder).code == OK


def test_a_script_is_told_the_rules_that_it_does_not_meet(run: Run, folder: Path) -> None:
    given = options(people__interaction="direct", technology__capabilities="chatbot")
    done = run("init", "--yes", "--as-of", ON, *given, cwd=folder)
    assert done.code == OK
    assert written(folder) == yaml.read(CHATBOT.encode(), MANIFEST).data
    assert "bloquant CMIAN-T01" in done.out
    assert "Non conforme" in done.out


def test_values_are_typed_and_lists_grow(run: Run, folder: Path) -> None:
    more = {
        "people.affected_groups": "families,elderly",
        "people.decisions_per_year": "12000",
        "technology.hosting.country": "FR",
        "technology.energy.kwh_per_year": "12.5",
        "decision.main_processing": "unknown",
        "project.version": "2.10",
        "policy": "cmian@2026.1",
        "cmian.opinion.ref": "AVIS-1",
        "cmian.opinion.date": "2026-06-01",
        "cmian.opinion.conclusion": "favourable",
        "cmian.opinion.conditions.0.id": "C1",
        "cmian.opinion.conditions.0.text": "Publier, chaque année = oui",
        "cmian.opinion.conditions.0.status": "done",
    }
    given = [part for path, value in more.items() for part in ("--set", f"{path}={value}")]
    lists = ["--set", "inclusion.assistance=Un, deux", "--set", "inclusion.assistance=Trois"]
    repeated = ["--set", "people.affected_groups=pupils"]
    assert run("init", "--yes", *options(), *given, *lists, *repeated, cwd=folder).code == OK
    data = written(folder)
    assert data["people"]["affected_groups"] == ["families", "elderly", "pupils"]
    assert data["people"]["decisions_per_year"] == 12000
    assert data["technology"]["energy"] == {"kwh_per_year": 12.5}
    assert data["decision"]["main_processing"] == "unknown"
    assert data["project"]["version"] == "2.10"
    assert data["inclusion"]["assistance"] == ["Un, deux", "Trois"]
    assert data["cmian"]["opinion"]["conditions"] == [{"id": "C1", "text": "Publier, chaque année = oui", "status": "done"}]


def test_the_environment_gives_fields_too(run: Run, folder: Path) -> None:
    lines = "\n".join(f"{path}={value}" for path, value in SETTINGS.items())
    assert run("init", cwd=folder, env={"CMIAN_YES": "1", "CMIAN_SET": lines}).code == OK
    assert written(folder) == yaml.read(MINIMAL.encode(), MANIFEST).data


def test_all_that_is_missing_is_listed_with_what_is_admitted(run: Run, folder: Path) -> None:
    done = run("init", "--yes", cwd=folder)
    assert (done.code, done.out) == (USAGE, "")
    for path in SETTINGS:
        assert (f"{path} manque" in done.err) is (path != "project.id")  # the folder's name will do
    assert "planned, design, development, pilot, evaluation, operational, retired" in done.err
    assert "true, false, unknown" in done.err
    assert done.err.count("\n") == len(SETTINGS) - 1
    assert files(folder) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("project.statut=pilot", ["project.statut", f"vouliez-vous «{NBSP}project.status{NBSP}»"]),
        ("projet.status=pilot", [f"vouliez-vous «{NBSP}project.status{NBSP}»"]),
        ("zzz=pilot", ["zzz", "n'a pas ce champ"]),
        ("project/status=pilot", ["n'a pas ce champ"]),
        ("x-note=pilot", ["n'a pas ce champ"]),
        ("project.status", ["project.status=pilot"]),
        ("=pilot", ["n'a pas ce champ"]),
        ("owner=Ville", ["owner.organisation"]),
        ("participation=user_test", ["participation.0.type"]),
        ("participation.1.type=user_test", ["à partir de 0"]),
        ("project.status=pilotte", ["project.status", "pilot"]),
        ("video.used=oui", ["video.used", "true"]),
        ("people.decisions_per_year=douze", ["people.decisions_per_year"]),
        ("project.start_date=2026-02-30", ["project.start_date"]),
        ("people.decisions_per_year=100000000000000000000", ["100000000000000000000"]),
        ("purpose.goal=a\uffff", ["uffff"]),
        ("technology.capabilities=chatbot,chat", ["technology.capabilities"]),
        ("schema_version=2.0", ["schema_version"]),
        ("project.version=\x1b[31m", ["caractères de commande"]),
        ("cmian.referral.date=2026-01-01", ["cmian.referral.status", "not_submitted"]),
    ],
)
def test_a_setting_that_cannot_be_is_2_and_says_why(run: Run, folder: Path, given: str, words: list[str]) -> None:
    path = given.partition("=")[0].replace(".", "__")
    done = run("init", "--yes", *options(**{path: None}), "--set", given, cwd=folder)
    assert (done.code, done.out) == (USAGE, "")
    for word in words:
        assert word in done.err
    assert "\x1b" not in done.err
    assert files(folder) == []


def test_a_field_that_takes_one_value_is_given_once(run: Run, folder: Path) -> None:
    done = run("init", "--yes", *options(), "--set", "project.status=pilot", cwd=folder)
    assert done.code == USAGE
    assert "project.status" in done.err


def test_without_a_terminal_questions_are_not_asked(run: Run, folder: Path) -> None:
    for stdin in (b"", b"essai\n" * 40):
        done = run("init", cwd=folder, stdin=stdin)
        assert (done.code, done.out) == (USAGE, "")
        assert "--yes" in done.err
        assert "--set" in done.err
    assert files(folder) == []


def test_nothing_is_overwritten_without_force(run: Run, folder: Path) -> None:
    (folder / MANIFEST).write_text("à moi\n", encoding="utf-8")
    done = run("init", "--yes", *options(), cwd=folder)
    assert (done.code, done.out) == (USAGE, "")
    assert MANIFEST in done.err
    assert "--force" in done.err
    assert (folder / MANIFEST).read_text(encoding="utf-8") == "à moi\n"
    assert run("init", "--yes", "--force", *options(), cwd=folder).code == OK
    assert written(folder)["project"]["id"] == "essai"


def test_the_other_name_of_a_manifest_counts_too(run: Run, folder: Path) -> None:
    (folder / "ai-manifest.yml").write_text("à moi\n", encoding="utf-8")
    assert run("init", "--yes", *options(), cwd=folder).code == USAGE
    assert run("init", "--yes", "--force", *options(), cwd=folder).code == OK
    assert files(folder) == ["ai-manifest.yml"]
    (folder / MANIFEST).write_text("à moi\n", encoding="utf-8")
    assert run("init", "--yes", "--force", *options(), cwd=folder).code == USAGE


def test_a_link_to_nowhere_is_there_already(run: Run, folder: Path) -> None:
    (folder / MANIFEST).symlink_to("ailleurs")
    assert run("init", "--yes", *options(), cwd=folder).code == USAGE
    assert not (folder / "ailleurs").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions stop")
def test_a_folder_that_cannot_be_written_is_2(run: Run, folder: Path) -> None:
    folder.chmod(0o500)
    done = run("init", "--yes", *options(), cwd=folder)
    folder.chmod(0o700)
    assert done.code == USAGE
    assert "Traceback" not in done.err


def test_rules_that_cannot_be_used_are_4_before_any_question(run: Run, folder: Path) -> None:
    (folder / ".cmian-policy.yaml").write_text("packs: [{id: absent, source: absent}]\n", encoding="utf-8")
    done = run("init", "--yes", *options(), cwd=folder)
    assert (done.code, done.out) == (UNUSABLE, "")
    assert files(folder) == [".cmian-policy.yaml"]


# What checks the manifest


def body(text: str, start: str) -> str:
    """A file from the line that starts so."""
    return text[text.index(start) :]


def test_the_hook_and_the_workflow_are_those_of_the_examples(run: Run, folder: Path) -> None:
    done = run("init", "--yes", "--as-of", ON, "--hook", "--workflow", *options(), cwd=folder)
    assert done.code == OK
    assert "VOTRE-ORGANISATION" in done.out
    hook = (folder / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    workflow = (folder / ".github/workflows/cmian-policy.yml").read_text(encoding="utf-8")
    assert body(hook, "repos:") == body((EXAMPLES / "ci/pre-commit-config.yaml").read_text(encoding="utf-8"), "repos:")
    assert body(workflow, "name:") == body((EXAMPLES / "ci/github-workflow.yml").read_text(encoding="utf-8"), "name: CMIAN")
    for text in (hook, workflow):
        assert text.startswith("# ")
        assert f"À remplacer{NBSP}:" in text


def test_the_workflow_names_the_releases_that_judge_the_project(run: Run, folder: Path) -> None:
    run("init", "--yes", "--as-of", "2026-10-01", "--workflow", "--set", "policy=cmian@2025.1", *options(), cwd=folder)
    workflow = (folder / ".github/workflows/cmian-policy.yml").read_text(encoding="utf-8")
    assert "            cmian@2025.1\n            fr-eu-law@2026.1\n" in workflow


@pytest.mark.parametrize("force", [False, True])
def test_the_configuration_of_pre_commit_is_never_changed(run: Run, folder: Path, force: bool) -> None:  # noqa: FBT001 - a case
    file = folder / ".pre-commit-config.yaml"
    file.write_text("repos: [] # à moi\n", encoding="utf-8")
    done = run("init", "--yes", "--hook", *(["--force"] if force else []), *options(), cwd=folder)
    assert done.code == OK
    assert file.read_text(encoding="utf-8") == "repos: [] # à moi\n"
    assert "      - id: cmian-check-all" in done.out
    file.write_text("repos:\n  - hooks: [{id: cmian-check}]\n", encoding="utf-8")
    done = run("init", "--yes", "--hook", "--force", *options(), cwd=folder)
    assert "contient déjà" in done.out
    assert "- id: cmian-check" not in done.out


def test_a_workflow_that_exists_is_kept_without_force(run: Run, folder: Path) -> None:
    file = folder / ".github/workflows/cmian-policy.yml"
    file.parent.mkdir(parents=True)
    file.write_text("à moi\n", encoding="utf-8")
    done = run("init", "--yes", "--workflow", *options(), cwd=folder)
    assert (done.code, done.out) == (USAGE, "")
    assert files(folder) == [".github/workflows/cmian-policy.yml"]
    assert run("init", "--yes", "--workflow", "--force", *options(), cwd=folder).code == OK
    assert file.read_text(encoding="utf-8") != "à moi\n"


def test_a_script_says_what_it_took_from_the_repository(run: Run, folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[project]\nname = "notes"\ndescription = "Résume."\n', encoding="utf-8")
    done = run("init", "--yes", *options(project__id=None, project__name=None, project__summary=None), cwd=folder)
    assert f"project.summary = Résume. (d'après{NBSP}: pyproject.toml)" in done.out
    assert written(folder)["project"] == {"id": "notes", "name": "notes", "summary": "Résume.", "status": "operational"}
    quiet = run("init", "--yes", "-q", "--force", *options(), cwd=folder)
    assert "CMIAN-F01" not in quiet.out


def test_the_published_schema_accepts_what_is_written(run: Run, folder: Path) -> None:
    """With the schema library itself, not with the tool's own validator."""
    import jsonschema  # noqa: PLC0415 - beside its one use

    assert run("init", "--yes", *options(people__interaction="direct"), cwd=folder).code == OK
    published = json.loads((ROOT / "schemas/ai-manifest/1.0.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(written(folder))


def test_no_other_command_pays_for_the_wizard(home: Path, tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415 - beside its one use
    import sys  # noqa: PLC0415 - beside its one use

    from tests.runner import environment  # noqa: PLC0415 - beside its one use

    (tmp_path / MANIFEST).write_text(edited(MINIMAL), encoding="utf-8")
    code = (
        "import sys\nfrom cmian_policy.cli.app import run\nrun(['check', '-q'])\n"
        "print([name for name in sys.modules if 'wizard' in name or name == 'readline'], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(home), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.splitlines()[-1] == "[]"
