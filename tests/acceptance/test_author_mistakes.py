"""Mistakes that an author of rules can make: each is found by ``rules lint``, ``rules test`` or ``rules verify``, and placed."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.acceptance.author_folder import (
    ACT,
    BASE,
    CASES,
    DRAFT,
    FACTS,
    FILES,
    FIRST,
    PACK,
    PUBLISHED,
    PUBLISHED_CASES,
    RULE,
    SUMS,
    WORK,
    write,
)
from tests.runner import NBSP, NON_COMPLIANT, OK, UNUSABLE, Run, environment, execute, tool

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ("lint", "test", "verify")


class Mistake(NamedTuple):
    """One edit: in a file, a text that is there once becomes another; or the file is removed, where ``old`` is None.

    ``says`` is part of what the command says of it. ``line`` is a text of the line that it points at in the edited file
    (or in ``place``, where the fault shows in another file); None where the fault is of a whole file.
    """

    command: str
    file: str
    old: str | None
    new: str
    says: str
    line: str | None = None
    place: str | None = None
    code: int = NON_COMPLIANT


RETENTION = "cel: manifest.data.?retention.hasValue()"
APPLIES = "cel: facts.live && manifest.data.personal != 'none'"
NOT_LIVE = """\
  - name: not live
    patch: {project: {status: planned}}
    expect: not_applicable
"""
NO_DATA = """\
  - name: no personal data
    patch: {data: {personal: none}}
    expect: not_applicable
"""
REVIEW = """\
  - name: transfers
    patch: {data: {transfers: {outside_eu: true}}}
    expect: review
    at: [/data/transfers]
"""
NO_SOURCE = """\
  - name: no source
    patch: {data: {sources: null}}
    expect: pass
"""
MINORS_AT = "    at: [/data/sources/0/collection]\n"

IN_A_RULE = {
    "a misspelt field": Mistake(
        "lint", RULE, ".?retention.has", ".?retentoin.has", "vouliez-vous écrire «~retention~»", "retentoin"
    ),
    "a misspelt required field": Mistake("lint", RULE, "data.personal !=", "data.personnal !=", "«~personal~»", "personnal"),
    "a variable that is none": Mistake(
        "lint", RULE, "facts.live && manifest.", "facts.live && manifst.", "«~manifest~»", "manifst"
    ),
    "a wrong type": Mistake(
        "lint",
        RULE,
        RETENTION,
        "cel: manifest.data.?retention.orValue('') > 6",
        "ne s'applique pas à ces types",
        "orValue('') > 6",
    ),
    "a value that is none": Mistake("lint", RULE, "!= 'none'", "!= 'nothing'", "n'est pas une valeur possible ici", "'nothing'"),
    "a value in a list that is none": Mistake(
        "lint", RULE, "personal != 'none'", "personal in ['identifed']", "vouliez-vous écrire «~identified~»", "identifed"
    ),
    "a condition that is always true": Mistake(
        "lint", RULE, RETENTION, "cel: true || manifest.data.?retention.hasValue()", "toujours le même résultat", "cel: true ||"
    ),
    "a condition that no case makes false": Mistake(
        "lint", RULE, APPLIES, "cel: manifest.project.id != ''", "vraie dans tous les cas d'essai", "project.id != ''"
    ),
    "a fact that is none": Mistake("lint", RULE, "facts.live", "facts.lives", "vouliez-vous écrire «~live~»", "facts.lives"),
    "a function that is none": Mistake("lint", RULE, "= date('2026", "= dates('2026", "la fonction «~dates~»", "dates("),
    "a date that is none": Mistake("lint", RULE, "date('2026-01-01')", "date('2026-13-01')", "n'est pas une date", "2026-13-01"),
    "a field of an item misspelt": Mistake(
        "lint", RULE, "item.?collection", "item.?colection", "«~collection~»", "item.?colection"
    ),
    "a place that leads nowhere": Mistake(
        "lint", RULE, "at: /data/retention", "at: /data/retentions", "ne mène nulle part", "/data/retentions"
    ),
    "a place of an item that leads nowhere": Mistake(
        "lint", RULE, "at: /collection", "at: /collect", "ne mène nulle part", "at: /collect"
    ),
    "items of what is no list": Mistake(
        "lint", RULE, "for_each: /data/sources", "for_each: /data/retention", "n'est pas une liste", "for_each"
    ),
    "a placeholder in one language only": Mistake(
        "lint",
        RULE,
        "en: the source {/name} does",
        "en: the source does",
        "diffèrent d'une langue à l'autre",
        "en: the source does",
    ),
    "a placeholder that leads nowhere": Mistake(
        "lint", RULE, "fr: la source {/name}", "fr: la source {/nom}", "ne mène nulle part", "{/nom}"
    ),
    "a brace that is no placeholder": Mistake(
        "lint", RULE, "fr: une personne", "fr: une {personne}", "accolade hors d'un emplacement", "{personne}"
    ),
    "a schedule out of order": Mistake(
        "lint", RULE, "from: 2027-01-01", "from: 2029-01-01", "pas dans l'ordre", "from: 2028-01-01"
    ),
    "a day twice in a schedule": Mistake("lint", RULE, "from: 2027-01-01", "from: 2028-01-01", "2028-01-01", "level: blocking"),
    "a quote with one word changed": Mistake(
        "lint", RULE, "quote: de la durée", "quote: de la période", "ne se trouve pas mot pour mot", "quote: de la période"
    ),
    "a quote from another paragraph": Mistake("lint", RULE, 'paragraph: "1"', 'paragraph: "2"', "ne se trouve pas mot", "quote"),
    "an act that is not there": Mistake("lint", RULE, "act: ACTE", "act: ACTES", "sources/ACTES.yaml n'existe pas", "act: ACTES"),
    "no English text": Mistake("lint", RULE, "  en: The evidence is ours.\n", "", "«~en~» est absent", "rationale:"),
    "an empty French text": Mistake("lint", RULE, "fr: écrivez la durée.", "fr: ''", "vide", "fr: ''"),
    "an unknown key": Mistake("lint", RULE, "waivable: false", "waivables: false", "waivable", "waivables"),
    "a level that is none": Mistake("lint", RULE, "default: advisory", "default: advise", "advis", "default: advise"),
    "an id that is not the folder's": Mistake("lint", RULE, "id: ESSAI-B01", "id: ESSAI-B02", "ESSAI-B02", "id: ESSAI-B02"),
    "two conditions of one name": Mistake(
        "lint", RULE, "id: transfers", "id: retention", "deux conditions s'appellent «~retention~»", "  - id: retention"
    ),
    "no source though it is no law": Mistake(
        "lint",
        RULE,
        'source:\n  act: ACTE\n  paragraph: "1"\n  quote: de la durée de conservation de leurs données\n',
        "source: null\n",
        "cite le passage qu'elle encode",
        "source: null",
    ),
    "law without a reference": Mistake(
        "lint", RULE, "basis: interpretation", "basis: law", "au moins une référence", "references"
    ),
    "a key twice": Mistake("lint", RULE, "waivable: false", "waivable: false\nwaivable: false", "waivable", "waivable: false"),
    "a tab": Mistake("lint", RULE, "  default: advisory", "\tdefault: advisory", "tabulation", "\tdefault"),
}
IN_A_RELEASE = {
    "a rule that no release names": Mistake(
        "lint", DRAFT, "  - {id: ESSAI-B01, version: 1}\n", "", "ne nomme cette version de règle", None, RULE
    ),
    "a rule twice in a release": Mistake(
        "lint", DRAFT, "{id: ESSAI-A01, version: 2}", "{id: ESSAI-B01, version: 1}", "figure deux fois", "{id: ESSAI-B01"
    ),
    "a version that is not there": Mistake(
        "lint", DRAFT, "ESSAI-B01, version: 1", "ESSAI-B01, version: 7", "ESSAI-B01/v7.yaml n'existe pas", "version: 7"
    ),
    "facts that are not there": Mistake(
        "lint", DRAFT, "facts: {version: 1}", "facts: {version: 3}", "facts/v3.yaml n'existe pas", "facts"
    ),
    "two releases from the same day": Mistake(
        "lint", DRAFT, "from: 2026-12-01", "from: 2025-01-01", "le même jour", "in_force_from: 2025-01-01"
    ),
    "a day that is none": Mistake("lint", DRAFT, "from: 2026-12-01", "from: 2026-11-31", "2026-11-31", "2026-11-31"),
    "a release under another name": Mistake("lint", DRAFT, '"2026.1"', '"2026.2"', "doit se trouver dans un fichier", '"2026.2"'),
    "a fact misspelt in the facts": Mistake(
        "lint", FACTS, "project.status in", "project.statut in", "vouliez-vous écrire «~status~»", "project.statut"
    ),
    "a pack that is not its folder": Mistake("lint", PACK, "id: essai", "id: essais", "donnez-leur le même nom", "id: essais"),
}
IN_CASES = {
    "no passing case": Mistake(
        "test", CASES, "expect: pass\n    level: advisory", "expect: not_applicable", "attend not_applicable"
    ),
    "no not-applicable case": Mistake("test", CASES, NOT_LIVE + NO_DATA, "", "il manque un cas «~not_applicable~»"),
    "no review case": Mistake("test", CASES, REVIEW, "", "il manque un cas «~review~»"),
    "no cases at all": Mistake("test", CASES, None, "", "aucun cas d'essai"),
    "a wrong pointer": Mistake(
        "test", CASES, MINORS_AT, MINORS_AT.replace("/0/", "/1/"), "la règle désigne /data/sources/0/collection"
    ),
    "a failure without a pointer": Mistake("test", CASES, MINORS_AT, "", "sans dire où (at)"),
    "a wrong level": Mistake("test", CASES, "level: advisory", "level: blocking", "attend le niveau blocking"),
    "a wrong verdict": Mistake(
        "test", CASES, NO_SOURCE, NO_SOURCE.replace("pass", "review\n    at: [/data/sources]"), "attend review"
    ),
    "a base that is not there": Mistake("test", CASES, "base: depart.yaml", "base: autre.yaml", "bases/autre.yaml"),
    "a manifest that is not valid": Mistake("test", CASES, "personal: none}", "personal: nothing}", "manifeste non valable"),
    "a field read without its question mark": Mistake(
        "test", RULE, RETENTION, "cel: manifest.data.retention != ''", "donne error", None, CASES
    ),
    "weak cases": Mistake("test", CASES, NO_SOURCE, "", "collection.empty: fail", "empty: pass", RULE),
    "a condition that no case needs": Mistake("test", CASES, NO_DATA, "", "applies_when: ", APPLIES, RULE),
    "an equivalent mutant that some case kills": Mistake(
        "test",
        CASES,
        NO_DATA,
        f"{NO_DATA}equivalent: [{{mutant: 'retention: dropped', reason: none}}]\n",
        "que le cas «~no retention period",
    ),
    "an equivalent mutant that is none any more": Mistake(
        "test", CASES, NO_DATA, f"{NO_DATA}equivalent: [{{mutant: 'gone: dropped', reason: none}}]\n", "n'existe plus"
    ),
}
CHANGED = "a changé depuis sa publication"
IN_WHAT_IS_PUBLISHED = {
    "a published rule": Mistake("verify", PUBLISHED, "fr: Dire le but", "fr: Dire son but", CHANGED, code=UNUSABLE),
    "a comment in a published rule": Mistake("verify", PUBLISHED, "require:\n", "# ici\nrequire:\n", CHANGED, code=UNUSABLE),
    "the line ends of a published rule": Mistake("verify", PUBLISHED, "version: 1\n", "version: 1\r\n", CHANGED, code=UNUSABLE),
    "published facts": Mistake("verify", FACTS, "development: advisory", "development: note", CHANGED, code=UNUSABLE),
    "a published act": Mistake("verify", ACT, "Ainsi, les usagers", "Donc, les usagers", CHANGED, code=UNUSABLE),
    "a published release": Mistake("verify", FIRST, "Première version.", "Première.", CHANGED, code=UNUSABLE),
    "the date of a published release": Mistake("verify", FIRST, "from: 2025-01-01", "from: 2025-06-01", CHANGED, code=UNUSABLE),
    "a published rule, gone": Mistake("verify", PUBLISHED, None, "", "n'existe pas", "ESSAI-A01", FIRST, code=UNUSABLE),
    "SHA256SUMS, gone": Mistake("verify", SUMS, None, "", "des versions publiées portent des empreintes", code=UNUSABLE),
    "SHA256SUMS, a stray line": Mistake("verify", SUMS, "essai/", "?/", "parmi les versions publiées", None, code=UNUSABLE),
    "SHA256SUMS, one space only": Mistake("verify", SUMS, "  essai", " essai", "deux espaces", " essai", code=UNUSABLE),
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The folder of ``author_folder.py``, its first release published by the tool itself."""
    folder = tmp_path_factory.mktemp("finished")
    write(folder / "policies", FILES)
    command = [*tool(), "rules", "release", "essai@2025.1", "policies", "--published", "2024-12-01"]
    done = execute(command, folder, environment(home))
    assert done.code == OK, done.err
    write(folder / "policies", WORK)
    return folder / "policies"


@pytest.fixture
def policies(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished folder, in the folder where the tool runs."""
    return shutil.copytree(finished, tmp_path / "policies")


def edit(path: Path, old: str, new: str) -> None:
    """Puts one text in place of another, which is there once; line ends stay as given."""
    text = path.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    path.write_bytes(text.replace(old, new).encode())


def line_of(path: Path, text: str) -> int:
    """The number of the last line that holds a text: where it is there twice, the second one is the mistake."""
    return [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line][-1]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_untouched_folder_passes(run: Run, policies: Path, command: str) -> None:
    done = run("rules", command, policies.name)
    assert (done.code, done.err) == (OK, ""), done.out


MISTAKES = {**IN_A_RULE, **IN_A_RELEASE, **IN_CASES, **IN_WHAT_IS_PUBLISHED}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_is(run: Run, policies: Path, name: str) -> None:
    mistake = MISTAKES[name]
    if mistake.old is None:
        (policies / mistake.file).unlink()
    else:
        edit(policies / mistake.file, mistake.old, mistake.new)
    done = run("rules", mistake.command, policies.name)
    said = done.out + done.err
    place = f"policies/{mistake.place or mistake.file}"
    if mistake.line is not None:
        place = f"{place}:{line_of(policies / (mistake.place or mistake.file), mistake.line)}"
    assert done.code == mistake.code, said
    told = [line for line in said.splitlines() if mistake.says.replace("~", NBSP) in line]
    assert told, said
    assert any(re.search(rf"{re.escape(place)}(?![0-9])", line) for line in told), said


@pytest.mark.parametrize(("path", "changed"), [(FIRST, PUBLISHED), (SUMS, FIRST)])
def test_a_wrong_digest_is_found(run: Run, policies: Path, path: str, changed: str) -> None:
    before = (policies / path).read_text(encoding="utf-8")
    digest = re.findall(r"[0-9a-f]{64}", before)[-1]
    edit(policies / path, digest, digest[::-1])
    done = run("rules", "verify", policies.name)
    assert done.code == UNUSABLE
    assert re.search(rf"policies/{re.escape(changed)}: .*{CHANGED}", done.err), done.err


def test_a_line_of_the_sums_that_is_missing_is_found(run: Run, policies: Path) -> None:
    (policies / SUMS).write_bytes(b"")
    done = run("rules", "verify", policies.name)
    assert done.code == UNUSABLE
    assert f"policies/{SUMS}: il manque la ligne de {FIRST}" in done.err


def test_a_release_that_lost_a_digest_is_found(run: Run, policies: Path) -> None:
    raw = (policies / FIRST).read_text(encoding="utf-8")
    (policies / FIRST).write_text(re.sub(r", sha256: [0-9a-f]{64}", "", raw, count=1), encoding="utf-8")
    done = run("rules", "verify", policies.name)
    assert done.code == UNUSABLE
    assert f"policies/{FIRST}" in done.err


ALLOWED = {
    "a case more for a published rule": (
        PUBLISHED_CASES,
        "cases:\n",
        "cases:\n  - name: another\n    patch: {purpose: {goal: Autre}}\n    expect: pass\n",
    ),
    "another name for a published rule's case": (PUBLISHED_CASES, "name: a goal is stated", "name: the goal is stated"),
    "another base": (BASE, "name: Essai,", "name: Essai fictif,"),
    "another disclaimer": (PACK, "fr: Fictif.", "fr: Tout à fait fictif."),
    "another text in a draft's rule": (RULE, "fr: écrivez la durée.", "fr: écrivez la durée, en mois."),
    "another day for a draft": (DRAFT, "from: 2026-12-01", "from: 2027-01-01"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_may_change_freely(run: Run, policies: Path, name: str) -> None:
    path, old, new = ALLOWED[name]
    edit(policies / path, old, new)
    for command in COMMANDS:
        done = run("rules", command, policies.name)
        assert (done.code, done.err) == (OK, ""), f"{command}: {done.out}"


def test_several_mistakes_are_found_at_once(run: Run, policies: Path) -> None:
    chosen = (
        "a misspelt field",
        "a field of an item misspelt",
        "a schedule out of order",
        "a day that is none",
        "published facts",
    )
    for name in chosen:
        mistake = MISTAKES[name]
        assert mistake.old is not None
        edit(policies / mistake.file, mistake.old, mistake.new)
    done = run("rules", "lint", policies.name)  # digests are for `rules verify`
    assert done.code == NON_COMPLIANT
    for name in chosen:
        assert (MISTAKES[name].says.replace("~", NBSP) in done.out) is (MISTAKES[name].command == "lint")


def test_there_are_enough_mistakes() -> None:
    assert len(MISTAKES) >= 60
