"""``rules list [POLICIES]``: every version of every rule in one table."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.changes import basis_name
from cmian_policy.authoring.history import Entry, listing
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import as_json, as_text, format_option, levels, policies_argument, table
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "list", [policies_argument(), format_option(lang, "list_format")], _list)


def _list(common: Common, values: dict[str, Any]) -> int:
    entries = listing(load_policy(policies_folder(values["policies"])))
    as_asked = _as_json if values["format"] == "json" else _as_text
    write_out(as_asked(entries, common.lang))
    return EXIT_OK


def _as_text(entries: Sequence[Entry], lang: Lang) -> str:
    return as_text(line for pack, held in groupby(entries, lambda entry: entry.pack) for line in [*_pack(list(held), lang), ""])


def _pack(entries: list[Entry], lang: Lang) -> Iterator[str]:
    pack = entries[0].pack
    yield say(message("list.pack", pack=pack.id, title=pack.title), lang)
    head = (message("list.id"), message("list.version"), message("list.basis"), message("list.level"), message("list.from"))
    yield from table(
        [*(say(each, lang) for each in head), say(message("list.title"), lang)], [_row(each, lang) for each in entries]
    )


def _row(entry: Entry, lang: Lang) -> list[str]:
    rule = entry.rule
    start = entry.start.isoformat() if entry.start is not None else say(message("list.draft"), lang)
    basis, level = say(basis_name(rule), lang), levels(rule.level, lang)
    return [rule.id, str(rule.version), basis, level, start, say(rule.title, lang)]


def entry_data(entry: Entry, lang: Lang) -> dict[str, Any]:
    """A version as JSON."""
    rule = entry.rule
    return {
        "id": rule.id,
        "version": rule.version,
        "pack": entry.pack.id,
        "basis": rule.basis,
        "level": {
            "default": rule.level.default,
            "by_status": dict(rule.level.by_status),
            "schedule": [{"from": each.start.isoformat(), "level": each.level} for each in rule.level.schedule],
        },
        "in_force_from": _day(entry.start),
        "in_force_until": _day(entry.end),
        "releases": [
            {
                "release": each.id,
                "in_force_from": each.in_force_from.isoformat(),
                "published": _day(each.published),
                "draft": each.draft,
                "reconstructed": each.reconstructed,
            }
            for each in entry.releases
        ],
        "title": rule.title.get(lang),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _as_json(entries: Sequence[Entry], lang: Lang) -> str:
    return as_json({"rules": [entry_data(entry, lang) for entry in entries]})
