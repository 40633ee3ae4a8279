"""What manifests are made of: the example projects, the cases of every rule, and the sentences that both hold."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cmian_policy import check
from cmian_policy.authoring.cases import merge_patch
from cmian_policy.lang.yaml import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.document import Plain
    from cmian_policy.model.report import ManifestReport

Data = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
ON = date(2026, 11, 23)  # everything is judged as of this day
_BUILTIN = {"manifest-syntax", "manifest-schema"}
_SENTENCE = 40  # characters: a shorter text is a word or a name


class Candidate(NamedTuple):
    """The data of a manifest that follows the schema, and its length as JSON."""

    data: Data
    size: int


class Material(NamedTuple):
    """Manifests that follow the schema, by what comes of them, each kind from the smallest to the largest; and sentences.

    ``compliant`` ones may ask for a review or fail rules that do not block.
    """

    compliant: tuple[Candidate, ...]
    failing: tuple[Candidate, ...]
    sentences: tuple[str, ...]


def material(every: int = 1) -> Material:
    """The examples and one case out of ``every``, sorted by what the tool itself says of them, in the same order each time."""
    found = {json.dumps(data, ensure_ascii=False): data for data in (*_examples(), *islice(_cases(), 0, None, every))}
    candidates = [Candidate(data, len(text)) for text, data in sorted(found.items(), key=lambda each: (len(each[0]), each[0]))]
    outcomes = _judged([each.data for each in candidates])
    by_outcome = {
        outcome: tuple(each for each, its in zip(candidates, outcomes, strict=True) if its == outcome)
        for outcome in ("compliant", "failing")
    }
    return Material(**by_outcome, sentences=tuple(sorted(set(_sentences([each.data for each in candidates])))))


def kept(file: Path | None, every: int = 1) -> Material:
    """The material that a file keeps; where there is none, it is gathered and kept there."""
    if file is None or not file.exists():
        found = material(every)
        if file is not None:
            file.write_text(json.dumps(found), encoding="utf-8")
        return found
    compliant, failing, sentences = json.loads(file.read_text(encoding="utf-8"))
    return Material(tuple(Candidate(*each) for each in compliant), tuple(Candidate(*each) for each in failing), tuple(sentences))


def kind(manifest: ManifestReport) -> str:
    """What a report says of a manifest: ``compliant``, ``failing``, ``schema`` or ``yaml``."""
    failed = {finding.rule for finding in manifest.findings if finding.rule in _BUILTIN and finding.verdict.value == "fail"}
    if failed:
        return "yaml" if "manifest-syntax" in failed else "schema"
    return "failing" if manifest.verdict.value == "non_compliant" else "compliant"


def _judged(candidates: list[Data]) -> list[str]:
    """The kind of each, judged under a project id of its own: two manifests with one id would both fail."""
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(candidates):
            named = {**data, "project": {**data["project"], "id": f"essai-{number}"}}
            file = Path(folder, f"{number:05d}", "ai-manifest.yaml")
            file.parent.mkdir()
            file.write_text(json.dumps(named, ensure_ascii=False), encoding="utf-8")
        return [kind(each) for each in check([folder], on=ON, here=Path(folder)).manifests]


def _examples() -> Iterator[Data]:
    for file in sorted(ROOT.glob("examples/*/ai-manifest.yaml")):
        data = _read(file)
        if isinstance(data.get("project"), dict):  # one example is another tool's file
            yield data


def _cases() -> Iterator[Data]:
    """The manifest of every case of every rule: its base, changed."""
    for file in sorted(ROOT.glob("policies/*/rules/*/v*.cases.yaml")):
        cases = _read(file)
        bases = file.parent.parent.parent / "bases"
        for case in cases["cases"]:
            base = cast("Plain", _read(bases / case.get("base", cases["base"])))
            yield cast("Data", merge_patch(base, case.get("patch", {})))


def _read(file: Path) -> Data:
    return cast("Data", read(file.read_bytes(), file.name).data)


def _sentences(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        if len(value) > _SENTENCE and " " in value and value.isprintable():
            yield value
        return
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _sentences(child)
