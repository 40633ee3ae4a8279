"""docs/messages.md is what the catalogue gives, and no family of errors is missing from it."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import TYPE_CHECKING, Any

from cmian_policy.messages import catalogue
from tests.runner import NBSP, OK, ROOT, Done, environment, execute

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = ROOT / "tools" / "generate_messages.py"
PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
# Families of which no message stops a command or speaks of a fault in a file: labels, help, reports and what goes well.
NOT_ERRORS = {
    *("authority", "certainty", "coverage", "diff", "doctor", "exchange", "excluded", "explain", "fix", "github", "help", "html"),
    *(
        "level",
        "lint",
        "list",
        "log",
        "manifest-schema",
        "manifest-syntax",
        "new",
        "notice",
        "policy-pin",
        "progress",
        "rules",
        "sarif",
    ),
    *("sources", "status", "summary", "tally", "text", "type", "verify"),
}


def families() -> tuple[Any, ...]:
    """The families of the script."""
    spec = importlib.util.spec_from_file_location("generate_messages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: tuple[Any, ...] = module.FAMILIES
    return found


def test_the_page_is_what_the_script_writes(tmp_path: Path) -> None:
    done = execute([sys.executable, SCRIPT, "--check"], tmp_path, environment(tmp_path))
    assert done == Done(OK, "", "")


def test_every_family_of_the_catalogue_is_on_the_page_or_known_to_hold_no_error() -> None:
    assert {key.partition(".")[0] for key in catalogue("fr")} - NOT_ERRORS == {family.name for family in families()}


def test_every_family_has_its_exit_code_cause_mend_and_messages() -> None:
    sections = PAGE.split("\n## ")[1:]
    assert len(sections) == len(families())
    for section in sections:
        lead, _, messages = section.partition(f"Messages{NBSP}:\n\n")
        assert re.search(rf"^- Code de retour{NBSP}: (\d|celui )", lead, re.MULTILINE)
        assert re.search(rf"^- Cause{NBSP}: \S.*\.$", lead, re.MULTILINE)
        assert re.search(rf"^- Remède{NBSP}: \S.*\.$", lead, re.MULTILINE)
        assert re.search(r"^- \S", messages, re.MULTILINE)


def test_every_usage_and_schema_message_is_there() -> None:
    """Of each, the words up to its first placeholder, as a reader who looks for what the terminal shows would."""
    plain = re.sub(r"\\(.)", r"\1", PAGE)
    for key, template in catalogue("fr").items():
        if key.startswith(("usage.", "settings.", "yaml.", "schema.", "lock.")) and key not in {"usage.error", "lock.head"}:
            assert template.partition("{")[0].strip() in plain, key


def test_no_placeholder_is_left_and_nothing_is_markup() -> None:
    body = PAGE.partition("\n## ")[2]
    assert not re.search(r"\{\w+\}", body)
    assert not re.search(r"(?<!\\)<(?!!--)", body)
