"""What click raises, in our words."""

from __future__ import annotations

import click

from cmian_policy.cli.options import parameter_name
from cmian_policy.model.text import Message, message


def refusal(error: Exception) -> Message | None:
    """What click's commonest refusals mean; None for an error that is none of its own."""
    match error:
        case click.NoSuchOption():
            near = ", ".join(error.possibilities or ())
            return message("usage.no-such-option-near" if near else "usage.no-such-option", option=error.option_name, near=near)
        case click.BadOptionUsage():
            return message("usage.option-value", option=error.option_name)
        case click.MissingParameter():
            return message("usage.missing", name=parameter_name(error.param))
        case click.ClickException():
            return message("usage.other", detail=error.format_message())
        case _:
            return None


def is_interruption(error: Exception) -> bool:
    """Whether it is what click makes of Ctrl-C."""
    return isinstance(error, click.Abort)
