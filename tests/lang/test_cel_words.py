"""What the author of a condition is told where it errs, and how days and months behave at the ends of the calendar."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import pytest

from cmian_policy.errors import ExpressionError
from cmian_policy.lang.cel import Environment, engine_stamp, plus_months, timestamp
from cmian_policy.messages import render
from cmian_policy.model.text import LANGS, Message, message


def evaluate(text: str, **variables: Any) -> bool:  # noqa: ANN401 - any data
    """Whether a condition is true."""
    environment = Environment()
    return environment.compile(text).holds(environment.context(variables))


def said(text: str, **variables: Any) -> Message:  # noqa: ANN401 - any data
    """What is said of a condition that errs, which both languages can show."""
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, **variables)
    for lang in LANGS:
        assert "None" not in render(caught.value.message, lang)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("manifest.nothing", "nothing"),
        ("manifest.a.deep == 1", "deep"),
        (f"manifest['{'x' * 300}'] == 1", "x" * 200),
    ],
)
def test_a_field_that_is_absent_is_named(text: str, field: str) -> None:
    assert said(text, manifest={"a": {}}) == message("cel.absent", field=field)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "INT"),
        ("'a'", "STRING"),
        ("[true]", "LIST<BOOL>"),
        ("manifest.text", "STRING"),
        ("manifest.n", "INT"),
        ("manifest.none", "NULL"),
    ],
)
def test_a_condition_that_gives_no_truth_value_is_told_what_it_gives(text: str, kind: str) -> None:
    assert said(text, manifest={"text": "true", "n": 1, "none": None}) == message("cel.not-boolean", type=kind)


@pytest.mark.parametrize(
    ("text", "place"),
    [("((", "1:3: "), ("true &&\n  || false", "2:3: "), ("manifest.a == ]", "1:15: "), ("nothing == 1", "1:1: ")],
)
def test_bad_syntax_is_told_with_line_and_column_on_one_line(text: str, place: str) -> None:
    found = said(text)
    assert found.key == "cel.error"
    detail = str(dict(found.values)["detail"])
    assert detail.startswith(place)
    assert "\n" not in detail
    assert len(detail) <= len(place) + 200


def test_two_mistakes_are_told_as_the_first_of_them() -> None:
    assert str(dict(said("one == 1 && two == 2").values)["detail"]).startswith("1:1: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [("1 / manifest.zero == 1", "divide by zero"), ("date(manifest.text) == date('2026-01')", "day is out of range")],
)
def test_an_error_of_evaluation_repeats_the_engine_on_one_line(text: str, words: str) -> None:
    found = said(text, manifest={"zero": 0, "text": "2026-02-30"})
    detail = str(dict(found.values)["detail"])
    assert found.key == "cel.error"
    assert words in detail
    assert "\n" not in detail


def test_what_only_looks_like_a_date_is_repeated() -> None:
    """Python reads weeks; the design knows days and months alone."""
    assert "2026-W01-1" in str(dict(said("date('2026-W01-1') == date('2026-01')").values)["detail"])


@pytest.mark.parametrize(
    "text",
    [
        "manifest.?nothing.orValue('x') == 'x' && optional.none().hasValue() == false",
        "'AbC'.lowerAscii() == 'abc' && ' a '.trim() == 'a' && 'a,b'.split(',') == ['a', 'b']",
        "cel.bind(a, 'x', a == 'x' && a != 'y')",
    ],
)
def test_the_extensions_of_the_design_are_there(text: str) -> None:
    assert evaluate(text, manifest={})


def test_a_condition_that_goes_on_too_long_is_told_so() -> None:
    assert said("manifest.list.all(a, manifest.list.all(b, a == b))", manifest={"list": [1] * 200}) == message("cel.budget")


def test_the_engine_is_quoted_up_to_two_hundred_characters() -> None:
    detail = str(dict(said(f"{'x' * 400} == 1").values)["detail"])
    assert detail.startswith("1:1: ")
    assert len(detail) == len("1:1: ") + 200
    evaluated = str(dict(said("date(manifest.long) == date('2026-01')", manifest={"long": "y" * 400}).values)["detail"])
    assert len(evaluated) == 200


def test_bytes_that_are_no_condition_are_refused() -> None:
    with pytest.raises(ExpressionError) as caught:
        Environment().restore(b"no condition")
    assert caught.value.message.key == "cel.error"
    assert dict(caught.value.message.values)["detail"] not in {"", "None"}


# days


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-11-30", -10, "2026-01-30"),
        ("2026-01-01", -1, "2025-12-01"),
        ("9999-11-30", 1, "9999-12-30"),
        ("9999-12-31", 1, "9999-12-31"),
        ("9999-12-01", 1, "9999-12-31"),
        ("0001-02-01", -1, "0001-01-02"),  # the engine takes the first instant of year 1 for minus infinity
        ("0001-02-15", -1, "0001-01-15"),
        ("0001-01-15", -1, "0001-01-02"),
        ("0001-01-15", 0, "0001-01-15"),
    ],
)
def test_months_are_counted_to_the_ends_of_the_calendar(start: str, months: int, end: str) -> None:
    assert plus_months(timestamp(dt.date.fromisoformat(start)), months) == timestamp(dt.date.fromisoformat(end))


def test_a_day_is_its_midnight_utc() -> None:
    assert timestamp(dt.date(2026, 11, 23)) == dt.datetime(2026, 11, 23, 0, 0, 0, tzinfo=dt.UTC)
    assert timestamp(dt.date(2026, 11, 23)).utcoffset() == dt.timedelta(0)


def test_functions_take_what_the_design_says() -> None:
    assert evaluate(
        "date('2026-11') == date('2026-11-01') && plus_months(today, 1) == date('2026-12-23')",
        today=timestamp(dt.date(2026, 11, 23)),
    )
    assert said("date(3) == today").key == "cel.error"
    assert said("plus_months(today, 'a') == today").key == "cel.error"
    assert said("today == 'a'").key == "cel.error"  # the one variable whose type is known


# the engine


def test_an_environment_leaves_the_modules_of_others_alone() -> None:
    for own in ({}, {"google.protobuf": sys}):
        before = {name: module for name, module in sys.modules.items() if name != "google.protobuf"}
        sys.modules.pop("google.protobuf", None)
        sys.modules.update(own)
        try:
            Environment()
            assert sys.modules.get("google.protobuf") is own.get("google.protobuf")
        finally:
            sys.modules.pop("google.protobuf", None)
        assert all(sys.modules.get(name) is module for name, module in before.items())


def test_a_build_of_the_engine_is_told_by_its_file() -> None:
    path, size, changed = engine_stamp()
    assert path == sys.modules["cel_expr_python.cel"].__file__
    assert size > 0
    assert changed > 0


def test_conditions_restored_in_a_new_environment_know_dates() -> None:
    kept = Environment().compile("today == date('2026-11-23')").serialize()
    fresh = Environment()
    assert fresh.restore(kept).holds(fresh.context({"today": timestamp(dt.date(2026, 11, 23))})) is True
    assert fresh.restore(kept).holds(fresh.context({"today": timestamp(dt.date(2026, 11, 24))})) is False
