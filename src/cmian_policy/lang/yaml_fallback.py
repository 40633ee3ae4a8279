"""PyYAML's own parser made to refuse what libyaml refuses; slower, for a Python without the compiled library.

What the two still accept differently is listed in docs/yaml-differences.md.
"""

from __future__ import annotations

import re
from typing import Any, Final

from yaml import SafeLoader
from yaml.error import Mark
from yaml.events import DocumentStartEvent, ScalarEvent
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from cmian_policy.lang.yaml_source import Source

_VERSIONS: Final = (None, (1, 1), (1, 2))
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DIRECTIVES: Final = ("YAML", "TAG")
_IN_DIRECTIVE: Final = "while scanning a directive"
_BAD_ESCAPE: Final = "found invalid Unicode character escape code"


class PurePythonParser(SafeLoader):
    """A parser of events, with the interface of ``yaml.SafeLoader``.

    Raises ``yaml.YAMLError`` for what it cannot read, a U+FEFF in the text among it: this parser does not count that
    character in its columns.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        if "\ufeff" in text:
            index = text.index("\ufeff")
            span = Source(text).span(index, index)
            mark = Mark("", index, span.line - 1, span.column - 1, None, 0)
            raise ScannerError(None, None, "found a byte order mark within the text", mark)

    def get_event(self) -> Any:  # noqa: ANN401 - one of PyYAML's event classes
        """Return the next event, or None after the last. Raises ``yaml.YAMLError``."""
        try:
            event: Any = super().get_event()  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError) as error:
            # chr() of an escape beyond U+10FFFF.
            raise ScannerError(None, None, _BAD_ESCAPE, self.get_mark()) from error
        begin: Any = event and event.start_mark
        if isinstance(event, ScalarEvent) and not event.value.isascii() and _SURROGATE.search(event.value):
            raise ScannerError(None, None, _BAD_ESCAPE, begin)
        if isinstance(event, DocumentStartEvent) and event.version not in _VERSIONS:
            raise ParserError(None, None, "found incompatible YAML document", begin)
        return event

    def scan_directive(self) -> Any:  # noqa: ANN401 - one of PyYAML's tokens
        """Return the next directive. Raises ``yaml.YAMLError``, for a directive unknown to YAML too."""
        directive: Any = super().scan_directive()
        if directive.name not in _DIRECTIVES:
            raise ScannerError(_IN_DIRECTIVE, directive.start_mark, "found unknown directive name", directive.end_mark)
        return directive
