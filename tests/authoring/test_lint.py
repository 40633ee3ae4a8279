"""``rules lint``: each mistake an author can make is found, at its file, line and column, and all of them in one pass."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cmian_policy.authoring.lint import LintProblem, lint
from cmian_policy.errors import PolicyError
from cmian_policy.messages import render

ROOT = Path(__file__).resolve().parent.parent.parent
PACK = "test/pack.yaml"
FACTS = "test/facts/v1.yaml"
ACT = "test/sources/ACT.yaml"
RELEASE = "test/releases/2025.1.yaml"
RULE = "test/rules/TEST-A01/v1.yaml"
CASES = "test/rules/TEST-A01/v1.cases.yaml"
BASE = "test/bases/base.yaml"

FILES = {
    PACK: """\
id: test
title: {fr: Paquet fictif, en: A fictional pack}
publisher: {fr: Personne, en: Nobody}
disclaimer: {fr: Fictif., en: Fictional.}
""",
    FACTS: """\
version: 1
grace_days: 90
facts:
  - name: live
    cel: manifest.project.status in ['pilot', 'operational']
    title: {fr: En service, en: Live}
  - name: shown
    cel: facts.live && manifest.people.interaction != 'none'
    title: {fr: Visible, en: Shown}
ladder:
  planned: note
  design: note
  development: advisory
  pilot: declared
  evaluation: declared
  operational: declared
  retired: not_applicable
scope:
  - cel: "!facts.live"
    cap: advisory
    reason: {fr: pas en service, en: not live}
""",
    ACT: """\
act: ACT
title: Un acte fictif
paragraphs:
  - {id: "1", text: "Ainsi, les usagers seront avisés de tout."}
""",
    RELEASE: """\
release: "2025.1"
in_force_from: 2025-01-01
published: 2026-11-23
supersedes: null
changelog: {fr: [Première version.], en: [First release.]}
facts: {version: 1}
sources:
  - {act: ACT}
rules:
  - {id: TEST-A01, version: 1}
""",
    RULE: """\
id: TEST-A01
version: 1
title:
  fr: Une règle fictive
  en: A fictional rule
basis: interpretation
source: {act: ACT, paragraph: "1", quote: les usagers seront avisés}
references: []
rationale: {fr: Pour l'essai., en: For the test.}
applies_when:
  cel: >-
    manifest.people.interaction == 'direct'
    && facts.live
  otherwise: {fr: sans objet, en: not applicable}
require:
  - id: notice
    cel: "manifest.?transparency.?disclosure.?text.?fr.orValue('') != ''"
    at: /transparency/disclosure/text/fr
    message:
      fr: le texte de {/project/id} manque
      en: the text of {/project/id} is missing
  - id: condition
    for_each: /cmian/opinion/conditions
    empty: pass
    cel: item.status != 'open'
    at: /status
    message:
      fr: la condition {/id} est ouverte
      en: condition {/id} is open
  - id: started
    when:
      cel: has(manifest.project.start_date)
    cel: |
      date(manifest.project.start_date)
        <= today
    at: /project/start_date
    message: {fr: le début est à venir, en: the start is to come}
level:
  default: blocking
  by_status: {pilot: advisory}
  schedule:
    - {from: 2026-01-01, level: blocking}
    - {from: 2027-01-01, level: advisory}
remediation: {fr: Écrivez le texte., en: Write the text.}
waivable: false
""",
    CASES: """\
base: base.yaml
as_of: 2026-11-23
cases:
  - {name: as it should be, expect: pass}
  - name: no text
    patch: {transparency: null}
    expect: fail
    at: [/transparency/disclosure/text/fr]
  - name: an open condition
    patch: {cmian: {opinion: {conditions: [{id: C1, text: Une condition., status: open}]}}}
    expect: fail
    at: [/cmian/opinion/conditions/0/status]
  - {name: no start, patch: {project: {start_date: null}}, expect: pass}
  - name: starts later
    patch: {project: {start_date: 2027-01-01}}
    expect: fail
    at: [/project/start_date]
  - {name: no contact, patch: {people: {interaction: none}}, expect: not_applicable}
""",
    BASE: """\
schema_version: "1.0"
project: {id: essai, name: Essai, summary: Un essai., status: operational, start_date: 2025-01-01}
owner: {organisation: ville-montpellier, department: Direction fictive, contact: service@example.org}
purpose: {goal: Essayer., domain: other}
people: {interaction: direct, minors: none, impact: none}
decision: {role: none, individual_administrative: false}
technology: {type: machine_learning, capabilities: [forecasting]}
data: {personal: none}
video: {used: false}
transparency: {disclosure: {text: {fr: Vous parlez à une IA.}}}
cmian:
  opinion:
    ref: A-1
    date: 2025-02-01
    conclusion: favourable_with_conditions
    conditions: [{id: C1, text: Une condition., status: done}]
""",
}


class Mistake(NamedTuple):
    """A mistake in one file: what is written instead of what, the check that finds it, and the text that it points at."""

    path: str
    old: str
    new: str
    check: str
    at: str
    says: str = ""


NOTICE = "manifest.?transparency.?disclosure.?text.?fr.orValue('') != ''"
STARTED = "date(manifest.project.start_date)\n        <= today"


def notice(cel: str, check: str, at: str, says: str = "") -> Mistake:
    """The condition of the first require, in double quotes on one line, written otherwise."""
    return Mistake(RULE, NOTICE, cel, check, at, says)


def applies(cel: str, check: str, at: str, says: str = "") -> Mistake:
    """The second line of the folded condition, written otherwise."""
    return Mistake(RULE, "&& facts.live", cel, check, at, says)


MISTAKES = {
    # fields and names
    "misspelt field": notice("manifest.people.interacton == 'direct'", "unknown-field", "interacton", '"interaction"'),
    "misspelt optional field": notice(
        "manifest.?transparency.?disclosur.hasValue()", "unknown-field", "disclosur.", '"disclosure"'
    ),
    "misspelt field in has()": notice("has(manifest.video.analisys)", "unknown-field", "analisys", '"analysis"'),
    "field of nothing": notice("manifest.people.zzz == 'direct'", "unknown-field", "zzz", "interaction, "),
    "misspelt field on a folded line": applies("&& manifest.video.usedd", "unknown-field", "usedd", '"used"'),
    "misspelt field on a literal line": Mistake(RULE, "<= today", "<= tody", "unknown-name", "tody", '"today"'),
    "misspelt field of an item": Mistake(RULE, "item.status !=", "item.statu !=", "unknown-field", "statu ", '"status"'),
    "misspelt field in a macro": notice(
        "manifest.participation.exists(p, p.dat == '')", "unknown-field", "dat ==", "manifest.participation[]"
    ),
    "misspelt field of the register": notice("record.opinion.projet == ''", "unknown-field", "projet", '"project"'),
    "misspelt field after an escape": notice(
        "manifest.project.name == \\\"a\\\" || manifest.data.personnal == 'none'", "unknown-field", "personnal", '"personal"'
    ),
    "misspelt field in single quotes": Mistake(
        RULE, f'"{NOTICE}"', "'manifest.project.idd != '''''", "unknown-field", "idd", '"id"'
    ),
    "misspelt field in a guard": Mistake(RULE, "has(manifest.project.start_date)", "has(manifest.project.start_dat)",
                                         "unknown-field", "start_dat)", '"start_date"'),
    "unknown fact": applies("&& facts.lives", "unknown-fact", "lives", '"live"'),
    "fact defined further down": Mistake(FACTS, "cel: manifest.project.status in ['pilot', 'operational']",
                                         "cel: facts.shown || manifest.video.used", "later-fact", "shown ||"),
    "misspelt field in a fact": Mistake(FACTS, "manifest.people.interaction", "manifest.people.interactions",
                                        "unknown-field", "interactions", '"interaction"'),
    "unknown fact in the scope": Mistake(FACTS, '"!facts.live"', '"!facts.alive"', "unknown-fact", "alive", '"live"'),
    "fact of a name twice": Mistake(FACTS, "name: shown", "name: live", "doubled-fact", "live"),
    "unknown variable": applies("&& manifests.video.used", "unknown-name", "manifests", '"manifest"'),
    "item without for_each": notice("item.status != 'open'", "unknown-name", "item"),
    "unknown function": notice("manifest.project.name.startWith('a')", "unknown-function", "startWith", '"startsWith"'),
    "misspelt macro": notice(
        "manifest.technology.capabilities.exist(c, c == 'ocr')", "unknown-function", "exist(", '"exists"'
    ),
    "syntax": applies("&& && facts.live", "cel.error", "&& facts"),
    # types
    "number for a text": notice("manifest.people.interaction == 3", "wrong-type", "== 3", "string, int"),
    "text for a truth value": notice("manifest.video.used == 'true'", "wrong-type", "== 'true'", "bool, string"),
    "text for a list": notice("manifest.technology.capabilities == 'ocr'", "wrong-type", "== 'ocr'"),
    "list for a text": notice("'direct' in manifest.people.interaction", "wrong-type", "in manifest"),
    "text for a date": notice("manifest.project.start_date < today", "wrong-type", "< today", "string, timestamp"),
    "mapping for a text": notice("manifest.people == 'direct'", "wrong-type", "== 'direct'", "manifest.people, string"),
    "number for the items": notice("manifest.technology.capabilities.exists(c, c == 3)", "wrong-type", "== 3"),
    "not a truth value": notice("manifest.people.interaction", "cel.not-boolean", "manifest.people"),
    # values
    "impossible value": notice("manifest.people.interaction == 'dirct'", "impossible-value", "'dirct'", '"direct"'),
    "impossible value, turned": notice("'dirct' == manifest.people.interaction", "impossible-value", "'dirct'", '"direct"'),
    "impossible value, unequal": notice("manifest.people.interaction != 'both'", "impossible-value", "'both'", "direct"),
    "impossible value on a folded line": applies(
        "&& manifest.project.status == 'operationnal'", "impossible-value", "'operationnal'"
    ),
    "impossible value in a list": notice("manifest.people.interaction in ['none', 'dirct']", "impossible-value", "'dirct'"),
    "impossible value of an optional": notice(
        "manifest.?video.?analysis.orValue('') == 'identity'", "impossible-value", "'identity'"
    ),
    "impossible item": notice("'chatbott' in manifest.technology.capabilities", "impossible-value", "'chatbott'", '"chatbot"'),
    "impossible item in exists": notice(
        "manifest.technology.capabilities.exists(c, c == 'chatbott')", "impossible-value", "'chatbott'"
    ),
    "impossible item in exists, in a list": notice(
        "manifest.technology.capabilities.exists(c, c in ['ocr', 'chatbott'])", "impossible-value", "'chatbott'"
    ),
    "impossible item of a written list": notice(
        "['ocr', 'chatbott'].all(c, !(c in manifest.technology.capabilities))", "impossible-value", "'chatbott'"
    ),
    "impossible value beside a truth value": notice(
        "manifest.decision.individual_administrative == 'unknwon'", "impossible-value", "'unknwon'", '"unknown"'
    ),
    "impossible value in optMap": notice(
        "manifest.?video.?analysis.optMap(a, a == 'identity').orValue(false)", "impossible-value", "'identity'"
    ),
    "impossible value of a bound name": notice(
        "cel.bind(kind, manifest.technology.type, kind == 'hybride')", "impossible-value", "'hybride'", '"hybrid"'
    ),
    "impossible value of a bound optional": notice(
        "cel.bind(a, manifest.?video.?analysis, a.orValue('') == 'identity')", "impossible-value", "'identity'"
    ),
    "impossible value in a choice": notice(
        "manifest.people.interaction == (facts.live ? 'direct' : 'dirct')", "impossible-value", "'dirct'"
    ),
    "impossible value of a choice": notice(
        "(facts.live ? manifest.people.interaction : 'absent') == 'dirct'", "impossible-value", "'dirct'"
    ),
    "impossible optional value": notice(
        "manifest.?video.?analysis == optional.of('identity')", "impossible-value", "'identity'"
    ),
    "impossible value in an equal list": notice(
        "manifest.technology.capabilities != ['ocr', 'chatbott']", "impossible-value", "'chatbott'"
    ),
    "impossible item by its index": notice("manifest.technology.capabilities[0] == 'chatbott'", "impossible-value", "'chatbott'"),
    "impossible item of a filtered list": notice(
        "manifest.technology.capabilities.filter(c, c != 'ocr').exists(c, c == 'chatbott')", "impossible-value", "'chatbott'"
    ),
    "impossible value in a filtered mapping": notice(
        "manifest.?participation.orValue([]).exists(p, p.type == 'zzz')", "impossible-value", "'zzz'"
    ),
    "impossible key of the items of an item": notice(
        "manifest.?cmian.?opinion.?conditions.orValue([]).all(c, c.status != 'opened')", "impossible-value", "'opened'", '"open"'
    ),
    "impossible value of an item": Mistake(RULE, "!= 'open'", "!= 'opened'", "impossible-value", "'opened'", '"open"'),
    "impossible value of the register": notice(
        "record.?opinion.?conclusion.orValue('') == 'favorable'", "impossible-value", "'favorable'", '"favourable"'
    ),
    "impossible value in a fact": Mistake(FACTS, "'operational']", "'operation']", "impossible-value", "'operation'"),
    "no date": notice("today < date('2026-13-01')", "no-date", "'2026-13-01'"),
    "no month": notice("today < date('2026-1')", "no-date", "'2026-1'"),
    "no day": applies("&& today < date('2026-02-30')", "no-date", "'2026-02-30'"),
    # conditions that decide nothing
    "always true": notice("true", "constant", '"true"'),
    "always true by its parts": notice("manifest.video.used || true", "constant", '"manifest'),
    "always false by its parts": notice("manifest.video.used && 1 > 2", "constant", '"manifest'),
    "the same on both sides": notice("manifest.project.id == manifest.project.id", "constant", '"manifest'),
    "false by its guard": notice("1 == 2 && manifest.video.used || !true", "constant", '"1 == 2'),
    "the same in both branches": notice("manifest.video.used ? true : 1 in [1, 2]", "constant", '"manifest'),
    "chosen by a literal": notice("1 != 1 ? manifest.video.used : 2 >= 2", "constant", '"1 != 1'),
    "in an empty list": notice("manifest.project.id in []", "constant", '"manifest'),
    "no variable": notice("[1, 2].exists(n, n == 2)", "constant", '"[1, 2]'),
    "true in every case": notice("manifest.purpose.domain == 'other'", "always-true", '"manifest'),
    "false in every case": notice("manifest.video.used", "always-false", '"manifest'),
    "never evaluated": Mistake(RULE, "has(manifest.project.start_date)", "manifest.video.used", "never-evaluated", "|"),
    "applies in every case": Mistake(
        RULE, "manifest.people.interaction == 'direct'\n    && facts.live", "facts.live", "always-true", ">-"
    ),
    # pointers
    "at to nowhere": Mistake(RULE, "at: /transparency/disclosure/text/fr", "at: /transparency/disclosure/texte/fr",
                             "at-nowhere", "/transparency/disclosure/texte", "/transparency/disclosure/text/fr"),
    "at to nowhere in an item": Mistake(RULE, "at: /status", "at: /state", "at-nowhere", "/state"),
    "at of the manifest in an item": Mistake(RULE, "at: /status", "at: /project/status", "at-nowhere", "/project/status"),
    "for_each to nowhere": Mistake(RULE, "for_each: /cmian/opinion/conditions", "for_each: /cmian/opinion/condition",
                                   "for-each-nowhere", "/cmian/opinion/condition", "/cmian/opinion/conditions"),
    "for_each over no list": Mistake(RULE, "for_each: /cmian/opinion/conditions", "for_each: /cmian/opinion",
                                     "for-each-no-list", "/cmian/opinion"),
    # texts
    "placeholder to nowhere": Mistake(RULE, "de {/project/id} manque", "de {/projet/id} manque", "placeholder-nowhere",
                                      "/projet/id", "/project/id"),
    "placeholder to nowhere in an item": Mistake(RULE, "condition {/id} is", "condition {/ref} is",
                                                 "placeholder-nowhere", "/ref}"),
    "placeholders that differ": Mistake(RULE, "text of {/project/id} is", "text is", "placeholders-differ", "the text"),
    "brace outside a placeholder": Mistake(RULE, "text of {/project/id} is", "text of {project.id} is",
                                           "placeholder-form", "{project"),
    "placeholder that nobody fills": Mistake(RULE, "en: A fictional rule", "en: The rule of {/project/id}",
                                             "placeholder-unfilled", "{/project"),
    "missing English text": Mistake(RULE, "  fr: Une règle fictive\n  en: A fictional rule", "  fr: Une règle fictive",
                                    "schema.required", "title:"),
    "empty English text": Mistake(RULE, "en: For the test.", 'en: " "', "schema.form.text", '" "'),
    # contracts and references
    "unknown key": Mistake(RULE, "remediation:", "remediatoin:", "schema.unknown-key", "remediatoin"),
    "unknown status": Mistake(RULE, "{pilot: advisory}", "{pilote: advisory}", "schema.unknown-key", "pilote"),
    "unknown level": Mistake(RULE, "default: blocking", "default: bloquant", "schema.enum", "bloquant"),
    "quote with one word changed": Mistake(RULE, "quote: les usagers seront", "quote: les usagers sont", "policy.quote-not-found",
                                           "les usagers sont"),
    "paragraph that is not there": Mistake(RULE, 'paragraph: "1"', 'paragraph: "9"', "policy.quote-not-found", "les usagers"),
    "act that is not there": Mistake(RULE, "source: {act: ACT", "source: {act: LOI", "policy.missing-act", "LOI"),
    "id that differs from its folder": Mistake(RULE, "id: TEST-A01", "id: TEST-A02", "policy.rule-elsewhere", "TEST-A02"),
    "pack that differs from its folder": Mistake(PACK, "id: test", "id: essai", "policy.pack-elsewhere", "essai"),
    "release naming a missing version": Mistake(RELEASE, "TEST-A01, version: 1", "TEST-A01, version: 2", "policy.missing-rule",
                                                "TEST-A01"),
    "release naming missing facts": Mistake(RELEASE, "facts: {version: 1}", "facts: {version: 2}", "policy.missing-facts", "2}"),
    "conditions of one name": Mistake(RULE, "id: started", "id: notice", "policy.doubled-require", "notice"),
    "unsorted schedule": Mistake(RULE, "from: 2027-01-01", "from: 2025-06-01", "schedule-unsorted", "2025-06-01"),
    "two levels from one day": Mistake(RULE, "from: 2027-01-01", "from: 2026-01-01", "schedule-doubled", "2026-01-01"),
    "no YAML": Mistake(RULE, "references: []", "references: [", "yaml.syntax-flow-sequence", ""),
}  # fmt: skip


def write(folder: Path, **changed: str) -> Path:
    """The sound pack under ``folder``."""
    for path, text in {**FILES, **changed}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def replace(folder: Path, path: str, old: str, new: str) -> None:
    """Changes the one place of a file that holds ``old``."""
    text = (folder / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def place(folder: Path, mistake: Mistake) -> tuple[int, int]:
    """Line and column of what a mistake points at: in what was written, else the nearest place before it, else after."""
    text = (folder / mistake.path).read_text(encoding="utf-8")
    changed = FILES[mistake.path].index(mistake.old)
    start = changed + mistake.new.find(mistake.at)
    if mistake.at not in mistake.new:
        before = text.rfind(mistake.at, 0, changed + len(mistake.at))
        start = before if before >= 0 else text.index(mistake.at, changed)
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def found(folder: Path) -> list[tuple[str, str]]:
    """What a pass says: each check with its file."""
    return [(problem.check, relative(problem, folder)) for problem in lint(folder).problems]


def relative(problem: LintProblem, folder: Path) -> str:
    """A problem's file in the folder."""
    return Path(problem.path).relative_to(folder).as_posix()


def test_a_sound_pack_is_clean(tmp_path: Path) -> None:
    assert lint(write(tmp_path)).problems == ()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_stands(tmp_path: Path, name: str) -> None:
    mistake = MISTAKES[name]
    write(tmp_path)
    replace(tmp_path, mistake.path, mistake.old, mistake.new)
    problems = [problem for problem in lint(tmp_path).problems if problem.check == mistake.check]
    assert len(problems) == 1, found(tmp_path)
    assert relative(problems[0], tmp_path) == mistake.path
    if mistake.at:
        assert (problems[0].span.line, problems[0].span.column) == place(tmp_path, mistake)
    assert mistake.says in render(problems[0].message, "en")
    assert render(problems[0].message, "fr")


ALONE = {
    name: mistake
    for name, mistake in MISTAKES.items()
    if not mistake.check.startswith(("always", "never", "policy", "yaml")) and mistake.check != "placeholder-form"
}


@pytest.mark.parametrize("name", ALONE)
def test_a_mistake_makes_no_other_noise(tmp_path: Path, name: str) -> None:
    mistake = ALONE[name]
    write(tmp_path)
    replace(tmp_path, mistake.path, mistake.old, mistake.new)
    # What the changed condition does to the cases is another matter; so are placeholders, compared between languages,
    # and the key that a misspelt one leaves out.
    noise = ("always-true", "always-false", "never-evaluated", "placeholders-differ", "schema.required")
    others = [check for check, _ in found(tmp_path) if check != mistake.check and check not in noise]
    assert others == []


SOUND = {
    "default that is no value": "manifest.?video.?analysis.orValue('') != ''",
    "default that is compared": "manifest.?video.?analysis.orValue('absent') == 'absent'",
    "unknown beside a truth value": "manifest.decision.individual_administrative != 'unknown'",
    "truth value beside unknown": "manifest.decision.individual_administrative != true",
    "free text": "manifest.project.name != 'anything'",
    "text function": "manifest.people.interaction.startsWith('dir')",
    "month": "today < date('2026-12')",
    "months later": "plus_months(today, 12) > date('2026-12-31')",
    "register": "record.?opinion.?withdrawn.optMap(w, has(w.date) && date(w.date) > today).orValue(true)",
    "list of texts": "manifest.technology.capabilities.all(c, c != 'ocr')",
    "optional compared": "manifest.?cmian.?opinion.?conclusion != optional.of(record.opinion.conclusion)",
    "binding": "cel.bind(kind, manifest.technology.type, kind == 'generative' || kind == 'hybrid')",
    "fact": "facts.shown",
    "choice with a word of its own": "(facts.live ? manifest.people.interaction : 'absent') != 'absent'",
    "lists compared": "manifest.technology.capabilities != ['ocr']",
    "list mapped": "manifest.technology.capabilities.map(c, c + 's').exists(c, c == 'ocrs')",
    "index of an optional": "manifest.technology.capabilities[?0].orValue('') != 'ocr'",
    "lengths": "size(manifest.technology.capabilities) > 0 && manifest.project.name.size() < 80",
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_right_is_not_reported(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    replace(tmp_path, RULE, NOTICE, SOUND[name])
    assert [check for check, _ in found(tmp_path) if not check.startswith(("always-", "never-"))] == []


def test_a_guard_that_only_asks_for_a_person_may_be_false(tmp_path: Path) -> None:
    """Under its guard a person looks at every such project (LAW-V02)."""
    write(tmp_path)
    replace(
        tmp_path, RULE, "cel: |\n      date(manifest.project.start_date)\n        <= today", 'cel: "false"\n    otherwise: review'
    )
    assert found(tmp_path) == []


def test_two_releases_from_the_same_day(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test/releases/2025.2.yaml").write_text(FILES[RELEASE].replace("2025.1", "2025.2"), encoding="utf-8")
    (problem,) = lint(tmp_path).problems
    assert (problem.check, relative(problem, tmp_path)) == ("policy.same-day", "test/releases/2025.2.yaml")
    assert problem.span.line == 2


def test_every_problem_is_listed_in_one_pass_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path)
    several = (
        "unknown fact in the scope",
        "misspelt field",
        "impossible value of an item",
        "at to nowhere in an item",
        "unsorted schedule",
        "quote with one word changed",
        "placeholder to nowhere",
        "pack that differs from its folder",
        "release naming missing facts",
    )
    for name in several:
        mistake = MISTAKES[name]
        replace(tmp_path, mistake.path, mistake.old, mistake.new)
    (tmp_path / "test/rules/TEST-A02").mkdir()
    (tmp_path / "test/rules/TEST-A02/v1.yaml").write_text(f"colour: red\n{FILES[RULE]}", encoding="utf-8")
    problems = lint(tmp_path).problems
    assert [(problem.span.line, problem.check) for problem in problems if relative(problem, tmp_path) == RULE] == [
        (7, "policy.quote-not-found"),
        (17, "unknown-field"),
        (20, "placeholder-nowhere"),
        (21, "placeholders-differ"),
        (25, "impossible-value"),
        (26, "at-nowhere"),
        (43, "schedule-unsorted"),
    ]
    assert {(relative(problem, tmp_path), problem.check) for problem in problems if relative(problem, tmp_path) != RULE} == {
        (FACTS, "unknown-fact"),
        (PACK, "policy.pack-elsewhere"),
        (RELEASE, "policy.missing-facts"),
        ("test/rules/TEST-A02/v1.yaml", "schema.unknown-key-closed"),
    }
    assert [problem.path for problem in problems] == sorted(problem.path for problem in problems)


def test_two_mistakes_of_one_condition_are_both_found(tmp_path: Path) -> None:
    write(tmp_path)
    replace(tmp_path, RULE, NOTICE, "manifest.people.interacton == 'a' || manifest.people.minors == 'b' || facts.no")
    assert [check for check, _ in found(tmp_path)] == ["unknown-field", "impossible-value", "unknown-fact"]


@pytest.mark.parametrize("path", [PACK, FACTS, ACT, RELEASE, RULE, CASES])
def test_a_file_that_is_left_out_makes_no_other_noise(tmp_path: Path, path: str) -> None:
    write(tmp_path)
    (tmp_path / path).write_text(f"colour: red\n{FILES[path]}", encoding="utf-8")
    assert found(tmp_path) == [("schema.unknown-key-closed", path)]


def test_a_pack_whose_own_file_is_wrong_is_still_looked_at(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / PACK).write_text("colour: red\n", encoding="utf-8")
    replace(tmp_path, RULE, "seront", "sont")
    assert ("policy.quote-not-found", RULE) in found(tmp_path)


def test_conditions_are_judged_by_the_facts_of_the_release_that_holds_them(tmp_path: Path) -> None:
    write(tmp_path)
    second = (
        FILES[FACTS].replace("version: 1", "version: 2").replace("name: live", "name: alive").replace("facts.live", "facts.alive")
    )
    (tmp_path / "test/facts/v2.yaml").write_text(second, encoding="utf-8")
    assert found(tmp_path) == []
    replace(tmp_path, RELEASE, "facts: {version: 1}", "facts: {version: 2}")
    assert [check for check, path in found(tmp_path) if path == RULE] == ["unknown-fact"]


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        lint(tmp_path)


def release_2025_1(folder: Path) -> Path:
    """The bundled pack as of its first release, copied."""
    source, own = ROOT / "policies" / "cmian", folder / "cmian"
    for name in ("facts", "sources", "bases"):
        shutil.copytree(source / name, own / name)
    (own / "releases").mkdir()
    for path in ("pack.yaml", "releases/2025.1.yaml"):
        shutil.copyfile(source / path, own / path)
    for rule in (source / "rules").iterdir():
        if f"id: {rule.name}, version: 1" in (source / "releases/2025.1.yaml").read_text(encoding="utf-8"):
            (own / "rules" / rule.name).mkdir(parents=True)
            for file in rule.glob("v1.*"):
                shutil.copyfile(file, own / "rules" / rule.name / file.name)
    return folder


def test_the_bundled_release_2025_1_is_clean(tmp_path: Path) -> None:
    report = lint(release_2025_1(tmp_path))
    assert [str(problem) for problem in report.problems] == []
    assert report.files > 30


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real command, without an environment of its own."""
    command = [sys.executable, "-m", "cmian_policy", "rules", "lint", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


def test_the_command_says_nothing_but_a_count_of_a_clean_folder(tmp_path: Path) -> None:
    write(tmp_path / "policies")
    done = run("policies", "--lang", "en", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 problems · 7 files read\n", "")


def test_the_command_prints_a_line_a_problem_and_a_count(tmp_path: Path) -> None:
    write(tmp_path / "policies")
    replace(tmp_path / "policies", RULE, "item.status !=", "item.statu !=")
    replace(tmp_path / "policies", RULE, "quote: les usagers seront", "quote: les usagers sont")
    done = run("policies", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 1
    first, second, last = done.stdout.splitlines()
    assert first.startswith(f"policies/{RULE}:7:43: ")
    assert first.endswith("  [policy.quote-not-found]")
    assert second.startswith(f"policies/{RULE}:25:15: ")
    assert second.endswith("  [unknown-field]")
    assert last == "2 problems · 7 files read"
    assert run("policies", "-q", "--lang", "en", cwd=tmp_path).stdout == f"{last}\n"


def test_the_command_prints_json(tmp_path: Path) -> None:
    write(tmp_path / "policies")
    replace(tmp_path / "policies", RULE, "item.status !=", "item.statu !=")
    done = run("policies", "-f", "json", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["schema_version"], report["files"]) == ("1.0", 7)
    (problem,) = report["problems"]
    assert problem.pop("message").startswith('"statu" is no field')
    path = f"policies/{RULE}"
    assert problem == {"path": path, "line": 25, "column": 15, "check": "unknown-field", "rule": "TEST-A01"}


def test_the_command_refuses_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("nowhere", cwd=tmp_path).returncode == 2
    assert run("empty", cwd=tmp_path).returncode == 4


def test_without_protobuf_the_command_says_what_to_install(tmp_path: Path) -> None:
    write(tmp_path / "policies")
    hidden = "import sys; sys.modules['google.protobuf'] = None; from cmian_policy.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "rules", "lint", "policies"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install ".[authoring]"' in done.stderr
