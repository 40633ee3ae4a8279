"""``register verify [PATH]``: every fault of a register, and what in it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.chosen import chosen_packs, chosen_register
from cmian_policy.cli.options import Day, OneALine, command, option
from cmian_policy.cli.rules.layout import as_json, as_text, format_option
from cmian_policy.cli.terminal import cache_folder, say, today, write_out
from cmian_policy.engine.outcome import EXIT_OK, EXIT_UNUSABLE
from cmian_policy.errors import RegisterError, UsageError
from cmian_policy.messages import render
from cmian_policy.model.text import message
from cmian_policy.pipeline.register import ending, load_register

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.cli.told import Common
    from cmian_policy.model.location import Location
    from cmian_policy.model.register import Register
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.text import Lang, Message
    from cmian_policy.pipeline.assembly import Packs
    from cmian_policy.pipeline.register import Ending


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["path"], required=False, metavar="[PATH]"),
        format_option(lang, "verify_format"),
        option(lang, "--as-of", key="as_of", type=Day(), metavar="YYYY-MM-DD"),
        option(lang, "--policy-dir", key="policy_dir", type=OneALine(), metavar="PATH"),
    ]
    return command(lang, "verify", params, _verify, "register_verify")


def _verify(common: Common, values: dict[str, Any]) -> int:
    on: date = values["as_of"] or today()
    policy = chosen_packs(values["policy_dir"], common.settings, cache_folder())
    try:
        register = _register(values["path"], common.settings, policy)
    except RegisterError as error:
        if values["format"] == "text":
            raise  # the faults are for standard error, as those of rules are
        write_out(as_json({**_head(None, on), "faults": _faults(error, common.lang), "ending": []}))
        return EXIT_UNUSABLE
    ends = ending(register, on)
    if values["format"] == "json":
        found = [_entry(each, common.lang) for each in ends]
        write_out(as_json({**_head(register, on), "faults": [], "ending": found}))
    else:
        lines = [_line(each) for each in ends] if common.style.verbosity >= 0 else []
        write_out(as_text(say(line, common.lang) for line in [*lines, _summary(register, on)]))
    return EXIT_OK


def _register(wanted: str | None, settings: Settings, policy: Packs) -> Register:
    """The register in the folder named, else the one that the configuration names, as a check would read it."""
    if wanted == "":
        raise UsageError(message("usage.empty-path"))
    configured = chosen_register(None, settings, policy) if wanted is None else None
    return configured if configured is not None else load_register(wanted or ".", policy, strict=True)


def _said(each: Ending) -> Message:
    kind = message(f"register.kind.{each.kind}")
    key = "register.expired" if each.expired else "register.expires"
    return message(key, kind=kind, ref=each.ref, project=each.project, date=each.last.isoformat())


def _line(each: Ending) -> Message:
    return message("register.at", place=str(each.place), what=_said(each))


def _summary(register: Register, on: date) -> Message:
    return message(
        "register.summary",
        title=register.title,
        id=register.id,
        date=on.isoformat(),
        opinions=message("register.count.opinion", count=len(register.opinions)),
        evaluations=message("register.count.evaluation", count=len(register.evaluations)),
        referrals=message("register.count.referral", count=len(register.referrals)),
        waivers=message("register.count.waiver", count=len(register.waivers)),
    )


def _head(register: Register | None, on: date) -> dict[str, Any]:
    known = None
    if register is not None:
        known = {**register.used._asdict(), "title": register.title, "publisher": register.publisher}
    return {"evaluated_on": on.isoformat(), "register": known}


def _faults(error: RegisterError, lang: Lang) -> list[dict[str, Any]]:
    return [{**_place(each.location), "message": render(each.message, lang)} for each in (error, *error.also)]


def _entry(each: Ending, lang: Lang) -> dict[str, Any]:
    fields = {"kind": each.kind, "ref": each.ref, "project": each.project, "date": each.last.isoformat(), "expired": each.expired}
    return {**fields, **_place(each.place), "message": render(_said(each), lang)}


def _place(location: Location | None) -> dict[str, Any]:
    span = location.span if location is not None else None
    return {
        "path": location.path if location is not None else None,
        "line": span.line if span is not None else None,
        "column": span.column if span is not None else None,
    }
