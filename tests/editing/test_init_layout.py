"""The manifest that `init` writes: order and comments from the schema, and values that every YAML reader takes alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml as pyyaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmian_policy.editing.wizard.knowledge import knowledge
from cmian_policy.editing.wizard.layout import Layout, Todo
from cmian_policy.editing.wizard.question import clean
from cmian_policy.lang import yaml
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import Bilingual
from cmian_policy.pipeline.policy import schema
from tests.packs import MINIMAL
from tests.runner import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

MANY = settings(max_examples=300, deadline=None, derandomize=True)
SCHEMA = Shape.of(schema("ai-manifest"))
LAYOUT = Layout(SCHEMA, "fr", knowledge().plain)
MANIFESTS = sorted(path for path in EXAMPLES.glob("*/ai-manifest.yaml") if path.parent.name != "manifeste-etranger")


def read(text: str) -> Any:  # noqa: ANN401 - any YAML
    """What a text holds, for the tool."""
    return yaml.read(text.encode(), "ai-manifest.yaml").data


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_manifest_comes_back_as_it_was(path: Path, lang: Any) -> None:  # noqa: ANN401 - a language
    data = read(path.read_text(encoding="utf-8"))
    text = LAYOUT._replace(lang=lang).write(data)
    assert read(text) == data
    assert pyyaml.safe_load(text) == data  # dates, codes and words such as « no » too, for a reader of YAML 1.1


def test_the_keys_stand_in_the_order_of_the_schema() -> None:
    data = {name: MINIMAL[name] for name in reversed(MINIMAL)}
    assert list(read(LAYOUT.write(data))) == list(MINIMAL)
    project = {name: MINIMAL["project"][name] for name in reversed(MINIMAL["project"])}
    assert list(read(LAYOUT.write({**MINIMAL, "project": project}))["project"]) == ["id", "name", "summary", "status"]


def test_the_first_line_tells_editors_where_the_schema_is() -> None:
    first = LAYOUT.write(MINIMAL).splitlines()[0]
    assert first == f"# yaml-language-server: $schema={schema('ai-manifest')['$id']}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_sections_and_fields_are_described_in_the_words_of_the_schema(lang: Any) -> None:  # noqa: ANN401 - a language
    lines = LAYOUT._replace(lang=lang).write(MINIMAL).splitlines()
    said = " ".join(line.strip(" #") for line in lines if line.lstrip().startswith("#"))
    for pointer in ("/project", "/owner", "/people/impact", "/decision/individual_administrative", "/video/used"):
        shape = SCHEMA.at(pointer)
        assert shape is not None
        assert (shape.rule["description"] if lang == "fr" else shape.rule["x-en"]["description"]) in said
    assert f"impact: none # {'Aucun impact sur les usagers' if lang == 'fr' else 'No impact on users'}" in "\n".join(lines)
    at = lines.index("owner:")
    assert lines[at - 1].startswith("# ")
    assert "" in lines[at - 4 : at]


def test_no_line_of_comment_is_long() -> None:
    for path in MANIFESTS:
        text = LAYOUT.write(read(path.read_text(encoding="utf-8")))
        assert max(len(line) for line in text.splitlines() if line.lstrip().startswith("#")) <= 100


def test_what_is_missing_stands_in_a_comment_where_it_would_be() -> None:
    data = {**MINIMAL, "transparency": {"register_url": "https://ville.example/fiche"}}
    todos = [Todo(f"/transparency/{key}", Bilingual(f"à compléter {key}", "")) for key in ("disclosure", "human_contact")]
    todos.append(Todo("/cmian/referral/date", Bilingual("à compléter : la saisine", "")))
    text = LAYOUT.write(data, todos)
    assert read(text) == data
    lines = text[text.index("\ntransparency:") :].splitlines()
    assert lines[2] == "  # à compléter disclosure"
    assert lines[-4:] == [
        '  register_url: "https://ville.example/fiche"',
        "  # à compléter human_contact",
        "",
        "# à compléter : la saisine",
    ]


def test_a_text_from_anywhere_cannot_end_a_comment_or_begin_a_key() -> None:
    text = LAYOUT.write(MINIMAL, [Todo("/review/next_review", Bilingual("à faire\nowner: {}\n# \x1b[31m", ""))])
    assert read(text) == MINIMAL
    assert visible(text.replace("\n", "")) == text.replace("\n", "")


# Text that nobody vouches for

CLEAN = st.text(min_size=1).filter(lambda text: visible(text) == text and text.strip() != "").map(clean)


@pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time
@MANY
@given(CLEAN | st.lists(CLEAN, min_size=5, max_size=40).map(lambda found: clean(" ".join(found))))
@example("- a: b # c")
@example("no")
@example("2026-11-23")
@example("1:30")
@example("{{ x }} &a *b !c %d @e `f` 'g' \"h\" \\i")
@example("#" * 90)
@example(f"{'mot ' * 30}\u00a0: fin")
@example(f"\u00a0{'mot ' * 30}fin")
@example(f"deux  espaces {'mot ' * 30}fin")
@example(f"x{'é' * 200}")
@example(f"--- {'mot ' * 30}...")
@example("\U0001f600")
def test_any_text_reads_as_it_was_given(text: str) -> None:
    data = {
        **MINIMAL,
        "project": {**MINIMAL["project"], "name": text},
        "inclusion": {"assistance": [text, text]},
        "participation": [{"type": "user_test", "outcome": text}],
    }
    written = LAYOUT.write(data)
    assert read(written) == data
    assert re.sub(r"(?s)^#.*?\n\n", "", written).count("\nowner:") == 1


@pytest.mark.no_cover  # many examples of what other tests cover; the measure would double their time
@MANY
@given(st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_stays_a_number(value: float) -> None:
    data = {**MINIMAL, "technology": {**MINIMAL["technology"], "energy": {"kwh_per_year": value}}}
    found = read(LAYOUT.write(data))["technology"]["energy"]["kwh_per_year"]
    assert (found, type(found)) == (value, type(value))


def test_an_empty_mapping_stays_one() -> None:
    data = {**MINIMAL, "cmian": {}, "data": {"personal": "none", "minors_safeguards": {}}}
    assert read(LAYOUT.write(data)) == data
