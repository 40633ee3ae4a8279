"""Holds an interview at a terminal: asks, goes back, and has the last decisions made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.dialogue import Suggestion, Turn, section_of
from cmian_policy.editing.wizard import words
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmian_policy.cli.dialogue import Dialogue
    from cmian_policy.editing.wizard.desk import Desk
    from cmian_policy.editing.wizard.interview import Interview
    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.editing.wizard.question import Question
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Message


class Decision(NamedTuple):
    """A question that a yes or a no answers, and which of them Enter means."""

    what: Message
    usual: bool


class Interviewer:
    """An interview under way. What is answered once is suggested again to those who go back."""

    def __init__(self, dialogue: Dialogue, desk: Desk, interview: Interview, suggestions: Mapping[str, Suggestion]) -> None:
        self.dialogue = dialogue
        self._desk = desk
        self._interview = interview
        self._suggestions = dict(suggestions)
        self._section = ""

    @property
    def data(self) -> Data:
        """The manifest that the answers make."""
        return self._interview.data

    def ask_all(self) -> None:
        """Asks until nothing is left to ask. Raises ``EOFError`` when nobody answers any more."""
        while (question := self._interview.next()) is not None:
            answer = self._ask(question)
            if answer is Turn.BACK:
                self.back()
            else:
                self._take(question, None if isinstance(answer, Turn) else answer)

    def back(self) -> None:
        """Takes back the last answer."""
        if not self._interview.steps:
            self.dialogue.tell(message("init.first"))
            return
        self._interview = self._interview.back()

    def decide(self, decisions: Mapping[str, Decision]) -> dict[str, bool] | None:
        """The decisions, each with its answer; None for those who go back from the first of them."""
        names, made = list(decisions), dict[str, bool]()
        while len(made) < len(names):
            name = names[len(made)]
            answer = self.dialogue.confirm(decisions[name].what, usual=decisions[name].usual)
            if not isinstance(answer, Turn):
                made[name] = answer
            elif made:
                made.popitem()
            else:
                return None
        return made

    def _ask(self, question: Question) -> Plain | Turn:
        section = section_of(question)
        shape = self._desk.layout.schema.at(section)
        if section != self._section and shape is not None:
            self.dialogue.section(shape)
            self._section = section
        data = self._interview.data
        return self.dialogue.ask(
            question, self._suggestions.get(question.pointer), lambda value: self._desk.faults(data, question.pointer, value)
        )

    def _take(self, question: Question, answer: Plain) -> None:
        if answer is None:
            self._suggestions.pop(question.pointer, None)
            self._tell_left(question)
        else:
            self._suggestions[question.pointer] = Suggestion(answer)
        self._interview = self._interview.answer(question, answer)

    def _tell_left(self, question: Question) -> None:
        """That more than one field is left out."""
        holder = self._desk.layout.schema.at(question.group)
        if holder is not None and question.group != question.pointer:
            self.dialogue.tell(message("init.group-left", title=words.title(holder)))
