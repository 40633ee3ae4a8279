"""(``Manifest``, ``CompiledRelease``s, record, date) → ``Finding``s: exactly one for each rule, none inferred."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.engine.level import Circumstances, Weight, weigh
from cmian_policy.engine.scope_digest import scope_digest
from cmian_policy.engine.wording import fill
from cmian_policy.errors import ExpressionError
from cmian_policy.lang.cel import timestamp
from cmian_policy.model.document import lookup
from cmian_policy.model.finding import Finding, Observation
from cmian_policy.model.location import child
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from cmian_policy.engine.compile import CompiledRelease
    from cmian_policy.engine.pin import Choice
    from cmian_policy.lang.cel import Context
    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.finding import Text
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.problem import Problem
    from cmian_policy.model.record import Record
    from cmian_policy.model.rule import Require, Rule
    from cmian_policy.model.text import Message

_LONG = 10_000  # characters of a manifest, above which working out what conditions read is worth its time
_FACT = re.compile(r"\bfacts\b(?:\.\??(\w+)\b(?!\s*[(/]))?")  # a fact by its name; "" for any other use, facts.exists(…) too
SYNTAX, SCHEMA, PIN = BUILTIN = ("manifest-syntax", "manifest-schema", "policy-pin")


class Judgement(NamedTuple):
    """The findings on one manifest, in no order yet, and the facts that were derived for each pack."""

    findings: tuple[Finding, ...]
    facts: Mapping[str, Mapping[str, bool]]


class _Facts(NamedTuple):
    """Facts of a pack and the caps of scope that hold; ``error`` where one of their expressions errs."""

    values: dict[str, bool]
    circumstances: Circumstances
    error: Message | None


class _Result(NamedTuple):
    """What evaluating a rule gives, before level and identity."""

    verdict: Verdict
    observations: tuple[Observation, ...] = ()
    reason: Text | None = None


def judge(
    manifest: Manifest, policy: Iterable[CompiledRelease], choice: Choice, record: Record, on: date, *, identity: str,
    select: Collection[str] = (),
) -> Judgement:  # fmt: skip
    """Judges a manifest by the built-in rules and by those of ``policy``.

    ``identity`` names the project in fingerprints; ``select``, where given, holds the ids of the only pack rules to evaluate.
    """
    findings = list(_builtin(manifest, choice, identity))
    facts: dict[str, Mapping[str, bool]] = {}
    known = record_of(record, manifest.data)
    for release in policy:
        rules = [rule for rule in release.rules if not select or rule.id in select]
        if manifest.readable and manifest.document is not None:
            seen = release.narrowed(manifest.data) if len(manifest.text) > _LONG else manifest.data
            court = Court(manifest, manifest.document, release, known, on, seen)
            facts[release.source.pack.id] = court.facts.values
            findings += [court.finding(rule, identity) for rule in rules]
        else:
            findings += [_not_evaluated(rule, release, manifest, on, identity) for rule in rules]
    return Judgement(tuple(findings), facts)


class Court:
    """One manifest before one release: facts and variables are set once, each rule is judged by itself.

    The manifest is readable, ``document`` is its own and ``record`` what ``record_of`` gives for it. ``seen`` is what conditions
    see of the manifest, all of it by default: a rule need not be one of the release (authoring tries changed ones).
    """

    def __init__(
        self,
        manifest: Manifest,
        document: LocatedDocument,
        release: CompiledRelease,
        record: Mapping[str, object],
        on: date,
        seen: Mapping[str, Plain] | None = None,
    ) -> None:
        self._data = manifest.data
        self._document = document
        self._release = release
        self._on = on
        self._status = manifest.status
        self._variables: dict[str, object] = {
            "manifest": manifest.data if seen is None else seen,
            "today": timestamp(on),
            "record": record,
        }
        self._context = self._with(facts={})
        self.facts = self._derive()

    def _derive(self) -> _Facts:
        """The facts of the pack, in order, and the caps of scope; afterwards the court's context knows every fact.

        A context converts a variable once, when an expression first reads it: on a long manifest that is most of the work. A new
        one is made only for an expression that may read a fact which was not yet there.
        """
        file = self._release.source.facts
        values: dict[str, bool] = {}
        context, read = self._with(facts=values), None
        status = self._status
        try:
            for fact in file.facts:
                if "facts" in fact.cel:
                    if read is not None and _reads_other(fact.cel, read):
                        context, read = self._with(facts=values), None
                    read = frozenset(values) if read is None else read
                values[fact.name] = self._holds(fact.cel, context)
            self._variables["facts"] = values
            self._context = self._with()
            caps = tuple(cap for cap in file.scope if self._holds(cap.cel, self._context))
        except ExpressionError as error:
            return _Facts(values, Circumstances(status, file.ladder, ()), message("engine.fact-error", cause=error.message))
        return _Facts(values, Circumstances(status, file.ladder, caps), None)

    def _with(self, **variables: object) -> Context:
        return self._release.compiler.context({**self._variables, **variables})

    def _holds(self, cel: str, context: Context) -> bool:
        return self._release.compiler.expression(cel).holds(context)

    def finding(self, rule: Rule, identity: str) -> Finding:
        """The one finding of a rule; ``identity`` names the project in its fingerprint."""
        weight = weigh(rule.level, self.facts.circumstances, self._on)
        return _finding(rule, self._release, self._judge(rule), weight, identity)

    def _judge(self, rule: Rule) -> _Result:
        """The verdict of one rule. An expression that errs makes it ``error``: never a pass, never a failure."""
        circumstances = self.facts.circumstances
        if self.facts.error is not None:
            return _Result(Verdict.ERROR, reason=self.facts.error)
        if not rule.retired and circumstances.ladder.get(self._status or "", Level.BLOCKING) is None:
            return _Result(Verdict.NOT_APPLICABLE, reason=message("level.not-judged", status=message(f"status.{self._status}")))
        try:
            return self._evaluate(rule)
        except ExpressionError as error:
            return _Result(Verdict.ERROR, reason=message("engine.rule-error", cause=error.message))

    def _evaluate(self, rule: Rule) -> _Result:
        if rule.applies_when is not None and not self._holds(rule.applies_when.cel, self._context):
            return _Result(Verdict.NOT_APPLICABLE, reason=rule.applies_when.otherwise)
        observed = tuple(observation for require in rule.require for observation in self._observe(require))
        if not observed:
            return _Result(Verdict.PASS)
        verdict = Verdict.FAIL if any(each.verdict is Verdict.FAIL for each in observed) else Verdict.REVIEW
        # What asks for review is shown beside what fails: nothing that was seen is dropped.
        return _Result(verdict, observed)

    def _observe(self, require: Require) -> Iterator[Observation]:
        """The places where one condition is not met."""
        if require.when is not None and require.for_each is None and not self._holds(require.when, self._context):
            return
        if require.for_each is None:
            if not self._holds(require.cel, self._context):
                yield self._observation(require, require.at, fill(require.message, self._data), require.otherwise)
            return
        yield from self._observe_each(require, require.for_each)

    def _observe_each(self, require: Require, pointer: str) -> Iterator[Observation]:
        _, items = lookup(self._data, pointer)
        if not isinstance(items, list) or not items:
            if require.empty is Verdict.FAIL:
                yield self._observation(require, pointer, message("engine.no-item"), Verdict.FAIL)
            return
        for index, item in enumerate(items):
            context = self._with(item=item)
            if require.when is not None and not self._holds(require.when, context):
                continue
            if not self._holds(require.cel, context):
                place = child(pointer, index) + require.at
                yield self._observation(require, place, fill(require.message, item), require.otherwise)

    def _observation(self, require: Require, pointer: str, what: Text, verdict: Verdict) -> Observation:
        return Observation(require.id, pointer, what, self._document.locate(pointer), verdict)


def _reads_other(cel: str, names: Collection[str]) -> bool:
    """Whether an expression may read another fact than some."""
    return any(name not in names for name in _FACT.findall(cel))


def record_of(record: Record, data: dict[str, Plain]) -> dict[str, object]:
    """The variable ``record`` of rules: what the register holds, and the digest of what it would have to have looked at."""
    entries = {name: entry for name, entry in record._asdict().items() if name != "configured" and entry is not None}
    return {"configured": record.configured, "scope_digest": scope_digest(data), **entries}


def _builtin(manifest: Manifest, choice: Choice, identity: str) -> Iterator[Finding]:
    """The three findings that every manifest has, always at level blocking (a pin in grace: note)."""
    yield _builtin_finding(SYNTAX, _shape(manifest.syntax), Level.BLOCKING, identity)
    unread = _Result(Verdict.ERROR, reason=message("engine.not-evaluated", rule=SYNTAX))
    yield _builtin_finding(SCHEMA, unread if manifest.syntax else _shape(manifest.schema), Level.BLOCKING, identity)
    if manifest.syntax:
        yield _builtin_finding(PIN, unread, Level.BLOCKING, identity)
    else:
        result, level = _pin(manifest, choice)
        yield _builtin_finding(PIN, result, level, identity)


def _shape(problems: tuple[Problem, ...]) -> _Result:
    if not problems:
        return _Result(Verdict.PASS)
    observed = (Observation("shape", each.pointer, each.message, each.span, correction=each.correction) for each in problems)
    return _Result(Verdict.FAIL, tuple(observed))


def _pin(manifest: Manifest, choice: Choice) -> tuple[_Result, Level]:
    if not choice.judged or manifest.document is None:
        reason = message("pin.operator" if manifest.pins else "pin.none")
        return _Result(Verdict.NOT_APPLICABLE, reason=reason), Level.BLOCKING
    if not choice.faults:
        return _Result(Verdict.PASS), Level.BLOCKING
    locate = manifest.document.locate
    pointers = [child("/policy", fault.place) for fault in choice.faults]
    observations = (
        Observation("pin", pointer, fault.message, locate(pointer))
        for pointer, fault in zip(pointers, choice.faults, strict=True)
    )
    level = max((fault.level for fault in choice.faults), key=lambda level: level.rank)
    return _Result(Verdict.FAIL, tuple(observations)), level


def _not_evaluated(rule: Rule, release: CompiledRelease, manifest: Manifest, on: date, identity: str) -> Finding:
    reason = message("engine.not-evaluated", rule=SYNTAX if manifest.syntax else SCHEMA)
    weight = weigh(rule.level, Circumstances(None, {}, ()), on)
    return _finding(rule, release, _Result(Verdict.ERROR, reason=reason), weight, identity)


def _finding(rule: Rule, release: CompiledRelease, result: _Result, weight: Weight, identity: str) -> Finding:
    return Finding(
        rule=rule.id,
        version=rule.version,
        pack=release.source.pack.id,
        release=release.source.release.id,
        basis=rule.basis,
        verdict=result.verdict,
        level=weight.level,
        level_reason=weight.reason,
        level_changes=weight.changes,
        title=rule.title,
        reason=result.reason,
        observations=_ordered(result.observations),
        remediation=rule.remediation,
        source=rule.source,
        references=rule.references,
        identity=identity,
    )


def _builtin_finding(rule: str, result: _Result, level: Level, identity: str) -> Finding:
    return Finding(
        rule=rule,
        version=1,
        pack=None,
        release=None,
        basis=None,
        verdict=result.verdict,
        level=level,
        level_reason=None,
        level_changes=(),
        title=message(f"{rule}.title"),
        reason=result.reason,
        observations=_ordered(result.observations),
        remediation=message(f"{rule}.remediation"),
        source=None,
        references=(),
        identity=identity,
        fixable=any(observation.fixable for observation in result.observations),
    )


def _ordered(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    if len(observations) < 2:  # noqa: PLR2004 - most findings: nothing to put in order
        return observations
    return tuple(sorted(observations, key=lambda each: (each.pointer, each.span, each.require)))
