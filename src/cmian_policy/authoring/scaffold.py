"""``rules new PACK/ID``: a new rule as a commented template that loads, and whose cases fail until it is filled in.

Nothing that exists is overwritten; the one file that changes is the draft release, which gains a line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.writing import write_files
from cmian_policy.errors import UsageError
from cmian_policy.lang.roundtrip import Addition, add
from cmian_policy.loading.pack import load_rule, rule_versions
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.sources.folder import PolicyFolder

if TYPE_CHECKING:
    from datetime import date

    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.pipeline.policy import Policy

# The texts of the templates that an author replaces; a release that still holds one is not published.
PLACEHOLDERS = ("À remplir (", "To fill in (", "'À remplir'")
_TEMPLATES = Path(__file__).parent / "templates"
_PACK = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RULE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_ACT, _BASE = "A-REMPLIR", "depart.yaml"
_QUOTED_WORDS = 12  # of a paragraph: enough to see what a quote looks like

Data = dict[str, Any]


class Scaffold(NamedTuple):
    """What was written, by path in the folder: files created, and the draft release that gained a line."""

    rule: str
    created: tuple[str, ...]
    changed: tuple[str, ...]


class _Act(NamedTuple):
    """An act to quote from, and its first paragraph."""

    id: str
    paragraph: str
    text: str


def new_rule(folder: Path, name: str, today: date) -> Scaffold:
    """Writes the template of the rule ``PACK/ID``, version 1, and its line in the pack's draft release.

    A pack that is absent is created; so is a draft release where there is none, in force from the first day of the month after
    next. ``today`` is the date of the cases. Raises ``UsageError`` for a name that is not of this form or a rule that exists
    already, ``PolicyError`` for a folder that cannot be used, and ``OSError``.
    """
    pack_id, _, rule = name.partition("/")
    if not _PACK.fullmatch(pack_id) or not _RULE.fullmatch(rule):
        raise UsageError(message("usage.new-name", name=name))
    policy = load_policy(folder, sealing=True) if any(folder.glob("*/pack.yaml")) else None
    _refuse_known(policy, rule)
    pack = policy.pack(pack_id) if policy is not None else None
    files = _new_pack(pack_id) if pack is None or policy is None else {}
    changed: dict[str, bytes] = {}
    if pack is None or policy is None:
        files.update(_release_file(pack_id, rule, None, today))
    elif (draft := _draft(pack)) is not None:
        changed = _line(folder, pack_id, draft, rule)
    else:
        files.update(_release_file(pack_id, rule, pack, today))
    files.update(_rule_files(folder, pack, pack_id, rule, policy, today))
    _write(folder, files, changed)
    return Scaffold(name, tuple(sorted(files)), tuple(changed))


def _refuse_known(policy: Policy | None, rule: str) -> None:
    """Ids are unique in a folder, not only in a pack: reports name a rule by its id alone."""
    if policy is None:
        return
    for pack in policy.packs:
        held = [version.version for version in rule_versions(policy.documents, pack.id) if version.id == rule]
        if held:
            raise UsageError(message("usage.rule-exists", rule=rule, pack=pack.id, version=held[-1], next=held[-1] + 1))


def _write(folder: Path, created: dict[str, bytes], changed: dict[str, bytes]) -> None:
    for path in created:
        if (folder / path).exists():
            raise UsageError(message("usage.file-exists", path=(folder / path).as_posix()))
    write_files(folder, {**created, **changed})


def _fill(template: str, **values: object) -> bytes:
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(values).encode()


def _new_pack(pack: str) -> dict[str, bytes]:
    return {
        f"{pack}/pack.yaml": _fill("pack.yaml", pack=pack),
        f"{pack}/facts/v1.yaml": _fill("facts.yaml"),
        f"{pack}/sources/{_ACT}.yaml": _fill("source.yaml", act=_ACT),
    }


def _draft(pack: Pack) -> Release | None:
    """The draft that comes into force last."""
    drafts = [release for release in pack.releases if release.draft]
    return drafts[-1] if drafts else None


def _line(folder: Path, pack: str, draft: Release, rule: str) -> dict[str, bytes]:
    files = PolicyFolder(folder, folder.as_posix())
    path = f"{pack}/releases/{draft.id}.yaml"
    return {path: add(files.read(path), files.shown(path), [Addition("/rules/-", {"id": rule, "version": 1})])}


def _release_file(pack_id: str, rule: str, pack: Pack | None, today: date) -> dict[str, bytes]:
    """The next release as a draft: the same as the last one, and the new rule."""
    last = pack.releases[-1] if pack is not None and pack.releases else None
    start = _month_after_next(today if last is None else max(today, last.in_force_from))
    release = f"{start.year}.{1 + _last_of_year(pack, start.year)}"
    rules = [*((version.id, version.version) for version in (last.rules if last is not None else ())), (rule, 1)]
    acts = last.acts if last is not None else (_ACT,)
    content = _fill(
        "release.yaml",
        pack=pack_id,
        release=release,
        in_force_from=start.isoformat(),
        supersedes=f'"{last.id}"' if last is not None else "null",
        facts=last.facts_version if last is not None else 1,
        sources="".join(f"\n  - {{act: {_text(act)}}}" for act in acts) or " []",
        rules="".join(f"\n  - {{id: {name}, version: {version}}}" for name, version in rules),
    )
    return {f"{pack_id}/releases/{release}.yaml": content}


def _month_after_next(day: date) -> date:
    years, month = divmod(day.month + 1, 12)
    return day.replace(year=day.year + years, month=month + 1, day=1)


def _last_of_year(pack: Pack | None, year: int) -> int:
    releases = (release.id.split(".") for release in (pack.releases if pack is not None else ()))
    return max((int(rank) for of_year, rank in releases if int(of_year) == year), default=0)


def _text(value: str) -> str:
    """A text in double quotes, as JSON and YAML both read it."""
    return json.dumps(value, ensure_ascii=False)


def _rule_files(folder: Path, pack: Pack | None, pack_id: str, rule: str, policy: Policy | None, today: date) -> dict[str, bytes]:
    bases = sorted(path.name for path in (folder / pack_id / "bases").glob("*.yaml"))
    files = {} if bases else {f"{pack_id}/bases/{_BASE}": _fill("base.yaml")}
    holder = f"{pack_id}/rules/{rule}"
    words = _basis(policy, pack) if policy is not None and pack is not None else _passage(_stub())
    return {
        **files,
        f"{holder}/v1.yaml": _fill("rule.yaml", id=rule, folder=folder.as_posix(), **words),
        f"{holder}/v1.cases.yaml": _fill("cases.yaml", id=rule, base=(bases or [_BASE])[0], as_of=today.isoformat()),
    }


def _stub() -> _Act:
    return _Act(_ACT, "1", f"{PLACEHOLDERS[0]}le texte du paragraphe, mot pour mot)")


def _basis(policy: Policy, pack: Pack) -> dict[str, str]:
    """A rule of a pack of law rests on references; any other quotes the first act of the pack's latest release."""
    bases = {load_rule(policy.documents, pack.id, version).basis for version in rule_versions(policy.documents, pack.id)}
    acts = [act for release in reversed(pack.releases) for act in release.acts]
    if bases == {"law"} or not acts:
        return {"basis": "law", "source": "source: null", "references": _REFERENCE}
    data = cast("Data", policy.documents.data[f"{pack.id}/sources/{acts[0]}.yaml"])
    first = data["paragraphs"][0]
    return _passage(_Act(acts[0], first["id"], first["text"]))


def _passage(act: _Act) -> dict[str, str]:
    # Split at spaces only: a no-break space belongs to the words that are quoted.
    quote = " ".join(act.text.split(" ")[:_QUOTED_WORDS])
    lines = [
        "source:",
        f"  act: {_text(act.id)}",
        f"  paragraph: {_text(act.paragraph)}",
        f"  quote: {_text(quote)} # à remplacer",
    ]
    return {"basis": "interpretation", "source": "\n".join(lines), "references": "references: []"}


_REFERENCE = """\
references:
  - title: À remplir (le texte de droit)
    article: À remplir (l'article)
    checked_on: 2000-01-01 # le jour où vous l'avez lu
    certainty: unverified"""
