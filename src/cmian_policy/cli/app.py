"""The entry point: finds the command, and is the one place where an error becomes words and an exit code (cli.md)."""

from __future__ import annotations

import os
import sys
from itertools import takewhile
from typing import TYPE_CHECKING

from cmian_policy import __version__
from cmian_policy.cli.parameters import CHECK, COMMON
from cmian_policy.cli.plain import values_of
from cmian_policy.cli.terminal import say, write_error, write_out
from cmian_policy.cli.told import RunState, common_of
from cmian_policy.engine.outcome import EXIT_BUG, EXIT_OK, EXIT_UNUSABLE, EXIT_USAGE
from cmian_policy.errors import CmianPolicyError, PolicyError, RegisterError, SourceError, UsageError
from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.cli.options import Group
    from cmian_policy.model.text import Lang, Message

_INTERRUPTED = 130
_COMMANDS = (
    *("check", "completion", "doctor", "explain", "export", "fix", "import", "init", "policy", "register", "rules", "schema"),
)


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns the exit code; nothing that happens inside escapes."""
    state = RunState(language(arguments))
    try:
        return _run(list(arguments), state)
    except CmianPolicyError as error:
        for fault in (error, *error.also):
            _tell(fault, state.lang)
        return EXIT_UNUSABLE if isinstance(error, (PolicyError, RegisterError, SourceError)) else EXIT_USAGE
    except OSError as error:
        place = str(error.filename) if error.filename is not None else ""
        return _refuse(message("usage.system", place=place, detail=error.strerror or type(error).__name__), state.lang)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one boundary: a bug gets a report, not a traceback
        return _unforeseen(error, arguments, state.lang)


def language(arguments: Sequence[str]) -> Lang:
    """The language asked for, read before anything else so that even a wrong command line is answered in it."""
    wanted = os.environ.get("CMIAN_LANG", "fr")
    for index, argument in enumerate(takewhile(lambda argument: argument != "--", arguments)):
        if argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
        elif argument == "--lang":
            wanted = next(iter(arguments[index + 1 :]), wanted)
    return "en" if wanted == "en" else "fr"


def commands(lang: Lang) -> Group:
    """The tool's commands, in a language."""
    from cmian_policy.cli.options import Group  # noqa: PLC0415 - a plain ``check`` does without click

    return Group(lang, "cmian-policy", "help.app", "cmian_policy.cli", _COMMANDS)


def _run(arguments: list[str], state: RunState) -> int:
    lang = state.lang
    first = arguments[0] if arguments else "-h"
    if first in {"-h", "--help"} or (not first.startswith("-") and _asks(arguments, "-h", "--help")):
        return _help(arguments, lang)
    if first == "--version":
        write_out(f"cmian-policy {__version__}\n")
        return EXIT_OK
    if first.startswith("-"):
        raise UsageError(message("usage.option-first", option=first))
    values = values_of(arguments[1:], (*CHECK, *COMMON), os.environ) if first == "check" else None
    if values is not None:
        from cmian_policy.cli.check import check  # noqa: PLC0415 - as the other commands

        return check(common_of(values, state, lang_given=any(each.startswith("--lang") for each in arguments)), values)
    code = commands(lang).main(arguments, prog_name="cmian-policy", standalone_mode=False, obj=state)
    return code if isinstance(code, int) else EXIT_OK


def _asks(arguments: list[str], *names: str) -> bool:
    """Whether an option is asked for before a bare ``--``."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(name in before for name in names)


def _help(arguments: list[str], lang: Lang) -> int:
    from cmian_policy.cli.help import page  # noqa: PLC0415 - only for those who ask

    text = page(commands(lang), list(takewhile(lambda argument: not argument.startswith("-"), arguments)), lang)
    if arguments:
        write_out(text)
        return EXIT_OK
    write_error(text.rstrip("\n"))  # nothing was asked for: with exit code 2, standard output stays empty
    return EXIT_USAGE


def _refuse(what: Message, lang: Lang) -> int:
    write_error(say(message("usage.error", detail=what), lang))
    return EXIT_USAGE


def _tell(error: CmianPolicyError, lang: Lang) -> None:
    where = f"{error.location}: " if error.location is not None else ""
    kinds = {PolicyError: "policy.error", RegisterError: "register.error", SourceError: "source.error"}
    kind = kinds.get(type(error), "usage.error")
    write_error(say(message(kind, detail=f"{where}{render(error.message, lang)}"), lang))


def _unforeseen(error: Exception, arguments: Sequence[str], lang: Lang) -> int:
    """What click refuses in its own way, or a bug."""
    if "click" in sys.modules:
        from cmian_policy.cli.refusals import is_interruption, refusal  # noqa: PLC0415 - it imports click

        if is_interruption(error):
            return _INTERRUPTED
        what = refusal(error)
        if what is not None:
            return _refuse(what, lang)
    return _bug(error, arguments, lang)


def _bug(error: Exception, arguments: Sequence[str], lang: Lang) -> int:
    """One report to paste into an issue; the traceback only for those who asked for more."""
    import platform  # noqa: PLC0415 - only for a bug

    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where is not None else "?"
    facts = {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "command": " ".join(arguments),
        "error": f"{type(error).__name__}: {error}",
        "place": place,
    }
    write_error(render(message("bug.report", **{name: visible(value) for name, value in facts.items()}), lang))
    if _asks(list(arguments), "-v", "--verbose"):
        import traceback  # noqa: PLC0415 - only for a bug

        write_error("".join(traceback.format_exception(error)))
    return EXIT_BUG
