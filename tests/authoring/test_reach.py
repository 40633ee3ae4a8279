"""What a rule can look at in a manifest."""

from __future__ import annotations

import pytest

from cmian_policy.authoring.reach import paths_read, touches


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("manifest.people.impact != 'manifest.x'", {("people", "impact")}),
        ("manifest.?cmian.?opinion.hasValue()", {("cmian", "opinion")}),
        ("manifest.?a.?b.orValue([]).exists(g, g == manifest.c)", {("a", "b"), ("c",)}),
        ("has(manifest.a.b) && manifest.`c d`[0].e", {("a", "b"), ("c d",)}),
        ("size(manifest) > 0", {()}),
        ("manifest['a'].b", {()}),
        ("record.scope_digest != ''", {()}),
        ("facts.manifest && item.record", set()),
        ("cel.bind(m, manifest, m.a)", {()}),
    ],
)
def test_the_paths_that_an_expression_reads(expression: str, expected: set[tuple[str, ...]]) -> None:
    assert set(paths_read(expression)) == expected


def test_a_node_is_touched_by_what_reads_it_its_holder_or_its_content() -> None:
    read = [("people", "affected_groups")]
    assert touches(["people"], read)
    assert touches(["people", "affected_groups", 0], read)
    assert not touches(["people", "impact"], read)
    assert touches(["anything"], [()])
