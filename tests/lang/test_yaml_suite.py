"""What the reader makes of the public YAML test suite: what the suite says, but for the tables of docs/yaml-differences.md."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from cmian_policy.errors import DocumentError
from cmian_policy.lang.yaml import libyaml, pure_python, read
from cmian_policy.messages import catalogue
from tests.lang.yaml_suite import FOLDER, texts
from tests.runner import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.lang.yaml import Events
    from tests.lang.yaml_suite import Text

    Loader = Callable[[str], Events]
    Outcomes = dict[str, tuple[bool, str, str]]  # whether a text is valid, and what each parser makes of it

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no yaml-test-suite under CMIAN_TEST_DATA"),
    pytest.mark.skipif(libyaml is None, reason="PyYAML was built without libyaml"),
]

PAGE = (
    (ROOT / "docs/yaml-differences.md").read_text(encoding="utf-8").partition("## The public test suite")[2].partition("\n## ")[0]
)
READ, OTHERWISE = "read", "read otherwise"
_HEADS = {"| Valid text, libyaml |": True, "| Invalid text, libyaml |": False}


def outcome(case: Text, loader: Loader) -> str:
    """What becomes of a text: read (as the suite says, where it says so), read otherwise, or the key of why it is refused."""
    try:
        data = read(case.text.encode(), "f.yaml", loader=loader).data
    except DocumentError as error:
        return error.problems[0].message.key.removeprefix("yaml.")
    same = not case.valid or case.expected is None or (len(case.expected) == 1 and _plain(data) == _plain(case.expected[0]))
    return READ if same else OTHERWISE


def _plain(data: object) -> str:
    """Data as text, so that 1, 1.0 and true are three values; the order of keys says nothing in YAML."""
    return json.dumps(data, sort_keys=True)


def happens() -> Outcomes:
    """What happens to each text that the suite calls otherwise."""
    assert libyaml is not None
    found = {case.name: (case.valid, outcome(case, libyaml), outcome(case, pure_python)) for case in texts()}
    return {name: each for name, each in found.items() if not _as_the_suite_says(*each)}


def _as_the_suite_says(valid: bool, *outcomes: str) -> bool:  # noqa: FBT001 - the first of three
    return all((each == READ) if valid else (each not in {READ, OTHERWISE}) for each in outcomes)


def told() -> Outcomes:
    """What the tables of the page say."""
    found: Outcomes = {}
    valid = True
    for line in PAGE.splitlines():
        valid = next((kind for head, kind in _HEADS.items() if line.startswith(head)), valid)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[2].startswith("`"):
            names = re.findall(r"`([^`]+)`", cells[2])
            assert not set(names) & set(found), f"told twice: {set(names) & set(found)}"
            found |= dict.fromkeys(names, (valid, cells[0], cells[1]))
    return found


def test_the_page_tells_all_that_is_not_as_the_suite_says_and_nothing_else() -> None:
    assert told() == happens()


def test_the_page_counts_the_texts() -> None:
    counts = [int(number) for number in re.findall(r"\*\*(\d+)\*\*", PAGE)]
    cases = list(texts())
    others = told()
    agreed = [case.valid for case in cases if case.name not in others]
    assert counts == [len(cases), agreed.count(True), agreed.count(False), len(others)]


def test_each_reason_is_a_message_of_ours() -> None:
    keys = {key.removeprefix("yaml.") for key in catalogue("fr")} | {READ, OTHERWISE}
    assert {each for _, *outcomes in told().values() for each in outcomes} <= keys
