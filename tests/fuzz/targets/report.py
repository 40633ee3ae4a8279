"""The whole check of a manifest's bytes by the bundled rules, and its report in every format."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import fastjsonschema
from jinja2 import Environment

from cmian_policy import reporters
from cmian_policy.model.text import LANGS
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.pipeline.policy import load_policy, schema
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import Options, check_bytes
from cmian_policy.reporters import Style
from tests.fuzz.oracles import quiet, said
from tests.fuzz.targets import manifest
from tests.packs import ROOT
from tests.runner import CHATBOT, MINIMAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.register import Register
    from cmian_policy.model.report import ManifestReport, Report

WORDS = manifest.WORDS
POLICY = load_policy()
PATH = "p/ai-manifest.yaml"
BUILT_IN = {"manifest-syntax", "manifest-schema", "policy-pin"}
DAYS = (date(2026, 11, 23), date(2025, 6, 1), date(2027, 1, 1), date(2024, 1, 1))
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SHOWN = {Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}


_compile = Environment.compile
_compiled: dict[str, CodeType] = {}


def _once(self: Environment, source: str, name: str, filename: str) -> CodeType:
    """Jinja's compiler, asked once for each template: a report compiles them all, and this process makes thousands."""
    if source not in _compiled:
        _compiled[source] = _compile(self, source, name, filename)
    return _compiled[source]


Environment.compile = _once  # type: ignore[assignment, method-assign]


def seeds() -> Iterator[bytes]:
    """Good and bad manifests, some with the characters that formats are afraid of."""
    yield from manifest.seeds()
    for nasty in (r"a\x1b[31m\u202e", r"::error::x%0A", r"=1+1", r"a\n\n<script>`|]]>\u0000"):
        yield (
            MINIMAL.replace("status: operational", f'status: "{nasty}"')
            .replace("name: Projet d'essai", f'name: "{nasty}"')
            .encode()
        )
        yield CHATBOT.replace("department: Direction fictive", f'department: "{nasty}"').encode()


def one(raw: bytes) -> None:
    """Check a manifest and render the report; its bytes decide on day, language, style and whether there is a register."""
    chance = crc32(raw)
    on, lang = DAYS[chance % len(DAYS)], LANGS[chance // 4 % len(LANGS)]
    register = _register() if chance // 8 % 2 else None
    report = check_bytes(raw, PATH, POLICY, on, Options(lang=lang, register=register), here=ROOT / "tests")
    judged(report)
    for name in reporters.formats():
        output = "".join(reporters.render(name, report, Style(verbosity=chance // 16 % 3 - 1)))
        quiet(output, "\n", *("\r" if name == "csv" else ""))
        _FORMATS.get(name, _words)(output, report)


def judged(report: Report) -> ManifestReport:
    """The one manifest of a report, which must have one finding a rule, in order, and the verdict that they come to."""
    (only,) = tuple(report.manifests)
    rules = [rule.id for used in report.policy for rule in used.rules]
    assert sorted(each.rule for each in only.findings) == sorted((*BUILT_IN, *rules))
    for each in only.findings:
        _found(each)
    keys = [(each.observations[0].pointer if each.observations else "", each.rule) for each in only.findings]
    assert keys == sorted(keys)
    assert only.verdict is outcome(only.findings)
    return only


def outcome(found: tuple[Finding, ...]) -> Outcome:
    """rules.md, "Verdicts", sentence by sentence."""
    blocking = {each.verdict for each in found if each.level is Level.BLOCKING}
    if Verdict.FAIL in blocking:
        return Outcome.NON_COMPLIANT
    if any(each.verdict is Verdict.ERROR for each in found):
        return Outcome.ERROR
    if Verdict.REVIEW in blocking:
        return Outcome.REVIEW
    evaluated = any(each.pack is not None and each.verdict is not Verdict.NOT_APPLICABLE for each in found)
    return Outcome.COMPLIANT if evaluated else Outcome.NOT_APPLICABLE


def _found(finding: Finding) -> None:
    for text in (finding.title, finding.remediation, finding.reason, finding.level_reason):
        if text is not None:
            said(text)
    for observation in finding.observations:
        said(observation.message)
    if finding.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        assert not finding.observations
    if finding.verdict is Verdict.FAIL:
        assert any(observation.verdict is Verdict.FAIL for observation in finding.observations)


def _shown(report: Report) -> list[Finding]:
    return [each for each in next(iter(report.manifests)).findings if each.verdict in _SHOWN]


# formats


def _words(output: str, report: Report) -> None:
    assert output.endswith("\n")
    assert output.strip()


def _json(output: str, report: Report) -> None:
    data = _strict(output)
    _report_schema()(data)
    (only,) = data["manifests"]
    own = next(iter(report.manifests))
    assert len(only["findings"]) == len(own.findings)
    assert (only["path"], only["verdict"], data["verdict"]) == (PATH, own.verdict.value, report.verdict.value)


def _sarif(output: str, report: Report) -> None:
    (run,) = _strict(output)["runs"]
    results = run.get("results", [])
    assert {each.rule for each in _shown(report)} <= {each["ruleId"] for each in results}
    for result in results:
        assert result["message"]["text"].strip()
        for place in result["locations"]:
            region = place["physicalLocation"]["region"]
            assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


def _gitlab(output: str, report: Report) -> None:
    data = _strict(output)
    assert len({each["fingerprint"] for each in data}) == len(data)
    assert {each.rule for each in _shown(report)} <= {each["check_name"] for each in data}


def _junit(output: str, report: Report) -> None:
    root = ET.fromstring(output)  # noqa: S314 - our own output
    found = next(iter(report.manifests)).findings
    blocking = [each for each in found if each.verdict is Verdict.FAIL and each.level is Level.BLOCKING]
    assert sum(1 for _ in root.iter("failure")) == len(blocking)
    if all(used.release for used in report.policy):  # else the run itself is a case, with an error
        assert sum(1 for _ in root.iter("testcase")) == len(found)
        assert sum(1 for _ in root.iter("error")) == sum(each.verdict is Verdict.ERROR for each in found)


def _csv(output: str, report: Report) -> None:
    rows = list(csv.reader(io.StringIO(output.removeprefix("\ufeff"), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(_FORMULAS)]
    assert {row[2] for row in rows[1:]} >= {each.rule for each in next(iter(report.manifests)).findings}


def _github(output: str, report: Report) -> None:
    lines = output.split("\n")
    assert lines.pop() == ""
    assert not lines.pop().lstrip().startswith(("::", "##["))
    assert len(lines) <= 10
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert bool(_shown(report)) <= bool(lines)


def _text(output: str, report: Report) -> None:
    _words(output, report)
    assert not [line for line in output.split("\n") if line.lstrip().startswith(("::", "##["))]


def _html(output: str, report: Report) -> None:
    _words(output, report)
    assert output.count("<script") == output.count("</script>") <= 1


_FORMATS: dict[str, Callable[[str, Report], None]] = {
    "csv": _csv,
    "github": _github,
    "gitlab": _gitlab,
    "html": _html,
    "json": _json,
    "junit": _junit,
    "sarif": _sarif,
    "text": _text,
}


def _strict(output: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(output, parse_constant=_refuse)


def _refuse(name: str) -> None:
    msg = f"{name} is no JSON"
    raise ValueError(msg)


@cache
def _register() -> Register:
    """The fictional register of the examples."""
    return load_register(ROOT / "examples/register", POLICY)


@cache
def _report_schema() -> Callable[[object], object]:
    compiled: Callable[[object], object] = fastjsonschema.compile(schema("report"))
    return compiled
