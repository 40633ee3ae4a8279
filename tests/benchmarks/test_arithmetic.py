"""The arithmetic of the benchmark, on data whose answers are known, and what its tables make of them."""

from __future__ import annotations

import os
import sys
from functools import partial

import pytest
from components import import_times
from fit import Spread, exponent, line, ratios, spread
from measure import Command, Cost, FailedCommandError, ratio, rounds, run, series
from results import Section, Target, number, page, shown, table

XS = [10.0, 100.0, 1_000.0]


def test_points_on_a_line_are_found_again() -> None:
    assert tuple(line(XS, [3 * x + 7 for x in XS])) == pytest.approx((3, 7, 1))


def test_r2_is_the_share_of_the_variance_that_the_line_explains() -> None:
    # By hand: the line through (0,0), (1,3), (2,0) is y = 1; it explains nothing.
    assert tuple(line([0, 1, 2], [0, 3, 0])) == pytest.approx((0, 1, 0))
    # (1,1), (2,3), (3,2): slope 1/2, intercept 1; 2 - 1.5 of the variance of 2 is explained.
    assert tuple(line([1, 2, 3], [1, 3, 2])) == pytest.approx((0.5, 1, 0.25))


def test_equal_values_are_a_perfect_line() -> None:
    assert tuple(line([1, 2, 3], [5, 5, 5])) == pytest.approx((0, 5, 1))


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_exponent_of_a_power(power: int) -> None:
    assert exponent(XS, [4 * x**power for x in XS]) == pytest.approx(power)


def test_ratios_are_taken_round_by_round() -> None:
    # The quotient of the medians would be 20 / 10.
    assert ratios([10, 20, 90], [10, 5, 30]) == Spread(3, 1, 4)


def test_series_of_different_lengths_have_no_ratios() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])


def test_a_spread_is_the_median_and_the_range() -> None:
    assert spread([3, 1, 2]) == Spread(2, 1, 3)
    assert spread([4, 1, 2, 3]) == Spread(2.5, 1, 4)


def test_a_target_is_reached_at_its_bound_and_not_beyond() -> None:
    assert Target("at most", 7, Spread(7, 1, 9)).reached
    assert not Target("at most", 7, Spread(7.01, 1, 9)).reached
    assert Target("at least", 2, Spread(2, 1, 9), at_least=True).reached
    assert not Target("at least", 2, Spread(1.99, 1, 9), at_least=True).reached


def test_the_table_of_targets_says_what_was_missed() -> None:
    targets = (Target("fast", 2, Spread(1, 1, 1)), Target("small", 200, Spread(250, 240, 260), " MB"))
    text = page("# Benchmark\n", [Section("Part", "Body.\n", targets)], ["a peer: no toolchain"])
    assert "| fast | ≤ 2 | 1.00 | reached |" in text
    assert "| small | ≤ 200 MB | 250 (240 to 260) MB | **not reached** |" in text
    assert "## Part\n\nBody." in text
    assert "- a peer: no toolchain" in text


def test_numbers_are_shown_with_their_significant_digits() -> None:
    assert [number(each) for each in (0, 1234.5, 12.34, 1.234, 0.01234, -3.21)] == [
        "0",
        "1,234",
        "12.3",
        "1.23",
        "0.0123",
        "-3.21",
    ]
    assert shown(Spread(1, 0.5, 2)) == "1.00 (0.5 to 2.00)"
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_import_times_begin_after_those_of_the_interpreter() -> None:
    printed = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   os\n"
        "import time:       200 |        300 | site\n"
        "import time:      1500 |       1500 |   yaml.events\n"
        "import time:       500 |       2000 | yaml\n"
        "an error of the program\n"
    )
    assert import_times(printed) == {"yaml.events": 1.5, "yaml": 0.5}


def program(name: str, code: str, *codes: int) -> Command:
    """A Python program to measure."""
    return Command(name, (sys.executable, "-S", "-c", code), {}, frozenset(codes or {0}))


def test_rounds_run_every_program_in_turn_and_drop_the_warm_up() -> None:
    seen: list[object] = []
    commands = [program(name, "pass")._replace(prepare=partial(seen.append, name)) for name in ("a", "b")]
    measured = rounds(commands, 2, warm_up=1, before=seen.append)
    assert seen == [0, "a", "b", 1, "a", "b", 2, "a", "b"]
    assert [list(each) for each in measured] == [["a", "b"], ["a", "b"]]
    assert all(each > 0 for each in series(measured, "a"))


def test_the_ratio_of_two_programs_is_that_of_their_seconds() -> None:
    measured = [{"a": Cost(2, 1, 1), "b": Cost(1, 1, 1)}, {"a": Cost(9, 1, 1), "b": Cost(3, 1, 1)}]
    assert ratio(measured, "a", "b") == Spread(2.5, 2, 3)
    assert series(measured, "a", "processor") == [1, 1]


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(FailedCommandError, match=r"broken: exit code 3 is not one of \[0, 1\]\nwhy"):
        run(program("broken", "import sys; sys.stderr.write('why'); sys.exit(3)", 0, 1))


def test_an_exit_code_that_means_work_done_is_no_failure() -> None:
    assert run(program("finds something", "import sys; sys.exit(1)", 0, 1)).seconds > 0


def test_memory_is_the_sum_over_a_program_and_its_children() -> None:
    if not os.path.isdir("/proc/self"):
        pytest.skip("no /proc: only the largest single process is known")
    # Two processes that hold 60 MiB each at the same time, until the parent closes the child's input.
    child = "import sys; held = bytearray(60 << 20); print(flush=True); sys.stdin.read()"
    parent = (
        "import subprocess, sys, time; held = bytearray(60 << 20)\n"
        f"child = subprocess.Popen([sys.executable, '-S', '-c', {child!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdout.readline(); time.sleep(1.5); child.communicate()"
    )
    assert run(program("family", parent)).memory > 120  # MiB
