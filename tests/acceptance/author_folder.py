"""A small policy folder as an author has it at work: one published release, and a draft with a new rule and a new version.

Its pack ``essai`` is fictional. ESSAI-A01 version 1 is published in 2025.1; the draft 2026.1 holds its version 2 and ESSAI-B01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PACK = "essai/pack.yaml"
FACTS = "essai/facts/v1.yaml"
ACT = "essai/sources/ACTE.yaml"
BASE = "essai/bases/depart.yaml"
FIRST = "essai/releases/2025.1.yaml"
DRAFT = "essai/releases/2026.1.yaml"
PUBLISHED = "essai/rules/ESSAI-A01/v1.yaml"
PUBLISHED_CASES = "essai/rules/ESSAI-A01/v1.cases.yaml"
SECOND = "essai/rules/ESSAI-A01/v2.yaml"
RULE = "essai/rules/ESSAI-B01/v1.yaml"
CASES = "essai/rules/ESSAI-B01/v1.cases.yaml"
SUMS = "SHA256SUMS"

_GOAL = """\
id: ESSAI-A01
version: 1
title: {fr: Dire le but, en: State the goal}
basis: deliberation
source: {act: ACTE, paragraph: "1", quote: les usagers seront avisés du but}
references: []
rationale: {fr: Le devoir est dans le texte., en: The duty is in the text.}
applies_when:
  cel: facts.live
  otherwise: {fr: le projet n'est pas en service., en: the project is not live.}
require:
  - id: goal
    cel: manifest.purpose.goal != 'inconnu'
    at: /purpose/goal
    message: {fr: le but est inconnu, en: the goal is unknown}
level: {default: advisory}
remediation: {fr: dites le but., en: state the goal.}
waivable: false
"""
_GOAL_CASES = """\
base: depart.yaml
as_of: 2026-11-23
cases:
  - name: a goal is stated
    expect: pass
  - name: the goal is unknown
    patch: {purpose: {goal: inconnu}}
    expect: fail
    at: [/purpose/goal]
  - name: not live
    patch: {project: {status: planned}}
    expect: not_applicable
"""

FILES = {
    PACK: """\
id: essai
title: {fr: Paquet fictif, en: A fictional pack}
publisher: {fr: Personne, en: Nobody}
disclaimer: {fr: Fictif., en: Fictional.}
""",
    FACTS: """\
version: 1
grace_days: 90
facts:
  - name: live
    cel: manifest.project.status in ['pilot', 'evaluation', 'operational']
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
""",
    ACT: """\
act: ACTE
title: Un acte fictif
paragraphs:
  - id: "1"
    text: Ainsi, les usagers seront avisés du but et de la durée de conservation de leurs données.
""",
    BASE: """\
schema_version: "1.0"
project: {id: essai, name: Essai, summary: Un essai., status: operational}
owner: {organisation: ville-montpellier, department: Direction fictive, contact: service@example.org}
purpose: {goal: Essayer, domain: internal_admin}
people: {interaction: none, minors: none, impact: none}
decision: {role: none, individual_administrative: false}
technology: {type: generative, capabilities: [summarisation]}
data: {personal: identified, retention: Six mois, sources: [{name: Formulaire}]}
video: {used: false}
""",
    PUBLISHED: _GOAL,
    PUBLISHED_CASES: _GOAL_CASES,
    FIRST: """\
release: "2025.1"
in_force_from: 2025-01-01
supersedes: null
changelog: {fr: [Première version.], en: [First release.]}
facts: {version: 1}
sources:
  - {act: ACTE}
rules:
  - {id: ESSAI-A01, version: 1}
""",
}
WORK = {
    SECOND: _GOAL.replace("version: 1", "version: 2").replace("default: advisory", "default: blocking"),
    SECOND.replace(".yaml", ".cases.yaml"): _GOAL_CASES,
    RULE: """\
id: ESSAI-B01
version: 1
title:
  fr: Dire combien de temps les données sont conservées
  en: Say how long the data are kept
basis: interpretation
source:
  act: ACTE
  paragraph: "1"
  quote: de la durée de conservation de leurs données
references: []
rationale:
  fr: La preuve est de nous.
  en: The evidence is ours.
applies_when:
  cel: facts.live && manifest.data.personal != 'none'
  otherwise:
    fr: le projet n'est pas en service, ou ne traite aucune donnée personnelle.
    en: the project is not live, or processes no personal data.
require:
  - id: retention
    when:
      cel: today >= date('2026-01-01')
    cel: manifest.data.?retention.hasValue()
    at: /data/retention
    message:
      fr: la durée de conservation est absente
      en: the retention period is absent
  - id: collection
    for_each: /data/sources
    empty: pass
    when:
      cel: item.?about_minors.orValue(false)
    cel: item.?collection.hasValue()
    at: /collection
    message:
      fr: la source {/name} ne dit pas comment elle est recueillie
      en: the source {/name} does not say how it is collected
  - id: transfers
    cel: "!manifest.data.?transfers.?outside_eu.orValue(false)"
    at: /data/transfers
    otherwise: review
    message:
      fr: une personne doit examiner les transferts
      en: a person must look at the transfers
level:
  default: advisory
  schedule:
    - {from: 2027-01-01, level: advisory}
    - {from: 2028-01-01, level: blocking}
remediation:
  fr: écrivez la durée.
  en: write the period.
waivable: false
""",
    CASES: """\
base: depart.yaml
as_of: 2026-11-23
cases:
  - name: all is stated
    expect: pass
    level: advisory
  - name: no retention period
    patch: {data: {retention: null}}
    expect: fail
    at: [/data/retention]
  - name: no retention period, on the first day
    as_of: 2026-01-01
    patch: {data: {retention: null}}
    expect: fail
    at: [/data/retention]
  - name: no retention period, the day before
    as_of: 2025-12-31
    patch: {data: {retention: null}}
    expect: pass
  - name: a source about minors
    patch: {data: {sources: [{name: Inscriptions, about_minors: true}, {name: Demandes}]}}
    expect: fail
    at: [/data/sources/0/collection]
  - name: a source about minors that says how it is collected
    patch: {data: {sources: [{name: Inscriptions, about_minors: true, collection: Formulaire}]}}
    expect: pass
  - name: no source
    patch: {data: {sources: null}}
    expect: pass
  - name: transfers
    patch: {data: {transfers: {outside_eu: true}}}
    expect: review
    at: [/data/transfers]
  - name: not live
    patch: {project: {status: planned}}
    expect: not_applicable
  - name: no personal data
    patch: {data: {personal: none}}
    expect: not_applicable
""",
    DRAFT: """\
release: "2026.1"
in_force_from: 2026-12-01
supersedes: "2025.1"
changelog: {fr: [La suite.], en: [What follows.]}
facts: {version: 1}
sources:
  - {act: ACTE}
rules:
  - {id: ESSAI-A01, version: 2}
  - {id: ESSAI-B01, version: 1}
""",
}


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes files by their paths in a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
