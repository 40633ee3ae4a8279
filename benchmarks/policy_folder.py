"""A fictional policy with as many rules as wanted, laid out like ``policies/``. Files are written as JSON, which is YAML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Data = dict[str, Any]

# Conditions as rule authors write them; the number makes each one different, so that none is compiled once for several.
_CONDITIONS = (
    ("size(manifest.project.name) <= {n}", "/project/name"),
    ("manifest.people.impact != 'high' || manifest.?decision.?human_review.hasValue() || {n} == 0", "/decision/human_review"),
    ("manifest.people.?decisions_per_year.orValue(0) <= 1000 * {n}", "/people/decisions_per_year"),
    ("manifest.technology.capabilities.all(each, size(each) < {n})", "/technology/capabilities"),
    ("!facts.live || manifest.?review.?next_review.hasValue() || {n} == 0", "/review/next_review"),
)
_APPLIES = (
    "manifest.project.status != 'retired'",
    "facts.live",
    "manifest.data.personal != 'none'",
    "manifest.people.minors != 'none'",
)
_LADDER = {
    **dict.fromkeys(("planned", "design"), "note"),
    "development": "advisory",
    **dict.fromkeys(("pilot", "evaluation", "operational"), "declared"),
    "retired": "not_applicable",
}


def write_policy(folder: Path, rules: int) -> None:
    """A pack with one published release of that many rules, which was never sealed."""
    ids = [f"ESSAI-R{number:04d}" for number in range(1, rules + 1)]
    texts = {name: _both(f"Paquet fictif : {name}") for name in ("title", "publisher", "disclaimer")}
    _write(folder / "essai" / "pack.yaml", {"id": "essai", **texts})
    _write(folder / "essai" / "facts" / "v1.yaml", _facts())
    _write(folder / "essai" / "releases" / "2025.1.yaml", _release(ids))
    for number, rule in enumerate(ids):
        _write(folder / "essai" / "rules" / rule / "v1.yaml", _rule(rule, number))


def _facts() -> Data:
    live = {
        "name": "live",
        "cel": "manifest.project.status in ['pilot', 'evaluation', 'operational']",
        "title": _both("En service"),
    }
    return {"version": 1, "grace_days": 90, "facts": [live], "ladder": _LADDER, "scope": []}


def _release(ids: list[str]) -> Data:
    return {
        "release": "2025.1",
        "in_force_from": "2025-01-01",
        "published": "2024-12-01",
        "supersedes": None,
        "changelog": {"fr": ["Essai."], "en": ["Trial."]},
        "facts": {"version": 1},
        "sources": [],
        "rules": [{"id": each, "version": 1} for each in ids],
    }


def _rule(rule: str, number: int) -> Data:
    cel, at = _CONDITIONS[number % len(_CONDITIONS)]
    applies = {"cel": _APPLIES[number % len(_APPLIES)], "otherwise": _both("la règle ne s'applique pas.")}
    condition = {"id": "seule", "cel": cel.format(n=number + 100), "at": at, "message": _both("la condition n'est pas remplie")}
    return {
        "id": rule,
        "version": 1,
        "title": _both(f"Règle fictive {number}"),
        "basis": "law",
        "source": None,
        "references": [{"title": "Loi fictive", "article": str(number), "checked_on": "2026-11-23", "certainty": "unverified"}],
        "rationale": _both("Pour la mesure."),
        "applies_when": applies,
        "require": [condition],
        "level": {"default": "advisory"},
        "remediation": _both("Changez le manifeste."),
        "waivable": False,
    }


def _both(text: str) -> Data:
    return {"fr": text, "en": f"{text} (en)"}


def _write(path: Path, data: Data) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
