"""What each program says of each rule, read from its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Said(NamedTuple):
    """What is said of one rule on one manifest. ``level`` only where the rule fails or asks for review."""

    verdict: str
    level: str | None = None


Answers = dict[str, dict[str, Said]]  # by the name of the manifest's folder, by rule
SILENT = Said("pass or not_applicable")
_SHOWN = {"fail", "review"}


def ours(text: str, rules: Iterable[str]) -> dict[str, dict[str, Said]]:
    """By the path of each valid manifest, what ``cmian-policy check -f json`` says of some rules."""
    read = {each["path"]: {finding["rule"]: finding for finding in each["findings"]} for each in json.loads(text)["manifests"]}
    valid = {path: found for path, found in read.items() if found["manifest-schema"]["verdict"] == "pass"}
    return {path: {rule: _said(found[rule]) for rule in rules} for path, found in valid.items()}


def of_opa(text: str) -> Answers:
    """What ``opa exec`` says."""
    return {_name(each["path"]): dict(_of_report(each["result"])) for each in json.loads(text)["result"]}


def _of_report(report: Mapping[str, Any]) -> Iterable[tuple[str, Said]]:
    yield from ((each["rule"], _denied(each)) for each in report["deny"])
    yield from ((each["rule"], _warned(each)) for each in report["warn"])
    yield from ((rule, Said("pass")) for rule in report["pass"])
    yield from ((rule, Said("not_applicable")) for rule in report["not_applicable"])


def of_conftest(text: str) -> Answers:
    """What ``conftest test -o json`` says: it names no rule that passes."""
    return {_name(each["filename"]): dict(_of_result(each)) for each in json.loads(text)}


def _of_result(result: Mapping[str, Any]) -> Iterable[tuple[str, Said]]:
    yield from ((each["metadata"]["rule"], _denied(each["metadata"])) for each in result.get("failures", ()))
    yield from ((each["metadata"]["rule"], _warned(each["metadata"])) for each in result.get("warnings", ()))


def of_guard(text: str) -> Answers:
    """What ``cfn-guard validate --structured`` says; it knows no level."""
    return {_name(each["name"]): dict(_of_status(each)) for each in json.loads(text)}


def _of_status(status: Mapping[str, Any]) -> Iterable[tuple[str, Said]]:
    yield from ((_id(name), Said("pass")) for name in status["compliant"])
    yield from ((_id(name), Said("not_applicable")) for name in status["not_applicable"])
    yield from ((_id(each["Rule"]["name"]), Said("fail")) for each in status["not_compliant"])


def _said(finding: Mapping[str, str]) -> Said:
    verdict = finding["verdict"]
    return Said(verdict, finding["level"] if verdict in _SHOWN else None)


def _denied(entry: Mapping[str, str]) -> Said:
    """A denial is a blocking failure, whatever it says of itself."""
    return Said("fail", "blocking") if (entry["verdict"], entry["level"]) == ("fail", "blocking") else Said("denied wrongly")


def _warned(entry: Mapping[str, str]) -> Said:
    return _said(entry) if (entry["verdict"], entry["level"]) != ("fail", "blocking") else Said("only warned")


def _name(path: str) -> str:
    return Path(path).parent.name


def _id(name: str) -> str:
    return name.replace("_", "-")
