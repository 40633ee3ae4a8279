"""What `init` finds in a repository: names, summaries, the address of the code; never a password, never a trick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cmian_policy.editing.wizard.repository import IDENTIFIER, NAME, SOURCE, SUMMARY, Proposal, proposals
from tests.runner import git

if TYPE_CHECKING:
    from pathlib import Path

PUBLICCODE = """\
publiccodeYmlVersion: "0.4"
name: Carnet de voirie
url: https://bot:jeton@forge.example/ville/carnet.git
description:
  en: {shortDescription: Road notes.}
  fr: {shortDescription: Note les nids-de-poule.}
"""
PYPROJECT = '[project]\nname = "carnet-voirie"\ndescription = "Notes de voirie."\n'
README = """\
<p align="center"><img src="logo.png"></p>
[![build](https://forge.example/b.svg)](https://forge.example/b)

# Carnet de `voirie` ##

> Une citation
- une liste

Les agents **notent** les défauts
de la [voirie](https://ville.example/voirie) ![icône](i.png).

Un autre paragraphe.
"""


def found(folder: Path) -> dict[str, str]:
    """The values that are proposed."""
    return {pointer: each.value for pointer, each in proposals(folder).items()}


def test_an_empty_folder_gives_its_own_name_as_an_id(tmp_path: Path) -> None:
    folder = tmp_path / "Résumé de notes"
    folder.mkdir()
    assert proposals(folder) == {IDENTIFIER: Proposal("resume-de-notes", "")}


def test_publiccode_comes_first_and_french_before_english(tmp_path: Path) -> None:
    (tmp_path / "publiccode.yml").write_text(PUBLICCODE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert proposals(tmp_path) == {
        NAME: Proposal("Carnet de voirie", "publiccode.yml"),
        SUMMARY: Proposal("Note les nids-de-poule.", "publiccode.yml"),
        SOURCE: Proposal("https://forge.example/ville/carnet", "publiccode.yml"),
        IDENTIFIER: Proposal("carnet-de-voirie", "publiccode.yml"),
    }


def test_pyproject_comes_before_the_readme(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert found(tmp_path) == {NAME: "carnet-voirie", SUMMARY: "Notes de voirie.", IDENTIFIER: "carnet-voirie"}


def test_the_readme_gives_its_heading_and_its_first_paragraph_without_marks(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert found(tmp_path)[NAME] == "Carnet de voirie"
    assert found(tmp_path)[SUMMARY] == "Les agents notent les défauts de la voirie ."
    (tmp_path / "README.fr.md").write_text("Carnet\n======\n\nEn français.\n", encoding="utf-8")
    assert (found(tmp_path)[NAME], found(tmp_path)[SUMMARY]) == ("Carnet", "En français.")


def test_a_long_paragraph_is_cut_behind_a_sentence(tmp_path: Path) -> None:
    sentence = "Les agents notent les défauts de la voirie et les signalent."
    (tmp_path / "README").write_text(" ".join([sentence] * 8), encoding="utf-8")
    assert found(tmp_path)[SUMMARY] == " ".join([sentence] * 5)
    (tmp_path / "README").write_text("mot " * 200, encoding="utf-8")
    summary = found(tmp_path)[SUMMARY]
    assert len(summary) <= 350
    assert summary.endswith("mot…")


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://forge.example/ville/carnet.git", "https://forge.example/ville/carnet"),
        ("https://agent:s3cret@forge.example/ville/carnet.git", "https://forge.example/ville/carnet"),
        ("https://oauth2:glpat-s3cret@forge.example:8443/ville/carnet/", "https://forge.example:8443/ville/carnet"),
        ("https://s3cret@forge.example/ville/carnet?token=s3cret#s3cret", "https://forge.example/ville/carnet"),
        ("git@forge.example:ville/carnet.git", "https://forge.example/ville/carnet"),
        ("ssh://git:s3cret@forge.example:2222/ville/carnet.git", "https://forge.example/ville/carnet"),
        ("/srv/git/carnet.git", None),
        ("file:///srv/git/carnet.git", None),
        ("../carnet", None),
        ("C:/depots/carnet", None),
        ("https://[oups/carnet", None),
        ("https://forge.example:port/carnet", None),
        ("ext::sh -c s3cret", None),
    ],
)
def test_the_remote_of_git_is_an_address_without_a_secret(tmp_path: Path, home: Path, remote: str, address: str | None) -> None:
    git(tmp_path, home, "init", "-q")
    git(tmp_path, home, "config", "remote.origin.url", remote)
    assert found(tmp_path).get(SOURCE) == address
    assert "s3cret" not in str(proposals(tmp_path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("publiccode.yml", b"name: [\n"),
        ("publiccode.yml", b"name: {a: b}\ndescription: none\nurl: 3\n"),
        ("publiccode.yml", b"- a\n"),
        ("publiccode.yml", b"\xff\xfe"),
        ("pyproject.toml", b"[project\n"),
        ("pyproject.toml", b"project = 3\n"),
        ("pyproject.toml", b'[project]\nname = 3\ndescription = ["a"]\n'),
        ("pyproject.toml", b"\xff\xfe"),
        ("README.md", b"\x00\x01\x02"),
        ("README.md", b""),
        ("README.md", "# \u202eenvers\n\n\x1b[31mrouge\n".encode()),
    ],
)
def test_a_file_that_is_wrong_or_hostile_proposes_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert set(proposals(tmp_path)) == {IDENTIFIER}


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    (tmp_path / "README").symlink_to("/dev/zero")
    (tmp_path / "pyproject.toml").symlink_to("nowhere")
    assert set(proposals(tmp_path)) == {IDENTIFIER}


@pytest.mark.parametrize("line", ["# " + "#" * 200_000 + "a", "[" * 200_000, "![" * 100_000, "a@" * 100_000 + ":"])
def test_a_line_made_to_cost_time_costs_none(tmp_path: Path, line: str) -> None:
    """The whole test would hang otherwise."""
    (tmp_path / "README.md").write_text(f"{line}\n\n{line}\n", encoding="utf-8")
    (tmp_path / "publiccode.yml").write_text(f'url: "{line}"\n', encoding="utf-8")
    assert IDENTIFIER in proposals(tmp_path)
