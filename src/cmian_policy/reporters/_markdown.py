"""Words in GitHub-flavoured Markdown: shown as they are, never markup, a link, a mention or a reference (cli.md, "Formats").

Character references are never structure (CommonMark 2.5), neither in Markdown nor in HTML inside it. They do not keep GitHub from
finding an address, a mention, an issue, an emoji or a formula in the text that results; an element around one of its characters
does, as GitHub's documentation advises for ``$``: nothing is looked for across two pieces of text.
"""

from __future__ import annotations

import re

from cmian_policy.messages.neutral import visible

_LOOKED_FOR = r"[@#$]|:(?=\S)|(?<=www)\.|(?<=gh)-(?=\d)"
_ACTING = re.compile(rf"[&<>\\`*_\[\]|!~]|(?P<span>{_LOOKED_FOR})", re.IGNORECASE)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ADDRESS = re.compile(r"https?://[\w./~%?=&;,+:@#()-]+", re.ASCII)


def words(text: str) -> str:
    """A text as words on one line, for a cell, a heading, an HTML element, or anywhere after words of ours."""
    return _ACTING.sub(_inert, visible(text))


def _inert(found: re.Match[str]) -> str:
    reference = _NAMED.get(found[0], f"&#{ord(found[0])};")
    return f"<span>{reference}</span>" if found["span"] else reference


def link(text: str, url: str | None) -> str:
    """A text of a rule that leads to an address of the rule, or the text alone where there is no plain address."""
    if url is None or not _ADDRESS.fullmatch(url):
        return words(text)
    return f"[{words(text)}](<{url.replace('&', '&amp;')}>)"
