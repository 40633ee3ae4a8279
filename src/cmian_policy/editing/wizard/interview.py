"""Which question comes next: what the schema requires, what decides which rules apply, then what the blocking rules still miss.

An interview never changes: an answer gives the next one, and going back gives the one before.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

from cmian_policy.editing.wizard.fields import group_of, holds_fields, leading_to, missing, order
from cmian_policy.editing.wizard.outlook import blocking
from cmian_policy.editing.wizard.places import get, put, within, without
from cmian_policy.editing.wizard.question import Question
from cmian_policy.model.location import child, to_pointer, tokens
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from cmian_policy.editing.wizard.knowledge import Conditions
    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import Report

# Places in the manifest, each with the findings that ask for it.
Wanted: TypeAlias = "dict[str, tuple[Finding, ...]]"


class Step(NamedTuple):
    """A question that was answered, or passed over (``value`` None)."""

    question: Question
    value: Plain


class Subject(NamedTuple):
    """What an interview is about.

    ``schema`` is the shape of manifests, ``judge`` gives the report on one that follows it, ``conditions`` are those of the
    follow-up questions, ``known`` is what needs no question, ``proposed`` names the fields for which an answer is at hand.
    """

    schema: Shape
    judge: Callable[[Data], Report]
    conditions: Conditions
    known: Data
    proposed: Collection[str] = ()


class Interview(NamedTuple):
    """The questions so far, in the order in which they were asked."""

    subject: Subject
    steps: tuple[Step, ...] = ()

    @property
    def data(self) -> Data:
        """The manifest that the answers make: without what was passed over, and what cannot stand without it."""
        answered = (step for step in self.steps if step.value is not None)
        whole = reduce(lambda data, step: put(data, step.question.pointer, step.value), answered, self.subject.known)
        return reduce(without, reversed(self._closed()), whole)

    def answer(self, question: Question, value: Plain) -> Interview:
        """With an answer; None passes over a question that is not required, and all that depends on it."""
        return self._replace(steps=(*self.steps, Step(question, value)))

    def back(self) -> Interview:
        """Without the last step; the same where there is none."""
        return self._replace(steps=self.steps[:-1])

    def next(self) -> Question | None:
        """The next question; None when nothing is left to ask."""
        data, schema = self.data, self.subject.schema
        lacking = list(missing(data, schema))
        wanted = self._open(dict.fromkeys((*lacking, *self._worth_asking(data)), ()), data)
        if not wanted and not lacking:
            wanted = self._open(self._asked_by_rules(data), data)
        last = order(self.steps[-1].question.pointer, schema) if self.steps else ()

        def turn(question: Question) -> tuple[bool, tuple[int, ...]]:
            place = order(question.pointer, schema)
            return place <= last, place  # down the manifest, then from its top for what later answers made necessary

        return min(wanted, key=turn, default=None)

    def _closed(self) -> tuple[str, ...]:
        """What was passed over."""
        return tuple(step.question.group for step in self.steps if step.value is None)

    def _worth_asking(self, data: Data) -> Iterator[str]:
        """Fields that the schema does not require: those whose condition is met, what is proposed, one more item of a list."""
        for place in (*self.subject.conditions.met(data), *self.subject.proposed, *self._further_items(data)):
            if get(data, place) is None:
                yield from leading_to(place, data, self.subject.schema)

    def _further_items(self, data: Data) -> Iterator[str]:
        """After an item of a list, the next one: passing over its first question ends the list."""
        closed = self._closed()
        for step in self.steps:
            path = tokens(step.question.pointer)
            holder = to_pointer(path[: next((at for at, token in enumerate(path) if token.isdigit()), 0)])
            items = get(data, holder) if holder else None
            if isinstance(items, list) and not any(within(each, holder) for each in closed):
                yield child(holder, len(items))

    def _asked_by_rules(self, data: Data) -> Wanted:
        """The fields that would answer the blocking failures."""
        found: Wanted = {}
        for place, findings in blocking(self.subject.judge(data)).items():
            for field in self._leading_to(place, data):
                held = found.get(field, ())
                found[field] = (*held, *(each for each in findings if each.rule not in {one.rule for one in held}))
        return found

    def _leading_to(self, place: str, data: Data) -> Iterable[str]:
        schema = self.subject.schema
        if get(data, place) is None and holds_fields(schema.at(place)):
            # What a rule asks of a mapping shows once there is one.
            failing = blocking(self.subject.judge(put(data, place, {})))
            inside = [each for each in failing if within(each, place) and each != place]
            if inside:
                return inside
        return leading_to(place, data, schema)

    def _open(self, wanted: Wanted, data: Data) -> list[Question]:
        """The questions that were neither answered nor passed over."""
        asked, closed = {step.question.pointer for step in self.steps}, self._closed()
        places = [
            place
            for place in wanted
            if place not in asked and get(data, place) is None and not any(within(place, each) for each in closed)
        ]
        return [self._question(place, wanted[place]) for place in places]

    def _question(self, place: str, because: tuple[Finding, ...]) -> Question:
        schema = self.subject.schema
        shape, group = schema.at(place), group_of(place, schema)
        if shape is None:
            msg = f"no field at {place}"
            raise RuntimeError(msg)
        required = not group or get(self.subject.known, group) is not None
        return Question(place, shape, group, required, because)
