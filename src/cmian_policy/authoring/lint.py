"""Everything that is wrong with a policy folder, in one pass: contracts, references, types, cases that decide nothing.

A file that does not follow its contract is reported and left out of what comes after, so that one mistake hides no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.lint_rule import Flaw, facts_flaws, rule_flaws
from cmian_policy.authoring.steady import steady_flaws
from cmian_policy.authoring.typecheck import TypeChecker
from cmian_policy.errors import PolicyError
from cmian_policy.lang.scalar_places import place_in_scalar
from cmian_policy.loading.documents import Documents, kind_of, read_documents
from cmian_policy.loading.pack import facts_path, load_facts, load_packs, load_rule, rule_path, rule_versions
from cmian_policy.model.location import START, Location
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import schema
from cmian_policy.sources import bundled
from cmian_policy.sources.folder import PolicyFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.location import Span
    from cmian_policy.model.pack import FactsFile, RuleVersion
    from cmian_policy.model.text import Message

Data = dict[str, Any]
_STUB: Data = {name: {"fr": "-", "en": "-"} for name in ("title", "publisher", "disclaimer")}
_MORE_EXACT = ("-near", "-elsewhere", "-titled")


class LintProblem(NamedTuple):
    """One mistake: where it is, what it is; ``rule`` is the rule whose folder holds the file."""

    path: str
    span: Span
    message: Message
    rule: str | None

    @property
    def check(self) -> str:
        """What names the kind of mistake in every language."""
        name = self.message.key
        if name.startswith(("lint.", "schema.")):
            name = next((name.removesuffix(end) for end in _MORE_EXACT if name.endswith(end)), name)
        return name.removeprefix("lint.")


class LintReport(NamedTuple):
    """What a pass found, in the order of files and lines; ``files`` counts those that were read."""

    files: int
    problems: tuple[LintProblem, ...]


def lint(folder: Path | None = None) -> LintReport:
    """Looks for mistakes in a folder laid out like ``policies/``; the bundled one when none is named.

    Raises ``PolicyError`` when the folder holds no pack or cannot be searched, and ``UsageError`` where the library that types
    conditions is missing.
    """
    files = PolicyFolder(folder or bundled.policies_folder(), "policies" if folder is None else folder.as_posix())
    inspection = _Inspection(files, TypeChecker(schema("ai-manifest")))
    return LintReport(len(files.paths), tuple(sorted(set(inspection.problems()), key=_order)))


def _order(problem: LintProblem) -> tuple[str, Span, str, str]:
    return problem.path, problem.span, problem.message.key, str(problem.message.values)


class _Inspection:
    """One pass over a folder. ``left_out`` holds the files that nothing can be said of beyond their own faults."""

    def __init__(self, files: PolicyFolder, checker: TypeChecker) -> None:
        self._files = files
        self._checker = checker
        self._data: dict[str, Plain] = {}
        self._located: dict[str, LocatedDocument] = {}
        self._left_out: set[str] = set()
        self._documents = Documents(self._data, self._located, files.shown)

    def problems(self) -> Iterator[LintProblem]:
        """Everything found, in no order."""
        yield from self._read()
        yield from self._incoherence()
        for pack in sorted({path.partition("/")[0] for path in self._files.paths if "/" in path}):
            yield from self._pack(pack)

    def _read(self) -> Iterator[LintProblem]:
        for path in self._files.paths:
            try:
                read = read_documents(self._files, {path: self._files.read(path)}, schema)
            except PolicyError as error:
                self._left_out.add(path)
                yield from (self._problem(each, path) for each in (error, *error.also))
            else:
                self._data.update(read.data)
                self._located.update(read.located)

    def _problem(self, error: PolicyError, path: str) -> LintProblem:
        span = error.location.span if error.location is not None else None
        return LintProblem(self._files.shown(path), span or START, error.message, _rule_of(path))

    def _incoherence(self) -> Iterator[LintProblem]:
        """What references inside the packs get wrong, but for what only follows from a file that was left out."""
        stubs = {path: {"id": path.partition("/")[0], **_STUB} for path in self._left_out if kind_of(path) == "pack"}
        known = {path: data for path, data in self._data.items() if kind_of(path) is not None}
        try:
            load_packs(Documents({**known, **stubs}, self._located, self._files.shown))
        except PolicyError as error:
            shown = {self._files.shown(path): path for path in self._files.paths}
            for each in (error, *error.also):
                place = each.location or Location(self._files.name)
                path = shown.get(place.path, "")
                if not self._follows(each.message, path or place.path):
                    yield LintProblem(place.path, place.span or START, each.message, _rule_of(path))

    def _follows(self, what: Message, path: str) -> bool:
        """Whether an error would not be there, had its file not been left out."""
        pack, values = path.partition("/")[0], dict(what.values)
        match what.key:
            case "policy.missing-rule":
                return f"{pack}/rules/{values['rule']}/v{values['version']}.yaml" in self._left_out
            case "policy.missing-facts":
                return f"{pack}/facts/v{values['version']}.yaml" in self._left_out
            case "policy.missing-act":
                return f"{pack}/sources/{values['act']}.yaml" in self._left_out
            case "policy.orphan-cases":
                return f"{pack}/{values['rule']}" in self._left_out
            case "policy.unreachable-rule":
                return any(each.startswith(f"{pack}/releases/") for each in self._left_out)
            case _:
                return False

    def _pack(self, pack: str) -> Iterator[LintProblem]:
        """What each facts file and each rule version of a pack gets wrong by itself."""
        facts: dict[int, FactsFile] = {}
        runnable: set[int] = set()
        for path, file in self._facts_files(pack):
            flaws = list(facts_flaws(file, self._checker))
            yield from self._at(path, flaws)
            facts[file.version] = file
            if _can_run(flaws):
                runnable.add(file.version)
        for version in rule_versions(self._documents, pack):
            path = rule_path(pack, version)
            if path in self._data:
                met = [facts.get(number) for number in self._facts_met(pack, version, max(facts, default=0))]
                flaws = list(rule_flaws(load_rule(self._documents, pack, version), self._mapping(path), met, self._checker))
                yield from self._at(path, flaws)
                if met[0] is not None and met[0].version in runnable and _can_run(flaws):
                    told = {flaw.pointer for flaw in flaws}
                    steady = self._steady(pack, version, met[0])
                    yield from self._at(path, (flaw for flaw in steady if flaw.pointer not in told))

    def _steady(self, pack: str, version: RuleVersion, facts: FactsFile) -> Iterator[Flaw]:
        cases = self._data.get(rule_path(pack, version).replace(".yaml", ".cases.yaml"))
        if cases is not None:
            rule = load_rule(self._documents, pack, version)
            yield from steady_flaws(rule, facts, cast("Data", cases), lambda name: self._data.get(f"{pack}/bases/{name}"))

    def _facts_files(self, pack: str) -> Iterator[tuple[str, FactsFile]]:
        """The facts files that lie where their version says, with their paths."""
        for path in sorted(self._data):
            if path.startswith(f"{pack}/facts/"):
                version = self._mapping(path)["version"]
                if path == facts_path(pack, version):
                    yield path, load_facts(self._documents, pack, version)

    def _facts_met(self, pack: str, version: RuleVersion, newest: int) -> list[int]:
        """The versions of the facts that a rule version meets: those of the releases that hold it, else the newest."""
        releases = [self._mapping(path) for path in self._data if path.startswith(f"{pack}/releases/")]
        found = {
            release["facts"]["version"]
            for release in releases
            if any((rule["id"], rule["version"]) == version for rule in release["rules"])
        }
        return sorted(found) or [newest]

    def _mapping(self, path: str) -> Data:
        return cast("Data", self._data[path])

    def _at(self, path: str, flaws: Iterable[Flaw]) -> Iterator[LintProblem]:
        """Flaws with their places in a file."""
        document = self._located[path]
        for flaw in flaws:
            exact = None if flaw.offset is None else place_in_scalar(document, flaw.pointer, flaw.offset)
            yield LintProblem(document.path, exact or document.locate(flaw.pointer), flaw.message, _rule_of(path))


def _can_run(flaws: Iterable[Flaw]) -> bool:
    """Whether cases can show something: a condition that is wrong, or that keeps the rule from applying, hides the others."""
    return not any(
        flaw.pointer.endswith("/cel") and (flaw.message.key != "lint.constant" or flaw.pointer.startswith("/applies_when"))
        for flaw in flaws
    )


def _rule_of(path: str) -> str | None:
    parts = path.split("/")
    return parts[2] if len(parts) > 3 and parts[1] == "rules" else None  # noqa: PLR2004 - pack/rules/ID/file
