"""A conversation at a terminal: one question at a time, each answered by a line.

Plain lines and numbers, no cursor that moves: a screen reader, a slow connection and a script that plays a person all follow.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

from cmian_policy.cli.terminal import say, write_out
from cmian_policy.editing.wizard import words
from cmian_policy.editing.wizard.places import dotted
from cmian_policy.editing.wizard.question import SPOKEN, read_answer
from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.model.location import tokens
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cmian_policy.cli.told import Common
    from cmian_policy.editing.wizard.question import Question
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Message

with suppress(ImportError):
    import readline  # noqa: F401 - where there is one, a line can be edited before it is sent

_BOLD = "1"
_BACK, _PASS = "<", "-"


class Turn(Enum):
    """What may be said instead of an answer."""

    BACK = _BACK
    PASS = _PASS


class Suggestion(NamedTuple):
    """An answer that Enter accepts, and where it comes from, unless it is the person's own."""

    value: Plain
    origin: Text | None = None


class Dialogue(NamedTuple):
    """A language and a terminal."""

    common: Common

    def tell(self, *said: Text) -> None:
        """Lines, neutralised."""
        write_out("".join(f"{say(each, self.common.lang)}\n" for each in said))

    def ask(self, question: Question, suggestion: Suggestion | None, faults: Callable[[Plain], list[Message]]) -> Plain | Turn:
        """An answer that the schema admits, or what was said instead of one.

        ``faults`` says what the schema has against an answer. Raises ``EOFError`` when nobody answers any more.
        """
        self._show(question, suggestion)
        while True:
            said = self._line(message("init.prompt"))
            if said == _BACK:
                return Turn.BACK
            if not said and suggestion is not None:
                return suggestion.value
            if said in {"", _PASS}:
                if not question.required:
                    return Turn.PASS
                self.tell(message("init.needed"))
                continue
            answer = self._answer(question, said, faults)
            if answer is not None:
                return self._more(question, answer, faults)

    def confirm(self, what: Text, *, usual: bool) -> bool | Turn:
        """A yes or a no, or the wish to go back. Raises ``EOFError`` as above."""
        answers = {word: value for value, known in SPOKEN.items() for word in known}
        write_out("\n")
        self.tell(what)
        while True:
            said = self._line(message("init.prompt-yes" if usual else "init.prompt-no"))
            if said == _BACK:
                return Turn.BACK
            if not said:
                return usual
            if said.casefold() in answers:
                return answers[said.casefold()]
            self.tell(message("init.yes-or-no"))

    def section(self, shape: Shape) -> None:
        """The heading of a section of the manifest."""
        title = self._bold(say(words.title(shape), self.common.lang))
        write_out(f"\n{title}\n{say(words.about(shape), self.common.lang)}\n")

    def _show(self, question: Question, suggestion: Suggestion | None) -> None:
        lang = self.common.lang
        names = " · ".join(each.get(lang) for each in words.trail(question.shape, question.pointer))
        title = say(message("init.title", title=names, path=dotted(question.pointer)), lang)
        write_out(f"\n{self._bold(title)}\n")
        hints = self._hints(question, suggestion)
        lines = [self._about(question), *_because(question), *_example(question), *_choices(question), *hints]
        write_out("".join(f"  {say(line, lang)}\n" for line in lines))

    def _about(self, question: Question) -> Text:
        """The schema's words, which say what to write; at a terminal one answers yes."""
        described = words.about(question.shape).get(self.common.lang)
        written, answered = (render(message(key), self.common.lang) for key in ("init.write-true", "init.answer-yes"))
        replaced = described.replace(written, answered)
        return Bilingual(replaced, replaced)

    def _hints(self, question: Question, suggestion: Suggestion | None) -> Iterator[Text]:
        """How to answer, and what Enter means."""
        if question.many:
            yield message("init.hint.choices" if question.options else "init.hint.texts")
        if suggestion is not None:
            kept = " ; ".join(render(each, self.common.lang) for each in question.show(suggestion.value))
            yield message("init.hint.keep", suggestion=kept)
            if suggestion.origin is not None:
                yield message("init.from", origin=suggestion.origin)
        elif not question.required:
            yield message("init.hint.pass")

    def _answer(self, question: Question, said: str, faults: Callable[[Plain], list[Message]]) -> Plain:
        """What was said as a value; None, and why, when it cannot be one."""
        try:
            answer = read_answer(question, said, self.common.lang)
        except UsageError as error:
            self.tell(message("init.refused", why=error.message))
            return None
        wrong = faults(answer)
        self.tell(*(message("init.refused", why=why) for why in wrong))
        return None if wrong else answer

    def _more(self, question: Question, answer: Plain, faults: Callable[[Plain], list[Message]]) -> Plain | Turn:
        """A list of texts takes a line a text, until an empty one."""
        while isinstance(answer, list) and not question.options:
            said = self._line(message("init.prompt-more"))
            if said == _BACK:
                return Turn.BACK
            if said in {"", _PASS}:
                break
            further = self._answer(question, said, faults)
            answer = [*answer, *(further if isinstance(further, list) else ())]
        return answer

    def _line(self, prompt: Text) -> str:
        return input(f"  {say(prompt, self.common.lang)} ").strip()

    def _bold(self, text: str) -> str:
        return f"\x1b[{_BOLD}m{text}\x1b[0m" if self.common.style.colour else text


def section_of(question: Question) -> str:
    """The pointer of the section of the manifest that a question belongs to."""
    return f"/{tokens(question.pointer)[0]}"


def _because(question: Question) -> Iterator[Text]:
    for finding in question.because:
        yield message("init.because", rule=finding.rule, title=finding.title)


def _example(question: Question) -> Iterator[Text]:
    example = words.example(question.shape)
    if example is not None:
        yield message("init.example", example=question.show(example)[0])


def _choices(question: Question) -> Iterator[Text]:
    for number, option in enumerate(question.options, 1):
        value = str(option.value).lower() if isinstance(option.value, bool) else str(option.value)
        yield message("init.choice", number=str(number).rjust(2), label=option.label, value=value)
