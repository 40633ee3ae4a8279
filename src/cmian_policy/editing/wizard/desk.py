"""Writing a manifest, reading it back and judging it, as ``check`` would: what an interview and a script both work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.editing.wizard import words
from cmian_policy.editing.wizard.fields import missing
from cmian_policy.editing.wizard.layout import Layout, Todo
from cmian_policy.editing.wizard.outlook import asked
from cmian_policy.editing.wizard.places import dotted, get, put, within
from cmian_policy.errors import UsageError
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.run import Options, check_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.model.document import Plain
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.problem import Problem
    from cmian_policy.model.report import Report
    from cmian_policy.model.text import Message
    from cmian_policy.pipeline.assembly import Packs


class Desk(NamedTuple):
    """How the manifest is laid out, the folder and the name of its file, and what it is judged with."""

    layout: Layout
    folder: Path
    name: str
    policy: Packs
    on: date
    options: Options

    def judge(self, data: Data) -> Report:
        """The report on a manifest."""
        return check_bytes(self._raw(data), self.name, self.policy, self.on, self.options, here=self.folder)

    def faults(self, data: Data, pointer: str, value: Plain) -> list[Message]:
        """What reading has against a value, and the schema, whatever is still absent elsewhere."""
        found = self._read(put(data, pointer, value))
        wrong = [each for each in found.schema if within(each.pointer, pointer) and not _is_absence(each)]
        return [each.message for each in (*found.syntax, *wrong)]

    def refuse(self, data: Data, *, complete: bool) -> None:
        """Raises ``UsageError`` with everything that is wrong with a manifest; ``complete``: with what is absent."""
        found = self._read(data)
        wrong = [each.message for each in found.syntax]
        wrong += [
            message("init.wrong", path=dotted(each.pointer), what=each.message) for each in found.schema if not _is_absence(each)
        ]
        if complete:
            wrong += [self._absent(pointer) for pointer in missing(data, self.layout.schema)]
        if wrong:
            first, *others = (UsageError(each) for each in wrong)
            raise UsageError(first.message, also=tuple(others))

    def written(self, data: Data) -> str:
        """The file, with what rules still ask for as comments.

        Raises ``UsageError``, and nothing is to be written, unless reading it gives the same data and the schema has nothing
        against it.
        """
        report = self.judge(data)
        text = self.layout.write(data, list(self._todos(data, report)))
        manifest = read_bytes(text.encode(), self.name, lambda: self.layout.schema.rule)
        if not manifest.readable or manifest.document is None or manifest.document.data != data:
            first = next(iter((*manifest.syntax, *manifest.schema)), None)
            why = first.message if first is not None else message("init.reads-otherwise")
            raise UsageError(message("init.not-written", why=why), Location(self.name))
        return text

    def _absent(self, pointer: str) -> Message:
        from cmian_policy.editing.wizard.assignments import admitted  # noqa: PLC0415 - only for a mistake

        shape = self.layout.schema.at(pointer)
        if shape is None:
            return message("init.absent", path=dotted(pointer), title="", admitted="")
        return message("init.absent", path=dotted(pointer), title=words.title(shape), admitted=admitted(shape))

    def _read(self, data: Data) -> Manifest:
        return read_bytes(self._raw(data), self.name, lambda: self.layout.schema.rule)

    def _raw(self, data: Data) -> bytes:
        return self.layout.write(data).encode()

    def _todos(self, data: Data, report: Report) -> Iterator[Todo]:
        for pointer, findings in asked(report).items():
            shape = self.layout.schema.at(pointer)
            if shape is not None and get(data, pointer) is None:
                weight = max((finding.level for finding in findings), key=lambda level: level.rank)
                rules = ", ".join(finding.rule for finding in findings)
                said = message(f"init.todo.{weight}", path=dotted(pointer), title=words.title(shape), rules=rules)
                yield Todo(pointer, said)


def _is_absence(problem: Problem) -> bool:
    """Whether it says that something is absent, not that something is wrong."""
    return problem.message.key.startswith("schema.required")
