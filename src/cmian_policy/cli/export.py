"""``export FORMAT [PATH]``: the record of a manifest for a public register, or the notice for citizens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.delivery import deliver, delivery_options, refuse_place
from cmian_policy.cli.options import Day, OneOf, command, option
from cmian_policy.cli.terminal import read_in, say, today, write_error
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.errors import UsageError
from cmian_policy.exchange.places import get
from cmian_policy.exchange.record import LANG
from cmian_policy.exchange.recording import NOTICES, RECORDS, write_notice, write_record
from cmian_policy.loading.manifest import READ_AT_MOST, cross_check, read_bytes, read_file
from cmian_policy.model.location import Location
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import schema
from cmian_policy.pipeline.run import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cmian_policy.cli.told import Common
    from cmian_policy.exchange.record import Record
    from cmian_policy.exchange.recording import Recorded
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["form"], type=OneOf(sorted((*RECORDS, *NOTICES))), metavar="FORMAT"),
        click.Argument(["path"], default=".", metavar="[PATH]"),
        option(lang, "--as-of", key="export_date", type=Day(), metavar="YYYY-MM-DD"),
        *delivery_options(lang, "export_output"),
    ]
    return command(lang, "export", params, _export)


def _export(common: Common, values: dict[str, Any]) -> int:
    form: str = values["form"]
    wanted: str | None = values["output"]
    on: date = values["as_of"] or today()
    manifest = _manifest(values["path"])
    refuse_place(wanted, manifest.path, force=values["force"])
    if not manifest.readable:
        return _refused(manifest, common.lang)
    if form in NOTICES:
        deliver(write_notice(manifest.data, form, common.lang, on), wanted)
        _tell(_told_of_notice(manifest), common)
        return EXIT_OK
    recorded = write_record(manifest.data, form, on)
    if recorded.record.open:
        return _unwritten(manifest, recorded.record, common.lang)
    deliver(recorded.text, wanted)
    _tell(_told(recorded), common)
    return EXIT_OK


def _manifest(name: str) -> Manifest:
    """The manifest that a path names, or that its folder holds."""
    if name == STDIN:
        return read_bytes(read_in(READ_AT_MOST), "<stdin>", lambda: schema("ai-manifest"))
    if not os.path.lexists(name):
        raise UsageError(message("usage.no-such-path"), Location(name))
    path = Path(name)
    if path.is_dir():
        held = [path / each for each in FILENAMES if os.path.lexists(path / each)]
        if not held:
            raise UsageError(message("export.no-manifest", names=", ".join(FILENAMES)), Location(name))
        path = held[0]
    manifest = read_file(path, path.as_posix(), lambda: schema("ai-manifest"))
    return cross_check([manifest], os.path.lexists)[0]


def _refused(manifest: Manifest, lang: Lang) -> int:
    for problem in (*manifest.syntax, *manifest.schema):
        place = str(Location(manifest.path, problem.span))
        write_error(say(message("register.at", place=place, what=problem.message), lang))
    write_error(say(message("export.invalid"), lang))
    return EXIT_NON_COMPLIANT


def _unwritten(manifest: Manifest, record: Record, lang: Lang) -> int:
    for missing in record.open:
        span = manifest.document.locate(missing.place) if manifest.document is not None else None
        place = str(Location(manifest.path, span))
        write_error(say(message("register.at", place=place, what=missing.why), lang))
    write_error(say(message("export.refused"), lang))
    return EXIT_NON_COMPLIANT


def _tell(lines: Iterator[Message], common: Common) -> None:
    told = list(lines)
    for line in told[-1:] if common.style.verbosity < 0 else told:
        write_error(say(line, common.lang))


def _told(recorded: Recorded) -> Iterator[Message]:
    """What the record does not say as the manifest does, and, last, how much it says."""
    record, standard = recorded.record, recorded.standard
    changed = {
        "export.kept": record.told("kept"),
        "export.deduced": record.told("deduced"),
        "export.approximate": [name for name, value in record.values.items() if value.approximate],
        "export.shortened": [name for name, value in record.values.items() if value.shortened],
        "export.filled": record.told("filled"),
        "export.lost": record.lost,
    }
    for key, names in changed.items():
        if names:
            yield message(key, names=", ".join(names))
    if standard.texts not in {None, LANG}:
        yield message("export.language", lang=standard.texts or "")
    yield message("export.done", standard=standard.name, said=_said(record), lost=record.losses)


def _said(record: Record) -> int:
    return sum(value.how != "filled" for value in record.values.values())


def _told_of_notice(manifest: Manifest) -> Iterator[Message]:
    if get(manifest.data, "/transparency/disclosure/text/fr") is None:
        yield message("export.no-mention")
