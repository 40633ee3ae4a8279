"""``init``: a manifest from answers, at a terminal or from a script, and on request what checks it (cli.md)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.writing import write_files
from cmian_policy.cli.chosen import chosen_packs, chosen_register
from cmian_policy.cli.dialogue import Dialogue, Suggestion
from cmian_policy.cli.interviewer import Decision, Interviewer
from cmian_policy.cli.options import Day, OneALine, command, option
from cmian_policy.cli.terminal import cache_folder, forget_git_settings, say, today, write_error, write_out
from cmian_policy.editing.wizard.assignments import read_assignments
from cmian_policy.editing.wizard.controls import PRE_COMMIT, WORKFLOW, controls
from cmian_policy.editing.wizard.desk import Desk
from cmian_policy.editing.wizard.interview import Interview, Subject
from cmian_policy.editing.wizard.knowledge import Conditions, knowledge
from cmian_policy.editing.wizard.layout import Layout
from cmian_policy.editing.wizard.outlook import outlook
from cmian_policy.editing.wizard.places import dotted, get, put
from cmian_policy.editing.wizard.repository import Proposal, proposals
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.errors import UsageError
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.loading.discovery import git_output
from cmian_policy.loading.manifest import SCHEMA_VERSION
from cmian_policy.model.manifest import FILENAMES
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import schema
from cmian_policy.pipeline.run import Options
from cmian_policy.reporters import rendered

if TYPE_CHECKING:
    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Lang, Message

_ABANDONED = 130  # as for a program that Ctrl-C ended


class _Places(NamedTuple):
    """The folder of the project, the root of its repository, and the name of the manifest; ``force``: what is there may go."""

    here: Path
    root: Path
    manifest: str
    force: bool

    @property
    def hook(self) -> Path:
        """Where pre-commit is configured."""
        return self.root / PRE_COMMIT

    @property
    def workflow(self) -> Path:
        """Where the workflow goes."""
        return self.root / WORKFLOW


class _Wanted(NamedTuple):
    """What is written beside the manifest."""

    hook: bool
    workflow: bool


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        option(lang, "--yes", key="yes", is_flag=True),
        option(lang, "--set", key="set", multiple=True, type=OneALine(), metavar="PATH=VALUE"),
        option(lang, "--hook", key="hook", is_flag=True),
        option(lang, "--workflow", key="workflow", is_flag=True),
        option(lang, "--force", key="force", is_flag=True),
        option(lang, "--as-of", key="as_of", type=Day(), metavar="YYYY-MM-DD"),
    ]
    return command(lang, "init", params, _init)


def _init(common: Common, values: dict[str, Any]) -> int:
    forget_git_settings()
    places = _places(Path.cwd(), force=values["force"])
    wanted = _Wanted(values["hook"], values["workflow"])
    _refuse_overwriting(places, wanted)
    if not values["yes"] and not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise UsageError(message("init.no-terminal"))
    desk = _desk(common, places, values)
    known: Data = {"schema_version": SCHEMA_VERSION, **read_assignments(values["set"], desk.layout.schema, {})}
    desk.refuse(known, complete=False)
    found = _usable(proposals(places.here), desk, known)
    try:
        answered = (
            (_accept(found, known, desk, common), wanted)
            if values["yes"]
            else _interview(found, known, wanted, desk, places, common)
        )
    except (KeyboardInterrupt, EOFError):
        write_out("\n")
        answered = None
    if answered is None:
        write_error(say(message("init.abandoned"), common.lang))
        return _ABANDONED
    _write(*answered, desk, places, common)
    return EXIT_OK


def _is_terminal(stream: Any) -> bool:  # noqa: ANN401 - None where the caller closed it
    return stream is not None and stream.isatty()


def _places(here: Path, *, force: bool) -> _Places:
    printed = git_output(here, "rev-parse", "--show-toplevel")
    root = Path(os.fsdecode(printed).rstrip("\n")) if printed else here
    present = [name for name in FILENAMES if os.path.lexists(here / name)]
    if len(present) > 1:
        raise UsageError(message("init.two-names", names=", ".join(present)))
    return _Places(here, root, present[0] if present else FILENAMES[0], force)


def _refuse_overwriting(places: _Places, wanted: _Wanted) -> None:
    """Raises ``UsageError`` for a file that is there. What pre-commit is configured with is never written over, even by force."""
    targets = [places.here / places.manifest, *([places.workflow] if wanted.workflow else [])]
    for target in targets:
        if os.path.lexists(target) and not places.force:
            raise UsageError(message("init.exists", path=_shown(target, places)))


def _shown(path: Path, places: _Places) -> str:
    return os.path.relpath(path, places.here)


def _desk(common: Common, places: _Places, values: dict[str, Any]) -> Desk:
    policy = chosen_packs(None, common.settings, cache_folder())
    options = Options(common.lang, register=chosen_register(None, common.settings, policy))
    layout = Layout(Shape.of(schema("ai-manifest")), common.lang, knowledge().plain)
    return Desk(layout, places.here, places.manifest, policy, values["as_of"] or today(), options)


def _usable(found: dict[str, Proposal], desk: Desk, known: Data) -> dict[str, Proposal]:
    """The proposals that the schema admits, for fields that nobody has set."""
    return {
        pointer: each
        for pointer, each in found.items()
        if get(known, pointer) is None and not desk.faults(known, pointer, each.value)
    }


def _accept(found: dict[str, Proposal], known: Data, desk: Desk, common: Common) -> Data:
    """What a script gives, and for the rest what the repository says; all that is missing is told at once."""
    data = known
    for pointer, each in found.items():
        data = put(data, pointer, each.value)
    desk.refuse(data, complete=True)
    if common.style.verbosity >= 0:
        taken = (_taken(pointer, each) for pointer, each in found.items())
        Dialogue(common).tell(*taken)
        _show_outlook(data, desk, common)
    return data


def _taken(pointer: str, found: Proposal) -> Message:
    return message("init.taken", path=dotted(pointer), value=found.value, origin=_origin(found))


def _origin(found: Proposal) -> Text:
    return message("init.text", text=found.origin) if found.origin else message("init.folder")


def _interview(
    found: dict[str, Proposal], known: Data, wanted: _Wanted, desk: Desk, places: _Places, common: Common
) -> tuple[Data, _Wanted] | None:
    """The answers of a person, who then sees what the rules make of them and decides what is written; None for nothing."""
    subject = Subject(desk.layout.schema, desk.judge, Conditions(), known, tuple(found))
    suggestions = {pointer: Suggestion(each.value, _origin(each)) for pointer, each in found.items()}
    interviewer = Interviewer(Dialogue(common), desk, Interview(subject), suggestions)
    interviewer.dialogue.tell(message("init.welcome"), message("init.keys"))
    while True:
        interviewer.ask_all()
        write_out("\n")
        interviewer.dialogue.tell(message("init.outlook"))
        _show_outlook(interviewer.data, desk, common)
        chosen = interviewer.decide(_decisions(wanted, places))
        if chosen is None:
            interviewer.back()
        elif not chosen["write"]:
            return None
        else:
            return interviewer.data, _Wanted(chosen.get("hook", wanted.hook), chosen.get("workflow", wanted.workflow))


def _show_outlook(data: Data, desk: Desk, common: Common) -> None:
    """What the rules make of a manifest, and the last line of the report that ``check`` would give."""
    report = desk.judge(data)
    Dialogue(common).tell(*outlook(report))
    write_out(rendered("text", report, common.style._replace(verbosity=-1)))


def _decisions(wanted: _Wanted, places: _Places) -> dict[str, Decision]:
    """What is still to be decided: the files that neither were asked for nor are there, then whether to write at all."""
    found: dict[str, Decision] = {}
    if not wanted.hook and not _has_hook(places):
        key = "init.want-hook-lines" if os.path.lexists(places.hook) else "init.want-hook"
        found["hook"] = Decision(message(key, path=_shown(places.hook, places)), usual=False)
    if not wanted.workflow and not os.path.lexists(places.workflow):
        found["workflow"] = Decision(message("init.want-workflow", path=_shown(places.workflow, places)), usual=False)
    return {**found, "write": Decision(message("init.want", path=places.manifest), usual=True)}


def _has_hook(places: _Places) -> bool:
    """Whether pre-commit runs the check already."""
    try:
        return b"cmian-check" in places.hook.read_bytes()
    except OSError:
        return False


def _write(data: Data, wanted: _Wanted, desk: Desk, places: _Places, common: Common) -> None:
    """Writes all files or none, and says what is left to do. Raises ``UsageError`` and ``OSError``."""
    made = controls(desk.judge(data).policy, common.lang)
    files = {places.here / places.manifest: desk.written(data)}
    configured = os.path.lexists(places.hook)
    if wanted.hook and not configured:
        files[places.hook] = made.hook
    if wanted.workflow:
        files[places.workflow] = made.workflow
    _refuse_overwriting(places, wanted)  # once more: an interview takes its time
    write_files(places.root, {os.path.relpath(path, places.root): text.encode() for path, text in files.items()})
    dialogue = Dialogue(common)
    dialogue.tell(*(message("init.written", path=_shown(path, places)) for path in files))
    if wanted.hook and configured:
        _show_hook(made.hook, dialogue, places)
    if wanted.hook or wanted.workflow:
        dialogue.tell(message("init.placeholders"))
    if common.style.verbosity >= 0:
        dialogue.tell(message("init.next"))


def _show_hook(lines: str, dialogue: Dialogue, places: _Places) -> None:
    """What to add to a file that is laid out by others."""
    if _has_hook(places):
        dialogue.tell(message("init.hook-there", path=_shown(places.hook, places)))
        return
    dialogue.tell(message("init.hook-lines", path=_shown(places.hook, places)))
    write_out(lines)
