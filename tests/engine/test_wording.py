"""Values in the message of a rule: how each kind is shown, and how much of it (rules.md, ``message``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cmian_policy.engine.wording import fill
from cmian_policy.model.text import Bilingual

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("texte", "texte"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        (["a", "b"], "a, b"),
        (["a", True, [1, 2]], "a, true, 1, 2"),
        ([], ""),
        ({"fr": "x", "used": False}, "fr: x, used: false"),
        ({"places": ["letter", "form"]}, "places: letter, form"),
        ([{"id": "C1"}, {"id": "C2"}], "id: C1, id: C2"),
    ],
)
def test_each_kind_of_value_is_shown_as_the_manifest_writes_it(value: Plain, shown: str) -> None:
    assert fill(Bilingual("« {/v} »", "[{/v}]"), {"v": value}) == Bilingual(f"« {shown} »", f"[{shown}]")


@pytest.mark.parametrize(("length", "cut"), [(199, False), (200, False), (201, True), (5000, True)])
def test_two_hundred_characters_of_a_value_are_shown_at_most(length: int, *, cut: bool) -> None:
    filled = fill(Bilingual("{/v}", "{/v}"), {"v": "é" * length})
    assert filled.fr == filled.en == ("é" * 199 + "…" if cut else "é" * length)
    assert len(filled.fr) <= 200


@pytest.mark.parametrize(("fr", "en"), [("un {/v}", "plain"), ("simple", "one {/v}"), ("simple", "plain")])
def test_each_language_is_filled_by_itself(fr: str, en: str) -> None:
    filled = fill(Bilingual(fr, en), {"v": "x"})
    assert filled == Bilingual(fr.replace("{/v}", "x"), en.replace("{/v}", "x"))


def test_what_is_absent_is_said_in_each_language() -> None:
    assert fill(Bilingual("{/a/b}", "{/c/0}"), {"a": "text", "c": []}) == Bilingual("absent", "absent")


def test_several_placeholders_are_filled_each_with_its_own() -> None:
    text = Bilingual("{/a} puis {/b/0} puis {}", "{/b} {/a~1c}")
    assert fill(text, {"a": "1", "b": ["2"], "a/c": "3"}) == Bilingual("1 puis 2 puis a: 1, b: 2, a/c: 3", "2 3")
