"""``rules list`` and ``rules log``: which versions there are, in which releases, from when to when."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.authoring.history import history, listing
from cmian_policy.errors import UsageError
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import OK, USAGE, edit, ran, write_folder

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = date(2025, 1, 1), date(2026, 12, 1)


def publish(folder: Path) -> Path:
    """The draft of the folder as a published release, without digests."""
    edit(folder / "essai/releases/2026.1.yaml", ("# Ce qui", "published: 2026-11-23\n# Ce qui"))
    return folder


def test_every_version_is_listed_with_the_day_from_which_it_is_in_force(tmp_path: Path) -> None:
    entries = listing(load_policy(publish(write_folder(tmp_path))))
    assert [(each.rule.id, each.rule.version, each.start, each.end) for each in entries] == [
        ("ESSAI-A01", 1, FIRST, SECOND),
        ("ESSAI-A01", 2, SECOND, None),
        ("ESSAI-B01", 1, SECOND, None),
    ]


def test_a_draft_puts_nothing_in_force_and_ends_nothing(tmp_path: Path) -> None:
    entries = listing(load_policy(write_folder(tmp_path)))
    assert [(each.rule.id, each.rule.version, each.start, each.end) for each in entries] == [
        ("ESSAI-A01", 1, FIRST, None),
        ("ESSAI-A01", 2, None, None),
        ("ESSAI-B01", 1, None, None),
    ]


def test_the_history_of_a_rule_begins_with_its_newest_version(tmp_path: Path) -> None:
    steps = history(load_policy(write_folder(tmp_path)), "ESSAI-A01")
    assert [(step.entry.rule.version, step.previous, [each.id for each in step.entry.releases]) for step in steps] == [
        (2, 1, ["2026.1"]),
        (1, None, ["2025.1"]),
    ]
    assert [change.aspect for change in steps[0].changes] == ["applies_when", "level.default"]
    assert steps[1].changes == ()


def test_an_unknown_rule_has_no_history(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        history(load_policy(write_folder(tmp_path)), "ESSAI-Z99")
    assert dict(caught.value.message.values)["known"] == "ESSAI-A01, ESSAI-B01"


# The commands


def test_the_list_is_a_table_that_fits_the_terminal(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    done = ran(capsysbinary, "rules", "list", publish(write_folder(tmp_path)), "--lang", "en")
    assert done.code == OK
    assert done.out.splitlines() == [
        "essai · Fictional pack",
        "rule       version  basis         level     in force from  title",
        "---------  -------  ------------  --------  -------------  --------------",
        "ESSAI-A01  1        deliberation  advisory  2025-01-01     State the goal",
        "ESSAI-A01  2        deliberation  blocking  2026-12-01     State the goal",
        "ESSAI-B01  1        deliberation  advisory  2026-12-01     State the goal",
        "",
    ]


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_a_long_title_goes_on_below(
    tmp_path: Path, columns: int, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    folder = write_folder(tmp_path)
    title = "Dire le but de l'outil à chacun de ceux qui l'emploient, à ses usagers et au comité qui l'examine"
    edit(folder / "essai/rules/ESSAI-B01/v1.yaml", ("Dire encore le but", f'"{title}"'))
    done = ran(capsysbinary, "rules", "list", folder)
    lines = done.out.splitlines()
    assert max(len(line) for line in lines) <= columns
    row = next(index for index, line in enumerate(lines) if line.startswith("ESSAI-B01"))
    assert " ".join(" ".join(lines[row:]).split()).endswith(title)
    assert "brouillon" in lines[row]


def test_the_list_as_json(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "list", write_folder(tmp_path), "-f", "json")
    document = json.loads(done.out)
    assert document["schema_version"] == "1.0"
    assert document["rules"][0] == {
        "id": "ESSAI-A01",
        "version": 1,
        "pack": "essai",
        "basis": "deliberation",
        "level": {"default": "advisory", "by_status": {}, "schedule": []},
        "in_force_from": "2025-01-01",
        "in_force_until": None,
        "releases": [
            {
                "release": "2025.1",
                "in_force_from": "2025-01-01",
                "published": "2024-12-01",
                "draft": False,
                "reconstructed": False,
            }
        ],
        "title": "Dire le but",
    }
    assert document["rules"][1]["in_force_from"] is None


def test_a_level_that_rises_shows_in_the_list(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    scheduled = "{default: advisory, schedule: [{from: 2027-01-01, level: blocking}]}"
    edit(folder / "essai/rules/ESSAI-B01/v1.yaml", ("{default: advisory}", scheduled))
    assert "conseil → bloquant" in ran(capsysbinary, "rules", "list", folder).out


def test_the_log_says_releases_dates_and_changes(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "log", "ESSAI-A01", publish(write_folder(tmp_path)), "--lang", "en")
    assert done.out.splitlines() == [
        "ESSAI-A01 (essai): State the goal",
        "",
        "Version 2 · deliberation · blocking",
        "  release 2026.1 of the pack, in force from 2026-12-01, published on 2026-11-23",
        "  compared with version 1:",
        "  - the condition of application changes",
        "  - level: advisory becomes blocking",
        "",
        "Version 1 · deliberation · advisory",
        "  release 2025.1 of the pack, in force from 2025-01-01, published on 2024-12-01",
        "  no longer in force from 2026-12-01",
    ]


def test_the_log_says_that_a_release_is_a_draft_or_reconstructed(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = write_folder(tmp_path)
    edit(folder / "essai/releases/2025.1.yaml", ("published: 2024-12-01", "published: 2026-11-23\nreconstructed: true"))
    out = ran(capsysbinary, "rules", "log", "ESSAI-A01", folder, "--lang", "en").out
    assert "release 2026.1 of the pack, a draft, planned from 2026-12-01" in out
    assert "(reconstructed" in out


def test_the_log_as_json(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "log", "ESSAI-A01", write_folder(tmp_path), "-f", "json", "--lang", "en")
    document = json.loads(done.out)
    assert document["rule"] == "ESSAI-A01"
    newest, oldest = document["versions"]
    assert (newest["version"], newest["previous"], oldest["version"], oldest["previous"]) == (2, 1, 1, None)
    assert newest["changes"][1] == {"aspect": "level.default", "text": "level: advisory becomes blocking"}


def test_a_rule_that_is_none_is_a_usage_error(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "log", "ESSAI-Z99", write_folder(tmp_path))
    assert (done.code, done.out) == (USAGE, "")


def test_the_bundled_rules_are_the_default(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert "CMIAN-T01" in ran(capsysbinary, "rules", "list").out
