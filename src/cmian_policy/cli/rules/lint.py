"""``rules lint [POLICIES]``: every mistake of a policy folder, in one pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.lint import LintProblem, LintReport, lint
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import OneOf, command, option
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["policies"], required=False, metavar="[POLICIES]"),
        option(lang, "-f", "--format", key="lint_format", type=OneOf(["text", "json"]), default="text"),
    ]
    return command(lang, "lint", params, _lint)


def _lint(common: Common, values: dict[str, Any]) -> int:
    report = lint(policies_folder(values["policies"]))
    write_out(_as_json(report, common.lang) if values["format"] == "json" else _as_text(report, common))
    return EXIT_NON_COMPLIANT if report.problems else EXIT_OK


def _as_text(report: LintReport, common: Common) -> str:
    lines = [] if common.style.verbosity < 0 else [_line(problem, common.lang) for problem in report.problems]
    counts = (
        message("lint.summary.problems", count=len(report.problems)),
        message("lint.summary.files", count=report.files),
    )
    return "\n".join([*lines, " · ".join(say(count, common.lang) for count in counts), ""])


def _line(problem: LintProblem, lang: Lang) -> str:
    """``file:line:column: message  [check]``, which editors turn into a link."""
    place = f"{visible(problem.path)}:{problem.span.line}:{problem.span.column}"
    return f"{place}: {say(problem.message, lang)}  [{problem.check}]"


def _as_json(report: LintReport, lang: Lang) -> str:
    document = {
        "schema_version": "1.0",
        "files": report.files,
        "problems": [_as_data(problem, lang) for problem in report.problems],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_data(problem: LintProblem, lang: Lang) -> dict[str, str | int | None]:
    return {
        "path": problem.path,
        "line": problem.span.line,
        "column": problem.span.column,
        "check": problem.check,
        "rule": problem.rule,
        "message": say(problem.message, lang),
    }
