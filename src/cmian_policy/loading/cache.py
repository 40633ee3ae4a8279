"""The compiled policy, kept between runs so that a commit hook starts in the blink of an eye.

A cached policy is used only when it was made from the same bytes by the same tool, Python and CEL engine, and is whole: anything
else is ignored and made again. It is data (JSON), never code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DIGEST = 64  # hex characters of a SHA-256


class CachedPolicy(NamedTuple):
    """Policy files as plain data by path, and conditions in their compiled form by text."""

    documents: Mapping[str, Any]
    expressions: Mapping[str, bytes]


class PolicyCache:
    """A folder with one file a policy, named by the digest of all that it was made from. ``folder`` None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, key: str) -> CachedPolicy | None:
        """The policy of that key, or None when there is none that can be trusted to be whole."""
        if self._folder is None:
            return None
        try:
            raw = (self._folder / f"{key}.json").read_bytes()
        except OSError:
            return None
        digest, _, body = raw.partition(b"\n")
        if len(digest) != _DIGEST or hashlib.sha256(key.encode() + body).hexdigest().encode() != digest:
            return None
        try:
            stored = json.loads(body)
            return CachedPolicy(
                stored["documents"], {text: b64decode(compiled) for text, compiled in stored["expressions"].items()}
            )
        except (AttributeError, KeyError, TypeError, ValueError):  # whole, but not what this tool writes
            return None

    def put(self, key: str, policy: CachedPolicy) -> None:
        """Keeps a policy, atomically; a folder that cannot be written is no error, only slower."""
        if self._folder is None:
            return
        expressions = {text: b64encode(compiled).decode() for text, compiled in policy.expressions.items()}
        body = json.dumps({"documents": policy.documents, "expressions": expressions}).encode()
        digest = hashlib.sha256(key.encode() + body).hexdigest().encode()
        import tempfile  # noqa: PLC0415 - a run that finds its policy in the cache never needs it

        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(digest + b"\n" + body)
                os.replace(temporary, self._folder / f"{key}.json")  # noqa: PTH105 - the temporary is a plain name
            except OSError:
                os.unlink(temporary)  # noqa: PTH108 - as above
                raise
