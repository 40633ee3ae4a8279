"""What a public standard asks and where the manifest says it: the files of ``mappings/``, one a standard.

The file of a standard holds ``standard`` (its name), ``kind`` (``json`` or ``csv``), ``keeps`` (the ``x-`` key of a manifest that
holds what only this standard knows; none for a standard that is only read), ``texts`` (the language of its texts, where it is
always the same) and ``fields``, in the order of the standard. The keys of a field:

required    the standard requires it
fill        it may say "not given", where it is a text that nobody answered
at          the place in the manifest that means the same: a JSON Pointer, ``*`` for each item of a list (one item a line)
prose       the places that make up its text, written only: a mapping or a list stands for all that it holds, or, behind a
            space each, for those keys only
choose      values by what the manifest says: the first whose ``when`` holds (each place one of the values)
into        the place that its text goes to when it is read, where that is not ``at``
items       a list of mappings, read only: ``at``, and the key of the manifest for each ``keys`` of the record
values      the value of the standard for each value of the manifest
reads       further values of the standard, or other ways to write them, and what they mean in the manifest
hints       the places whose question shows what the record says, where it cannot be taken over as it is
asks        the place whose answer a choice waits for
allowed     the only values of the standard
max         the most characters
form        ``url``, ``email``, ``date``, ``month``, ``uuid``, or ``list`` (of texts)
const       its one value
usual       its value where the manifest's ``keeps`` does not hold another
dated       the date of the record: ``always``, or ``first``: only where ``keeps`` holds none
headers     other names of the field (case, accents and punctuation do not count)
silent      values that say nothing that a manifest can hold
key         the field that a table must have
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.lang import yaml
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmian_policy.model.document import Plain


class Choice(NamedTuple):
    """A value, and at each place the values that call for it."""

    value: str
    when: Mapping[str, tuple[Plain, ...]]


class Items(NamedTuple):
    """Where a list of mappings goes: the key of the manifest for each key of the record."""

    at: str
    keys: Mapping[str, str]


class Field(NamedTuple):
    """One field of a standard; the module says what each part means."""

    name: str
    required: bool = False
    fill: bool = False
    at: str | None = None
    prose: tuple[str, ...] = ()
    choose: tuple[Choice, ...] = ()
    into: str | None = None
    items: Items | None = None
    values: Mapping[str, str] = {}
    reads: Mapping[str, str] = {}
    hints: tuple[str, ...] = ()
    asks: str | None = None
    allowed: tuple[str, ...] = ()
    max: int | None = None
    form: str | None = None
    const: str | None = None
    usual: str | None = None
    dated: str | None = None
    headers: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    key: bool = False

    @property
    def target(self) -> str | None:
        """The place in the manifest that its value goes to when it is read."""
        return self.into or self.at


class Standard(NamedTuple):
    """A public standard: its fields in order, and what the module says of a file."""

    name: str
    kind: str
    fields: tuple[Field, ...]
    keeps: str | None = None
    texts: str | None = None

    def field(self, name: str) -> Field | None:
        """The field of that very name."""
        return next((field for field in self.fields if field.name == name), None)


@cache
def load(name: str) -> Standard:
    """The standard of ``mappings/<name>.yaml``."""
    file = f"{name}.yaml"
    raw = resources.files(__package__).joinpath("mappings", file).read_bytes()
    data = cast("dict[str, Any]", yaml.read(raw, file).data)
    fields = tuple(_field(key, held) for key, held in data["fields"].items())
    return Standard(data["standard"], data["kind"], fields, data.get("keeps"), data.get("texts"))


def _field(name: str, held: dict[str, Any]) -> Field:
    made: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in held.items()}
    if "choose" in held:
        made["choose"] = tuple(Choice(each["value"], _when(each["when"])) for each in held["choose"])
    if "items" in held:
        made["items"] = Items(**held["items"])
    return Field(name, **made)


def _when(held: dict[str, list[Plain]]) -> dict[str, tuple[Plain, ...]]:
    return {place: tuple(values) for place, values in held.items()}
