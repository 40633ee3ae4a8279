"""What a run comes to in one line, and the rules that an unreadable manifest kept from running, told together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.text import Message, message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._lines import releases, said, was_not_evaluated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import Report

_SHOWN = {Verdict.FAIL, Verdict.WAIVED, Verdict.REVIEW, Verdict.ERROR}


def shown(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The findings that every format shows: those told one by one, and those of rules that were not evaluated."""
    told = [finding for finding in findings if finding.verdict in _SHOWN]
    return [each for each in told if not was_not_evaluated(each)], [each for each in told if was_not_evaluated(each)]


def not_evaluated(findings: list[Finding]) -> Message:
    """One message for all rules that the failure of one built-in rule kept from running."""
    culprits = {str(value) for each in findings if isinstance(each.reason, Message) for _, value in each.reason.values}
    rules = ", ".join(finding.rule for finding in findings)
    return message("tally.not-evaluated", count=len(findings), culprit=", ".join(sorted(culprits)), rules=rules)


def outcome(report: Report) -> str:
    """The name of the run's verdict in the catalogues: ``unchecked`` for an error that is only that nothing was checked."""
    unchecked = any(note.kind == "nothing-checked" for note in report.notes) and report.verdict == "error"
    return "unchecked" if unchecked else report.verdict.value


def counts(report: Report) -> Iterator[Message]:
    """How many findings came out how, failures by level; what there is none of is left out, but for "0 conforme"."""
    verdicts = report.tally().verdicts()
    others = (Verdict.WAIVED, Verdict.NOT_APPLICABLE, Verdict.REVIEW, Verdict.ERROR)
    counted = {
        "pass": sum(verdicts[Verdict.PASS].values()),
        **{level.value: verdicts[Verdict.FAIL][level] for level in reversed(Level)},
        **{verdict.value: sum(verdicts[verdict].values()) for verdict in others},
    }
    return (message(f"text.count.{name}", count=count) for name, count in counted.items() if count or name == "pass")


def circumstances(report: Report) -> Iterator[str]:
    """What limits the counts: the number of manifests where there are several, the date, a choice of rules."""
    if len(report.manifests) > 1:
        yield said(message("text.count.manifests", count=len(report.manifests)), report.lang)
    yield said(message("text.on", date=report.evaluated_on.isoformat()), report.lang)
    if report.partial:
        yield said(message("text.partial"), report.lang)


def closing(report: Report) -> str:
    """Verdict, counts, releases and date on one line, as the text format ends; without a manifest there is nothing to count."""
    if report.manifests:
        verdict = said(message(f"text.outcome.{outcome(report)}"), report.lang)
        counted = ", ".join(said(count, report.lang) for count in counts(report))
        first = f"{verdict}{counted}"
    else:
        first = said(message("text.no-verdict.unchecked"), report.lang)
    parts = (first, releases(report.policy, report.lang), *circumstances(report))
    return " · ".join(part for part in parts if part)
