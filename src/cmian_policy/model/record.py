"""What the committee's register holds on a manifest, as rules see it (rules.md, variable ``record``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain


class Record(NamedTuple):
    """The register's entries whose ``ref`` the manifest names; each is None where the register holds none."""

    configured: bool = False
    opinion: dict[str, Plain] | None = None
    evaluation: dict[str, Plain] | None = None
    referral: dict[str, Plain] | None = None
