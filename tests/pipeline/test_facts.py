"""Facts may read the ones before them, in every way that CEL knows: as if each were evaluated afresh (engine/evaluate.py)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.engine.compile import Compiler
from cmian_policy.engine.evaluate import Court, record_of
from cmian_policy.engine.reads import Reads
from cmian_policy.errors import ExpressionError
from cmian_policy.lang.cel import timestamp
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.pack import Fact
from cmian_policy.model.record import Record
from cmian_policy.pipeline.judge import Judge
from cmian_policy.pipeline.options import Options
from cmian_policy.pipeline.policy import load_policy, schema
from tests.packs import MINIMAL, TODAY, both, facts, require, rule, write_pack
from tests.properties.test_evaluation import manifests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cmian_policy.model.manifest import Manifest

Facts = list[tuple[str, str]]  # name and condition, in order
COMPILER = Compiler()
BUNDLED = load_policy()
ALL_BUT_C = "facts.all(k, k != 'c')"
CASES: dict[str, Facts] = {
    "field": [("a", "true"), ("b", "facts.a"), ("c", "facts.b && facts.a")],
    "optional field": [
        ("a", "true"),
        ("b", "facts.?a.orValue(false)"),
        ("c", "facts.?b.orValue(false)"),
        ("d", "facts.?z.hasValue()"),
    ],
    "index": [("a", "true"), ("b", "facts['a']"), ("c", "facts['b']"), ("d", "facts[?'c'].orValue(false)")],
    "presence": [("a", "false"), ("b", "has(facts.a)"), ("c", "has(facts.b) && !has(facts.d)"), ("d", "'c' in facts")],
    "size": [("a", "true"), ("b", "size(facts) == 1"), ("c", "size(facts) == 2"), ("d", "facts.size() == 3")],
    "macros": [
        ("a", "true"),
        ("b", "facts.exists(k, k == 'a')"),
        ("c", "facts.exists(k, k == 'b')"),
        ("d", "facts.all(k, facts[k])"),
    ],
    "map and filter": [("a", "true"), ("b", "facts.map(k, k).size() == 1"), ("c", "facts.filter(k, facts[k]).size() == 2")],
    "bound": [
        ("a", "true"),
        ("b", "cel.bind(f, facts, f.a)"),
        ("c", "cel.bind(f, facts, f.b)"),
        ("d", "cel.bind(f, facts, size(f) == 3)"),
    ],
    "hidden by a variable": [
        ("a", "true"),
        ("b", "[{'a': false}].exists(facts, facts.a)"),
        ("c", "[facts].exists(f, f.b == false)"),
    ],
    "short circuit": [
        ("a", "true"),
        ("b", "false && facts.a"),
        ("c", "facts.a && !facts.b"),
        ("d", "true || facts.z"),
        ("e", "facts.d"),
    ],
    "condition": [("a", "true"), ("b", "facts.a ? true : facts.a"), ("c", "facts.a ? facts.b : facts.a"), ("d", "facts.c")],
    "compared whole": [("a", "true"), ("b", "facts == {'a': true}"), ("c", "facts == {'a': true, 'b': true}")],
    "spaces": [
        ("a", "true"),
        ("b", "facts . a"),
        ("c", "facts\n  .b"),
        ("d", "facts [ 'c' ]"),
        ("e", "facts.\nd"),
        ("f", "(facts).e"),
    ],
    "comment": [("a", "true"), ("b", "facts. // the first\n a"), ("c", "facts // .a\n .b"), ("d", "facts.c // facts.z")],
    "text only": [("a", "'facts.z' == 'facts.z'"), ("b", "facts.a"), ("c", "'facts' != 'fact'"), ("d", "facts.c")],
    "first one reads": [("a", "!facts.?z.orValue(false)"), ("b", "facts.a"), ("c", "facts.b")],
    "first one counts": [("a", "size(facts) == 0"), ("b", "!has(manifest.artefacts)"), ("c", "facts.a"), ("d", "facts.b")],
    "a name like it": [
        ("a", "size(facts) == 0"),
        ("b", "!has(manifest.x_facts)"),
        ("c", "!has(manifest.facts_x)"),
        ("d", "facts.c"),
    ],
    "named as a macro": [("exists", "true"), ("b", "facts.exists"), ("c", "true"), ("d", "facts.exists(k, k == 'c')")],
    "named as a macro, after a comment": [("exists", "true"), ("b", "facts.exists"), ("c", "facts.exists // -\n (k, k == 'b')")],
    "named as macros": [("all", "true"), ("b", "facts.all"), ("c", "true"), ("d", ALL_BUT_C), ("e", "facts.all (k, k != 'c')")],
    "named as a function": [
        ("size", "true"),
        ("b", "facts.size"),
        ("c", "true"),
        ("d", "facts.size() == 3"),
        ("e", "facts.size\n() == 4"),
    ],
    "a prefix of another": [
        ("a", "true"),
        ("b", "facts.a"),
        ("ab", "true"),
        ("c", "facts.ab"),
        ("abc", "facts.ab && facts.a && facts.c"),
    ],
    "absent": [("a", "true"), ("b", "facts.z"), ("c", "true")],
    "later": [("a", "facts.b"), ("b", "true")],
    "itself": [("a", "true"), ("b", "facts.b")],
    "no boolean": [("a", "true"), ("b", "facts"), ("c", "true")],
    "in two stages": [
        ("a", "true"),
        ("b", "facts.a"),
        ("c", "facts.b"),
        ("d", "facts.a"),
        ("e", "facts.d && facts.c"),
        ("f", "facts.e"),
    ],
}


def reference(
    manifest: Manifest, wanted: Iterable[tuple[str, str]], record: Mapping[str, object]
) -> tuple[dict[str, bool], bool]:
    """Each fact in variables of its own, with all earlier ones; whether none of them erred, which ends it."""
    values: dict[str, bool] = {}
    for name, cel in wanted:
        variables = {"manifest": manifest.data, "today": timestamp(TODAY), "record": record, "facts": dict(values)}
        try:
            values[name] = COMPILER.expression(cel).holds(COMPILER.context(variables))
        except ExpressionError:
            return values, False
    return values, True


def read(data: object) -> Manifest:
    """A manifest of some data."""
    return read_bytes(json.dumps(data).encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))


def derived(folder: Path, wanted: Facts) -> tuple[dict[str, bool], set[str]]:
    """The facts that a run derives, and the verdicts of rules, one for each fact and one for what has it by another name."""
    listed = [{"name": name, "cel": cel, "title": both(name)} for name, cel in wanted]
    rules = [rule(f"TEST-A{place:02}", require(f"facts.{name}")) for place, (name, _) in enumerate(wanted)]
    rules.append(rule("TEST-B01", require(f"size(facts) == {len(wanted)}")))
    policy = load_policy(write_pack(folder, rules, facts_files=[facts(facts=listed)]))
    judged = Judge(policy, TODAY, Options()).judge(read(MINIMAL), "essai")
    verdicts = {each.rule: each.verdict.value for each in judged.report.findings if each.pack}
    held = dict(judged.report.facts["test"])
    if "error" not in verdicts.values():
        assert verdicts.pop("TEST-B01") == "pass"
        said = [verdicts[f"TEST-A{place:02}"] == "pass" for place in range(len(wanted))]
        assert said == [held[name] for name, _ in wanted]
    return held, set(verdicts.values())


@pytest.mark.parametrize("case", CASES)
def test_a_fact_sees_every_earlier_one_and_none_else(tmp_path: Path, case: str) -> None:
    values, good = reference(read(MINIMAL), CASES[case], record_of(Record(), {}))
    held, verdicts = derived(tmp_path, CASES[case])
    assert held == values
    assert (verdicts == {"error"}) is not good


def test_the_cases_are_what_they_say() -> None:
    """The reference itself, against what CEL means: all true but where a case is about something else."""
    fates = {case: reference(read(MINIMAL), wanted, record_of(Record(), {})) for case, wanted in CASES.items()}
    assert {case for case, (_, good) in fates.items() if not good} == {"absent", "later", "itself", "no boolean"}
    false = {(case, name) for case, (values, _) in fates.items() for name, value in values.items() if not value}
    assert false == {
        *(("optional field", "d"), ("presence", "a"), ("hidden by a variable", "b")),
        *(("short circuit", "b"), ("named as macros", "d"), ("named as macros", "e")),
    }


NAMES = ["a", "b", "ab", "exists", "size", "all"]
SHAPES = [
    *("true", "false", "facts.{0}", "facts.?{0}.orValue(false)", "facts['{0}']", "has(facts.{0})", "'{0}' in facts"),
    *("size(facts) == 2", "facts.size() == 3", "facts.exists(k, k == '{0}')", "facts.all(k, facts[k])", "false && facts.{0}"),
    *(
        "true || facts.{0}",
        "!facts.?{0}.orValue(true)",
        "!has(manifest.artefacts)",
        "cel.bind(f, facts, has(f.{0}))",
        "'facts' == 'x'",
    ),
]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a CompiledRelease
    """A release whose facts are exchanged."""
    judge = Judge(load_policy(write_pack(tmp_path_factory.mktemp("facts"), [rule()])), TODAY, Options())
    return judge.release("test", "2025.1")


@settings(max_examples=250, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(NAMES), min_size=2, unique=True), st.data())
def test_any_facts_in_any_order(pack: Any, names: list[str], data: st.DataObject) -> None:  # noqa: ANN401 - as above
    wanted = [(name, data.draw(st.sampled_from(SHAPES)).format(data.draw(st.sampled_from(NAMES)))) for name in names]
    title = pack.rules[0].title
    file = pack.source.facts._replace(facts=tuple(Fact(name, cel, title) for name, cel in wanted))
    release = pack._replace(source=pack.source._replace(facts=file))
    manifest = read(MINIMAL)
    assert manifest.document is not None
    record = record_of(Record(), manifest.data)
    found = Court(manifest, manifest.document, release, record, TODAY).facts
    values, good = reference(manifest, wanted, record)
    assert (dict(found.values), found.error is None) == (values, good), wanted


@settings(max_examples=60, deadline=None, derandomize=True)
@given(manifests())
def test_the_facts_of_the_bundled_packs_are_those_of_fresh_contexts(data: dict[str, Any]) -> None:
    manifest = read(data)
    judge = Judge(BUNDLED, TODAY, Options())
    judged = judge.judge(manifest, "p")
    for name in judged.releases:
        file = judge.release(*name).source.facts
        expected = reference(manifest, [(fact.name, fact.cel) for fact in file.facts], record_of(Record(), manifest.data))
        assert (dict(judged.report.facts[name[0]]), True) == expected


@pytest.mark.parametrize(
    "called", ["manifest.a.exists // c\n (k, k == 'b')", "manifest.a.exists\n//\n(k, k == 'b')", "manifest.a.b / 2 == 2"]
)
def test_what_is_called_after_a_comment_is_no_key_of_the_manifest_either(called: str) -> None:
    whole: Any = {"a": {"b": 4, "exists": 1}}
    seen = Reads.of([called]).narrowed(whole)
    said = [COMPILER.expression(called).holds(COMPILER.context({"manifest": data})) for data in (whole, seen)]
    assert said == [True, True]
