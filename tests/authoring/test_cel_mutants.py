"""Each operator and each literal of an expression is flipped (rules.md, "Cases")."""

from __future__ import annotations

import pytest

from cmian_policy.authoring.cel_mutants import changes


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a < b", ["a <= b", "a >= b"]),
        ("a <= b", ["a < b", "a > b"]),
        ("a > b", ["a >= b", "a <= b"]),
        ("a >= b", ["a > b", "a < b"]),
        ("a && b || c", ["a || b || c", "a && b && c"]),
        ("!a", ["a"]),
        ("!(a == b)", ["(a == b)", "!(a != b)"]),
        ("a in b", ["!(a in b)"]),
        (
            "x || !f(a, c) in g.?h.orValue(b) && y",
            [
                "x && !f(a, c) in g.?h.orValue(b) && y",
                "x || f(a, c) in g.?h.orValue(b) && y",
                "x || !(!f(a, c) in g.?h.orValue(b)) && y",
                "x || !f(a, c) in g.?h.orValue(b) || y",
            ],
        ),
        ("c.exists(g, g in d)", ["c.all(g, g in d)", "c.exists(g, !(g in d))"]),
        ("c.all(g, p(g))", ["c.exists(g, p(g))"]),
        ("c.exists_one(g, p(g))", ["c.exists(g, p(g))"]),
        ("all.exists", []),
        ("a - b", ["a + b"]),
        ("a + b * c / d % e", ["a - b * c / d % e", "a + b / c / d % e", "a + b * c * d % e", "a + b * c / d * e"]),
        ("f(-a)", ["f(a)"]),
        ("f(x, -12)", ["f(x, 12)", "f(x, -13)", "f(x, -11)"]),
        ("a ? b : c", ["!(a) ? b : c"]),
        (
            "f(x, a < b ? c : d ? e : g)",
            [
                "f(x, a <= b ? c : d ? e : g)",
                "f(x, a >= b ? c : d ? e : g)",
                "f(x, !(a < b) ? c : d ? e : g)",
                "f(x, a < b ? c : !(d) ? e : g)",
            ],
        ),
        ("[?a, ?b]", []),
        ("a[?0]", ["a[?1]", "a[?-1]"]),
        ("n == 6", ["n != 6", "n == 7", "n == 5"]),
        ("1.5", ["(1.5 + 1.0)", "(1.5 - 1.0)"]),
        ("0u", ["(0u + 1u)", "(0u - 1u)"]),
        ("0x10", ["(0x10 + 1)", "(0x10 - 1)"]),
        ("true", ["false"]),
        ("f(false, null)", ["f(true, null)"]),
        ("a.true_north", []),
        ("'none'", ["''"]),
        ("''", ["'x'"]),
        (r"r'\d+'", ["r''"]),
        ('"""a"""', ['""""""']),
        (r"'it\'s'", ["''"]),
        ("date('2026-03-01')", ["date('2026-03-02')", "date('2026-02-28')"]),
        ("date('2026-12')", ["date('2027-01')", "date('2026-11')"]),
        ("'2026-13-01'", ["''"]),
        ("'9999-12-31'", ["''"]),
        ("[]", []),
        ("['a']", ["[]"]),
        ("a in ['b', 'c']", ["!(a in ['b', 'c'])", "a in ['c']", "a in ['b']"]),
        (
            "[f('a', 1), [x, 2],]",
            [
                "[[x, 2]]",
                "[f('', 1), [x, 2],]",
                "[f('a', 2), [x, 2],]",
                "[f('a', 0), [x, 2],]",
                "[f('a', 1)]",
                "[f('a', 1), [2],]",
                "[f('a', 1), [x],]",
                "[f('a', 1), [x, 3],]",
                "[f('a', 1), [x, 1],]",
            ],
        ),
        ("a['k']", ["a['']"]),
        ("{'k': 'v'}", ["{'': 'v'}", "{'k': ''}"]),
    ],
)
def test_each_operator_and_each_literal_is_flipped(expression: str, expected: list[str]) -> None:
    found = list(changes(expression))
    assert sorted(change.text for change in found) == sorted(expected)
    assert all(change.text != expression and 0 <= change.offset < len(expression) for change in found)
