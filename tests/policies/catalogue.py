"""The catalogue of rules.md as data: what each release holds, and what each row says of level, basis, paragraph and waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT, OURS, LAW = "deliberation", "interpretation", "law"
BLOCKING, ADVISORY = "blocking", "advisory"
NOTHING: Mapping[str, str] = {}
# "blocking when operational"
PILOT: Mapping[str, str] = {"pilot": ADVISORY, "evaluation": ADVISORY}
# "at every stage"
EARLY: Mapping[str, str] = {"planned": BLOCKING, "design": BLOCKING, "development": BLOCKING}


class Row(NamedTuple):
    """A row of the catalogue.

    ``paragraphs`` are those of V2024-420, the first one quoted by the source; ``authority`` may waive, nobody where it is None;
    ``exception`` is a part of the legal provision that a rule of law names.
    """

    level: str
    basis: str
    paragraphs: str
    authority: str | None
    by_status: Mapping[str, str] = NOTHING
    schedule: Mapping[str, str] = NOTHING
    exception: str | None = None


class Dated(NamedTuple):
    """A release: from when it is in force, what it supersedes, whether it was encoded later, the version of each rule in it."""

    in_force_from: str
    supersedes: str | None
    reconstructed: bool
    versions: Mapping[str, int]


CMIAN = {
    "CMIAN-G02": Row(BLOCKING, OURS, "03", None),
    "CMIAN-G03": Row(ADVISORY, OURS, "3", "committee"),
    "CMIAN-G04": Row(ADVISORY, OURS, "1", None),
    "CMIAN-T01": Row(BLOCKING, TEXT, "1", "council"),
    "CMIAN-T02": Row(BLOCKING, OURS, "1", "committee"),
    "CMIAN-T04": Row(ADVISORY, OURS, "1", "committee"),
    "CMIAN-T09": Row(ADVISORY, OURS, "1", "committee"),
    "CMIAN-E01": Row(BLOCKING, TEXT, "2", "council"),
    "CMIAN-E02": Row(BLOCKING, OURS, "2", "committee"),
    "CMIAN-E06": Row(ADVISORY, OURS, "2", "committee"),
    "CMIAN-A01": Row(BLOCKING, TEXT, "3", "council"),
    "CMIAN-A02": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-A03": Row(ADVISORY, OURS, "3", "committee"),
    "CMIAN-A04": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-A05": Row(BLOCKING, OURS, "3", "committee", PILOT),
    "CMIAN-A06": Row(ADVISORY, OURS, "3", None),
    "CMIAN-A07": Row(BLOCKING, OURS, "3", None),
    "CMIAN-R01": Row(ADVISORY, OURS, "3", "committee"),
    "CMIAN-P01": Row(ADVISORY, OURS, "4", "committee"),
    "CMIAN-P02": Row(ADVISORY, OURS, "4", "committee"),
    "CMIAN-F01": Row(ADVISORY, OURS, "5", "committee"),
    "CMIAN-F02": Row(ADVISORY, OURS, "5", "committee"),
    "CMIAN-I01": Row(BLOCKING, OURS, "5", "committee"),
    "CMIAN-I02": Row(ADVISORY, OURS, "5", "committee"),
    "CMIAN-V01": Row(BLOCKING, OURS, "63", "committee"),
}

_RECIPIENT = "L. 311-5, 2°"
FR_EU_LAW = {
    "LAW-T03": Row(BLOCKING, LAW, "", "city", exception="article 50, paragraphe 1"),
    "LAW-T05": Row(BLOCKING, LAW, "", None),
    "LAW-T06": Row(BLOCKING, LAW, "", "city", exception=_RECIPIENT),
    "LAW-T07": Row(BLOCKING, LAW, "", None, PILOT),
    "LAW-T08": Row(ADVISORY, LAW, "", "city", exception=_RECIPIENT),
    "LAW-E03": Row(BLOCKING, LAW, "", None),
    "LAW-E04": Row(BLOCKING, LAW, "", None),
    "LAW-E05": Row(BLOCKING, LAW, "", "city", EARLY, exception="article 5, paragraphe 1, point f)"),
    "LAW-I03": Row(BLOCKING, LAW, "", None, PILOT),
    "LAW-V02": Row(ADVISORY, LAW, "", None, schedule={"2026-01-30": BLOCKING}),
    "LAW-V03": Row(BLOCKING, LAW, "", "city", EARLY, exception="article 9, paragraphe 2, point a)"),
    "LAW-V04": Row(BLOCKING, LAW, "", None),
    "LAW-V05": Row(ADVISORY, LAW, "", None),
    "LAW-L01": Row(BLOCKING, LAW, "", None, EARLY),
    "LAW-L02": Row(BLOCKING, LAW, "", None),
    "LAW-L03": Row(ADVISORY, LAW, "", None, schedule={"2027-12-02": BLOCKING}),
    "LAW-L04": Row(BLOCKING, LAW, "", None),
    "LAW-L05": Row(BLOCKING, LAW, "", None),
}

ROWS = {**CMIAN, **FR_EU_LAW}
# What the second version of a rule changes in its row.
CHANGED = {("CMIAN-G02", 2): CMIAN["CMIAN-G02"]._replace(by_status={**EARLY, "retired": BLOCKING})}


def row(rule: str, version: int) -> Row:
    """The row of a version of a rule."""
    return CHANGED.get((rule, version), ROWS[rule])


def _all(rules: str, prefix: str, **second: int) -> dict[str, int]:
    """Rules by their short names, in version 1 but for those named."""
    return {f"{prefix}-{name}": second.get(name, 1) for name in rules.split()}


_FIRST_CMIAN = _all("G02 G04 T01 T02 E01 E02 A01 A02 A04 A05 R01 P01 F01 I01 V01", "CMIAN")
_FIRST_LAW = _all("E03 E04 E05 T06 T07 T08 I03 V02 V03 V04 V05 L01 L02 L04", "LAW")
_SECOND_LAW = {**_FIRST_LAW, **_all("T03 T05 L03 L05", "LAW"), "LAW-E03": 2}

RELEASES = {
    "cmian@2025.1": Dated("2025-01-01", None, reconstructed=True, versions=_FIRST_CMIAN),
    "cmian@2026.1": Dated(
        "2026-09-01",
        "2025.1",
        reconstructed=True,
        versions={**dict.fromkeys(CMIAN, 1), **_all("G02 T02 E02 A04", "CMIAN", G02=2, T02=2, E02=2, A04=2)},
    ),
    "fr-eu-law@2025.1": Dated("2025-02-02", None, reconstructed=True, versions=_FIRST_LAW),
    "fr-eu-law@2026.1": Dated("2026-08-02", "2025.1", reconstructed=True, versions=_SECOND_LAW),
    "fr-eu-law@2026.2": Dated("2026-12-02", "2026.1", reconstructed=False, versions={**_SECOND_LAW, "LAW-T05": 2}),
}
COUNTS = {"cmian@2025.1": 15, "cmian@2026.1": 25, "fr-eu-law@2025.1": 14, "fr-eu-law@2026.1": 18, "fr-eu-law@2026.2": 18}
