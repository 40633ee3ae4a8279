"""Plain data as YAML text, for pages that show an excerpt of a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain


def write(data: Plain) -> str:
    """``data`` as block YAML in the order of its keys, ending in a line feed."""
    text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    return text
