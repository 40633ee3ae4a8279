"""From nothing to a commit, as the README says: ``init``, ``check``, ``fix``, one thing by hand, the hook, a commit."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.test_pre_commit import Hooks, Project, hooks, pre_commit  # noqa: F401 - a fixture
from tests.runner import NBSP, NON_COMPLIANT, OK, ON, ROOT, edited

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner import Done

terminal: Any = pytest.importorskip("tests.terminal", reason="needs a pseudo-terminal")

READMES = ("README.md", "README.fr.md")
# The fewest answers: what is required, and nothing that a question offers beside it.
ANSWERS = {
    "project.id": "resume-notes",
    "project.name": "Résumé de notes internes",
    "project.summary": "Les agents obtiennent un résumé des notes internes et le relisent.",
    "project.status": "operational",
    "owner.organisation": "ville-montpellier",
    "owner.department": "Direction du numérique",
    "owner.contact": "numerique@montpellier.example",
    "purpose.goal": "Faire gagner du temps de lecture aux agents",
    "purpose.domain": "internal_admin",
    "people.interaction": "none",
    "people.minors": "none",
    "people.impact": "none",
    "decision.role": "none",
    "decision.individual_administrative": "non",
    "technology.type": "generative",
    "technology.capabilities": "summarisation",
    "data.personal": "none",
    "video.used": "non",
}


def steps() -> list[list[str]]:
    """The commands of the README's first block."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.split(" ") for line in block.splitlines()]


def converse(folder: Path, home: Path, arguments: list[str]) -> None:
    """Answers ``init`` at a terminal: what is required, nothing beside it, and yes to writing the manifest."""
    with terminal.Session(home, folder, *arguments, "--as-of", ON) as session:
        for field, answer in ANSWERS.items():
            session.expect(f"({field})")
            session.expect(f"réponse{NBSP}: ")
            session.type(answer)
        session.expect("cmian-policy.yml")
        session.type("")
        session.expect(f"Écrire ai-manifest.yaml{NBSP}?")
        session.type("oui")
        assert session.end() == OK, session.seen


def test_both_readmes_show_the_same_steps() -> None:
    found = [
        re.findall(r"^```sh$.*?^```$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL) for name in READMES
    ]
    assert found[0] == found[1]
    assert [step[:2] for step in steps()][:4] == [["git", "init"], *(["cmian-policy", name] for name in ("init", "check", "fix"))]


def test_a_newcomer_gets_from_nothing_to_a_commit(tmp_path: Path, home: Path, hooks: Hooks) -> None:  # noqa: F811 - the fixture
    _, init, check, fix, *to_commit = steps()
    project = Project(tmp_path / "projet", home, hooks)  # `git init`, and a home where nothing reaches a network
    manifest = project.folder / "ai-manifest.yaml"

    def tool(step: list[str]) -> Done:
        return project.run([sys.executable, "-m", "cmian_policy", *step[1:]])

    converse(project.folder, home, init[1:])
    assert tool(check).code == OK

    # What people do next: they write in the file themselves, and not always as the schema wants it.
    text = edited(manifest.read_text(encoding="utf-8"), ("status: operational", "status: Operational"))
    manifest.write_text(re.sub(r"minors: none", "minors: unknown", text, count=1), encoding="utf-8")
    done = tool(check)
    assert done.code == NON_COMPLIANT
    assert "cmian-policy fix" in done.out
    assert tool(fix).code == OK
    assert "status: operational" in manifest.read_text(encoding="utf-8")

    done = tool(check)
    assert done.code == NON_COMPLIANT
    assert [line.split(" ")[1] for line in done.out.splitlines() if line.startswith("bloquant ")] == ["CMIAN-G02"]
    assert f"«{NBSP}unknown{NBSP}»" in done.out  # the message says what to replace
    manifest.write_text(edited(manifest.read_text(encoding="utf-8"), ("minors: unknown", "minors: none")), encoding="utf-8")
    assert tool(check).code == OK

    configuration = project.folder / ".pre-commit-config.yaml"
    hosted = re.sub(r"repo: \S+", f"repo: {hooks.repository}", configuration.read_text(encoding="utf-8"))
    configuration.write_text(re.sub(r"rev: \S+", f"rev: {hooks.commit}", hosted), encoding="utf-8")
    for step in to_commit:
        command: list[str | Path] = [*pre_commit(), *step[1:]] if step[0] == "pre-commit" else list(shlex.split(" ".join(step)))
        done = project.run(command)
        assert done.code == OK, done.out + done.err
    assert "CMIAN" in done.out + done.err
    assert project.run(["git", "ls-files"]).out.split() == [".pre-commit-config.yaml", "ai-manifest.yaml"]
