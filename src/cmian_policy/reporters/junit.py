"""JUnit XML, for the test pages of Jenkins and GitLab (cli.md, "Formats"): a suite a manifest, a test a finding.

It follows Jenkins' own schema (xunit plugin, ``junit-10.xsd``). Readers tell tests apart by class and name: a class is the path
of the manifest and the pack (Jenkins takes what stands before the last dot for a package), a name the rule and its title.
GitLab reads the text of an element and not its ``message``: both say it. A run that checked nothing, or whose rules could not
be used, has a suite of its own, in error. Nothing varies between two runs: no time, no timestamp; the date is a property.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # only written here, never read

from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._lines import action, basis, label, releases, said, sources, why
from cmian_policy.reporters._troubles import KINDS, troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style

_RUN = "cmian-policy"
_BUILT_IN = "built-in"  # where the pack stands for the rules of a pack


class _Told(NamedTuple):
    """What the suites say of the run; ``notes`` by the project they are about, under None those of every suite."""

    properties: Sequence[tuple[str, str | None]]
    notes: Mapping[str | None, Sequence[tuple[int, str]]]

    def about(self, project: str | None) -> list[str]:
        """The notes for the suite of a project, in the order of the report."""
        own = self.notes.get(project, ()) if project is not None else ()
        return [line for _, line in sorted((*self.notes.get(None, ()), *own))]


def render(report: Report, _style: Style) -> Iterator[str]:
    """The whole report, whatever the style."""
    told = _Told(_properties(report), _notes(report))
    run = list(_suite_of_run(report, told))
    root = ET.Element("testsuites", {"name": _RUN, **_totals(report, run), "time": "0"})
    opening = ET.tostring(root, encoding="unicode")
    suites = chain(run, (_suite(manifest, told, report.lang) for manifest in report.manifests))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    if not run and not report.manifests:
        yield f"{opening}\n"
        return
    yield f"{opening.removesuffix(' />')}>"
    yield from (f"\n  {_written(suite)}" for suite in suites)
    yield "\n</testsuites>\n"


def _written(suite: ET.Element) -> str:
    ET.indent(suite, level=1)
    return ET.tostring(suite, encoding="unicode")


def _totals(report: Report, run: Iterable[ET.Element]) -> dict[str, str]:
    """The counts of all suites: those of the run, and of the findings their tally."""
    verdicts = report.tally().verdicts()
    found = {
        "tests": sum(sum(levels.values()) for levels in verdicts.values()),
        "failures": verdicts[Verdict.FAIL][Level.BLOCKING],
        "errors": sum(verdicts[Verdict.ERROR].values()),
    }
    return {name: str(found[name] + int(count)) for name, count in _counts(run).items()}


def _suite_of_run(report: Report, run: _Told) -> Iterator[ET.Element]:
    """What is wrong with the run as a whole, where something is: a test in error for each kind of note, so that names differ."""
    told: dict[str, list[str]] = {}
    for trouble in troubles(report):
        told.setdefault(trouble.note.kind, []).append(said(trouble.note.message, report.lang))
    tests = [_test(f"{_RUN}.run", kind) for kind in told]
    for test, (kind, lines) in zip(tests, told.items(), strict=True):
        _outcome(test, "error", kind, lines[0], lines)
    if tests:
        yield _suite_of(_RUN, tests, run.properties, run.about(None))


def _suite(manifest: ManifestReport, run: _Told, lang: Lang) -> ET.Element:
    tests = [_finding(finding, manifest.path, lang) for finding in manifest.findings]
    properties = [
        *run.properties,
        ("project", manifest.project),
        ("status", manifest.status),
        ("sha256", manifest.sha256),
        ("verdict", manifest.verdict),
    ]
    suite = _suite_of(manifest.path, tests, properties, run.about(manifest.project))
    suite.set("file", visible(manifest.path))
    return suite


def _properties(report: Report) -> list[tuple[str, str | None]]:
    return [
        ("evaluated_on", report.evaluated_on.isoformat()),
        ("policy", releases(report.policy, report.lang) or None),
        ("partial", "true" if report.partial else "false"),
    ]


def _notes(report: Report) -> dict[str | None, list[tuple[int, str]]]:
    """Notes that no test tells, with their places: under a project those about it, under None those about none that is here."""
    notes = [(place, note) for place, note in enumerate(report.notes) if note.kind not in KINDS]
    named = {note.project for _, note in notes if note.project is not None}
    here = {manifest.project for manifest in report.manifests if manifest.project in named} if named else set()
    told: dict[str | None, list[tuple[int, str]]] = {}
    for place, note in notes:
        line = said(message("text.note", note=note.message), report.lang)
        told.setdefault(note.project if note.project in here else None, []).append((place, line))
    return told


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
