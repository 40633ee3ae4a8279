"""What the rules make of a manifest: which ones it meets, and where they still ask for something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.editing.wizard.places import dotted
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.finding import Finding, Text
    from cmian_policy.model.report import Report
    from cmian_policy.model.text import Message


def asked(report: Report) -> dict[str, tuple[Finding, ...]]:
    """The places that failing rules ask about, each with those rules."""
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in failing(report):
        for pointer in dict.fromkeys(each.pointer for each in finding.observations if each.verdict is Verdict.FAIL):
            found[pointer] = (*found.get(pointer, ()), finding)
    return found


def failing(report: Report) -> list[Finding]:
    """The rules that a manifest fails, from the heaviest to the lightest."""
    found = [finding for finding in report.findings() if finding.verdict is Verdict.FAIL]
    return sorted(found, key=lambda finding: (-finding.level.rank, finding.rule))


def blocking(report: Report) -> dict[str, tuple[Finding, ...]]:
    """As ``asked``, for the rules that make a project non-compliant."""
    kept = {pointer: tuple(each for each in found if each.level is Level.BLOCKING) for pointer, found in asked(report).items()}
    return {pointer: found for pointer, found in kept.items() if found}


def outlook(report: Report) -> Iterator[Message]:
    """Which rules apply, in lines: those that are met by their names, the others with what they ask, the heaviest first."""
    met = [finding.rule for finding in report.findings() if finding.verdict is Verdict.PASS and finding.pack is not None]
    if met:
        yield message("init.met", count=len(met), rules=", ".join(sorted(met)))
    for finding in failing(report):
        yield message("init.fails", level=message(f"text.level.{finding.level}"), **_named(finding))
    for finding in report.findings():
        if finding.verdict in {Verdict.REVIEW, Verdict.ERROR}:
            yield message("init.fails", level=message(f"text.verdict.{finding.verdict}"), **_named(finding))


def _named(finding: Finding) -> dict[str, str | Text]:
    places = dict.fromkeys(dotted(each.pointer) for each in finding.observations)
    return {"rule": finding.rule, "title": finding.title, "places": ", ".join(places)}
