"""A policy folder of a fictional pack for the tests of the bench: two rules that hold, with cases, and releases as a test wants.

``essai`` holds ESSAI-A01 (versions 1 and 2) and ESSAI-B01; release 2025.1 is published without digests, 2026.1 is a draft.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.cli.app import run

if TYPE_CHECKING:
    import pytest

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).resolve().parents[2]
OK, FINDINGS, USAGE, UNUSABLE = 0, 1, 2, 4

_PACK = """\
id: essai
title: {fr: Paquet fictif, en: Fictional pack}
publisher: {fr: Personne, en: Nobody}
disclaimer: {fr: Fictif., en: Fictional.}
"""
_FACTS = """\
version: 1
grace_days: 90
facts:
  - name: live
    cel: manifest.project.status == 'operational'
    title: {fr: En service, en: Live}
ladder:
  planned: note
  design: note
  development: advisory
  pilot: declared
  evaluation: declared
  operational: declared
  retired: not_applicable
scope: []
"""
_ACT = """\
act: ACTE
title: Un acte fictif
paragraphs:
  - id: "1"
    title: Information
    text: Les usagers seront avisés de tout usage de l'outil.
  - id: "2"
    text: Un comité examine chaque projet qui touche les usagers.
    uncheckable:
      - {fr: Le comité n'est pas un projet., en: The committee is no project.}
  - id: "3"
    text: Rien de plus.
"""
_RULE = """\
id: ESSAI-A01
version: 1
title: {fr: Dire le but, en: State the goal}
basis: deliberation
source: {act: ACTE, paragraph: "1", quote: Les usagers seront avisés}
references: []
rationale:
  fr: Le texte dit aussi « Un comité examine chaque projet » (§2).
  en: The text also says so (§2).
applies_when:
  cel: facts.live
  otherwise: {fr: le projet n'est pas en service, en: the project is not live}
require:
  - id: goal
    cel: manifest.purpose.goal != 'inconnu'
    at: /purpose/goal
    message: {fr: le but est inconnu, en: the goal is unknown}
level: {default: advisory}
remediation: {fr: dites le but, en: state the goal}
waivable: false
"""
_CASES = """\
base: depart.yaml
as_of: 2026-11-23
cases:
  - name: goal stated
    expect: pass
  - name: goal unknown
    patch: {purpose: {goal: inconnu}}
    expect: fail
    at: [/purpose/goal]
  - name: not live
    patch: {project: {status: planned}}
    expect: not_applicable
"""
_BASE = """\
schema_version: "1.0"
project: {id: essai, name: Essai, summary: Un essai., status: operational}
owner: {organisation: ville-montpellier, department: Direction fictive, contact: service@example.org}
purpose: {goal: Essayer, domain: internal_admin}
people: {interaction: none, minors: none, impact: none}
decision: {role: none, individual_administrative: false}
technology: {type: generative, capabilities: [summarisation]}
data: {personal: none}
video: {used: false}
"""
_FIRST = """\
# La première version.
release: "2025.1"
in_force_from: 2025-01-01
published: 2024-12-01
supersedes: null
changelog: {fr: [Première.], en: [First.]}
facts: {version: 1}
sources:
  - {act: ACTE}
rules:
  - {id: ESSAI-A01, version: 1}
"""
DRAFT = """\
# La suite, en préparation.
release: "2026.1"
in_force_from: 2026-12-01 # un mardi

# Ce qui la précède.
supersedes: "2025.1"
changelog:
  fr:
    - >-
      A01 passe en version 2,
      B01 est nouvelle.
  en: [A01 moves to version 2 and B01 is new.]
facts: {version: 1} # les mêmes
sources:
  - {act: ACTE}
rules:
  # la règle qui change
  - {id: ESSAI-A01, version: 2}   # v2
  - id: ESSAI-B01
    version: 1
"""


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replaces each first text, which is there exactly once, by the second."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times in {path}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def write_folder(folder: Path, *, draft: bool = True) -> Path:
    """The folder described above; without ``draft`` only its first release and rule."""
    pack = folder / "essai"
    second = _changed(_RULE, ("version: 1", "version: 2"), ("default: advisory", "default: blocking"))
    second = _changed(second, ("cel: facts.live", "cel: facts.live && manifest.purpose.domain != 'other'"))
    other = _changed(_RULE, ("ESSAI-A01", "ESSAI-B01"), ("Dire le but", "Dire encore le but"))
    elsewhere = "  - name: another domain\n    patch: {purpose: {domain: other}}\n    expect: not_applicable\n"
    later = {
        "rules/ESSAI-A01/v2.yaml": second,
        "rules/ESSAI-A01/v2.cases.yaml": _CASES + elsewhere,
        "rules/ESSAI-B01/v1.yaml": other,
        "rules/ESSAI-B01/v1.cases.yaml": _CASES,
        "releases/2026.1.yaml": DRAFT,
    }
    files = {
        "pack.yaml": _PACK,
        "facts/v1.yaml": _FACTS,
        "sources/ACTE.yaml": _ACT,
        "bases/depart.yaml": _BASE,
        "rules/ESSAI-A01/v1.yaml": _RULE,
        "rules/ESSAI-A01/v1.cases.yaml": _CASES,
        "releases/2025.1.yaml": _FIRST,
        **(later if draft else {}),
    }
    for path, text in files.items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(text, encoding="utf-8")
    return folder


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        text = text.replace(old, new, 1)
    return text


def sealed_folder(folder: Path, *, draft: bool = True) -> Path:
    """The same folder with digests: what ``rules release`` is expected to write, put together here."""
    pack = write_folder(folder, draft=draft) / "essai"
    edit(
        pack / "releases/2025.1.yaml",
        ("facts: {version: 1}", f"facts: {{version: 1, sha256: {sha256(pack / 'facts/v1.yaml')}}}"),
        ("{act: ACTE}", f"{{act: ACTE, sha256: {sha256(pack / 'sources/ACTE.yaml')}}}"),
        ("{id: ESSAI-A01, version: 1}", f"{{id: ESSAI-A01, version: 1, sha256: {sha256(pack / 'rules/ESSAI-A01/v1.yaml')}}}"),
    )
    (folder / "SHA256SUMS").write_text(f"{sha256(pack / 'releases/2025.1.yaml')}  essai/releases/2025.1.yaml\n", encoding="utf-8")
    return folder


def sha256(path: Path) -> str:
    """Lower-case hex SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Ran(NamedTuple):
    """A run of the command in this process: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def ran(captured: pytest.CaptureFixture[bytes], *arguments: str | Path) -> Ran:
    """Runs the command; ``captured`` is the fixture ``capsysbinary``."""
    code = run([str(argument) for argument in arguments])
    out, err = captured.readouterr()
    return Ran(code, out.decode(), err.decode())
