"""Everything a person reads: equal catalogues, no message missing or left over, French typography."""

from __future__ import annotations

import ast
import json
import re
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.lang import yaml
from cmian_policy.messages import catalogue, render
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.reporters._html_finding import GROUPS
from cmian_policy.reporters._html_voice import WORDS
from tests.packs import BUNDLED, ROOT, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "cmian_policy"
FR, EN = catalogue("fr"), catalogue("en")
BUILTIN = ("manifest-syntax", "manifest-schema", "policy-pin")
# Keys that the source puts together: each family with what fills it.
DYNAMIC = {
    *(f"status.{status}" for status in STATUSES),
    *(f"text.level.{level}" for level in Level),
    *(f"text.verdict.{verdict}" for verdict in Verdict),
    *(f"text.outcome.{outcome}" for outcome in (*Outcome, "unchecked")),
    *(f"text.manifest.{outcome}" for outcome in Outcome),
    *(f"text.count.{name}" for name in (*Level, *Verdict, "manifests") if name != "fail"),
    *(f"text.basis.{basis}" for basis in ("deliberation", "interpretation", "law")),
    *(f"explain.basis.{basis}" for basis in ("deliberation", "interpretation")),
    *(f"doctor.part.{each}" for each in ("tool", "settings", "checks", "environment")),
    *(f"authority.{each}" for each in ("council", "city", "committee")),
    *(f"certainty.{each}" for each in ("primary", "official", "secondary", "unverified", "contested")),
    *(f"excluded.{each}" for each in ("builtin", "gitignore", "config")),
    *(f"type.{each}" for each in ("array", "boolean", "integer", "null", "number", "object", "string")),
    *(f"lint.{what}-near" for what in ("at-nowhere", "for-each-nowhere", "placeholder-nowhere")),
    *(f"{rule}.{part}" for rule in BUILTIN for part in ("title", "remediation")),
    *(f"summary.outcome.{outcome}" for outcome in (*Outcome, "unchecked")),
    *(f"summary.column.{name}" for name in ("level", "rule", "place", "what", "act", "until", "reason")),
    *(f"summary.column.{name}" for name in ("pack", "release", "from", "source", "sha256")),
    *(f"summary.left-out.{name}" for name in ("findings", "others")),
    *(f"note.{each}-unusable" for each in ("policy", "register")),
    *(f"register.kind.{each}" for each in ("opinion", "evaluation", "waiver")),
    *(f"html.word.{word}" for word in WORDS),
    *(f"html.{part}.{group}" for part in ("group", "about", "badge") for group in GROUPS),
    *(f"html.also.{group}" for group in ("error", "review", "waived", "advice")),
    *(f"html.{part}.{outcome}" for part in ("outcome", "outcomes", "lead") for outcome in Outcome),
    "html.outcome.unjudged",
    *(f"html.month-{month}" for month in range(1, 13)),
    *(f"html.basis.{basis}" for basis in ("deliberation", "interpretation", "law")),
    *(f"init.todo.{level}" for level in Level),
}
# Families whose members are named elsewhere in another form: an option, a command, a form of the schema, a YAML fault.
PREFIXES = ("help.", "schema.form.", "yaml.")


def base(key: str) -> str:
    """A key without its plural (``os.other`` has none: it is a message of its own)."""
    stem = re.sub(r"\.(one|other)$", "", key)
    return stem if f"{stem}.one" in FR or f"{stem}.one" in EN else key


def modules() -> Iterator[ast.AST]:
    """The source but for the catalogues and the generated validator."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parent.name != "messages" and not path.name.endswith("_validator.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


def words() -> set[str]:
    """Every text constant of the source."""
    return {
        node.value
        for tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def asked() -> set[str]:
    """The keys that calls of ``message`` and of the reporters' ``line`` name outright."""
    found: set[str] = set()
    for tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).split(".")[-1] in {"message", "line"}:
                first = node.args[0]
                options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found |= {each.value for each in options if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


def test_both_catalogues_have_the_same_keys() -> None:
    assert {base(key) for key in FR} == {base(key) for key in EN}
    assert FR.keys() == EN.keys()


def fields(template: str) -> set[str]:
    """The placeholders of a template, none of which may be anything but a name."""
    names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    assert all(name.isidentifier() for name in names), template
    return names


@pytest.mark.parametrize("key", FR)
def test_a_message_has_the_same_placeholders_in_both_languages(key: str) -> None:
    assert fields(FR[key]) == fields(EN[key])
    assert FR[key].strip()
    assert EN[key].strip()


def test_a_plural_has_both_forms() -> None:
    plural = {base(key) for key in FR if base(key) != key}
    for key in plural:
        assert {f"{key}.one", f"{key}.other"} <= FR.keys()
        assert key not in FR


def test_every_message_that_is_asked_for_exists() -> None:
    assert sorted(key for key in asked() | DYNAMIC if key not in {base(known) for known in FR}) == []


def test_no_message_is_left_over() -> None:
    used = words() | DYNAMIC
    assert sorted(key for key in FR if base(key) not in used and not key.startswith(PREFIXES)) == []


def test_the_families_named_elsewhere_are_named_there() -> None:
    known = words()
    schemas = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "schemas").rglob("*.json"))
    unused = []
    for key in FR:
        name = base(key).rpartition(".")[2]
        if key.startswith("schema.form.") and f'"{name}"' not in schemas:
            unused.append(key)
        if (
            key.startswith(("help.", "yaml."))
            and not known & {name, base(key), name.replace("_", "-")}
            and not name.startswith("syntax")
        ):
            unused.append(key)
    assert unused == []


def test_every_form_of_the_schemas_has_its_message() -> None:
    kinds: set[str] = set()

    def visit(rule: Any) -> None:  # noqa: ANN401 - any JSON
        if isinstance(rule, dict):
            if "pattern" in rule and "x-kind" in rule:
                kinds.add(rule["x-kind"])
            for held in rule.values():
                visit(held)
        elif isinstance(rule, list):
            for held in rule:
                visit(held)

    for path in (ROOT / "schemas").rglob("*.json"):
        visit(json.loads(path.read_text(encoding="utf-8")))
    assert {f"schema.form.{kind}" for kind in kinds} <= FR.keys()


@pytest.mark.parametrize(
    ("count", "fr", "en"), [(0, "0 conforme", "other"), (1, "1 conforme", "one"), (2, "2 conformes", "other")]
)
def test_french_counts_zero_as_singular_and_english_does_not(count: int, fr: str, en: str) -> None:
    said = message("text.count.pass", count=count)
    assert render(said, "fr") == fr
    assert render(said, "en") == EN[f"text.count.pass.{en}"].format(count=count)


def test_a_value_is_never_read_as_a_template() -> None:
    said = render(message("text.note", note="{x} {0} %s {note}"), "fr")
    assert "{x} {0} %s {note}" in said


def test_a_value_in_both_languages_is_said_in_the_one_asked_for() -> None:
    said = message("text.note", note=Bilingual("oui", "yes"))
    assert ("oui" in render(said, "fr"), "yes" in render(said, "en")) == (True, True)


# French typography: a no-break space (wide or narrow) before : ; ! ? » and after «, and only one


FAULTS = re.compile(
    r"[ \t][:;!?»]|«[ \t]|[\u00a0\u202f]{2}|[\u00a0\u202f][ \t]|[ \t][\u00a0\u202f]|[^\s\u00a0\u202f(«]»|«[^\s\u00a0\u202f]"
)


def french(value: Any, key: str = "", path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    """Every text under a key ``fr``, with its place."""
    match value:
        case dict():
            for name, held in value.items():
                yield from french(held, "fr" if key == "fr" else str(name), f"{path}/{name}")
        case list():
            for index, held in enumerate(value):
                yield from french(held, key, f"{path}/{index}")
        case str() if key == "fr":
            yield path, value
        case _:
            return


def described(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    """Titles and descriptions of a JSON Schema, which are French but for those under ``x-en``."""
    if isinstance(value, dict):
        for name, held in value.items():
            if name in {"title", "description"} and isinstance(held, str):
                yield f"{path}/{name}", held
            elif name != "x-en":
                yield from described(held, f"{path}/{name}")
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from described(held, f"{path}/{index}")


def faulty(texts: Iterator[tuple[str, str]]) -> list[str]:
    """The places of texts with a typographic fault, with what is around it."""
    return [
        f"{path}: {text[max(0, match.start() - 15) : match.end() + 10]!r}"
        for path, text in texts
        if (match := FAULTS.search(text))
    ]


def test_the_french_catalogue_follows_french_typography() -> None:
    assert faulty(iter(FR.items())) == []


POLICY_FILES = sorted(BUNDLED.rglob("*.yaml"))


@pytest.mark.parametrize("path", POLICY_FILES, ids=lambda path: path.relative_to(BUNDLED).as_posix())
def test_french_texts_of_the_packs_follow_french_typography(path: Path) -> None:
    assert faulty(french(yaml.read(path.read_bytes(), str(path)).data)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.json")), ids=lambda path: path.parent.name)
def test_french_texts_of_the_schemas_follow_french_typography(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    assert faulty(iter([*described(data), *french(data)])) == []
