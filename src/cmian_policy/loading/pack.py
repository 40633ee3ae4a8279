"""Plain data of policy files becomes packs, releases and rules, whose references are followed and must lead somewhere.

The data has passed its contract (:mod:`cmian_policy.loading.documents`), so its shape is known here; what a schema cannot say is
checked here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import PolicyError
from cmian_policy.loading.documents import refuse
from cmian_policy.model.pack import Act, Fact, FactsFile, Pack, Paragraph, Release, RuleVersion, ScopeCap
from cmian_policy.model.rule import (
    Applicability,
    LevelPolicy,
    Reference,
    Require,
    Rule,
    ScheduledLevel,
    Source,
    Waivable,
)
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.loading.documents import Documents
    from cmian_policy.model.text import Message

Data = dict[str, Any]


def load_packs(documents: Documents, *, checked: bool = False) -> tuple[Pack, ...]:
    """Every pack of a folder with its releases, and a check of everything that they refer to (not of what was ``checked``).

    Raises ``PolicyError`` with all that is wrong: a pack id that is not its folder's name, two releases from the same day, a
    release that names a missing or a doubled rule version, facts or act, a rule that is not what its place says or that no
    release names, a quote that does not occur in its paragraph.
    """
    names = sorted({path.split("/")[0] for path in documents.data})
    errors: list[PolicyError] = []
    packs = []
    for name in names:
        if f"{name}/pack.yaml" not in documents.data:
            errors.append(PolicyError(message("policy.no-pack-file"), documents.location(name)))
            continue
        packs.append(_pack(documents, name))
        errors += [] if checked else _Coherence(documents, name).errors()
    refuse(errors)
    return tuple(packs)


def load_rule(documents: Documents, pack: str, version: RuleVersion) -> Rule:
    """One version of a rule."""
    return _rule(_data(documents, rule_path(pack, version)))


def load_act(documents: Documents, pack: str, act: str) -> Act:
    """One act of a pack."""
    data = _data(documents, act_path(pack, act))
    paragraphs = (Paragraph(each["id"], each.get("title", ""), each["text"]) for each in data["paragraphs"])
    return Act(data["act"], data["title"], tuple(paragraphs))


def load_facts(documents: Documents, pack: str, version: int) -> FactsFile:
    """One version of a pack's facts file."""
    data = _data(documents, facts_path(pack, version))
    return FactsFile(
        version=data["version"],
        grace_days=data["grace_days"],
        facts=tuple(Fact(fact["name"], fact["cel"], _bilingual(fact["title"])) for fact in data["facts"]),
        ladder={
            status: None if cap == "not_applicable" else Level(cap) for status, cap in data["ladder"].items() if cap != "declared"
        },
        scope=tuple(ScopeCap(cap["cel"], Level(cap["cap"]), _bilingual(cap["reason"])) for cap in data["scope"]),
    )


def release_files(pack: str, release: Release) -> tuple[str, ...]:
    """The files that a release is made of, its own included, sorted by path."""
    rules = (rule_path(pack, version) for version in release.rules)
    acts = (act_path(pack, act) for act in release.acts)
    own = f"{pack}/releases/{release.id}.yaml"
    return tuple(sorted({f"{pack}/pack.yaml", own, facts_path(pack, release.facts_version), *acts, *rules}))


def rule_versions(documents: Documents, pack: str) -> tuple[RuleVersion, ...]:
    """Every rule version that a pack's folder holds, in a release or not, sorted."""
    found = (path.split("/") for path in documents.data if path.startswith(f"{pack}/rules/"))
    files = ((parts[2], parts[3]) for parts in found if not parts[3].endswith(".cases.yaml"))
    numbers = ((rule, name.removeprefix("v").removesuffix(".yaml")) for rule, name in files)
    return tuple(sorted(RuleVersion(rule, int(number)) for rule, number in numbers if number.isdigit()))


def rule_path(pack: str, version: RuleVersion) -> str:
    """Where a version of a rule lies."""
    return f"{pack}/rules/{version.id}/v{version.version}.yaml"


def facts_path(pack: str, version: int) -> str:
    """Where a version of a pack's facts lies."""
    return f"{pack}/facts/v{version}.yaml"


def act_path(pack: str, act: str) -> str:
    """Where an act of a pack lies."""
    return f"{pack}/sources/{act}.yaml"


def _data(documents: Documents, path: str) -> Data:
    return cast("Data", documents.data[path])


def _pack(documents: Documents, name: str) -> Pack:
    data = _data(documents, f"{name}/pack.yaml")
    paths = (path for path in documents.data if path.startswith(f"{name}/releases/"))
    releases = sorted(
        (_release(_data(documents, path)) for path in paths), key=lambda release: (release.in_force_from, release.id)
    )
    return Pack(
        data["id"], _bilingual(data["title"]), _bilingual(data["publisher"]), _bilingual(data["disclaimer"]), tuple(releases)
    )


def _release(data: Data) -> Release:
    published = data.get("published")
    return Release(
        id=data["release"],
        in_force_from=date.fromisoformat(data["in_force_from"]),
        published=date.fromisoformat(published) if published else None,
        reconstructed=data.get("reconstructed", False),
        facts_version=data["facts"]["version"],
        acts=tuple(source["act"] for source in data["sources"]),
        rules=tuple(RuleVersion(rule["id"], rule["version"]) for rule in data["rules"]),
    )


def _rule(data: Data) -> Rule:
    applies, source = data["applies_when"], data["source"]
    return Rule(
        id=data["id"],
        version=data["version"],
        title=_bilingual(data["title"]),
        basis=data["basis"],
        source=Source(**source) if source else None,
        references=tuple(_reference(reference) for reference in data["references"]),
        rationale=_bilingual(data["rationale"]),
        applies_when=None if applies == "always" else Applicability(applies["cel"], _bilingual(applies["otherwise"])),
        retired=data.get("retired", False),
        require=tuple(_require(require) for require in data["require"]),
        level=_level(data["level"]),
        remediation=_bilingual(data["remediation"]),
        waivable=_waivable(data["waivable"]),
    )


def _bilingual(data: Data) -> Bilingual:
    return Bilingual(data["fr"], data["en"])


def _reference(data: Data) -> Reference:
    return Reference(
        data["title"], data["article"], data.get("url"), data.get("applies_from"), data["checked_on"], data["certainty"]
    )


def _require(data: Data) -> Require:
    return Require(
        id=data["id"],
        cel=data["cel"],
        at=data["at"],
        message=_bilingual(data["message"]),
        otherwise=Verdict(data.get("otherwise", "fail")),
        for_each=data.get("for_each"),
        empty=Verdict(data.get("empty", "fail")),
        when=data["when"]["cel"] if "when" in data else None,
    )


def _level(data: Data) -> LevelPolicy:
    schedule = (ScheduledLevel(date.fromisoformat(entry["from"]), Level(entry["level"])) for entry in data.get("schedule", []))
    by_status = {status: Level(level) for status, level in data.get("by_status", {}).items()}
    return LevelPolicy(Level(data["default"]), by_status, tuple(sorted(schedule)))


def _waivable(data: Data | bool) -> Waivable | None:  # noqa: FBT001 - the file's own `waivable: false`
    if isinstance(data, bool):
        return None
    return Waivable(_bilingual(data["by"]), data["authority"], data.get("exception"))


class _Coherence:
    """What is wrong with the references inside one pack."""

    def __init__(self, documents: Documents, pack: str) -> None:
        self._documents = documents
        self._pack = pack

    def errors(self) -> list[PolicyError]:
        """Every fault, in the order of the files."""
        return [*self._pack_faults(), *self._place_faults(), *self._release_faults(), *self._rule_faults()]

    def _error(self, what: Message, path: str, pointer: str = "") -> PolicyError:
        return PolicyError(what, self._documents.location(path, pointer))

    def _under(self, folder: str) -> Iterator[tuple[str, Data]]:
        for path in sorted(self._documents.data):
            if path.startswith(f"{self._pack}/{folder}/") and not path.endswith(".cases.yaml"):
                yield path, _data(self._documents, path)

    def _pack_faults(self) -> Iterator[PolicyError]:
        path = f"{self._pack}/pack.yaml"
        named = _data(self._documents, path)["id"]
        if named != self._pack:
            yield self._error(message("policy.pack-elsewhere", id=named, folder=self._pack), path, "/id")

    def _place_faults(self) -> Iterator[PolicyError]:
        for path, facts in self._under("facts"):
            if path != facts_path(self._pack, facts["version"]):
                yield self._error(message("policy.facts-elsewhere", version=facts["version"]), path, "/version")
        for path, source in self._under("sources"):
            if path != act_path(self._pack, source["act"]):
                yield self._error(message("policy.act-elsewhere", act=source["act"]), path, "/act")

    def _release_faults(self) -> Iterator[PolicyError]:
        days: dict[str, str] = {}
        for path, release in self._under("releases"):
            if path != f"{self._pack}/releases/{release['release']}.yaml":
                yield self._error(message("policy.release-elsewhere", release=release["release"]), path, "/release")
            other = days.setdefault(release["in_force_from"], path)
            if other != path:
                yield self._error(message("policy.same-day", other=self._documents.shown(other)), path, "/in_force_from")
            yield from self._missing_parts(path, release)

    def _missing_parts(self, path: str, release: Data) -> Iterator[PolicyError]:
        data = self._documents.data
        if facts_path(self._pack, release["facts"]["version"]) not in data:
            yield self._error(message("policy.missing-facts", version=release["facts"]["version"]), path, "/facts/version")
        for index, source in enumerate(release["sources"]):
            if act_path(self._pack, source["act"]) not in data:
                yield self._error(message("policy.missing-act", act=source["act"]), path, f"/sources/{index}/act")
        seen: set[str] = set()
        for index, rule in enumerate(release["rules"]):
            where = f"/rules/{index}/id"
            if rule_path(self._pack, RuleVersion(rule["id"], rule["version"])) not in data:
                yield self._error(message("policy.missing-rule", rule=rule["id"], version=rule["version"]), path, where)
            if rule["id"] in seen:
                yield self._error(message("policy.doubled-rule", rule=rule["id"]), path, where)
            seen.add(rule["id"])

    def _rule_faults(self) -> Iterator[PolicyError]:
        released = {
            rule_path(self._pack, RuleVersion(rule["id"], rule["version"]))
            for _, release in self._under("releases")
            for rule in release["rules"]
        }
        yield from self._orphans()
        for path, rule in self._under("rules"):
            if path not in released:
                yield self._error(message("policy.unreachable-rule"), path)
            if path != rule_path(self._pack, RuleVersion(rule["id"], rule["version"])):
                yield self._error(message("policy.rule-elsewhere", rule=rule["id"], version=rule["version"]), path, "/id")
            if rule["basis"] == "law" and not rule["references"]:
                yield self._error(message("policy.law-without-reference"), path, "/references")
            if rule["source"] is None and rule["basis"] != "law":
                yield self._error(message("policy.rule-without-source"), path, "/source")
            if rule["source"] is not None:
                yield from self._quote_faults(path, rule["source"])
            yield from self._double_requires(path, rule)

    def _orphans(self) -> Iterator[PolicyError]:
        """Cases without their rule version would prove nothing, and look as if they did."""
        for path in sorted(self._documents.data):
            rule = f"{path.removesuffix('.cases.yaml')}.yaml"
            if path.startswith(f"{self._pack}/rules/") and path.endswith(".cases.yaml") and rule not in self._documents.data:
                yield self._error(message("policy.orphan-cases", rule=rule.removeprefix(f"{self._pack}/")), path)

    def _quote_faults(self, path: str, source: Data) -> Iterator[PolicyError]:
        act = self._documents.data.get(act_path(self._pack, source["act"]))
        if act is None:
            yield self._error(message("policy.missing-act", act=source["act"]), path, "/source/act")
            return
        texts = {paragraph["id"]: paragraph["text"] for paragraph in cast("Data", act)["paragraphs"]}
        if source["quote"] not in texts.get(source["paragraph"], ""):
            yield self._error(message("policy.quote-not-found", paragraph=source["paragraph"]), path, "/source/quote")

    def _double_requires(self, path: str, rule: Data) -> Iterator[PolicyError]:
        seen: set[str] = set()
        for index, require in enumerate(rule["require"]):
            if require["id"] in seen:
                yield self._error(message("policy.doubled-require", id=require["id"]), path, f"/require/{index}/id")
            seen.add(require["id"])
