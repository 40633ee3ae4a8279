"""Whether what a run would rest on works: the validator of manifests, each source of rules, the register."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmian_policy.errors import CmianPolicyError
from cmian_policy.lang import manifest_validator
from cmian_policy.model.origin import Origin
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.assembly import require_pack, source_policy
from cmian_policy.pipeline.policy import load_policy, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from cmian_policy.model.pack import Pack
    from cmian_policy.model.register import Register
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.source import SourceFiles, SourceSpec
    from cmian_policy.model.text import Message


class Diagnosis(NamedTuple):
    """Something that was tried, in words, and whether it works."""

    what: Message
    works: bool = True


def required_fields() -> Diagnosis:
    """Whether the validator of manifests bites: a complete manifest passes, and fails without each of the required fields."""
    whole = _complete_manifest()
    places = tuple(_required(schema("ai-manifest"), ()))
    missed = [place for place in places if manifest_validator.accepts(_without(whole, place))]
    works = manifest_validator.accepts(whole) and bool(places) and not missed
    return Diagnosis(message("doctor.required-fields", count=len(places) - len(missed), total=len(places)), works)


def _complete_manifest() -> dict[str, Any]:
    """The smallest manifest that the schema accepts, made from the schema itself."""
    made: dict[str, Any] = _sample(schema("ai-manifest"))
    return made


def _sample(rule: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    rule = _resolved(rule)
    if "anyOf" in rule:
        return _sample(rule["anyOf"][0])
    if "const" in rule or "enum" in rule:
        return rule.get("const", rule.get("enum", [None])[0])
    match rule.get("type"):
        case "object":
            return {key: _sample(rule["properties"][key]) for key in rule["required"]}
        case "array":
            return [_sample(rule["items"])]
        case "boolean":
            return False
        case _:
            return "a@b.example" if rule.get("x-kind") == "contact" else "essai"


def _required(rule: dict[str, Any], place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each required leaf."""
    rule = _resolved(rule)
    if not rule.get("required"):
        yield place
    for key in rule.get("required", ()):
        yield from _required(rule["properties"][key], (*place, key))


def _resolved(rule: dict[str, Any]) -> dict[str, Any]:
    name = str(rule.get("$ref", "")).removeprefix("#/$defs/")
    held: dict[str, Any] = {**schema("ai-manifest")["$defs"][name], **rule} if name else rule
    return held


def _without(whole: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    data = deepcopy(whole)
    holder = data
    for key in place[:-1]:
        holder = holder[key]
    del holder[place[-1]]
    return data


def packs_in_use(
    wanted: str | None, settings: Settings, on: date, held: Callable[[Settings], Mapping[str, SourceFiles]]
) -> Iterator[Diagnosis]:
    """Each pack that a check would use, read anew; ``wanted`` is the folder that the operator names instead.

    ``held`` gives what git holds of the packs of a configuration, and raises ``PolicyError`` as it does for a check.
    """
    if wanted is None and settings.packs:
        for spec in settings.packs:
            yield _configured(spec, settings._replace(packs=(spec,)), on, held)
        return
    try:
        policy = load_policy(None if wanted is None else Path(wanted))
    except CmianPolicyError as error:
        yield _unusable(wanted or "bundled", error)
        return
    yield from (_usable(pack, policy.origin(pack), on) for pack in policy.packs)


def _configured(
    spec: SourceSpec, settings: Settings, on: date, held: Callable[[Settings], Mapping[str, SourceFiles]]
) -> Diagnosis:
    try:
        policy = source_policy(spec, settings, held(settings).get(spec.id), cache_folder=None)
        pack = require_pack(policy, spec)
    except CmianPolicyError as error:
        return _unusable(spec.id, error)
    return _usable(pack, policy.origin(pack), on)


def register_in_use(name: str, load: Callable[[], Register | None]) -> Diagnosis:
    """The register that a check would look into; ``load`` reads it as a check does."""
    try:
        register = load()
    except CmianPolicyError as error:
        return _unusable(name, error)
    if register is None:
        return Diagnosis(message("doctor.no-register"))
    entries = sum(len(kind) for kind in (register.opinions, register.evaluations, register.referrals, register.waivers))
    proof = _proof(Origin(register.source, register.commit, register.signed))
    return Diagnosis(message("doctor.register", id=register.id, source=register.source, proof=proof, count=entries))


def _usable(pack: Pack, origin: Origin, on: date) -> Diagnosis:
    """A pack that can be read. One without a release in force judges nothing, which the command is asked to find out."""
    release = pack.in_force(on)
    if release is None:
        what = message("doctor.no-release", pack=pack.id, source=_place(origin), date=on.isoformat())
        return Diagnosis(what, works=False)
    what = message(
        "doctor.pack",
        pack=pack.id,
        source=_place(origin),
        proof=_proof(origin),
        count=len(pack.releases),
        release=release.id,
        date=on.isoformat(),
    )
    return Diagnosis(what)


def _place(origin: Origin) -> Message | str:
    return message("doctor.bundled") if origin.source == "bundled" else origin.source


def _proof(origin: Origin) -> Message | str:
    """What git says of a source; nothing of one that does not come from git."""
    if origin.commit is None:
        return ""
    return message("doctor.signed" if origin.signed else "doctor.commit", commit=origin.commit[:12])


def _unusable(name: str, error: CmianPolicyError) -> Diagnosis:
    where = f"{error.location}: " if error.location is not None and str(error.location) != name else ""
    return Diagnosis(message("doctor.unusable", id=name, where=where, cause=error.message), works=False)
