"""What counts as a slip of the fingers (docs/adr/0015-fix.md)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmian_policy.lang.slips import is_slip, slips

WORDS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("role", "role", 0),
        ("rolle", "role", 1),
        ("rle", "role", 1),
        ("rola", "role", 1),
        ("rloe", "role", 1),
        ("", "abc", 3),
        ("abcd", "badc", 2),
        ("technologie", "technology", 2),
    ],
)
def test_letters_too_many_missing_wrong_or_swapped_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


@given(WORDS, WORDS)
def test_it_is_a_distance_between_the_lengths(one: str, other: str) -> None:
    assert abs(len(one) - len(other)) <= slips(one, other) <= max(len(one), len(other))
    assert (slips(one, other) == 0) == (one == other)


OPINIONS = ("favourable", "unfavourable", "reserved")


@pytest.mark.parametrize(
    ("word", "near", "expected"),
    [
        ("reservd", "reserved", True),
        ("Réserved", "reserved", True),
        ("favorable", "favourable", True),
        ("infavourable", "unfavourable", False),  # two slips from favourable
        ("resrvd", "reserved", False),
        ("x" * 61, "reserved", False),
    ],
)
def test_a_slip_is_near_one_word_and_far_from_the_others(word: str, near: str, expected: bool) -> None:  # noqa: FBT001 - expected
    assert is_slip(word, near, OPINIONS, most=1) is expected
