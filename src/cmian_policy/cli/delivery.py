"""One text to standard output, or to a file that is never replaced unless that is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.cli.options import OneALine, option
from cmian_policy.cli.outputs import Target, write_files
from cmian_policy.cli.terminal import write_out
from cmian_policy.errors import UsageError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message

if TYPE_CHECKING:
    import click

    from cmian_policy.model.text import Lang


def delivery_options(lang: Lang, key: str) -> list[click.Parameter]:
    """``-o FILE``, whose message and environment variable are ``key``'s, and ``--force``."""
    return [
        option(lang, "-o", "--output", key=key, type=OneALine(), metavar="FILE"),
        option(lang, "--force", key="overwrite", is_flag=True),
    ]


def refuse_place(wanted: str | None, source: str, *, force: bool) -> None:
    """Raises ``UsageError`` for a file that is there already, unless forced, and always for the one that was read."""
    if wanted is None:
        return
    if wanted in {"", "-"}:
        raise UsageError(message("delivery.no-file"))
    if os.path.realpath(wanted) == os.path.realpath(source):
        raise UsageError(message("delivery.over-source"), Location(wanted))
    if os.path.lexists(wanted) and not force:
        raise UsageError(message("delivery.exists"), Location(wanted))


def deliver(text: str, wanted: str | None) -> None:
    """Writes the text, to a file all at once."""
    if wanted is None:
        write_out(text)
    else:
        write_files([(Target("", wanted, Path(os.path.realpath(wanted))), (text,))])
