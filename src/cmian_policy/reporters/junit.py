"""JUnit XML, for the test pages of Jenkins and GitLab (cli.md, "Formats"): a suite a manifest, a test a finding.

It follows Jenkins' own schema (xunit plugin, ``junit-10.xsd``). Readers tell tests apart by class and name: a class is the path
of the manifest and the pack (Jenkins takes what stands before the last dot for a package), a name the rule and its title.
GitLab reads the text of an element and not its ``message``: both say it. A run that checked nothing, or whose rules could not
be used, has a suite of its own, in error. Nothing varies between two runs: no time, no timestamp; the date is a property.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # only written here, never read

from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._lines import action, basis, label, releases, said, sources, why
from cmian_policy.reporters._troubles import KINDS, troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style

_RUN = "cmian-policy"
_BUILT_IN = "built-in"  # where the pack stands for the rules of a pack


def render(report: Report, _style: Style) -> str:
    """The whole report, whatever the style."""
    suites = [*_suite_of_run(report), *(_suite(manifest, report) for manifest in report.manifests)]
    root = ET.Element("testsuites", {"name": _RUN, **_counts(suites), "time": "0"})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite_of_run(report: Report) -> Iterator[ET.Element]:
    """What is wrong with the run as a whole, where something is: a test in error for each kind of note, so that names differ."""
    told: dict[str, list[str]] = {}
    for trouble in troubles(report):
        told.setdefault(trouble.note.kind, []).append(said(trouble.note.message, report.lang))
    tests = [_test(f"{_RUN}.run", kind) for kind in told]
    for test, (kind, lines) in zip(tests, told.items(), strict=True):
        _outcome(test, "error", kind, lines[0], lines)
    if tests:
        yield _suite_of(_RUN, tests, _properties_of_run(report), _notes(report, None))


def _suite(manifest: ManifestReport, report: Report) -> ET.Element:
    tests = [_finding(finding, manifest.path, report.lang) for finding in manifest.findings]
    properties = [
        *_properties_of_run(report),
        ("project", manifest.project),
        ("status", manifest.status),
        ("sha256", manifest.sha256),
        ("verdict", manifest.verdict),
    ]
    suite = _suite_of(manifest.path, tests, properties, _notes(report, manifest))
    suite.set("file", visible(manifest.path))
    return suite


def _properties_of_run(report: Report) -> list[tuple[str, str | None]]:
    return [
        ("evaluated_on", report.evaluated_on.isoformat()),
        ("policy", releases(report.policy, report.lang) or None),
        ("partial", "true" if report.partial else "false"),
    ]


def _notes(report: Report, manifest: ManifestReport | None) -> list[str]:
    """Notes that no test tells: those of a manifest's project, and those of none or of one that no other manifest describes."""
    elsewhere = {each.project for each in report.manifests} - {None if manifest is None else manifest.project}
    notes = (note for note in report.notes if note.kind not in KINDS and (note.project is None or note.project not in elsewhere))
    return [said(message("text.note", note=note.message), report.lang) for note in notes]


def _suite_of(
    name: str, tests: Sequence[ET.Element], properties: Iterable[tuple[str, str | None]], notes: Sequence[str]
) -> ET.Element:
    suite = ET.Element("testsuite", {"name": visible(name)})
    held = ET.SubElement(suite, "properties")
    for key, value in properties:
        if value is not None:
            ET.SubElement(held, "property", {"name": key, "value": visible(value)})
    suite.extend(tests)
    skipped = len(suite.findall("testcase/skipped"))
    suite.attrib.update({**_counts([suite]), "skipped": str(skipped), "time": "0"})
    if notes:
        ET.SubElement(suite, "system-out").text = _text(notes)
    return suite


def _counts(suites: Iterable[ET.Element]) -> dict[str, str]:
    """How many tests there are, and how many of them fail or are in error."""
    tests = [test for suite in suites for test in suite.iterfind("testcase")]
    failures = sum(test.find("failure") is not None for test in tests)
    errors = sum(test.find("error") is not None for test in tests)
    return {"tests": str(len(tests)), "failures": str(failures), "errors": str(errors)}


def _finding(finding: Finding, path: str, lang: Lang) -> ET.Element:
    test = _test(f"{path}.{finding.pack or _BUILT_IN}", f"{finding.rule} {said(finding.title, lang)}")
    lines = [_headline(finding, lang), *_body(finding, path, lang)]
    match finding.verdict:
        case Verdict.FAIL if finding.level is Level.BLOCKING:
            _outcome(test, "failure", finding.level, _summary(finding, lang), lines)
        case Verdict.ERROR:
            _outcome(test, "error", finding.verdict, _summary(finding, lang), lines)
        case Verdict.NOT_APPLICABLE:
            _outcome(test, "skipped", finding.verdict, _summary(finding, lang), lines)
        case _:
            ET.SubElement(test, "system-out").text = _text(lines)
    return test


def _test(own: str, name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": visible(own), "name": visible(name), "time": "0"})


def _outcome(test: ET.Element, tag: str, kind: str, what: str, lines: Sequence[str]) -> None:
    ET.SubElement(test, tag, {"type": kind, "message": visible(what)}).text = _text(lines)


def _summary(finding: Finding, lang: Lang) -> str:
    """What is wrong first, or why nothing was judged: the line that pages show before the rest."""
    texts = [observation.message for observation in finding.observations] or [finding.reason or finding.title]
    return said(texts[0], lang)


def _headline(finding: Finding, lang: Lang) -> str:
    release = f"{finding.pack} {finding.release} (v{finding.version})" if finding.pack else ""
    return " · ".join(part for part in (label(finding, lang), basis(finding, lang), release) if part)


def _body(finding: Finding, path: str, lang: Lang) -> Iterator[str]:
    for observation in finding.observations:
        span = observation.span
        yield f"{path}:{span.line}:{span.column}: {said(observation.message, lang)}"
    yield from why(finding, lang)
    yield from sources(finding, lang)
    yield from action(finding, lang)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(visible(line) for line in lines)
