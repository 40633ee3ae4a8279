"""The files of a register become entries that follow their contract, or every fault of every file is named in one pass.

A register is used whole or not at all: one that was tampered with, or that nobody can read in part, proves nothing
(rules.md, "The committee's register").
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import DocumentError, RegisterError
from cmian_policy.lang import register_validator, yaml
from cmian_policy.lang.cel import plus_months, timestamp
from cmian_policy.model.location import START, Location
from cmian_policy.model.problem import Problem
from cmian_policy.model.register import Entry, Register
from cmian_policy.model.text import message
from cmian_policy.model.waiver import Waiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cmian_policy.model.document import LocatedDocument
    from cmian_policy.model.register import RegisterFiles
    from cmian_policy.model.text import Message

IDENTITY = "register.yaml"
KINDS = {"opinions": "opinion", "evaluations": "evaluation", "referrals": "referral", "waivers": "waiver"}
LONGEST = 24  # months that a waiver may last
_FREE = ("README", "LICENSE", "LICENCE")  # what a repository has at its top, beside the register
_SHOWN = 12  # hex characters: enough to tell two digests apart


def read_register(
    files: RegisterFiles,
    schema: Callable[[], dict[str, Any]],
    judge: Callable[[Mapping[Waiver, Entry]], Iterable[RegisterError]],
) -> Register:
    """The register that some files make.

    ``schema`` gives its JSON Schema, called only to explain violations; ``judge`` names the waivers that the rules do not admit.
    Raises ``RegisterError`` for the first fault, with the others in its ``also``: a file that cannot be read, breaks its contract
    or has no place here, two entries of one reference, a text that is missing or changed, a waiver without end.
    """
    reading = _Reading(files, schema)
    waivers = {_waiver(entry): entry for entry in reading.entries["waiver"]}
    faults = [*files.faults, *reading.faults(), *judge(waivers)]
    if faults:
        first, *others = sorted(faults, key=_place)
        raise RegisterError(first.message, first.location, tuple(others))
    identity = reading.identity.data
    return Register(
        id=cast("str", identity["id"]),
        title=cast("str", identity["title"]),
        publisher=cast("str", identity["publisher"]),
        source=files.name,
        sha256=files.sha256,
        opinions=_by_ref(reading.entries["opinion"]),
        evaluations=_by_ref(reading.entries["evaluation"]),
        referrals=_by_ref(reading.entries["referral"]),
        waivers=waivers,
    )


def _place(fault: RegisterError) -> tuple[str, tuple[int, ...], str]:
    where = fault.location
    return (where.path, tuple(where.span or START), fault.message.key) if where is not None else ("", (), fault.message.key)


def _by_ref(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry.text("ref"): entry for entry in entries}


def _waiver(entry: Entry) -> Waiver:
    data = cast("dict[str, Any]", entry.data)
    return Waiver(
        ref=data["ref"],
        project=data["project"],
        rule=data["rule"],
        pointer=data["pointer"],
        reason=data["reason"],
        authority=data["authority"],
        exception=data.get("exception"),
        granted=date.fromisoformat(data["granted"]),
        expires=date.fromisoformat(data["expires"]),
        act=data["act"],
    )


def kind_of(path: str) -> str | None:
    """The definition that a YAML file follows, by its place in the register; None where none belongs."""
    if path == IDENTITY:
        return "register"
    folder, _, name = path.partition("/")
    return KINDS.get(folder) if "/" not in name and name.endswith(".yaml") else None


class _Reading:
    """The entries of a register by kind, those that follow their contract, and what is wrong with the files."""

    def __init__(self, files: RegisterFiles, schema: Callable[[], dict[str, Any]]) -> None:
        self._files = files
        self._schema = schema
        self._broken: list[RegisterError] = []
        self.entries: dict[str, list[Entry]] = {kind: [] for kind in ("register", *KINDS.values())}
        for path, raw in files.raw.items():
            kind = kind_of(path)
            entry = self._read(path, raw, kind) if kind is not None else None
            if kind is not None and entry is not None:
                self.entries[kind].append(entry)

    @property
    def identity(self) -> Entry:
        """The entry of ``register.yaml``; there is one wherever nothing is wrong."""
        return self.entries["register"][0]

    def _read(self, path: str, raw: bytes, kind: str) -> Entry | None:
        shown = self._files.shown(path)
        try:
            document = yaml.read(raw, shown)
            problems = _violations(document, kind, self._schema)
        except DocumentError as error:
            problems = error.problems
        else:
            if not problems:
                return Entry(document)
        self._broken += [RegisterError(problem.message, Location(shown, problem.span)) for problem in problems]
        return None

    def faults(self) -> Iterator[RegisterError]:
        """Every fault, in no order."""
        yield from self._broken
        if IDENTITY not in self._files.raw:
            yield RegisterError(message("register.no-identity"), Location(self._files.name))
        yield from self._strays()
        for entries in self.entries.values():
            yield from self._twins(entries)
        yield from self._text_faults()
        for entry in self._judgements():
            yield from _condition_faults(entry)
        for entry in self.entries["waiver"]:
            yield from _date_faults(entry)

    def _judgements(self) -> list[Entry]:
        return [*self.entries["opinion"], *self.entries["evaluation"]]

    def _texts(self) -> Iterator[tuple[Entry, str, str]]:
        """Each entry that has a text, with the path and the digest that it gives."""
        for entry in self._judgements():
            if "text" in entry.data:
                text = cast("dict[str, str]", entry.data["text"])
                yield entry, text["path"], text["sha256"]

    def _strays(self) -> Iterator[RegisterError]:
        """Files that nothing refers to: an entry in the wrong place would be passed over in silence."""
        texts = {path for _, path, _ in self._texts()}
        for path in self._files.digests:
            free = "/" not in path and path not in self._files.raw and path.startswith(_FREE)
            if kind_of(path) is None and path not in texts and not free:
                yield RegisterError(message("register.stray-file"), Location(self._files.shown(path)))

    def _twins(self, entries: list[Entry]) -> Iterator[RegisterError]:
        seen: dict[str, Entry] = {}
        for entry in entries:
            if "ref" not in entry.data:
                continue
            ref = entry.text("ref")
            first = seen.setdefault(ref, entry)
            if first is not entry:
                yield RegisterError(message("register.same-ref", ref=ref, other=first.document.path), entry.at("/ref"))

    def _text_faults(self) -> Iterator[RegisterError]:
        """A text must be a file of this register, by its very path in it, with the bytes of its digest."""
        for entry, path, recorded in self._texts():
            actual = self._files.digests.get(path)
            if actual is None:
                yield RegisterError(message("register.no-text", path=path), entry.at("/text/path"))
            elif actual != recorded:
                what = message("register.changed-text", path=path, recorded=recorded[:_SHOWN], actual=actual[:_SHOWN])
                yield RegisterError(what, entry.at("/text/sha256"))


def _violations(document: LocatedDocument, kind: str, schema: Callable[[], dict[str, Any]]) -> tuple[Problem, ...]:
    try:
        getattr(register_validator, f"validate___defs_{kind}")(document.data)
    except register_validator.JsonSchemaValueException:
        from cmian_policy.lang.jsonschema import explain  # noqa: PLC0415 - a good register never pays for it

        contract = schema()
        found = explain(document, {**contract["$defs"][kind], "$defs": contract["$defs"]})
        return found or (Problem(message("manifest.disagreement"), START),)
    return ()


def _condition_faults(entry: Entry) -> Iterator[RegisterError]:
    seen: set[str] = set()
    for index, condition in enumerate(cast("list[dict[str, str]]", entry.data.get("conditions", []))):
        if condition["id"] in seen:
            yield RegisterError(message("register.same-condition", id=condition["id"]), entry.at(f"/conditions/{index}/id"))
        seen.add(condition["id"])


def _date_faults(entry: Entry) -> Iterator[RegisterError]:
    waiver = _waiver(entry)
    last = plus_months(timestamp(waiver.granted), LONGEST).date()
    if waiver.expires < waiver.granted:
        yield RegisterError(_dated("register.ends-before", waiver.granted), entry.at("/expires"))
    elif waiver.expires > last:
        yield RegisterError(_dated("register.too-long", last), entry.at("/expires"))


def _dated(key: str, day: date) -> Message:
    return message(key, date=day.isoformat())
