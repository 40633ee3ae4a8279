"""What the conditions of a release can read of a manifest: the rest of a long one need not be converted for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.model.document import Plain

# A key of a map. What is called, be it after a comment, is a function of that name.
_FIELD = r"\s*\.\s*\??\s*([A-Za-z_]\w*+)(?!\s*[(/])"
_MANIFEST = re.compile(rf"\bmanifest\b(?:{_FIELD}(?:{_FIELD})?)?")


class Reads(NamedTuple):
    """The sections of a manifest that some conditions may read, each with the keys in it; None for all of them."""

    sections: dict[str, frozenset[str] | None] | None

    @classmethod
    def of(cls, conditions: Iterable[str]) -> Reads:
        """What some conditions may read. Whatever is not plainly ``manifest.section.key`` counts as reading the whole of it."""
        sections: dict[str, frozenset[str] | None] = {}
        for condition in conditions:
            for section, key in _MANIFEST.findall(condition):
                if not section:
                    return cls(None)
                known = sections.get(section, frozenset())
                sections[section] = None if known is None or not key else known | {key}
        return cls(sections)

    def narrowed(self, data: dict[str, Plain]) -> dict[str, Plain]:
        """A manifest without what no condition reads."""
        if self.sections is None:
            return data
        return {name: _kept(value, self.sections[name]) for name, value in data.items() if name in self.sections}


def _kept(value: Plain, keys: frozenset[str] | None) -> Plain:
    if keys is None or not isinstance(value, dict):
        return value
    return {key: held for key, held in value.items() if key in keys}
