"""The other programs of the benchmark: installed, and told what to judge (README.md says why each command is as it is)."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from peers.catalogue import in_force
from peers.peer import Peer, Skipped
from peers.programs import HERE, VERSIONS, UnavailableError, go_program, python_program, rust_program, version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGO, GUARD = HERE / "rego", HERE / "guard"
SCHEMA = HERE.parents[1] / "schemas" / "ai-manifest" / "1.0.schema.json"
TEMPLATE = HERE / "cloudformation" / "template.yaml"
_CONFTEST = "github.com/open-policy-agent/conftest"
_IN_REGO = "the {} rules in Rego, with their messages; no schema, no places, no register"
_DONE, _FOUND = frozenset({0}), frozenset({0, 1})


def peers(folder: Path, rules: Path) -> tuple[list[Peer], list[Skipped]]:
    """Every program that this machine can install, and the others with the reason.

    ``folder`` keeps the programs between runs; ``rules`` is the policy folder whose rules in force are those in Rego.
    """
    on = date.fromisoformat(json.loads((REGO / "data.json").read_text(encoding="utf-8"))["evaluated_on"])
    count = sum(len(each.rules) for each in in_force(rules, on))
    makers: dict[str, Callable[[], Peer]] = {
        "conftest": partial(conftest, folder, count),
        "opa": partial(opa, folder, count),
        "cfn-guard": partial(cfn_guard, folder, count),
        "check-jsonschema": partial(check_jsonschema, folder),
        "checkov": partial(checkov, folder),
        "cfn-lint": partial(cfn_lint, folder),
    }
    found, skipped = [], []
    for name, make in makers.items():
        try:
            found.append(make())
        except UnavailableError as error:
            skipped.append(Skipped(name, str(error)))
    return found, skipped


def conftest(folder: Path, count: int, rego: Path = REGO) -> Peer:
    """The rules in Rego: it judges a folder file by file."""
    named = f"-X {_CONFTEST}/internal/version.Version={VERSIONS['conftest']}"  # as its own releases are built
    program = go_program(folder, "conftest", _CONFTEST, "-ldflags", named)

    def judge(path: Path) -> list[str]:
        options = ["--namespace", "ai_manifest", "--policy", str(rego), "--data", str(rego / "data.json")]
        return [str(program), "test", "--no-color", *options, str(path)]

    return Peer("conftest", version(program, "--version"), _IN_REGO.format(count), judge, judge, _FOUND)


def opa(folder: Path, count: int, rego: Path = REGO) -> Peer:
    """The rules in Rego: ``opa eval`` judges one, ``opa exec`` many."""
    program = go_program(folder, "opa", "github.com/open-policy-agent/opa")

    def one(file: Path) -> list[str]:
        return [str(program), "eval", "--format", "raw", "--data", str(rego), "--input", str(file), "data.ai_manifest.report"]

    def many(manifests: Path) -> list[str]:
        return [str(program), "exec", "--bundle", str(rego), "--decision", "ai_manifest/report", str(manifests)]

    work = f"{_IN_REGO.format(count)} (one: opa eval; many: opa exec)"
    return Peer("opa", version(program, "version"), work, one, many, _DONE)


def cfn_guard(folder: Path, count: int, guard: Path = GUARD) -> Peer:
    """The rules that its language can say."""
    program = rust_program(folder, "cfn-guard")

    def judge(path: Path) -> list[str]:
        rules, dates = str(guard / "rules.guard"), str(guard / "dates.yaml")
        return [str(program), "validate", "--rules", rules, "--input-params", dates, "--data", str(path)]

    work = f"{len(said_in_guard())} of the {count} rules; no levels, no verdict between pass and fail, no schema, no register"
    return Peer("cfn-guard", version(program, "--version"), work, judge, judge, frozenset({0, 19}))


def said_in_guard() -> set[str]:
    """The ids of the rules that are written in Guard, whose names may hold no hyphen."""
    text = (GUARD / "rules.guard").read_text(encoding="utf-8")
    return {name.replace("_", "-") for name in re.findall(r"^rule ([A-Z]+_[A-Z]\d\d)\b", text, re.MULTILINE)}


def check_jsonschema(folder: Path) -> Peer:
    """The manifest's schema, no rule."""
    program = python_program(folder, "check-jsonschema")
    head = [str(program), "--schemafile", str(SCHEMA)]

    def one(file: Path) -> list[str]:
        return [*head, str(file)]

    def many(manifests: Path) -> list[str]:
        return [*head, *map(str, sorted(manifests.glob("*/ai-manifest.yaml")))]

    return Peer("check-jsonschema", version(program, "--version"), "the schema; no rule, no lines", one, many, _FOUND)


def checkov(folder: Path) -> Peer:
    """Start-up only."""
    program = python_program(folder, "checkov")
    options = ["--framework", "cloudformation", "--check", "CKV_AWS_21", "--quiet", "--compact", "--skip-download"]
    work = "none: one check of a template with one bucket, because it cannot read a manifest; start-up only"
    return Peer(
        "checkov", version(program, "--version"), work, lambda _: [str(program), "--file", str(TEMPLATE), *options], None, _DONE
    )


def cfn_lint(folder: Path) -> Peer:
    """Start-up only."""
    program = python_program(folder, "cfn-lint")
    work = "none: a template with one bucket, because it cannot read a manifest; start-up only"
    return Peer("cfn-lint", version(program, "--version"), work, lambda _: [str(program), str(TEMPLATE)], None, _DONE)
