"""A manifest that was read, well or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.problem import Problem

_LONGEST_ID = 1_000  # characters; the contract allows 64
FILENAMES = ("ai-manifest.yaml", "ai-manifest.yml")


class Manifest(NamedTuple):
    """One ``ai-manifest.yaml`` of a run.

    ``sha256`` is the digest of its bytes, None when they could not be read. ``syntax`` and ``schema`` hold what keeps it from
    being judged: with a syntax problem there is no document, with a schema problem the rules do not run. ``data`` is the
    document's mapping without empty lists, which count as absent ({} where there is none); ``text`` is for excerpts.
    """

    path: str
    sha256: str | None
    document: LocatedDocument | None
    data: dict[str, Plain]
    text: str = ""
    syntax: tuple[Problem, ...] = ()
    schema: tuple[Problem, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether the rules of the packs can judge it."""
        return not self.syntax and not self.schema

    @property
    def project(self) -> str | None:
        """``project.id``, or None where the document has no such text, or one far too long to name anything.

        Every row of a table and every fingerprint holds it: with a megabyte, one small file would make a report of gigabytes.
        """
        name = self._text("project", "id")
        return None if name is not None and len(name) > _LONGEST_ID else name

    @property
    def status(self) -> str | None:
        """``project.status``, or None where the document has no such text."""
        return self._text("project", "status")

    @property
    def pins(self) -> tuple[tuple[int, str], ...]:
        """The releases that the manifest pins, each with its place in the list."""
        policy = self.data.get("policy")
        pins = enumerate(policy) if isinstance(policy, list) else ()
        return tuple((place, pin) for place, pin in pins if isinstance(pin, str))

    def _text(self, section: str, key: str) -> str | None:
        holder = self.data.get(section)
        value = holder.get(key) if isinstance(holder, dict) else None
        return value if isinstance(value, str) else None
