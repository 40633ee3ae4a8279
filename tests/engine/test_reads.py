"""What conditions can read of a manifest: whatever is left out could not have changed a verdict."""

from __future__ import annotations

from datetime import date

import pytest

from cmian_policy.engine.compile import rule_expressions
from cmian_policy.engine.evaluate import Court, record_of
from cmian_policy.engine.reads import Reads
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.record import Record
from cmian_policy.pipeline.policy import load_policy, schema
from tests.runner import EXAMPLES, ON

TODAY = date.fromisoformat(ON)
DATA = {"a": {"b": 1, "c": 2}, "d": {"e": 3}, "f": [4], "g": 5}


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("true", {}),
        ("manifest.a.b == 1", {"a": {"b": 1}}),
        ("manifest.?a.?b.hasValue()", {"a": {"b": 1}}),
        ("manifest . a\n  .b == 1", {"a": {"b": 1}}),
        ("has(manifest.a.b) && manifest.a.c == 2", {"a": {"b": 1, "c": 2}}),
        ("manifest.a.b.x.y", {"a": {"b": 1}}),
        ("manifest.a['b'] == 1", {"a": DATA["a"]}),
        ("size(manifest.a) == 2", {"a": DATA["a"]}),
        ("manifest.a.exists(k, k == 'c')", {"a": DATA["a"]}),
        ("manifest.?a.orValue({}).b", {"a": DATA["a"]}),
        ("cel.bind(x, manifest.a, x.c)", {"a": DATA["a"]}),
        ("manifest.a.b == 1 && manifest.a == {}", {"a": DATA["a"]}),
        ("has(manifest.d)", {"d": DATA["d"]}),
        ("manifest.f[0] == 4 && manifest.g == 5", {"f": [4], "g": 5}),
        ("manifest['a'].b == 1", DATA),
        ("size(manifest) == 4", DATA),
        ("manifest.exists(k, k == 'a')", DATA),
        ("cel.bind(m, manifest, m.a.b)", DATA),
        ("[1].exists(manifest, manifest.a == 1)", DATA),
        ("not_manifest.a.b", {}),
    ],
)
def test_what_is_not_plainly_one_key_keeps_all_it_could_read(condition: str, kept: object) -> None:
    assert Reads.of([condition]).narrowed(DATA) == kept  # type: ignore[arg-type] # plain data


def test_several_conditions_read_what_each_of_them_reads() -> None:
    assert Reads.of(["manifest.a.b", "manifest.d", "manifest.d.e", "manifest.f"]).narrowed(DATA) == {  # type: ignore[arg-type] # as above
        "a": {"b": 1},
        "d": {"e": 3},
        "f": [4],
    }


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/ai-manifest.yaml")))
def test_no_condition_of_our_packs_tells_the_difference(example: str) -> None:
    manifest = read_bytes((EXAMPLES / example / "ai-manifest.yaml").read_bytes(), example, lambda: schema("ai-manifest"))
    if not manifest.readable or manifest.document is None:
        return
    policy = load_policy()
    record = record_of(Record(), manifest.data)
    for pack in policy.packs:
        for each in pack.releases:
            release = policy.release(pack, each)
            seen = release.narrowed(manifest.data)
            assert len(seen) < len(manifest.data)
            whole = Court(manifest, manifest.document, release, record, TODAY)
            part = Court(manifest, manifest.document, release, record, TODAY, seen)
            assert part.facts == whole.facts
            for rule in release.rules:
                assert [*rule_expressions(rule)]
                assert part.finding(rule, example) == whole.finding(rule, example)
