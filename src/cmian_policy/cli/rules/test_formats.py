"""What ``rules test`` prints, by format. Each is a function of the proof alone: two runs give the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET  # only written here, never read

from cmian_policy.cli.terminal import say
from cmian_policy.messages.neutral import json_safe, visible
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cmian_policy.authoring.mutate import MutationResult, Spared
    from cmian_policy.authoring.prove import Proof, VersionProof
    from cmian_policy.cli.told import Common
    from cmian_policy.model.location import Location
    from cmian_policy.model.text import Lang, Message


def as_text(proof: Proof, common: Common) -> str:
    """Faults, then survivors as ``file:line: mutant``, then one line that counts; with ``-v`` all that went well too."""
    lines = [f"✗ {say(fault, common.lang)}" for fault in proof.cases.failures]
    lines += [_spared_line(each) for each in proof.survivors]
    lines += [f"– {say(message('rules.not-mutated', path=each.path), common.lang)}" for each in _unmutated(proof)]
    if common.style.verbosity > 0:
        lines += [visible(f"✓ {case.rule} v{case.version} · {case.name}") for case in proof.cases.cases if not case.faults]
        lines += [f"≡ {_spared_line(each)} ({visible(each.reason or '')})" for each in proof.equivalents]
    return "\n".join([*([] if common.style.verbosity < 0 else lines), _summary(proof, common.lang), ""])


def _unmutated(proof: Proof) -> Iterator[VersionProof]:
    """The versions whose mutants were wanted and not tried though there are cases."""
    return (version for version in proof.versions if proof.mutated and version.mutation is None and version.cases)


def _spared_line(spared: Spared) -> str:
    return visible(f"{_file_line(spared.place)}: {spared.mutant}")


def _file_line(place: Location) -> str:
    return place.path if place.span is None else f"{place.path}:{place.span.line}"


def _summary(proof: Proof, lang: Lang) -> str:
    parts: list[Message] = [
        message("rules.summary.passed", count=proof.cases.passed),
        message("rules.summary.failed", count=len(proof.cases.failures)),
        message("rules.summary.rules", count=proof.cases.rules),
    ]
    if proof.mutated:
        parts += [
            message("rules.summary.killed", count=proof.killed),
            message("rules.summary.survived", count=len(proof.survivors)),
            message("rules.summary.equivalent", count=len(proof.equivalents)),
        ]
    return " · ".join(say(part, lang) for part in parts)


def as_json(proof: Proof, common: Common) -> str:
    """The whole proof; ``mutation`` is null where none was asked for."""
    document = {
        "schema_version": "1.0",
        "rules": proof.cases.rules,
        "passed": proof.cases.passed,
        "failures": [say(fault, common.lang) for fault in proof.cases.failures],
        "mutation": _mutation(proof) if proof.mutated else None,
        "cases": [
            {
                "rule": case.rule,
                "version": case.version,
                "path": case.path,
                "name": case.name,
                "passed": not case.faults,
                "faults": [say(fault, common.lang) for fault in case.faults],
            }
            for case in proof.cases.cases
        ],
    }
    return json_safe(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def _mutation(proof: Proof) -> dict[str, Any]:
    tried = [(version, version.mutation) for version in proof.versions if version.mutation is not None]
    return {
        "killed": proof.killed,
        "survivors": [_spared_entry(version, each) for version, result in tried for each in result.survivors],
        "equivalents": [
            {**_spared_entry(version, each), "reason": each.reason} for version, result in tried for each in result.equivalents
        ],
        "not_tried": [{"rule": version.rule, "version": version.version} for version in _unmutated(proof)],
    }


def _spared_entry(version: VersionProof, spared: Spared) -> dict[str, Any]:
    line = spared.place.span.line if spared.place.span is not None else None
    return {
        "rule": version.rule,
        "version": version.version,
        "path": spared.place.path,
        "line": line,
        "mutant": spared.mutant,
    }


def as_junit(proof: Proof, common: Common) -> str:
    """JUnit XML: a suite a rule version; in it a test for the cases file, for each case and for the mutants of each place."""
    suites = [_suite(version, common.lang) for version in proof.versions]
    if not proof.cases.cases:
        suites.append(_suite_of_run(proof, common.lang))
    root = ET.Element("testsuites", {"name": "cmian-policy rules test", **_counts(suites)})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(version: VersionProof, lang: Lang) -> ET.Element:
    own = f"{version.rule}.v{version.version}"
    tests = [_test(own, say(message("rules.junit.file"), lang), [say(fault, lang) for fault in version.faults])]
    tests += [_test(own, case.name, [say(fault, lang) for fault in case.faults]) for case in version.cases]
    if version.mutation is not None:
        tests += _mutant_tests(own, version.mutation, lang)
    return _suite_of(f"{version.rule} v{version.version}", version.path, tests)


def _suite_of_run(proof: Proof, lang: Lang) -> ET.Element:
    """A run without any case, which fails as a whole."""
    faults = [say(proof.cases.failures[-1], lang)]
    return _suite_of("rules test", "", [_test("rules.test", say(message("rules.junit.file"), lang), faults)])


def _suite_of(name: str, path: str, tests: Sequence[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": name, **_totals(len(tests), sum(len(test.findall("failure")) for test in tests))})
    if path:
        suite.set("file", visible(path))
    suite.extend(tests)
    return suite


def _counts(suites: Sequence[ET.Element]) -> dict[str, str]:
    return _totals(*(sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures")))


def _totals(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0"}


def _mutant_tests(own: str, mutation: MutationResult, lang: Lang) -> Iterator[ET.Element]:
    """A test for each place of the rule that was changed; what was killed or is equivalent stands in its output."""
    for group in dict.fromkeys([*mutation.killed, *(each.group for each in mutation.spared)]):
        survivors = [_spared_line(each) for each in mutation.survivors if each.group == group]
        equivalents = [each for each in mutation.equivalents if each.group == group]
        headline = [say(message("rules.junit.survivors"), lang)] if survivors else []
        test = _test(own, say(message("rules.junit.mutants", group=group), lang), [*headline, *survivors])
        killed = say(message("rules.summary.killed", count=mutation.killed.get(group, 0)), lang)
        notes = [killed, *(f"≡ {_spared_line(each)} ({each.reason})" for each in equivalents)]
        ET.SubElement(test, "system-out").text = _lines(notes)
        yield test


def _test(own: str, name: str, faults: Sequence[str]) -> ET.Element:
    """One test; its first fault is the message of its failure."""
    test = ET.Element("testcase", {"name": visible(name), "classname": own})
    if faults:
        ET.SubElement(test, "failure", {"message": visible(faults[0])}).text = _lines(faults)
    return test


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(visible(text) for text in texts)


FORMATS: Mapping[str, Callable[[Proof, Common], str]] = {"text": as_text, "json": as_json, "junit": as_junit}
