"""``rules coverage [POLICIES]``: paragraph by paragraph, which rules encode a text and what no rule can check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.changes import basis_name, level_name
from cmian_policy.authoring.coverage import ActCoverage, PackCoverage, Paragraph, coverage
from cmian_policy.cli.folders import policies_folder
from cmian_policy.cli.options import command
from cmian_policy.cli.rules.layout import as_json, as_text, format_option, markdown, paragraph, policies_argument
from cmian_policy.cli.terminal import say, write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import click

    from cmian_policy.cli.told import Common
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Lang, Message


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "coverage", [policies_argument(), format_option(lang, "coverage_format", "markdown")], _coverage)


def _coverage(common: Common, values: dict[str, Any]) -> int:
    found = coverage(load_policy(policies_folder(values["policies"])))
    lang = common.lang
    match values["format"]:
        case "json":
            write_out(as_json({"packs": [_pack_data(pack, lang) for pack in found]}))
        case "markdown":
            write_out(as_text(line for pack in found for line in _markdown(pack, lang)))
        case _:
            write_out(as_text(line for pack in found for line in _text(pack, lang)))
    return EXIT_OK


def _head(found: PackCoverage) -> Message:
    key = "coverage.draft" if found.release.draft else "coverage.release"
    start = found.release.in_force_from.isoformat()
    return message(key, pack=found.pack.id, release=found.release.id, date=start)


def _paragraph_head(found: Paragraph) -> str:
    return f"§{found.id} {found.title}".rstrip()


def _text(found: PackCoverage, lang: Lang) -> Iterator[str]:
    yield say(_head(found), lang)
    for act in found.acts:
        yield ""
        yield from paragraph(say(message("coverage.act", act=act.act, title=act.title), lang))
        for each in act.paragraphs:
            yield ""
            yield from paragraph(_paragraph_head(each))
            yield from _paragraph_text(each, lang)
    if found.unquoted:
        yield ""
        yield say(message("coverage.unquoted"), lang)
        yield from _rule_lines(found.unquoted, lang)
    yield ""


def _paragraph_text(found: Paragraph, lang: Lang) -> Iterator[str]:
    yield from _rule_lines(found.rules, lang)
    if found.quoted_by:
        yield from paragraph(say(message("coverage.quoted-by", rules=_ids(found.quoted_by)), lang), "  ")
    for reason in found.uncheckable:
        yield from paragraph(say(message("coverage.uncheckable", reason=reason), lang), "  ")
    if found.silent:
        yield from paragraph(say(message("coverage.silent"), lang), "  ")


def _rule_lines(rules: Sequence[Rule], lang: Lang) -> Iterator[str]:
    size = max((len(rule.id) for rule in rules), default=0)
    for rule in rules:
        yield from paragraph(say(_rule(rule), lang), "  ", f"{rule.id.ljust(size)}  ")


def _rule(rule: Rule) -> Message:
    return message("coverage.rule", title=rule.title, basis=basis_name(rule), level=level_name(rule.level.default))


def _ids(rules: Sequence[Rule]) -> str:
    return ", ".join(rule.id for rule in rules)


def _markdown(found: PackCoverage, lang: Lang) -> Iterator[str]:
    yield f"## {markdown(say(_head(found), lang))}"
    for act in found.acts:
        yield from ("", f"### {markdown(say(message('coverage.act', act=act.act, title=act.title), lang))}", "")
        head = (message("coverage.head.paragraph"), message("coverage.head.rules"), message("coverage.head.uncheckable"))
        yield f"| {' | '.join(markdown(say(each, lang)) for each in head)} |"
        yield "|---|---|---|"
        yield from (_row(each, lang) for each in act.paragraphs)
    if found.unquoted:
        yield from ("", markdown(say(message("coverage.unquoted"), lang)), "")
        yield from (f"- {_cell(rule, lang)}" for rule in found.unquoted)
    yield ""


def _row(found: Paragraph, lang: Lang) -> str:
    rules = [_cell(rule, lang) for rule in found.rules]
    if found.quoted_by:
        rules.append(markdown(say(message("coverage.quoted-by", rules=_ids(found.quoted_by)), lang)))
    if found.silent:
        rules.append(markdown(say(message("coverage.silent"), lang)))
    reasons = (markdown(say(reason, lang)) for reason in found.uncheckable)
    return f"| {markdown(_paragraph_head(found))} | {'<br>'.join(rules)} | {'<br>'.join(reasons)} |"


def _cell(rule: Rule, lang: Lang) -> str:
    return f"**{markdown(rule.id)}** {markdown(say(_rule(rule), lang))}"


def _pack_data(found: PackCoverage, lang: Lang) -> dict[str, Any]:
    return {
        "pack": found.pack.id,
        "release": found.release.id,
        "draft": found.release.draft,
        "acts": [_act_data(act, lang) for act in found.acts],
        "unquoted": [_rule_data(rule, lang) for rule in found.unquoted],
    }


def _act_data(found: ActCoverage, lang: Lang) -> dict[str, Any]:
    return {
        "act": found.act,
        "title": found.title,
        "paragraphs": [
            {
                "id": each.id,
                "title": each.title or None,
                "rules": [_rule_data(rule, lang) for rule in each.rules],
                "quoted_by": [rule.id for rule in each.quoted_by],
                "uncheckable": [reason.get(lang) for reason in each.uncheckable],
            }
            for each in found.paragraphs
        ],
    }


def _rule_data(rule: Rule, lang: Lang) -> dict[str, Any]:
    level = rule.level.default
    return {"id": rule.id, "version": rule.version, "basis": rule.basis, "level": level, "title": rule.title.get(lang)}
