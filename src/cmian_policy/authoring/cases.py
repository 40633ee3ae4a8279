"""Runs the cases that prove each rule version (rules.md, "Cases"), through the same evaluation as ``check``."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.reach import reach, touches
from cmian_policy.engine.compile import CompiledRelease, Compiler
from cmian_policy.engine.evaluate import Court, record_of
from cmian_policy.errors import UsageError
from cmian_policy.lang import manifest_validator
from cmian_policy.loading.manifest import read_bytes, without_empty_lists
from cmian_policy.loading.pack import load_facts, load_rule, rule_versions
from cmian_policy.model.location import to_pointer
from cmian_policy.model.pack import PackRelease
from cmian_policy.model.record import Record
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Finding
    from cmian_policy.model.location import Location
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.pack import Pack, Release, RuleVersion
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.policy import Policy

Data = dict[str, Any]
_KINDS = ("pass", "fail", "not_applicable")


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


def wanted_versions(policy: Policy, only: Sequence[str] = ()) -> list[tuple[Pack, RuleVersion]]:
    """Every rule version of a folder, or those of the rules named. Raises ``UsageError`` for a rule that it does not hold."""
    versions = [(pack, version) for pack in policy.packs for version in rule_versions(policy.documents, pack.id)]
    known = {version.id for _, version in versions}
    for rule in only:
        if rule not in known:
            raise UsageError(message("rules.unknown-rule", rule=rule, known=", ".join(sorted(known))))
    return [(pack, version) for pack, version in versions if not only or version.id in only]


class PreparedCase(NamedTuple):
    """A case whose manifest was read and whose facts were computed: what is left is to judge a rule."""

    name: str
    expected: Data
    where: Mapping[str, str]
    court: Court

    def faults(self, rule: Rule) -> Iterator[Message]:
        """In what a rule does not give what the case expects: its verdict, level or pointers."""
        finding = self.court.finding(rule, self.name)
        expected = self.expected
        if finding.verdict != expected["expect"]:
            because = message("rules.because", reason=finding.reason) if finding.reason is not None else ""
            yield message("rules.verdict", expected=expected["expect"], actual=finding.verdict, reason=because, **self.where)
            return
        if "level" in expected and finding.level != expected["level"]:
            yield message("rules.level", expected=expected["level"], actual=finding.level, **self.where)
        if expected["expect"] in {"fail", "review"}:
            yield from _compare_pointers(expected, finding, self.where)

    def contradicts(self, rule: Rule) -> bool:
        """Whether a rule, changed, fails this case."""
        return next(self.faults(rule), None) is not None


class Trial:
    """One rule version and the cases that should prove it.

    Its conditions are compiled apart from the policy's, so that those of its mutants are forgotten with it. ``path`` and
    ``shown`` are the cases file's, ``equivalent`` its list of mutants that no case can kill; ``document`` is the rule's file.
    """

    def __init__(self, policy: Policy, pack: Pack, version: RuleVersion) -> None:
        self._policy = policy
        self._pack = pack
        self.rule = load_rule(policy.documents, pack.id, version)
        self._rule_path = f"{pack.id}/rules/{version.id}/v{version.version}.yaml"
        path = f"{self._rule_path.removesuffix('.yaml')}.cases.yaml"
        self._file = cast("Data", policy.documents.data.get(path, {}))
        self._path = path
        self.shown = policy.documents.shown(path)
        self.equivalent: list[Data] = self._file.get("equivalent", [])
        self.document = policy.documents.located.get(self._rule_path)
        self.compiler = Compiler()
        self._release = self._alone()
        self._reach = reach(self.rule, self._release.source.facts)

    def _alone(self) -> CompiledRelease:
        """The rule alone, with the facts of the first release that holds it (the newest facts for a rule in none)."""
        release = _home(self._pack, self.rule)
        facts = load_facts(self._policy.documents, self._pack.id, release.facts_version)
        return CompiledRelease(PackRelease(self._pack, release, facts, (self.rule,), (), "", ""), self.compiler)

    def place(self, pointer: str) -> str:
        """The place of a pointer in the cases file, as ``file:line:column``."""
        return str(self._policy.documents.location(self._path, pointer))

    def locate(self, pointer: str) -> Location:
        """The place of a pointer in the rule's file."""
        return self._policy.documents.location(self._rule_path, pointer)

    def faults(self) -> Iterator[Message]:
        """What the file as a whole lacks."""
        cases = self._file.get("cases", [])
        needed = _KINDS if self.rule.applies_when is not None else _KINDS[:2]
        if not cases:
            yield message("rules.no-case-file", path=self.shown, expected=", ".join(needed))
            return
        found = {case["expect"] for case in cases}
        if any(require.otherwise is Verdict.REVIEW for require in self.rule.require):
            needed = (*needed, "review")
        yield from (message("rules.missing-kind", path=self.shown, kind=kind) for kind in needed if kind not in found)

    def run(self) -> Iterator[tuple[CaseResult, PreparedCase | None]]:
        """Each case, run, and as it was prepared where it could be."""
        for index, case in enumerate(self._file.get("cases", [])):
            where = {"path": self.place(f"/cases/{index}"), "case": case["name"]}
            manifest, faults = self._manifest(case, where)
            prepared = None
            if manifest is not None and manifest.document is not None:
                on = date.fromisoformat(case.get("as_of") or self._file["as_of"])
                record = Record(**case.get("record", {}))
                prepared = PreparedCase(
                    case["name"],
                    case,
                    where,
                    Court(manifest, manifest.document, self._release, record_of(record, manifest.data), on),
                )
                faults = tuple(prepared.faults(self.rule)) or tuple(self._without_optional_nodes(manifest, record, on, where))
            yield CaseResult(self.rule.id, self.rule.version, self.shown, case["name"], faults), prepared

    def _manifest(self, case: Data, where: Mapping[str, str]) -> tuple[Manifest | None, tuple[Message, ...]]:
        """The manifest of a case, or why there is none that can be judged."""
        base: str = case.get("base") or self._file["base"]
        data = self._policy.documents.data.get(f"{self._pack.id}/bases/{base}")
        if not isinstance(data, dict):
            return None, (message("rules.no-base", base=base, **where),)
        manifest = as_manifest(merge_patch(data, case.get("patch", {})), self.shown)
        problems = (*manifest.syntax, *manifest.schema)
        if not problems:
            return manifest, ()
        causes = ((problem.pointer, problem.message) for problem in problems)
        return None, tuple(message("rules.invalid-manifest", pointer=pointer, cause=cause, **where) for pointer, cause in causes)

    def _without_optional_nodes(
        self, manifest: Manifest, record: Record, on: date, where: Mapping[str, str]
    ) -> Iterator[Message]:
        """Deletes each optional node in turn, where the rule can notice: it may not err on what a manifest may leave out."""
        if manifest.document is None:
            return
        for pointer, data in without_each_node(manifest.data, lambda path: touches(path, self._reach)):
            if manifest_validator.accepts(data):
                kept = without_empty_lists(data)
                court = Court(manifest._replace(data=kept), manifest.document, self._release, record_of(record, kept), on)
                finding = court.finding(self.rule, manifest.path)
                if finding.verdict is Verdict.ERROR and finding.reason is not None:
                    yield message("rules.optional-error", pointer=pointer, cause=finding.reason, **where)


def _home(pack: Pack, rule: Rule) -> Release:
    holding = [release for release in pack.releases if (rule.id, rule.version) in release.rules]
    return (holding or list(reversed(pack.releases)))[0]


def _compare_pointers(case: Data, finding: Finding, where: Mapping[str, str]) -> Iterator[Message]:
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


def without_each_node(
    data: dict[str, Plain], wanted: Callable[[tuple[str | int, ...]], bool] = lambda _path: True
) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Every wanted node's pointer, with a copy of the data that lacks it."""
    for path in filter(wanted, _paths(data, ())):
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
