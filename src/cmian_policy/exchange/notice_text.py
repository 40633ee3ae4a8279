"""The notice for citizens as Markdown and as one self-contained accessible page.

What a manifest holds is hostile (cli.md, "Formats"). In Markdown its words are never links. In the page an address is a link that
shows where it leads; nothing is fetched and nothing runs, and a Content-Security-Policy allows the one style by its digest.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message
from cmian_policy.reporters._markdown import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.exchange.notice import Line, Notice


def as_markdown(notice: Notice) -> str:
    """The notice as Markdown, ending in a line feed."""
    return "\n".join(_markdown(notice)) + "\n"


def _markdown(notice: Notice) -> Iterator[str]:
    yield f"# {words(notice.title)}"
    yield ""
    yield words(notice.service)
    yield ""
    yield f"> **{words(notice.mention.label)}**"
    for phrase in notice.mention.phrases:
        yield ">"
        yield f"> {_quoted(phrase.text, notice)}"
    for part in notice.parts:
        yield ""
        yield f"## {words(part.title)}"
        yield ""
        for line in part.lines:
            yield from _item(line, notice)
    yield ""
    yield "---"
    for closing in notice.closing:
        yield ""
        yield words(closing)


def _item(line: Line, notice: Notice) -> Iterator[str]:
    """A label and its words behind it; several stand below it, each behind words of ours, so that none begins a structure."""
    titled = message("exchange.titled", title=f"**{words(line.label)}**", text="")
    if len(line.phrases) == 1:
        yield f"- {say(titled, notice.lang)}{words(line.phrases[0].text)}"
        return
    yield f"- {say(titled, notice.lang).rstrip()}"
    yield from (f"  - {_quoted(phrase.text, notice)}" for phrase in line.phrases)


def _quoted(text: str, notice: Notice) -> str:
    return say(message("notice.quote", text=words(text)), notice.lang)


def as_html(notice: Notice) -> str:
    """The notice as a page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only for pages
    from markupsafe import Markup  # noqa: PLC0415

    def neutral(value: object) -> object:
        return value if isinstance(value, Markup) else visible(str(value))

    templates = Environment(
        loader=PackageLoader("cmian_policy.exchange", "page"),
        autoescape=True,
        finalize=neutral,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "\n".join(resources.files(__package__).joinpath("page", "notice.css").read_text(encoding="utf-8").splitlines())
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = templates.get_template("notice.html").render(notice=notice, style=Markup(style), policy=policy)  # noqa: S704 - written by us
    return f"{page.strip()}\n"
