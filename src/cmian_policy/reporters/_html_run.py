"""The run for the page: its verdict in a sentence, what was checked and how to check it again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.reporters._html_finding import GROUPS, asks, group_of
from cmian_policy.reporters._html_manifest import Manifests, name_of, status_of
from cmian_policy.reporters._html_rule import Rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cmian_policy.model.report import ManifestReport, PolicyUsed, RegisterUsed, Report
    from cmian_policy.reporters._html_rule import Grounds, Passage
    from cmian_policy.reporters._html_voice import Day, Voice

_SIGNED = {True: "html.signed", False: "html.not-signed", None: "html.no-signature"}


class Count(NamedTuple):
    """How many findings a group holds in the whole run; ``action`` where somebody should act on them."""

    name: str
    title: str
    number: int
    action: bool


class Proof(NamedTuple):
    """Labels and values by which others can check what judged the run; ``code`` where the value is for machines."""

    title: str
    rows: tuple[tuple[str, str, bool], ...]


class Only(NamedTuple):
    """What the head of the page says of a run's one manifest."""

    path: str
    status: str | None


class PageView(NamedTuple):
    """Everything the templates print, but for the labels that never change.

    ``rules`` and ``cited`` tell what the manifests printed so far rest on.
    """

    title: str
    tone: str
    headline: str
    lead: tuple[str, ...]
    notes: tuple[str, ...]
    day: Day
    policy: tuple[str, ...]
    register: str
    limits: str
    partial: str | None
    disclaimers: tuple[str, ...]
    counts: tuple[Count, ...]
    shown: str
    only: Only | None
    manifests: Manifests
    rules: Callable[[], Iterable[tuple[str, list[Grounds]]]]
    cited: Callable[[], list[Passage]]
    excluded: tuple[tuple[str, str], ...]
    proofs: tuple[Proof, ...]


def page_view(report: Report, voice: Voice) -> PageView:
    """The page of a report."""
    rulebook = Rulebook(report, voice)
    views = Manifests(report, rulebook, voice)  # fill the rulebook
    only = views.only() if len(views) == 1 else None
    judged = not nothing_judged(report)
    tone = str(report.verdict) if judged else "unjudged"
    counts = tuple(_counts(report, voice))
    return PageView(
        title=_title(report, only, tone, voice),
        tone=tone,
        headline=voice.line(f"html.outcome.{tone}"),
        lead=tuple(_lead(report, only, voice)) if judged else (voice.line("html.lead.unjudged"),),
        notes=tuple(voice.sentence(note.message) for note in report.notes),
        day=voice.day(report.evaluated_on),
        policy=tuple(_release(used, report, voice) for used in report.policy),
        register=_register(report.register, voice),
        limits=voice.line("html.limits"),
        partial=voice.line("html.partial") if report.partial else None,
        disclaimers=tuple(dict.fromkeys(voice.say(used.disclaimer) for used in report.policy)),
        counts=counts,
        shown=voice.line("html.shown", shown="{shown}", total=str(sum(each.number for each in counts))),
        only=Only(only.path, status_of(only, voice)) if only is not None else None,
        manifests=views,
        rules=rulebook.asked,
        cited=rulebook.cited,
        excluded=tuple((each.path, voice.line(f"excluded.{each.reason}")) for each in report.excluded),
        proofs=tuple(_proofs(report, voice)),
    )


def nothing_judged(report: Report) -> bool:
    """Whether the run says nothing of any project: none found, no usable rules, or none that applies."""
    if report.verdict is not Outcome.ERROR:
        return False
    if not any(used.release for used in report.policy):
        return True
    return report.tally().outcomes()[Outcome.NOT_APPLICABLE] == len(report.manifests)


def _title(report: Report, only: ManifestReport | None, tone: str, voice: Voice) -> str:
    subject = voice.line("text.count.manifests", count=len(report.manifests)) if only is None else name_of(only)
    outcome, day = message(f"html.outcome.{tone}"), voice.day(report.evaluated_on).words
    return voice.line("html.title", outcome=outcome, subject=subject, date=day)


def _lead(report: Report, only: ManifestReport | None, voice: Voice) -> Iterator[str]:
    """The verdict in a sentence or two, for somebody who reads nothing else."""
    outcomes = report.tally().outcomes()
    if report.verdict is Outcome.ERROR and not outcomes[Outcome.ERROR]:
        yield voice.line("html.lead.incomplete")
    if only is not None:
        yield from _lead_of_one(only, voice)
        return
    counts = ", ".join(voice.line(f"html.outcomes.{each}", count=outcomes[each]) for each in Outcome if outcomes[each])
    yield voice.line("html.lead.several", count=len(report.manifests), counts=counts)
    if waived := report.summary().counts[Verdict.WAIVED]:
        yield voice.line("html.also.waived", count=waived)


def _lead_of_one(manifest: ManifestReport, voice: Voice) -> Iterator[str]:
    subject = message("html.subject.project" if manifest.project else "html.subject.path", name=name_of(manifest))
    by_group = Counter(group_of(finding) for finding in manifest.findings)
    blocking_reviews = sum(each.verdict is Verdict.REVIEW and each.level is Level.BLOCKING for each in manifest.findings)
    count = {Outcome.NON_COMPLIANT: by_group["fix"], Outcome.ERROR: by_group["error"], Outcome.REVIEW: blocking_reviews}
    yield voice.line(f"html.lead.{manifest.verdict}", subject=subject, count=count.get(manifest.verdict, 0))
    for name in ("error", "review", "waived", "advice"):
        told = {"error": Outcome.ERROR, "review": Outcome.REVIEW}.get(name) is manifest.verdict
        if by_group[name] and not told:
            yield voice.line(f"html.also.{name}", count=by_group[name])


def _counts(report: Report, voice: Voice) -> Iterator[Count]:
    found: Counter[str] = Counter()
    for kind, count in report.tally().findings.items():
        found[group_of(kind)] += count
    for name in GROUPS:
        if found[name]:
            yield Count(name, voice.line(f"html.group.{name}"), found[name], asks(name))


def _release(used: PolicyUsed, report: Report, voice: Voice) -> str:
    if used.release is None or used.in_force_from is None:
        return voice.line("text.no-release", pack=used.pack)
    rules = {each.rule for each in report.tally().findings if (each.pack, each.release) == (used.pack, used.release)}
    return voice.line(
        "html.release-draft" if used.draft else "html.release",
        pack=used.pack,
        release=used.release,
        date=voice.day(used.in_force_from).words,
        rules=message("html.rules", count=len(rules)) if rules else "",
    )


def _register(register: RegisterUsed, voice: Voice) -> str:
    if not register.configured:
        return voice.line("html.register.none")
    return voice.line("html.register.used", id=register.id or register.source or "")


def _proofs(report: Report, voice: Voice) -> Iterator[Proof]:
    word = voice.words()
    yield Proof("", ((word["tool"], f"cmian-policy {report.tool_version}", False),))
    for used in report.policy:
        rows = list(_traces(used, voice))
        if used.in_force_from is not None and not used.draft:
            rows.insert(0, (word["from"], voice.day(used.in_force_from).words, False))
        yield Proof(voice.line("html.proof.pack", pack=used.pack, release=used.release or "—"), tuple(rows))
    if report.register.configured:
        yield Proof(voice.line("html.proof.register", id=report.register.id or "—"), tuple(_traces(report.register, voice)))


def _traces(used: PolicyUsed | RegisterUsed, voice: Voice) -> Iterator[tuple[str, str, bool]]:
    """Where something came from, and what ties it to its bytes and its author."""
    word = voice.words()
    bundled = used.source == "bundled"
    if used.source:
        yield word["source"], voice.line("html.bundled") if bundled else used.source, not bundled
    if used.commit:
        yield word["commit"], used.commit, True
    if used.sha256:
        yield word["sha256"], used.sha256, True
    yield (
        word["signature"],
        voice.line({True: "html.signed", False: "html.not-signed", None: "html.no-signature"}[used.signed]),
        False,
    )
