"""Runs the cases that prove each rule version (rules.md, "Cases"), through the same evaluation as ``check``."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cmian_policy.engine.compile import CompiledRelease
from cmian_policy.engine.evaluate import judge
from cmian_policy.engine.pin import Choice
from cmian_policy.errors import UsageError
from cmian_policy.lang import manifest_validator
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.loading.pack import load_facts, load_rule, rule_versions
from cmian_policy.model.location import to_pointer
from cmian_policy.model.pack import PackRelease
from cmian_policy.model.record import Record
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Verdict
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Finding
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.pack import Pack, Release, RuleVersion
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.policy import Policy

Data = dict[str, Any]
_KINDS = ("pass", "fail", "not_applicable")
_NO_CHOICE = Choice({}, judged=False, faults=())


class CaseResult(NamedTuple):
    """One case and what is wrong with it; without faults it passed."""

    rule: str
    version: int
    path: str
    name: str
    faults: tuple[Message, ...]


class CasesReport(NamedTuple):
    """All cases that ran, and the faults of rule versions as a whole (no cases, a kind of case missing)."""

    rules: int
    cases: tuple[CaseResult, ...]
    faults: tuple[Message, ...]

    @property
    def passed(self) -> int:
        """The number of cases that gave what they expect."""
        return sum(not case.faults for case in self.cases)

    @property
    def failures(self) -> tuple[Message, ...]:
        """Everything that makes the run fail. A run without a case proves nothing and fails."""
        faults = (*self.faults, *(fault for case in self.cases for fault in case.faults))
        return faults if self.cases else (*faults, message("rules.no-case"))


def run_cases(policy: Policy, only: Sequence[str] = (), progress: Callable[[], None] = lambda: None) -> CasesReport:
    """Runs the cases of every rule version of a folder, or of the rules named.

    ``policy`` was loaded with its cases (``load_policy(…, with_cases=True)``); ``progress`` is called after each rule version.
    Raises ``UsageError`` for a rule that the folder does not hold.
    """
    versions = [(pack, version) for pack in policy.packs for version in rule_versions(policy.documents, pack.id)]
    known = {version.id for _, version in versions}
    for rule in only:
        if rule not in known:
            raise UsageError(message("rules.unknown-rule", rule=rule, known=", ".join(sorted(known))))
    wanted = [(pack, version) for pack, version in versions if not only or version.id in only]
    results: list[CaseResult] = []
    faults: list[Message] = []
    for pack, version in wanted:
        trial = _Trial(policy, pack, version)
        results += trial.results()
        faults += trial.faults()
        progress()
    return CasesReport(len(wanted), tuple(results), tuple(faults))


class _Trial:
    """The cases of one rule version."""

    def __init__(self, policy: Policy, pack: Pack, version: RuleVersion) -> None:
        self._policy = policy
        self._pack = pack
        self._rule = load_rule(policy.documents, pack.id, version)
        self._path = f"{pack.id}/rules/{version.id}/v{version.version}.cases.yaml"
        self._file = cast("Data", policy.documents.data.get(self._path, {}))
        self._shown = policy.documents.shown(self._path)
        self._release = self._compile()

    def _compile(self) -> CompiledRelease:
        """The rule alone, with the facts of the first release that holds it (the newest facts for a rule in none)."""
        release = _home(self._pack, self._rule)
        facts = load_facts(self._policy.documents, self._pack.id, release.facts_version)
        return CompiledRelease(PackRelease(self._pack, release, facts, (self._rule,), "", ""), self._policy.compiler)

    def faults(self) -> Iterator[Message]:
        """What the file as a whole lacks."""
        cases = self._file.get("cases", [])
        needed = _KINDS if self._rule.applies_when is not None else _KINDS[:2]
        if not cases:
            yield message("rules.no-case-file", path=self._shown, expected=", ".join(needed))
            return
        found = {case["expect"] for case in cases}
        if any(require.otherwise is Verdict.REVIEW for require in self._rule.require):
            needed = (*needed, "review")
        yield from (message("rules.missing-kind", path=self._shown, kind=kind) for kind in needed if kind not in found)

    def results(self) -> Iterator[CaseResult]:
        """Each case, run."""
        for case in self._file.get("cases", []):
            faults = tuple(self._run(case))
            yield CaseResult(self._rule.id, self._rule.version, self._shown, case["name"], faults)

    def _run(self, case: Data) -> Iterator[Message]:
        where = {"path": self._shown, "case": case["name"]}
        base: str = case.get("base") or self._file["base"]
        data = self._policy.documents.data.get(f"{self._pack.id}/bases/{base}")
        if not isinstance(data, dict):
            yield message("rules.no-base", base=base, **where)
            return
        manifest = as_manifest(merge_patch(data, case.get("patch", {})), self._shown)
        for problem in (*manifest.syntax, *manifest.schema):
            yield message("rules.invalid-manifest", pointer=problem.pointer, cause=problem.message, **where)
        if manifest.readable:
            yield from self._compare(case, manifest, where)

    def _compare(self, case: Data, manifest: Manifest, where: dict[str, str]) -> Iterator[Message]:
        on = date.fromisoformat(case.get("as_of") or self._file["as_of"])
        record = Record(**case.get("record", {}))
        finding = self._find(manifest, record, on)
        if finding.verdict != case["expect"]:
            because = message("rules.because", reason=finding.reason) if finding.reason is not None else ""
            yield message("rules.verdict", expected=case["expect"], actual=finding.verdict, reason=because, **where)
            return
        if "level" in case and finding.level != case["level"]:
            yield message("rules.level", expected=case["level"], actual=finding.level, **where)
        if case["expect"] in {"fail", "review"}:
            yield from _compare_pointers(case, finding, where)
        yield from self._without_optional_nodes(manifest, record, on, where)

    def _find(self, manifest: Manifest, record: Record, on: date) -> Finding:
        judgement = judge(manifest, [self._release], _NO_CHOICE, record, on, identity=manifest.path)
        return next(finding for finding in judgement.findings if finding.rule == self._rule.id)

    def _without_optional_nodes(self, manifest: Manifest, record: Record, on: date, where: dict[str, str]) -> Iterator[Message]:
        """Deletes each optional node in turn: no rule may err on what a manifest may leave out."""
        for pointer, data in without_each_node(manifest.data):
            if manifest_validator.accepts(data):
                finding = self._find(manifest._replace(data=data), record, on)
                if finding.verdict is Verdict.ERROR and finding.reason is not None:
                    yield message("rules.optional-error", pointer=pointer, cause=finding.reason, **where)


def _home(pack: Pack, rule: Rule) -> Release:
    holding = [release for release in pack.releases if (rule.id, rule.version) in release.rules]
    return (holding or list(reversed(pack.releases)))[0]


def _compare_pointers(case: Data, finding: Finding, where: dict[str, str]) -> Iterator[Message]:
    if not case.get("at"):
        yield message("rules.no-pointer", **where)
        return
    expected = sorted(set(case["at"]))
    actual = sorted({observation.pointer for observation in finding.observations})
    if expected != actual:
        yield message("rules.pointers", expected=", ".join(expected), actual=", ".join(actual), **where)


def merge_patch(target: Plain, patch: Plain) -> Plain:
    """JSON Merge Patch (RFC 7396): null removes, mappings merge, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def as_manifest(data: Plain, shown: str) -> Manifest:
    """Plain data as a manifest, read by the one reader there is: JSON is YAML."""
    raw = json.dumps(data, ensure_ascii=False, indent=1).encode()
    return read_bytes(raw, shown, lambda: schema("ai-manifest"))


def without_each_node(data: dict[str, Plain]) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Every node's pointer, with a copy of the data that lacks it."""
    for path in _paths(data, ()):
        yield to_pointer(list(path)), cast("dict[str, Plain]", _without(data, path))


def _paths(value: Plain, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    children: Iterable[tuple[str | int, Plain]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key))


def _without(value: Plain, path: tuple[str | int, ...]) -> Plain:
    head, *rest = path
    if isinstance(value, dict):
        kept = {key: child for key, child in value.items() if key != head or rest}
        return {key: _without(child, tuple(rest)) if key == head else child for key, child in kept.items()}
    items = cast("list[Plain]", value)
    kept_items = [child for index, child in enumerate(items) if index != head or rest]
    return [_without(child, tuple(rest)) if index == head and rest else child for index, child in enumerate(kept_items)]
