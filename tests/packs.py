"""Small packs and manifests written for one test, and the two ways to run them: the pipeline and the real command.

Files are written as JSON, which is YAML. A pack is one rule unless a test says otherwise, so that what is expected can be read
off the design (rules.md, manifest.md) without knowing the bundled rules.
"""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import Report

Data = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "policies"
TODAY = date(2026, 11, 23)
REMOVE = None
QUOTE = "les usagers seront avisés"
STATUSES = ("planned", "design", "development", "pilot", "evaluation", "operational", "retired")

# The nineteen required fields of manifest.md and no more.
MINIMAL: Data = {
    "schema_version": "1.0",
    "project": {"id": "essai", "name": "Essai", "summary": "Un essai.", "status": "operational"},
    "owner": {"organisation": "ville-montpellier", "department": "Direction fictive", "contact": "service@example.org"},
    "purpose": {"goal": "Essayer.", "domain": "other"},
    "people": {"interaction": "none", "minors": "none", "impact": "none"},
    "decision": {"role": "none", "individual_administrative": False},
    "technology": {"type": "machine_learning", "capabilities": ["forecasting"]},
    "data": {"personal": "none"},
    "video": {"used": False},
}


def both(text: str) -> Data:
    """The same text in both languages."""
    return {"fr": text, "en": text}


def merged(base: Data, patch: Mapping[str, Any]) -> Data:
    """``base`` changed as JSON Merge Patch (RFC 7396) says: None removes."""
    result = deepcopy(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            held = result.get(key)
            result[key] = merged(held if isinstance(held, dict) else {}, value)
        else:
            result[key] = deepcopy(value)
    return result


def manifest(patch: Mapping[str, Any] | None = None) -> Data:
    """The minimal manifest, changed."""
    return merged(MINIMAL, patch or {})


def require(cel: str, **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """One condition of a rule, about the project's status unless told otherwise."""
    return {"id": "only", "cel": cel, "at": "/project/status", "message": both("a message"), **changes}


def rule(rule_id: str = "TEST-A01", *requires: Data, **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A rule that always applies and passes unless told otherwise."""
    return {
        "id": rule_id,
        "version": 1,
        "title": both(f"title of {rule_id}"),
        "basis": "interpretation",
        "source": {"act": "ACT", "paragraph": "1", "quote": QUOTE},
        "references": [],
        "rationale": both("a rationale"),
        "applies_when": "always",
        "require": list(requires) or [require("true")],
        "level": {"default": "blocking"},
        "remediation": both("a remediation"),
        "waivable": False,
        **changes,
    }


def applies(cel: str, otherwise: str = "it does not apply") -> Data:
    """When a rule applies."""
    return {"cel": cel, "otherwise": both(otherwise)}


def facts(**changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A facts file with the ladder of rules.md, one fact and no scope."""
    return {
        "version": 1,
        "grace_days": 90,
        "facts": [{"name": "live", "cel": f"manifest.project.status in {list(STATUSES[3:6])}", "title": both("live")}],
        "ladder": {
            "planned": "note",
            "design": "note",
            "development": "advisory",
            "pilot": "declared",
            "evaluation": "declared",
            "operational": "declared",
            "retired": "not_applicable",
        },
        "scope": [],
        **changes,
    }


def release(release_id: str = "2025.1", rules: Sequence[Data] = (), **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A published release in force from the first day of 2025; ``published=None`` makes it a draft."""
    data: Data = {
        "release": release_id,
        "in_force_from": "2025-01-01",
        "published": "2024-12-01",
        "supersedes": None,
        "changelog": {"fr": ["première"], "en": ["first"]},
        "facts": {"version": 1},
        "sources": [{"act": "ACT"}],
        "rules": [{"id": each["id"], "version": each["version"]} for each in rules],
        **changes,
    }
    return {key: value for key, value in data.items() if value is not None or key == "supersedes"}


def write(path: Path, data: object) -> Path:
    """A file holding ``data`` as JSON, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def write_pack(
    folder: Path,
    rules: Sequence[Data] = (),
    *,
    pack: str = "test",
    releases: Sequence[Data] | None = None,
    facts_files: Sequence[Data] | None = None,
    act: str = f"Ainsi, {QUOTE} de tout.",
) -> Path:
    """A pack under ``folder`` (laid out like ``policies/``), returned. Without releases there is one, of all the rules."""
    own = folder / pack
    held = list(rules) or [rule()]
    texts = {name: both(f"{name} of {pack}") for name in ("title", "publisher", "disclaimer")}
    write(own / "pack.yaml", {"id": pack, **texts})
    for each in facts_files if facts_files is not None else [facts()]:
        write(own / "facts" / f"v{each['version']}.yaml", each)
    write(own / "sources" / "ACT.yaml", {"act": "ACT", "title": "An act", "paragraphs": [{"id": "1", "text": act}]})
    for each in held:
        write(own / "rules" / each["id"] / f"v{each['version']}.yaml", each)
    for each in releases if releases is not None else [release(rules=held)]:
        write(own / "releases" / f"{each['release']}.yaml", each)
    return folder


def write_manifest(folder: Path, data: Mapping[str, Any] | None = None) -> Path:
    """``ai-manifest.yaml`` in ``folder``: the minimal one changed by ``data``."""
    return write(folder / "ai-manifest.yaml", manifest(data))


def check(
    folder: Path, policies: Path | None, on: date = TODAY, options: Options | None = None, *, cache_folder: Path | None = None
) -> Report:
    """The report on the manifests of a folder."""
    return check_paths([folder], load_policy(policies, cache_folder=cache_folder), on, options or Options(), here=folder)


def judged(
    tmp_path: Path,
    rules: Sequence[Data],
    data: Mapping[str, Any] | None = None,
    on: date = TODAY,
    **pack: Any,  # noqa: ANN401 - the arguments of write_pack
) -> Report:
    """The report on one manifest (the minimal one changed by ``data``), judged by a pack of these rules."""
    write_manifest(tmp_path / "project", data)
    return check(tmp_path / "project", write_pack(tmp_path / "policies", rules, **pack), on)


def finding(report: Report, rule_id: str = "TEST-A01", place: int = 0) -> Finding:
    """The one finding of a rule on the manifest at ``place``."""
    found = [each for each in [*report.manifests][place].findings if each.rule == rule_id]
    assert len(found) == 1, f"{len(found)} findings of {rule_id}"
    return found[0]


def pointers(report: Report, rule_id: str = "TEST-A01") -> list[str]:
    """The pointers of a rule's observations, in the order of the report."""
    return [observation.pointer for observation in finding(report, rule_id).observations]


class Done(NamedTuple):
    """What a run of the real command gave."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Data:
        """Standard output as JSON."""
        loaded: Data = json.loads(self.out)
        return loaded


def command(*arguments: str | Path, cwd: Path, home: Path | None = None) -> Done:
    """Runs ``cmian-policy`` as a program in ``cwd``, without a cache unless ``home`` gives one."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **({"HOME": str(home)} if home is not None else {})}
    done = subprocess.run(
        [sys.executable, "-m", "cmian_policy", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
