"""``import FORMAT FILE``: the draft of a manifest from a record of a public register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.delivery import deliver, delivery_options, refuse_place
from cmian_policy.cli.options import OneALine, OneOf, command, option
from cmian_policy.cli.terminal import read_in, say, today, write_error
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.errors import UsageError
from cmian_policy.exchange.drafting import IMPORTED, draft_manifest
from cmian_policy.exchange.places import dotted
from cmian_policy.exchange.source import MOST_BYTES
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.pipeline.run import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.cli.told import Common
    from cmian_policy.exchange.drafting import Drafted
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["form"], type=OneOf(IMPORTED), metavar="FORMAT"),
        click.Argument(["file"], metavar="FILE"),
        option(lang, "--row", key="row", type=OneALine(), metavar="N"),
        *delivery_options(lang, "import_output"),
    ]
    return command(lang, "import", params, _import)


def _import(common: Common, values: dict[str, Any]) -> int:
    name: str = values["file"]
    wanted: str | None = values["output"]
    row = _row(values["row"])
    refuse_place(wanted, name, force=values["force"])
    raw, shown = (read_in(MOST_BYTES + 1), "<stdin>") if name == STDIN else (_read(name), name)
    drafted = draft_manifest(raw, shown, values["form"], common.lang, today(), row=row)
    deliver(drafted.text, wanted)
    told = list(_told(drafted, verbose=common.style.verbosity > 0))
    for line in told[-1:] if common.style.verbosity < 0 else told:
        write_error(say(line, common.lang))
    return EXIT_OK


def _row(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 9:  # noqa: PLR2004 - no file holds a milliard records
        raise UsageError(message("import.row", value=given))
    return int(given)


def _read(name: str) -> bytes:
    try:
        with open(name, "rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(message("usage.no-such-path"), Location(name)) from error


def _told(drafted: Drafted, *, verbose: bool) -> Iterator[Message]:
    """What became of each field, and, last, how much is done."""
    draft, keeps = drafted.draft, drafted.standard.keeps or ""
    lost = [name for name in draft.unplaced if name not in draft.kept]
    if verbose:
        yield message("import.taken", fields=", ".join(f"{name} → {dotted(place)}" for name, place in draft.taken.items()))
    yield message("import.open", places=", ".join(map(dotted, draft.questions)))
    if draft.kept:
        yield message("import.kept-fields", keeps=keeps, fields=", ".join(draft.kept))
    if lost:
        yield message("import.lost", fields=", ".join(lost))
    if draft.unknown:
        yield message("import.unknown", fields=", ".join(draft.unknown))
    yield message("import.done", taken=len(draft.taken), count=len(draft.questions))
