"""``explain RULE``: one rule as a page, for the terminal, for a document or for a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.page import Example, Page, page, rule_ids
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import OneALine, OneOf, command, option
from cmian_policy.cli.terminal import cache_folder, say, today, write_out
from cmian_policy.engine.evaluate import BUILTIN
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.errors import UsageError
from cmian_policy.lang.yaml_writer import write
from cmian_policy.messages import render
from cmian_policy.messages.neutral import json_safe
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Verdict
from cmian_policy.pipeline.extract import Extracts
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cmian_policy.cli.told import Common
    from cmian_policy.model.rule import Reference, Rule
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    params: list[click.Parameter] = [
        click.Argument(["rule"]),
        option(lang, "-f", "--format", key="page_format", type=OneOf(["text", "markdown", "json"]), default="text"),
        option(lang, "--policy-dir", key="policy_dir", type=OneALine(), metavar="PATH"),
    ]
    return command(lang, "explain", params, _explain)


def _explain(common: Common, values: dict[str, Any]) -> int:
    wanted: str = values["rule"]
    if wanted in BUILTIN:
        write_out(_builtin(wanted, common.lang, values["format"]))
        return EXIT_OK
    folder = policies_folder(values["policy_dir"])
    policy = load_policy(folder, cache_folder=cache_folder())
    found = page(policy, Extracts(folder), wanted, today())
    if found is None:
        raise UsageError(_unknown(wanted, rule_ids(policy)))
    write_out(_json(found, common.lang) if values["format"] == "json" else _prose(found, common.lang, values["format"]))
    return EXIT_OK


def _unknown(rule: str, known: tuple[str, ...]) -> Message:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(rule.upper(), known, n=3, cutoff=0.7)
    if near:
        return message("explain.unknown-near", rule=rule, near=", ".join(near))
    return message("explain.unknown", rule=rule, known=", ".join(known))


def _builtin(rule: str, lang: Lang, form: str) -> str:
    title, remediation = render(message(f"{rule}.title"), lang), render(message(f"{rule}.remediation"), lang)
    if form == "json":
        return json.dumps({"rule": rule, "title": title, "remediation": remediation}, ensure_ascii=False, indent=2) + "\n"
    lines = [message("explain.builtin", rule=rule), message("explain.title", title=title)]
    lines.append(message("explain.remediation", remediation=remediation))
    return "".join(f"{say(line, lang)}\n" for line in lines)


def _prose(found: Page, lang: Lang, form: str) -> str:
    """The page as paragraphs; Markdown gives the first line as a heading and examples as blocks."""
    markdown = form == "markdown"
    lines: list[str] = []
    for part in _parts(found, today()):
        if isinstance(part, Example):
            lines += _block(part, markdown=markdown)
        else:
            lines.append(say(part, lang) if part is not None else "")
    if markdown:
        lines[0] = f"# {lines[0]}"
        lines = [_escaped(line) if not line.startswith(("# ", "    ", "- ")) else line for line in lines]
    return "\n".join(lines) + "\n"


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _block(example: Example, *, markdown: bool) -> list[str]:
    text = write(example.manifest) if example.manifest else "{}\n"
    indent = "    " if markdown else "  | "
    return [*([""] if markdown else []), *(f"{indent}{line}" for line in text.splitlines()), *([""] if markdown else [])]


def _parts(found: Page, on: date) -> Iterator[Message | Example | None]:
    rule, pack, release = found.rule, found.pack, found.release
    yield message("explain.head", rule=rule.id, version=rule.version, pack=pack.id, release=release.id)
    yield None
    yield message("explain.title", title=rule.title)
    yield None
    yield from _source(rule)
    yield message("explain.rationale", rationale=rule.rationale)
    yield None
    yield from _duty(rule, on)
    yield None
    yield from _proof("explain.passing", found.passing)
    yield from _proof("explain.failing", found.failing)
    yield message("explain.remediation", remediation=rule.remediation)
    waivable = rule.waivable
    yield message("explain.not-waivable") if waivable is None else message("explain.waivable", by=waivable.by)
    yield from (_reference(reference) for reference in rule.references)
    yield None
    for held in found.history:
        entry = held.release
        yield message("explain.history", version=held.version, release=entry.id, date=entry.in_force_from.isoformat())
    yield None
    yield message("explain.disclaimer", disclaimer=pack.disclaimer)


def _duty(rule: Rule, on: date) -> Iterator[Message]:
    yield message("explain.level", level=message(f"text.level.{rule.level.declared(on)}"))
    for status, level in rule.level.by_status.items():
        yield message("explain.level-status", status=message(f"status.{status}"), level=message(f"text.level.{level}"))
    for entry in rule.level.schedule:
        key = "text.level-change" if entry.start > on else "explain.level-since"
        yield message(key, level=message(f"text.level.{entry.level}"), date=entry.start.isoformat())
    applies = rule.applies_when
    yield message("explain.always") if applies is None else message("explain.applies", otherwise=applies.otherwise)
    yield message("explain.requires")
    for require in rule.require:
        at = f"{require.for_each}/*{require.at}" if require.for_each is not None else require.at
        key = "explain.require-review" if require.otherwise is Verdict.REVIEW else "explain.require"
        yield message(key, pointer=at, message=require.message)


def _proof(key: str, example: Example | None) -> Iterator[Message | Example | None]:
    if example is not None:
        yield message(key, case=example.case)
        yield example
        yield None


def _source(rule: Rule) -> Iterator[Message]:
    source = rule.source
    if source is None:
        yield message("explain.basis.law")
        return
    yield message(f"explain.basis.{rule.basis}", act=source.act, paragraph=source.paragraph)
    yield message("explain.quote", quote=source.quote)


def _reference(reference: Reference) -> Message:
    certainty = message(f"certainty.{reference.certainty}")
    key = "explain.reference" if reference.applies_from is None else "explain.reference-from"
    applies = reference.applies_from or ""
    return message(
        key, title=reference.title, article=reference.article, certainty=certainty, date=reference.checked_on, applies=applies
    )


def _json(found: Page, lang: Lang) -> str:
    rule = found.rule
    applies, waivable = rule.applies_when, rule.waivable
    document = {
        "schema_version": "1.0",
        "rule": rule.id,
        "version": rule.version,
        "pack": found.pack.id,
        "release": found.release.id,
        "title": rule.title.get(lang),
        "basis": rule.basis,
        "source": rule.source._asdict() if rule.source else None,
        "references": [reference._asdict() for reference in rule.references],
        "rationale": rule.rationale.get(lang),
        "level": rule.level.default,
        "level_by_status": dict(rule.level.by_status),
        "level_schedule": [{"from": entry.start.isoformat(), "level": entry.level} for entry in rule.level.schedule],
        "not_applicable": applies.otherwise.get(lang) if applies else None,
        "requires": [_requirement(require, lang) for require in rule.require],
        "examples": {"pass": _as_data(found.passing), "fail": _as_data(found.failing)},
        "remediation": rule.remediation.get(lang),
        "waivable": {"by": waivable.by.get(lang), "authority": waivable.authority, "exception": waivable.exception}
        if waivable
        else None,
        "history": [
            {"version": held.version, "release": held.release.id, "in_force_from": held.release.in_force_from.isoformat()}
            for held in found.history
        ],
        "disclaimer": found.pack.disclaimer.get(lang),
    }
    return json_safe(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def _requirement(require: Any, lang: Lang) -> dict[str, Any]:  # noqa: ANN401 - a Require, whose fields are texts
    at = f"{require.for_each}/*{require.at}" if require.for_each is not None else require.at
    text: Bilingual = require.message
    return {"id": require.id, "pointer": at, "message": text.get(lang), "otherwise": require.otherwise}


def _as_data(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {"case": example.case, "manifest": example.manifest, "pointers": list(example.pointers)}
