"""The compiled policy, kept between runs so that a commit hook starts in the blink of an eye.

A cached policy is used only when it was made from the same bytes by the same tool, Python and CEL engine, is whole, and lies
where nobody but the user can write: anything else is ignored and made again. It is data (JSON), never code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

_DIGEST = 64  # hex characters of a SHA-256


def is_own(place: str | PathLike[str]) -> bool:
    """Whether a file or folder is the user's and nobody else may write to it: what another one left there decides no verdict.

    False where there is none. Windows keeps the user's folders to the user by itself.
    """
    try:
        found = os.lstat(place)
    except OSError:
        return False
    if os.name == "nt":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


class CachedPolicy(NamedTuple):
    """Policy files as plain data by path, and conditions in their compiled form by text."""

    documents: Mapping[str, Any]
    expressions: Mapping[str, bytes]


class PolicyCache:
    """A folder with one file a policy, named by the digest of all that it was made from. ``folder`` None keeps nothing."""

    def __init__(self, folder: str | PathLike[str] | None) -> None:
        self._folder = None if folder is None else os.fspath(folder)

    def get(self, key: str) -> CachedPolicy | None:
        """The policy of that key, or None when there is none that can be trusted to be whole."""
        file = f"{self._folder}/{key}.json"
        if self._folder is None or not is_own(self._folder) or not is_own(file):
            return None
        try:
            with open(file, "rb") as stream:
                raw = stream.read()
        except OSError:
            return None
        digest, _, body = raw.partition(b"\n")
        if len(digest) != _DIGEST or hashlib.sha256(key.encode() + body).hexdigest().encode() != digest:
            return None
        try:
            stored = json.loads(body)
            return CachedPolicy(
                stored["documents"], {text: a2b_base64(compiled) for text, compiled in stored["expressions"].items()}
            )
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):  # whole, but not what this tool writes
            return None

    def put(self, key: str, policy: CachedPolicy) -> None:
        """Keeps a policy, atomically; a folder that cannot be written is no error, only slower."""
        if self._folder is None:
            return
        expressions = {text: b2a_base64(compiled, newline=False).decode() for text, compiled in policy.expressions.items()}
        body = json.dumps({"documents": policy.documents, "expressions": expressions}).encode()
        digest = hashlib.sha256(key.encode() + body).hexdigest().encode()
        import tempfile  # noqa: PLC0415 - a run that finds its policy in the cache never needs it
        from pathlib import Path  # noqa: PLC0415 - as above

        with contextlib.suppress(OSError):
            Path(self._folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            if not is_own(self._folder):
                return
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(digest + b"\n" + body)
                os.replace(temporary, f"{self._folder}/{key}.json")
            except OSError:
                os.unlink(temporary)
                raise
