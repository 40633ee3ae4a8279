"""A SARIF log, read again: what holds of every log, and what tests look for in one."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.runner import NBSP

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, Any]

LEVELS = {"blocking": "error", "advisory": "warning", "note": "note"}
KINDS = {"fail": "fail", "waived": "fail", "review": "review", "error": "open", "pass": "pass", "not_applicable": "notApplicable"}
URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")  # RFC 3986, no query
# §3.11.6, and what viewers that know no escapes take for a link.
LINKS = (re.compile(r"\[(?:[^\\\[\]]|\\[\\\[\]])*\]\([^)]*\)"), re.compile(r"\[[^\]]*\]\([^)]+\)"))


def run_of(text: str) -> Data:
    """The one run of a log, with what holds of every log."""
    log = json.loads(text)
    assert list(log) == ["$schema", "version", "runs"]
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    assert only["columnKind"] == "unicodeCodePoints"
    for result in only.get("results", ()):
        assert (result["level"] == "none") == (result["kind"] != "fail")
        assert rule_of(only, result)["id"] == result["ruleId"]
    identities = [json.dumps(result["partialFingerprints"]) for result in only.get("results", ())]
    assert len(set(identities)) == len(identities)
    for told in messages(only):
        assert not any(link.search(told) for link in LINKS)
        assert not re.search(r"[{}]", told.replace("{{", "").replace("}}", ""))
    assert all(URI.fullmatch(address) for address in uris(only))
    return dict(only)


def walk(value: Any) -> Iterator[Data]:  # noqa: ANN401 - any JSON
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(held)


def messages(run: Data) -> Iterator[str]:
    """Every message string, what Markdown escapes left out; those of snippets are the manifest's own."""
    snippets = [id(held["snippet"]) for held in walk(run) if "snippet" in held]
    for held in walk(run):
        if "text" in held and id(held) not in snippets:
            yield held["text"]
            yield re.sub(r"\\.", "", held.get("markdown", ""))


def uris(run: Data) -> Iterator[str]:
    """Every URI."""
    for held in walk(run):
        yield from (value for name, value in held.items() if name.lower().endswith("uri") and isinstance(value, str))


def rule_of(run: Data, result: Data) -> Data:
    """The rule that a result names by its place."""
    found: Data = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    return found


def rules(run: Data) -> dict[str, Data]:
    """The rules by id."""
    return {each["id"]: each for each in run["tool"]["driver"]["rules"]}


def of(run: Data, rule_id: str) -> list[Data]:
    """The results of a rule."""
    return [result for result in run["results"] if result["ruleId"] == rule_id]


def place(result: Data) -> tuple[str, int, int]:
    """Path, line and column of a result."""
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region["startColumn"]


def notified(run: Data) -> list[tuple[str, str]]:
    """Kind and level of each notification."""
    (ran,) = run["invocations"]
    told = [*ran["toolExecutionNotifications"], *ran["toolConfigurationNotifications"]]
    return [(each["descriptor"]["id"], each["level"]) for each in told]


def successful(run: Data) -> bool:
    """Whether the run says that it went well."""
    (ran,) = run["invocations"]
    return bool(ran["executionSuccessful"])


def plain(text: str) -> str:
    """A message as a reader shows it, with plain spaces."""
    return text.replace("{{", "{").replace("}}", "}").replace(NBSP, " ")


@cache
def official() -> jsonschema.Draft4Validator:
    """The schema of OASIS; the test is skipped by name where the test data do not hold it."""
    schema = Path(os.environ.get("CMIAN_TEST_DATA", "nowhere")) / "schemas" / "sarif-2.1.0.schema.json"
    if not schema.exists():
        pytest.skip("no sarif-2.1.0.schema.json under CMIAN_TEST_DATA")
    return jsonschema.Draft4Validator(json.loads(schema.read_text(encoding="utf-8")), format_checker=jsonschema.FormatChecker())
