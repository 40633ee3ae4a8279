"""Text that XML 1.0 can hold."""

from __future__ import annotations

import re

from cmian_policy.messages.neutral import visible

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets) and `visible` leaves: two code points that are no characters.
_ILLEGAL = re.compile("[\ufffe\uffff]")


def legal(text: str) -> str:
    """A text on one line, in which what acts or is illegal in XML shows as an escape; markup is left to the serialiser."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", visible(text))
