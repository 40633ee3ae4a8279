"""``rules verify``: what the digests of a folder prove (:mod:`cmian_policy.loading.digests` does the comparing)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import PolicyError
from cmian_policy.loading.digests import parts, published_releases, sealed
from cmian_policy.loading.documents import refuse
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.pipeline.policy import Policy

Data = dict[str, Any]


class Verified(NamedTuple):
    """A release and how many files its digests cover, its own included; None for a draft, which nothing covers yet."""

    name: str
    files: int | None


def verify(folder: Path | None) -> tuple[Verified, ...]:
    """Every release of a folder, once all that is published has the bytes of its digests.

    Raises ``PolicyError`` with each file whose bytes changed, and each published release without digests: ``check`` accepts a
    folder that was never sealed, but there is nothing that could be verified in it.
    """
    policy = load_policy(folder)
    found = published_releases(policy.documents).items()
    refuse([_unsealed(policy, path, data) for path, data in found if not sealed(path, data)])
    return tuple(
        _verified(policy, pack.id, release.id, draft=release.draft) for pack in policy.packs for release in pack.releases
    )


def _unsealed(policy: Policy, path: str, release: Data) -> PolicyError:
    name = f"{path.split('/', maxsplit=1)[0]}@{release['release']}"
    return PolicyError(message("policy.not-sealed", release=name), policy.documents.location(path))


def _verified(policy: Policy, pack: str, release: str, *, draft: bool) -> Verified:
    data = cast("Data", policy.documents.data[f"{pack}/releases/{release}.yaml"])
    return Verified(f"{pack}@{release}", None if draft else 1 + len(parts(pack, data)))
