"""Small policy folders, written for one test: rules of a fictional pack that do what the bundled release cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ALWAYS = "true"
NEVER = "false"
ERRS = "1 / (size(manifest.project.id) - size(manifest.project.id)) == 1"  # division by zero, once evaluated


def both(text: str) -> dict[str, str]:
    """A bilingual text."""
    return {"fr": text, "en": f"{text} (en)"}


def rule(rule_id: str, cel: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a rule file may hold
    """A rule of basis ``law`` with one condition on the project's name."""
    return {
        "id": rule_id,
        "version": 1,
        "title": both("Règle fictive"),
        "basis": "law",
        "source": None,
        "references": [
            {"title": "Loi fictive", "article": "12", "checked_on": "2026-11-23", "certainty": "unverified"},
        ],
        "rationale": both("Pour l'essai."),
        "applies_when": "always",
        "require": [{"id": "seul", "cel": cel, "at": "/project/name", "message": both("le nom ne va pas")}],
        "level": {"default": "blocking"},
        "remediation": both("Changez le nom."),
        "waivable": False,
        **changes,
    }


def review(rule_id: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """A rule that always asks for a person."""
    require = {"id": "seul", "cel": NEVER, "at": "/project/name", "message": both("une personne regarde"), "otherwise": "review"}
    return rule(rule_id, NEVER, require=[require], **changes)


def write_policy(
    folder: Path, *rules: dict[str, Any], published: bool = True, in_force_from: str = "2025-01-01", pack: str = "essai"
) -> Path:
    """A policy folder with one pack and one release, 2025.1, that was never sealed; JSON is YAML."""
    files: dict[str, Any] = {
        "pack.yaml": {"id": pack, "title": both("Paquet fictif"), "publisher": both("Personne"), "disclaimer": both("Fictif.")},
        "facts/v1.yaml": {
            "version": 1,
            "grace_days": 90,
            "facts": [{"name": "live", "cel": "manifest.project.status == 'operational'", "title": both("En service")}],
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
        },
        **{f"rules/{each['id']}/v{each['version']}.yaml": each for each in rules},
    }
    raw = {path: f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode() for path, content in files.items()}
    release: dict[str, Any] = {
        "release": "2025.1",
        "in_force_from": in_force_from,
        "supersedes": None,
        "changelog": {"fr": ["Essai."], "en": ["Test."]},
        "facts": {"version": 1},
        "sources": [],
        "rules": [{"id": each["id"], "version": each["version"]} for each in rules],
    }
    if published:
        release["published"] = "2026-11-23"
    raw["releases/2025.1.yaml"] = f"{json.dumps(release, ensure_ascii=False)}\n".encode()
    for path, content in raw.items():
        target = folder / pack / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder
