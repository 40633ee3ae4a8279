"""``rules test [POLICIES]``: proves that each rule bites, and that each of its conditions is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.prove import prove
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import OneALine, OneOf, command, option
from cmian_policy.cli.progress import progress_bar
from cmian_policy.cli.rules.test_formats import FORMATS
from cmian_policy.cli.terminal import write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from cmian_policy.authoring.prove import Proof
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["policies"], required=False, metavar="[POLICIES]"),
        option(lang, "--rule", key="rule", multiple=True, type=OneALine(), metavar="RULE"),
        option(lang, "--no-mutation", key="no_mutation", is_flag=True),
        option(lang, "-f", "--format", key="test_format", type=OneOf(list(FORMATS)), default="text"),
    ]
    return command(lang, "test", params, _test)


def _test(common: Common, values: dict[str, Any]) -> int:
    proof = _prove(common, values)
    write_out(FORMATS[values["format"]](proof, common))
    return EXIT_OK if proof.sound else EXIT_NON_COMPLIANT


def _prove(common: Common, values: dict[str, Any]) -> Proof:
    policy = load_policy(policies_folder(values["policies"]), with_cases=True)
    with progress_bar(wanted=common.style.verbosity >= 0) as show:
        return prove(
            policy,
            values["rule"],
            mutation=not values["no_mutation"],
            progress=lambda version, done, total: show(f"{version.id} v{version.version}", done, total),
        )
