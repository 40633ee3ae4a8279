"""``rules test [POLICIES]``: proves that each rule bites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.cases import CasesReport, run_cases
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import Common, OneALine, command, option
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["policies"], required=False, metavar="[POLICIES]"),
        option(lang, "--rule", key="rule", multiple=True, type=OneALine(), metavar="RULE"),
        option(lang, "-f", "--format", key="test_format", type=click.Choice(["text", "json"]), default="text"),
    ]
    return command(lang, "test", params, _test)


def _test(common: Common, values: dict[str, Any]) -> int:
    policy = load_policy(policies_folder(values["policies"]), with_cases=True)
    report = run_cases(policy, values["rule"])
    write_out(_as_json(report, common.lang) if values["format"] == "json" else _as_text(report, common))
    return EXIT_NON_COMPLIANT if report.failures else EXIT_OK


def _as_text(report: CasesReport, common: Common) -> str:
    lines = [f"✗ {say(fault, common.lang)}" for fault in report.failures]
    if common.style.verbosity > 0:
        lines += [f"✓ {case.rule} v{case.version} · {case.name}" for case in report.cases if not case.faults]
    return "\n".join([*([] if common.style.verbosity < 0 else lines), _summary(report, common.lang), ""])


def _summary(report: CasesReport, lang: Lang) -> str:
    parts: list[Message] = [
        message("rules.summary.passed", count=report.passed),
        message("rules.summary.failed", count=len(report.failures)),
        message("rules.summary.rules", count=report.rules),
    ]
    return " · ".join(say(part, lang) for part in parts)


def _as_json(report: CasesReport, lang: Lang) -> str:
    document = {
        "schema_version": "1.0",
        "rules": report.rules,
        "passed": report.passed,
        "failures": [say(fault, lang) for fault in report.failures],
        "cases": [
            {
                "rule": case.rule,
                "version": case.version,
                "path": case.path,
                "name": case.name,
                "passed": not case.faults,
                "faults": [say(fault, lang) for fault in case.faults],
            }
            for case in report.cases
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
