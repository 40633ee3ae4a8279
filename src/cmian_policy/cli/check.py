"""``check [PATH]…``: the main job."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from cmian_policy.cli.chosen import chosen_packs, chosen_register
from cmian_policy.cli.configuration import scope_of
from cmian_policy.cli.parameters import CHECK
from cmian_policy.cli.progress import progress_bar
from cmian_policy.cli.terminal import (
    cache_folder,
    forget_git_settings,
    processors,
    read_in,
    say,
    today,
    write_error,
    write_pieces,
)
from cmian_policy.engine.outcome import exit_code
from cmian_policy.errors import PolicyError, RegisterError, UsageError
from cmian_policy.loading.manifest import READ_AT_MOST
from cmian_policy.model.report import RegisterUsed
from cmian_policy.model.text import message
from cmian_policy.pipeline.notes import unusable_report
from cmian_policy.pipeline.run import STDIN, Options, check_bytes, check_paths
from cmian_policy.reporters import Style, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import click

    from cmian_policy.cli.outputs import Target
    from cmian_policy.cli.told import Common
    from cmian_policy.model.report import Report
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.text import Lang
    from cmian_policy.pipeline.assembly import Packs


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    from cmian_policy.cli.options import command  # noqa: PLC0415 - a plain ``check`` does without click

    return command(lang, "check", parameters(lang), check)


def parameters(lang: Lang) -> list[click.Parameter]:
    """What the command takes beside the common options."""
    import click  # noqa: PLC0415 - as above

    from cmian_policy.cli.options import declared  # noqa: PLC0415 - as above

    return [click.Argument(["paths"], nargs=-1, metavar="[PATH]…"), *(declared(lang, each) for each in CHECK)]


def check(common: Common, values: dict[str, Any]) -> int:
    """Checks, reports, and answers with the exit code; ``values`` holds the parameters by name."""
    on: date = values["as_of"] or today()
    wanted = _targets(values, common.settings)
    fails = fail_on(values["fail_on"], common.settings)
    try:
        report = judged(common, values, on)
    except (PolicyError, RegisterError) as error:
        report = unusable_report(error, on, common.lang, _unread_register(values["register"], common.settings))
    _deliver(report, values["format"], wanted, common)
    shown = values["format"] == "text" and common.style.verbosity >= 0
    for note in () if shown else report.notes:
        write_error(say(message("text.note", note=note.message), common.lang))
    return exit_code(report, fails)


def judged(common: Common, values: dict[str, Any], on: date) -> Report:
    """The report of a run. Raises ``UsageError``; ``PolicyError`` or ``RegisterError`` where there is nothing to judge with."""
    policy = chosen_packs(values["policy_dir"], common.settings, None if values["no_cache"] else cache_folder())
    return _report(policy, on, common, values)


def fail_on(given: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """What makes the command fail. Raises ``UsageError`` for "never" beside anything else: the weaker would win unsaid."""
    if "never" in given and len(given) > 1:
        raise UsageError(message("usage.fail-on-never"))
    return given or ((settings.fail_on,) if settings.fail_on else ("blocking",))


def _unread_register(wanted: str | None, settings: Settings) -> RegisterUsed:
    """What a report can say of the register when there was nothing to judge with: that one was to be looked into."""
    named = settings.register.source if settings.register is not None else None
    return RegisterUsed(wanted is not None or named is not None, source=wanted or named)


def _targets(values: dict[str, Any], settings: Settings) -> tuple[Target, ...]:
    """Where reports go, none of them over an input of the run: that is settled before anything is judged."""
    if not values["output"]:
        return ()
    from cmian_policy.cli.outputs import refuse_overwriting, targets  # noqa: PLC0415 - a hook writes no file

    wanted = targets(values["output"])
    files = [*(path for path in values["paths"] if not os.path.isdir(path)), settings.file or ""]
    folders = [values["register"], values["policy_dir"], *_folders(settings)]
    refuse_overwriting(wanted, filter(None, files), filter(None, folders))
    return wanted


def _folders(settings: Settings) -> Iterator[str]:
    """The folders that a configuration takes packs or the register from."""
    specs = (*settings.packs, settings.register) if settings.register is not None else settings.packs
    home = os.path.dirname(settings.file or "")
    yield from (os.path.join(home, spec.source) for spec in specs if spec.kind == "folder")


def _deliver(report: Report, form: str, wanted: tuple[Target, ...], common: Common) -> None:
    """The reports, files first: when one of them cannot be written, standard output stays empty."""
    if wanted or form == "github":
        from cmian_policy.cli.outputs import deliver_files  # noqa: PLC0415 - as above

        deliver_files(report, form, wanted, Style(max(0, common.style.verbosity)))  # a file is for readers, never quiet
    write_pieces(render(form, report, common.style))


def _report(policy: Packs, on: date, common: Common, values: dict[str, Any]) -> Report:
    here = os.getcwd()
    register = chosen_register(values["register"], common.settings, policy)
    options = Options(
        common.lang,
        values["policy"],
        values["select"],
        scope_of(common.settings, here),
        values["since"],
        register,
        common.settings.chosen,
        values["jobs"] or processors(),
        None if values["no_cache"] else cache_folder(),
    )
    paths: tuple[str, ...] = values["paths"] or (".",)
    if STDIN in paths:
        if len(paths) > 1:
            raise UsageError(message("usage.stdin-alone"))
        if values["since"] is not None:
            raise UsageError(message("usage.since-stdin"))
        name = values["stdin_filename"] or "<stdin>"
        return check_bytes(read_in(READ_AT_MOST), name.replace(os.sep, "/"), policy, on, options, here=here)
    if values["stdin_filename"] is not None:
        raise UsageError(message("usage.stdin-filename-alone"))
    if "" in paths:
        raise UsageError(message("usage.empty-path"))
    forget_git_settings()
    with progress_bar(wanted=common.style.verbosity >= 0) as show:
        doing = say(message("progress.check"), common.lang)
        watch = partial(show, doing)
        return check_paths(paths, policy, on, options, here=here, watch=watch)
