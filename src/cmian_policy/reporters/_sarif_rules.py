"""What SARIF calls the tool: its rules in one language, their translation, and the acts that they encode as taxonomies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.model.text import LANGS, message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level
from cmian_policy.reporters._sarif_values import SITE, Json, guid, known, markdown
from cmian_policy.reporters._sarif_values import message as plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cmian_policy.model.finding import Text
    from cmian_policy.model.pack import Act
    from cmian_policy.model.report import PolicyUsed, Report
    from cmian_policy.model.rule import Basis, Reference, Rule, Source
    from cmian_policy.model.text import Lang, Message

LEVELS = {Level.BLOCKING: "error", Level.ADVISORY: "warning", Level.NOTE: "note"}
_TOOL = "cmian-policy"
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+")
_BUILTIN = ("manifest-syntax", "manifest-schema", "policy-pin")


class Entry(NamedTuple):
    """A rule of the report, in each version that judged: built-in ones have neither pack, releases, basis nor source."""

    id: str
    version: int
    level: Level
    title: Text
    description: Text
    help: tuple[Text, ...]
    pack: str | None = None
    releases: tuple[str, ...] = ()
    basis: Basis | None = None
    source: Source | None = None


def entries(report: Report) -> tuple[Entry, ...]:
    """Every rule that could judge the run: the built-in ones, then those of each release, whether they found something or not."""
    found: dict[tuple[str | None, str, int], Entry] = {(None, rule, 1): _builtin(rule) for rule in _BUILTIN}
    for used in report.policy:
        for rule in used.rules:
            key = (used.pack, rule.id, rule.version)
            earlier = found[key].releases if key in found else ()
            found[key] = _entry(rule, used, report.evaluated_on)._replace(releases=(*earlier, used.release or ""))
    return tuple(found.values())


def _builtin(rule: str) -> Entry:
    remediation = message(f"{rule}.remediation")
    lines = (message("explain.builtin", rule=rule), message("explain.remediation", remediation=remediation))
    return Entry(rule, 1, Level.BLOCKING, message(f"{rule}.title"), remediation, lines)


def _entry(rule: Rule, used: PolicyUsed, on: date) -> Entry:
    return Entry(
        rule.id,
        rule.version,
        rule.level.declared(on),
        rule.title,
        rule.rationale,
        tuple(_help(rule, used)),
        pack=used.pack,
        basis=rule.basis,
        source=rule.source,
    )


def _help(rule: Rule, used: PolicyUsed) -> Iterator[Text]:
    """The page of ``explain`` as far as a report knows it, so that who reads an alert need not install the tool."""
    if rule.source is None:
        yield message("explain.basis.law")
    else:
        yield message(f"explain.basis.{rule.basis}", act=rule.source.act, paragraph=rule.source.paragraph)
        yield message("explain.quote", quote=rule.source.quote)
    yield message("explain.rationale", rationale=rule.rationale)
    applies, waivable = rule.applies_when, rule.waivable
    yield message("explain.always") if applies is None else message("explain.applies", otherwise=applies.otherwise)
    yield message("explain.remediation", remediation=rule.remediation)
    yield message("explain.not-waivable") if waivable is None else message("explain.waivable", by=waivable.by)
    yield from (_reference(reference) for reference in rule.references)
    yield message("text.help", rule=rule.id)
    yield used.disclaimer


def _reference(reference: Reference) -> Message:
    return message(
        "explain.reference" if reference.applies_from is None else "explain.reference-from",
        title=reference.title,
        article=reference.article,
        certainty=message(f"certainty.{reference.certainty}"),
        date=reference.checked_on,
        applies=reference.applies_from or "",
    )


def driver(report: Report, rules: tuple[Entry, ...]) -> Json:
    """The tool and its rules, in the language of the report."""
    described = _localized(rules, report.lang)
    described["rules"] = [{**words, **_settings(entry)} for words, entry in zip(described["rules"], rules, strict=True)]
    return {
        **described,
        **_identity(report.tool_version),
        "supportedTaxonomies": [component(act.id) for act in acts(report)],
    }


def translation(report: Report, rules: tuple[Entry, ...]) -> Json:
    """All that can be translated of the driver, in the other language (§3.19.4)."""
    (other,) = (lang for lang in LANGS if lang != report.lang)
    return {
        **_localized(rules, other),
        **_identity(report.tool_version),
        "contents": ["localizedData"],
        "isComprehensive": True,
        "associatedComponent": {"name": _TOOL, "guid": guid(SITE)},
        "translationMetadata": {"name": say(message("sarif.translation"), other)},
    }


def _identity(version: str) -> Json:
    """What a translation shares with what it translates; by the semantic version a reader knows that they belong together."""
    semantic = {"semanticVersion": version} if _SEMANTIC.fullmatch(version) else {}
    return {"version": version, **semantic, "guid": guid(SITE)}


def _localized(rules: tuple[Entry, ...], lang: Lang) -> Json:
    """What a translation must repeat of the driver: every localizable string of it."""
    return {
        "name": _TOOL,
        "informationUri": SITE,
        "language": lang,
        "shortDescription": {"text": say(message("sarif.tool"), lang)},
        "rules": [_words(entry, lang) for entry in rules],
    }


def _words(entry: Entry, lang: Lang) -> Json:
    lines = [say(line, lang) for line in entry.help]
    return {
        "id": entry.id,
        "shortDescription": {"text": plain(say(entry.title, lang))},
        "fullDescription": {"text": plain(say(entry.description, lang))},
        "helpUri": f"{SITE}rules/{entry.id}",
        "help": {"text": plain("\n".join(lines)), "markdown": "\n\n".join(markdown(line) for line in lines)},
    }


def _settings(entry: Entry) -> Json:
    """What a translation leaves to the driver."""
    relationships = {"relationships": [{"target": taxon(entry.source), "kinds": ["superset"]}]} if entry.source else {}
    return {
        "defaultConfiguration": {"level": LEVELS[entry.level]},
        **relationships,
        "properties": {
            **known({"basis": entry.basis, "pack": entry.pack, "releases": list(entry.releases) or None}),
            "version": entry.version,
            "level": entry.level,
            "tags": [tag for tag in (entry.pack, entry.basis) if tag is not None] or ["built-in"],
        },
    }


def taxon(source: Source) -> Json:
    """A reference to the paragraph of the act that a rule encodes."""
    return {"id": source.paragraph, "toolComponent": component(source.act)}


def component(act: str) -> Json:
    """A reference to the taxonomy of an act."""
    return {"name": act, "guid": guid(f"{SITE}acts/{act}")}


def acts(report: Report) -> tuple[Act, ...]:
    """The acts that the releases of the run encode, each once."""
    return tuple({act.id: act for used in report.policy for act in used.acts}.values())


def taxonomy(act: Act) -> Json:
    """An act as a taxonomy: its paragraphs are the taxa. Its words are French, the language it was adopted in."""
    return {
        **component(act.id),
        "language": "fr",
        "shortDescription": {"text": plain(act.title)},
        "taxa": [
            {
                "id": paragraph.id,
                **({"shortDescription": {"text": plain(paragraph.title)}} if paragraph.title else {}),
                "fullDescription": {"text": plain(paragraph.text)},
            }
            for paragraph in act.paragraphs
        ],
    }
