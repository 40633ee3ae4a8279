"""A manifest's bytes: what reading says of them, and what ``fix`` makes of them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from cmian_policy.editing.fix import mend
from cmian_policy.lang import manifest_validator, yaml
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.pipeline.policy import schema
from tests.fuzz.oracles import said, told
from tests.fuzz.vocabulary import manifest_words, words
from tests.packs import ROOT
from tests.runner import CHATBOT, MINIMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.editing.fix import Mended
    from cmian_policy.model.manifest import Manifest

SCHEMA = schema("ai-manifest")
WORDS = (*manifest_words() * 2, *words("yaml", "manifest"), *words("hostile") * 6)
_LINE_END = re.compile(r"\r\n|\r|\n")


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """``pattern`` of ECMAScript: ``$`` is the end of the text. No pattern of the schema holds an escaped ``$``."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(pattern)


REFERENCE: Any = extend(Draft202012Validator, {"pattern": _pattern})(SCHEMA)  # type: ignore[no-untyped-call] # it has no types


def seeds() -> Iterator[bytes]:
    """Good manifests, and some with the mistakes that ``fix`` mends."""
    yield from (file.read_bytes() for file in sorted((ROOT / "examples").glob("*/ai-manifest.yaml")))
    yield from (file.read_bytes() for file in sorted((ROOT / "policies").glob("*/bases/*.yaml"))[::3])
    yield MINIMAL.encode()
    yield CHATBOT.replace("\n", "\r\n").encode()
    yield json.dumps(yaml.read(CHATBOT.encode(), "f").data, indent=1).encode()
    wrong = MINIMAL.replace("interaction", "interraction").replace("used: false", "used: Non").replace('"1.0"', "1.0")
    yield wrong.replace("internal_admin", "Internal-Admin").replace("domain", "Domain").encode()


def one(raw: bytes) -> None:
    """Read a manifest and mend it in each way."""
    manifest = read_bytes(raw, "ai-manifest.yaml", lambda: SCHEMA)
    _as_read(manifest, raw)
    for unsafe, sort in ((False, False), (True, False), (False, True)):
        mended = mend(raw, "ai-manifest.yaml", lambda: SCHEMA, unsafe=unsafe, sort=sort)
        _mended(mended, manifest, sort=sort)
        again = mend(mended.after, "ai-manifest.yaml", lambda: SCHEMA, unsafe=unsafe, sort=sort)
        assert (again.after, again.edits) == (mended.after, ())


def _as_read(manifest: Manifest, raw: bytes) -> None:
    assert manifest.sha256 == hashlib.sha256(raw).hexdigest()
    told((*manifest.syntax, *manifest.schema), manifest.text)
    assert (manifest.document is None) == bool(manifest.syntax)
    if manifest.document is None:
        return
    data = manifest.document.data
    assert manifest_validator.accepts(data) == REFERENCE.is_valid(data)
    assert manifest.readable == REFERENCE.is_valid(data)
    assert "manifest.disagreement" not in {problem.message.key for problem in manifest.schema}


def _mended(mended: Mended, manifest: Manifest, *, sort: bool) -> None:
    """Nothing changes but what the edits say."""
    for edit in mended.edits:
        said(edit.message)
    assert bool(mended.edits) == (mended.after != mended.before)
    assert mended.after.startswith(b"\xef\xbb\xbf") == mended.before.startswith(b"\xef\xbb\xbf") or not mended.edits
    told(mended.manifest.schema, mended.manifest.text)
    assert manifest.readable <= mended.manifest.readable
    assert mended.manifest.syntax == manifest.syntax
    if sort or manifest.document is None:
        _sorted(mended, manifest)
        return
    before, after = (_LINE_END.split(raw.decode("utf-8", "replace")) for raw in (mended.before, mended.after))
    edited = {edit.span.line for edit in mended.edits}
    assert {line for line, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new} == edited
    announced = {each.correction.span.line for each in manifest.schema if each.correction and each.correction.safe}
    assert announced <= edited


def _sorted(mended: Mended, manifest: Manifest) -> None:
    """What has only been sorted says the same; what cannot be read stays."""
    if manifest.document is None:
        assert mended.after == mended.before
    elif manifest.readable:
        assert mended.manifest.document is not None
        found = mended.manifest.document.data
        assert json.dumps(found, sort_keys=True) == json.dumps(manifest.document.data, sort_keys=True)
