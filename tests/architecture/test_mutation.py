"""``tools/mutation.py``: which modules it tries, what it makes of mutmut's files, and the page it writes (docs/adr/0017)."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "src" / "cmian_policy"
# docs/adr/0017 says why: generated, of the committee's work bench, or reading back what it writes.
LEFT_OUT = {
    *(f"lang/{kind}_validator.py" for kind in ("config", "manifest", "register")),
    *(f"lang/{name}.py" for name in ("cel_ast", "cel_faults", "cel_tokens", "protobuf_wire", "typed_cel")),
    *(f"lang/{name}.py" for name in ("roundtrip", "yaml_writer")),
}
MUTATED = '''\
def holds(on: date) -> bool:
    """Dispatches."""


def x_holds__mutmut_orig(on: date) -> bool:
    if on < LAST:
        return True
    return False


def x_holds__mutmut_1(on: date) -> bool:
    if on <= LAST:
        return True
    return False


def x_holds__mutmut_2(on: date) -> bool:
    if on < LAST:
        return True
    return True


class Court:
    def xǁCourtǁjudge__mutmut_orig(self) -> int:
        return 1

    def xǁCourtǁjudge__mutmut_1(self) -> int:
        return 2
'''


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The modules of the tool, which are scripts and no package."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    yield import_module("mutation_results"), import_module("mutation_page")
    for name in ("mutation_results", "mutation_page"):
        sys.modules.pop(name, None)


def settings() -> dict[str, Any]:
    """What ``tools/mutation.toml`` holds."""
    return tomllib.loads((ROOT / "tools" / "mutation.toml").read_text(encoding="utf-8"))


def test_every_module_that_decides_is_tried_once_or_named_as_not_tried() -> None:
    tried = [module for group in settings()["group"] for module in group["modules"]]
    held = {f"{folder}/{path.name}" for folder in ("engine", "lang") for path in (PACKAGE / folder).glob("*.py")}
    assert sorted([*tried, *settings()["untried"]]) == sorted(held - LEFT_OUT - {"engine/__init__.py", "lang/__init__.py"})


def test_the_tests_of_every_group_are_there() -> None:
    for group in settings()["group"]:
        for test in group["tests"]:
            assert (ROOT / test.removeprefix("--deselect=").partition("::")[0]).is_file(), test


def test_every_equivalent_mutant_has_a_reason_and_is_named_once() -> None:
    entries = settings()["equivalent"]
    named = [(entry["function"], *mutant) for entry in entries for mutant in entry["mutants"]]
    assert len(set(named)) == len(named)
    assert all(len(name) == 3 and name[1] != name[2] for name in named)
    assert all(len(entry["reason"]) > len("equivalent") for entry in entries)


def test_a_mutant_is_told_by_its_function_and_its_lines(tools: Any) -> None:  # noqa: ANN401 - modules
    results, _ = tools
    codes = {"a.b.x_holds__mutmut_1": 1, "a.b.x_holds__mutmut_2": 0, "a.b.xǁCourtǁjudge__mutmut_1": 33}
    assert [(each.mutant, each.outcome) for each in results.results("engine/waive.py", MUTATED, codes)] == [
        (("engine.waive.holds", "if on < LAST:", "if on <= LAST:"), "killed"),
        (("engine.waive.holds", "return False", "return True"), "survived"),
        (("engine.waive.Court.judge", "return 1", "return 2"), "survived"),
    ]


@pytest.mark.parametrize(
    ("code", "outcome"), [(0, "survived"), (33, "survived"), (1, "killed"), (-11, "killed"), (36, "timeout"), (None, "untried")]
)
def test_an_exit_code_says_what_became_of_a_mutant(tools: Any, code: int | None, outcome: str) -> None:  # noqa: ANN401 - modules
    results, _ = tools
    (found,) = results.results("engine/waive.py", MUTATED, {"a.b.x_holds__mutmut_1": code})
    assert found.outcome == outcome


def test_an_exit_code_that_says_nothing_is_refused(tools: Any) -> None:  # noqa: ANN401 - modules
    results, _ = tools
    with pytest.raises(KeyError):
        list(results.results("engine/waive.py", MUTATED, {"a.b.x_holds__mutmut_1": 70}))


def test_the_page_is_read_as_it_was_written(tools: Any) -> None:  # noqa: ANN401 - modules
    _, page = tools
    scores = {
        "engine/waive.py": page.Score(10, 7, 1, 1, 1, "", "2026-11-23", "3.8.1"),
        "lang/cel.py": page.Score(4, 4, 0, 0, 0, "40 %, seed 1", "2026-11-23", "3.8.1"),
    }
    text = page.generate(scores, ["lang/cel.py", "engine/waive.py", "engine/pin.py"])
    assert page.read(text) == scores
    assert text.index("lang/cel.py") < text.index("engine/waive.py")
    assert "| 88.9 % |" in text  # 8 of 9
    assert "| all | 14 | 11 | 1 | 1 | 1 | 92.3 % |" in text


def test_the_committed_page_tells_of_every_module(tools: Any) -> None:  # noqa: ANN401 - modules
    _, page = tools
    scores = page.read((ROOT / "docs" / "mutation.md").read_text(encoding="utf-8"))
    assert list(scores) == [module for group in settings()["group"] for module in group["modules"]]
    assert all(score.tried == score.killed + score.timeouts + score.equivalent + score.open for score in scores.values())
