"""Fictional records, their drafts, and drafts with every question answered.

What is expected of a mapping is written in the tests from the public standards and the titles of the manifest's schema, not read
from the mapping files.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.exchange.drafting import Drafted, draft_manifest
from cmian_policy.exchange.places import put
from cmian_policy.exchange.recording import Recorded, write_record
from cmian_policy.lang import yaml
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.pipeline.policy import schema
from tests.runner import EXAMPLES

if TYPE_CHECKING:
    from cmian_policy.model.manifest import Manifest

Data = dict[str, Any]

ON = date(2026, 11, 23)
SAMPLES = Path(__file__).resolve().parent / "samples"
FILES = {"eurocities": "eurocities.json", "nl": "nl.json", "etalab": "etalab.csv", "atrs": "atrs.json"}
WRITTEN = ("etalab", "eurocities", "nl")
KEEPS = {"eurocities": "x-eurocities", "nl": "x-nl", "etalab": "x-etalab"}
# The columns of the guide of 11 February 2021, in its order; the three about further resources are told apart.
COLUMNS = (
    "Nom de l'administration concernée",
    "Direction/service porteur",
    "Contact au sein de l'administration concernée",
    "Date de mise à jour des informations",
    "Nom de l'algorithme",
    "Contexte global",
    "Finalité de l'algorithme",
    "Comment et quand l'algorithme intervient-il dans la prise de décision ?",
    "Niveau d'automatisation de la décision",
    "Fondements juridiques",
    "Ressources connexes (métier)",
    "Nombre de décisions administratives prises par an",
    "Portée de la décision",
    "Public concerné par la décision",
    "Ressources connexes (impact)",
    "Données traitées",
    "Source des données traitées",
    "Mode de collecte des données traitées",
    "Type d'algorithme",
    "Opérations effectuées par l'algorithme",
    "Ressources connexes (fonctionnement)",
)
# An answer to each question that a draft may ask, and to what a register asks beyond.
ANSWERS: Data = {
    "/project/id": "reponse",
    "/project/name": "Réponse",
    "/project/summary": "Une réponse.",
    "/project/status": "pilot",
    "/owner/organisation": "ville-montpellier",
    "/owner/department": "Direction fictive",
    "/owner/contact": "service@example.org",
    "/purpose/goal": "Répondre.",
    "/purpose/domain": "mobility",
    "/people/interaction": "indirect",
    "/people/minors": "none",
    "/people/impact": "low",
    "/decision/role": "informs",
    "/decision/individual_administrative": False,
    "/technology/type": "machine_learning",
    "/technology/capabilities": ["forecasting"],
    "/data/personal": "none",
    "/video/used": False,
}
FURTHER: Data = {
    "/ai_act/risk": "minimal",
    "/review/next_review": "2027-06-30",
    "/project/start_date": "2026-09-01",
}


def raw(form: str, record: Any) -> bytes:  # noqa: ANN401 - any JSON, or for a table a mapping of its cells
    """A record as a file."""
    if form != "etalab":
        return json.dumps(record).encode()
    stream = io.StringIO()
    csv.writer(stream).writerows([record.keys(), record.values()])
    return stream.getvalue().encode()


def sample(form: str) -> Data:
    """The fields of a sample record, those of a table by the names of its columns."""
    text = (SAMPLES / FILES[form]).read_text(encoding="utf-8")
    if form != "etalab":
        loaded: Data = json.loads(text)
        return loaded
    first = list(csv.reader(io.StringIO(text), delimiter=";"))[1]
    return dict(zip(COLUMNS, first, strict=True))


def drafted(form: str, record: Any) -> Drafted:  # noqa: ANN401 - as above
    """The draft of a record."""
    return draft_manifest(raw(form, record), "fiche", form, "fr", ON)


def read(text: str) -> Data:
    """What a YAML text holds."""
    data = yaml.read(text.encode(), "brouillon").data
    assert isinstance(data, dict)
    return data


def manifest(data: Data) -> Manifest:
    """The manifest that holds some data: written as JSON, with an escape for each character that YAML does not take as it is."""
    text = re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escape, json.dumps(data, ensure_ascii=False))
    return read_bytes(text.encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def problems(text: str) -> dict[str, str]:
    """The message of each problem of a manifest's text, by its place."""
    held = read_bytes(text.encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))
    assert held.syntax == ()
    return {problem.pointer: problem.message.key for problem in held.schema}


def answered(made: Drafted, *, further: bool = False) -> Data:
    """The data of a draft once all its questions have an answer, and with ``further`` what registers ask beyond."""
    data = read(made.text)
    for place in made.draft.questions:
        put(data, place, ANSWERS[place])
    for place, value in FURTHER.items() if further else ():
        holder, key = place.split("/")[1:]
        data.setdefault(holder, {}).setdefault(key, value)
    assert manifest(data).readable
    return data


def recorded(form: str, data: Data) -> Recorded:
    """The record of some data, which must be that of a valid manifest."""
    held = manifest(data)
    assert held.schema == ()
    return write_record(held.data, form, ON)


def fields(made: Recorded) -> Data:
    """The fields of a record as a reader of its text finds them; for a table, the cells that are not empty."""
    assert made.record.open == ()
    if made.standard.kind == "json":
        loaded: Data = json.loads(made.text)
        return loaded
    header, row = csv.reader(io.StringIO(made.text))
    return {name: cell for name, cell in zip(header, row, strict=True) if cell}


def examples() -> list[Path]:
    """The valid manifests of ``examples/``."""
    paths = sorted(EXAMPLES.glob("*/ai-manifest.yaml"))
    return [path for path in paths if read_bytes(path.read_bytes(), path.name, lambda: schema("ai-manifest")).readable]


def example(name: str) -> Data:
    """The data of one of them."""
    return read((EXAMPLES / name / "ai-manifest.yaml").read_text(encoding="utf-8"))


def official(name: str) -> Data:
    """An official schema, read where the test data lie; the test is skipped by its name where they do not."""
    file = Path(os.environ.get("CMIAN_TEST_DATA", "nowhere")) / "schemas" / name
    if not file.exists():
        pytest.skip(f"no {name} under CMIAN_TEST_DATA")
    loaded: Data = json.loads(file.read_text(encoding="utf-8"))
    return loaded
