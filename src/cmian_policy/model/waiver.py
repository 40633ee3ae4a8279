"""A waiver: an act that excuses one project from one rule for a time, whoever has the authority (rules.md, "Waivers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from datetime import date

Authority = Literal["council", "city", "committee"]


class Waiver(NamedTuple):
    """An entry of the register's ``waivers/``.

    It covers what stands at ``pointer`` or under it, from ``granted`` to ``expires``, both days included. ``act`` names the
    deliberation or decision that grants it; ``exception`` the legal provision that allows it where the rule's basis is law.
    """

    ref: str
    project: str
    rule: str
    pointer: str
    reason: str
    authority: Authority
    exception: str | None
    granted: date
    expires: date
    act: str
