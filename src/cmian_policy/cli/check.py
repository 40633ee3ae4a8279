"""``check [PATH]…``: the main job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import ChoiceALine, Common, Day, OneALine, command, option
from cmian_policy.cli.terminal import cache_folder, forget_git_settings, read_in, say, today, write_error, write_out
from cmian_policy.engine.outcome import FAIL_ON, exit_code
from cmian_policy.errors import PolicyError, UsageError
from cmian_policy.loading.manifest import READ_AT_MOST
from cmian_policy.loading.settings import refuse_configuration
from cmian_policy.model.text import message
from cmian_policy.pipeline.notes import unusable_report
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import STDIN, Options, check_bytes, check_paths
from cmian_policy.reporters import formats, render

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.model.report import Report
    from cmian_policy.model.text import Lang
    from cmian_policy.pipeline.policy import Policy


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["paths"], nargs=-1, metavar="[PATH]…"),
        option(lang, "-f", "--format", key="format", type=click.Choice(formats()), default="text"),
        option(lang, "--as-of", key="as_of", type=Day(), metavar="YYYY-MM-DD"),
        option(lang, "--policy", key="policy", multiple=True, type=OneALine(), metavar="PACK@RELEASE"),
        option(lang, "--policy-dir", key="policy_dir", type=OneALine(), metavar="PATH"),
        option(lang, "--select", key="select", multiple=True, type=OneALine(), metavar="RULE"),
        option(lang, "--fail-on", key="fail_on", multiple=True, type=ChoiceALine(FAIL_ON)),
        option(lang, "--stdin-filename", key="stdin_filename", type=OneALine(), metavar="NAME"),
        option(lang, "--no-cache", key="no_cache", is_flag=True),
        option(lang, "--offline", key="offline", is_flag=True),
    ]
    return command(lang, "check", params, _check)


def _check(common: Common, values: dict[str, Any]) -> int:
    on: date = values["as_of"] or today()
    try:
        policy = load_policy(policies_folder(values["policy_dir"]), cache_folder=None if values["no_cache"] else cache_folder())
        report = _report(policy, on, common, values)
    except PolicyError as error:
        report = unusable_report(error, on, common.lang)
    write_out(render(values["format"], report, common.style))
    shown = values["format"] == "text" and common.style.verbosity >= 0
    for note in () if shown else report.notes:
        write_error(say(message("text.note", note=note.message), common.lang))
    return exit_code(report, values["fail_on"] or ("blocking",))


def _report(policy: Policy, on: date, common: Common, values: dict[str, Any]) -> Report:
    here = Path.cwd()
    options = Options(common.lang, values["policy"], values["select"])
    paths: tuple[str, ...] = values["paths"] or (".",)
    if STDIN in paths:
        if len(paths) > 1:
            raise UsageError(message("usage.stdin-alone"))
        refuse_configuration([here])
        name = values["stdin_filename"] or "<stdin>"
        return check_bytes(read_in(READ_AT_MOST), name.replace(os.sep, "/"), policy, on, options, here=here)
    if values["stdin_filename"] is not None:
        raise UsageError(message("usage.stdin-filename-alone"))
    if "" in paths:
        raise UsageError(message("usage.empty-path"))
    refuse_configuration([here / path for path in paths])
    forget_git_settings()
    return check_paths([Path(path) for path in paths], policy, on, options, here=here)
