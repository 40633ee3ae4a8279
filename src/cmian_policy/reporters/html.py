"""One self-contained page for people who are no programmers (cli.md, "Formats"; docs/adr/0010).

Nothing is fetched and nothing runs but the page's own script: a Content-Security-Policy allows the one style and the one script
by their digests. Every value that a template prints goes through ``_neutral``, then through Jinja's escaping.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cmian_policy.messages.neutral import visible
from cmian_policy.reporters._html_run import page_view
from cmian_policy.reporters._html_voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.report import Report
    from cmian_policy.reporters import Style


_PIECE = 64  # of what a template writes at once: single words


def render(report: Report, _style: Style) -> Iterator[str]:
    """The whole page, whatever the style."""
    voice = Voice(report.lang)
    templates = _templates(voice)
    style, script = _source(templates, "page.css"), _source(templates, "page.js")
    csp = f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    page = templates.get_template("page.html").stream(page=page_view(report, voice), style=style, script=script, csp=csp)
    page.enable_buffering(_PIECE)
    yield from page
    yield "\n"


def _templates(voice: Voice) -> Environment:
    templates = Environment(
        loader=PackageLoader("cmian_policy.reporters", "page"),
        autoescape=True,
        finalize=_neutral,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    quoted = tuple(voice.line("html.quote", text="\n").split("\n"))
    templates.globals |= {"lang": voice.lang, "word": voice.words(), "quoted": quoted, "colon": voice.line("html.colon")}
    return templates


def _neutral(value: object) -> object:
    """A value as text in which no character acts; what a macro of ours made stays as it is."""
    return value if isinstance(value, Markup) else visible(str(value))


def _source(templates: Environment, name: str) -> Markup:
    """A file of ours, with the line ends that a browser's parser makes of any: its digest is over those."""
    assert templates.loader is not None  # noqa: S101 - set above
    text, _, _ = templates.loader.get_source(templates, name)
    return Markup("\n".join(text.splitlines()))  # noqa: S704 - written by us, and holds no end tag


def _digest(text: str) -> str:
    """The source expression by which a policy allows an inline text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
