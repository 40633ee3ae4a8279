"""``doctor [PATH]…``: what is configured, where each setting comes from, whether it works (cli.md)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cmian_policy import __version__
from cmian_policy.cli.check import fail_on, judged, parameters
from cmian_policy.cli.chosen import chosen_packs, chosen_register, held_packs
from cmian_policy.cli.options import command, common_options
from cmian_policy.cli.terminal import cache_folder, say, today, write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK, EXIT_UNUSABLE, exit_code
from cmian_policy.errors import PolicyError
from cmian_policy.messages.suggest import nearest
from cmian_policy.model.source import SourceSpec
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.diagnosis import Diagnosis, packs_in_use, register_in_use, required_fields
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from cmian_policy.cli.told import Common
    from cmian_policy.model.register import Register
    from cmian_policy.model.settings import Settings
    from cmian_policy.model.text import Lang, Message

_PREFIX = "CMIAN_"
_NOT_SETTINGS = frozenset({"paths", "quiet", "verbose"})


class _Part(NamedTuple):
    """A section of the answer."""

    title: str
    lines: Sequence[Message]


def build(lang: Lang) -> click.Command:
    """The command, its help in a language. It takes what ``check`` takes, and says what ``check`` would do with it."""
    return command(lang, "doctor", parameters(lang), _doctor)


def _doctor(common: Common, values: dict[str, Any]) -> int:
    on = values["as_of"] or today()
    packs = packs_in_use(values["policy_dir"], common.settings, on, held_packs)
    checks = [required_fields(), *packs, _register(common.settings, values)]
    if all(each.works for each in checks):
        checks.append(_check(common, values, on))
    parts = [
        _Part("tool", [message("doctor.tool", version=__version__, python=sys.version.split()[0], place=sys.prefix)]),
        _Part("settings", [*_file(common.settings), *_settings(common)]),
        _Part("checks", [_line(each) for each in checks]),
        _Part("environment", [*_cache(), *_strangers(common.lang)]),
    ]
    blocks = ("\n".join([say(message(f"doctor.part.{part.title}"), common.lang), *_indented(part, common)]) for part in parts)
    write_out("\n\n".join(blocks) + "\n")
    return EXIT_OK if all(each.works for each in checks) else EXIT_UNUSABLE


def _check(common: Common, values: dict[str, Any], on: date) -> Diagnosis:
    """What ``check`` finds with the same arguments. Raises ``UsageError`` where it would."""
    code = exit_code(report := judged(common, values, on), fail_on(values["fail_on"], common.settings))
    return Diagnosis(message("doctor.check", count=len(report.manifests), code=code), code in {EXIT_OK, EXIT_NON_COMPLIANT})


def _register(settings: Settings, values: dict[str, Any]) -> Diagnosis:
    name = values["register"] or (settings.register.source if settings.register is not None else "")

    def load() -> Register | None:
        if not name:
            return None
        try:
            packs = chosen_packs(values["policy_dir"], settings, cache_folder())
        except PolicyError:  # told in its own line
            packs = load_policy(cache_folder=cache_folder())
        return chosen_register(values["register"], settings, packs)

    return register_in_use(name, load)


def _indented(part: _Part, common: Common) -> Iterator[str]:
    return (f"  {say(line, common.lang)}" for line in part.lines)


def _line(found: Diagnosis) -> Message:
    return message("doctor.works" if found.works else "doctor.fails", what=found.what)


def _file(settings: Settings) -> Iterator[Message]:
    yield message("doctor.no-file") if settings.file is None else message("doctor.file", file=settings.file)


def _settings(common: Common) -> Iterator[Message]:
    """Each option of ``check`` and each key of the file: its value, and who gave it."""
    context = click.get_current_context()
    configured = {
        key: value for key, value in common.settings._asdict().items() if key not in {"file", "root", "chosen"} and value
    }
    for param in context.command.params:
        name = param.name or ""
        if name in _NOT_SETTINGS or not isinstance(param, click.Option):
            continue
        source = context.get_parameter_source(name)
        if source is ParameterSource.DEFAULT and name in configured:
            continue
        yield _setting(name.replace("_", "-"), context.params.get(name, param.get_default(context)), _giver(source, param))
    for key, value in configured.items():
        if context.get_parameter_source(key) in {None, ParameterSource.DEFAULT}:
            yield _setting(key.replace("_", "-"), value, message("doctor.from.file"))


def _giver(source: ParameterSource | None, option: click.Option) -> Message:
    if source is ParameterSource.COMMANDLINE:
        return message("doctor.from.command-line", option=option.opts[-1])
    if source is ParameterSource.ENVIRONMENT:
        return message("doctor.from.environment", name=str(option.envvar))
    return message("doctor.from.default")


def _setting(name: str, value: object, giver: Message) -> Message:
    return message("doctor.setting", name=name, value=_shown(value), giver=giver)


def _shown(value: object) -> str | Message:
    match value:
        case None | () | "":
            return "—"
        case bool():
            return message("doctor.yes" if value else "doctor.no")
        case SourceSpec():
            return f"{value.id} ({value.source})"
        case tuple():
            return ", ".join(str(_shown(each)) for each in value)
        case _:
            return str(value)


def _cache() -> Iterator[Message]:
    named = cache_folder()
    if named is None:
        yield message("doctor.no-cache")
        return
    folder = Path(named)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    usable = os.access(there, os.W_OK)
    yield message("doctor.cache" if usable else "doctor.cache-unusable", folder=str(folder))


def _strangers(lang: Lang) -> Iterator[Message]:
    """Variables that look like ours and that nothing reads: a misspelt one would be believed to hold."""
    options = [*click.get_current_context().command.params, *common_options(lang)]
    known = sorted({str(option.envvar) for option in options if option.envvar})
    for name in sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known):
        near = nearest(name, known)
        yield message("doctor.stranger-near", name=name, near=near) if near else message("doctor.stranger", name=name)
