"""From bytes to the text of a YAML document, and places in that text."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from itertools import accumulate, count
from operator import add
from typing import Final

from cmian_policy.model.location import START, Span
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import Message, message

MAX_BYTES: Final = 1024 * 1024

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_PROPERTY: Final = re.compile(r"[!&]\S*")
_TAG: Final = re.compile(r"!<[^>]*>|![^\s,\[\]{}]*")
_SEPARATION: Final = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")  # never gone back into: there are many ways to cut it
_BLOCK_INDICATOR: Final = re.compile(r"[|>][-+0-9]*")
# Every byte of a text that can hold no forbidden character: printable ASCII and what is part of a longer sequence.
_HARMLESS: Final = b"\t\n\r" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
# What YAML 1.2.2 (5.1, c-printable) leaves out, the three line breaks of YAML 1.1 that 1.2 took away, a second BOM.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\\A\ufeff")
# The UTF-8 of those beyond ASCII; each begins with a literal, which the search then runs after.
_FORBIDDEN_BYTES: Final = tuple(
    re.compile(pattern) for pattern in (b"\xc2[\x80-\x9f]", b"\xe2\x80[\xa8\xa9]", b"\xef\xbf[\xbe\xbf]")
)
_UTF_32: Final = (BOM_UTF32_LE, BOM_UTF32_BE)
_UTF_16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
_LINE_SEPARATORS: Final = "\x85\u2028\u2029"


class Source:
    """A text whose characters can be placed; lines end with CR LF, LF or CR."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []

    def starts(self) -> list[int]:
        """The index of the first character of each line."""
        if not self._starts:
            self._starts = _line_starts(self.text)
        return self._starts

    def span(self, start: int, end: int) -> Span:
        """The span of ``text[start:end]``."""
        starts = self.starts()
        line, end_line = bisect_right(starts, start), bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def end_index(self, span: Span) -> int:
        """The index of the character after ``span``."""
        return self.starts()[span.end_line - 1] + span.end_column - 1

    def cut(self, span: Span) -> str:
        """The text of ``span``."""
        return self.text[self.starts()[span.line - 1] + span.column - 1 : self.end_index(span)]

    def after_properties(self, index: int, count: int) -> int:
        """The index of a node's content, given where its ``count`` properties (anchor, tag) begin."""
        for _ in range(count):
            found = _PROPERTY.match(self.text, index)
            index = self.skip(found.end() if found else index)
        return index

    def tag(self, index: int, count: int) -> tuple[str, Span]:
        """The tag as it is written, and its span, among the ``count`` properties that begin at ``index``."""
        if count > 1 and self.text[index : index + 1] == "&":
            index = self.after_properties(index, 1)
        found = _TAG.match(self.text, index)
        end = found.end() if found else index
        return self.text[index:end], self.span(index, end)

    def anchor(self, index: int, count: int) -> tuple[str, int]:
        """Return the anchor and what stands right behind it, and its index, among the properties that begin at ``index``."""
        if count > 1 and self.text[index : index + 1] == "!":
            index = self.after_properties(index, 1)
        found = _PROPERTY.match(self.text, index)
        return found.group() if found else "", index

    def skip(self, index: int) -> int:
        """The index of the first character, from ``index`` on, that is neither blank nor part of a comment."""
        found = _SEPARATION.match(self.text, index)
        return found.end() if found else index

    def block_end(self, start: int, end: int) -> int:
        """Where a block scalar ends: after the line of its last character that is not blank, within ``text[start:end]``.

        After its indicator when it has no such line.
        """
        content = self.text[start:end].rstrip(" \t\r\n")
        if not _BREAK.search(content):
            header = _BLOCK_INDICATOR.match(content)
            return start + (header.end() if header else 0)
        line_end = _BREAK.search(self.text, start + len(content))
        return line_end.start() if line_end else len(self.text)


def _line_starts(text: str) -> list[int]:
    """The index of the first character of each line."""
    if "\r" in text:
        return [0, *(found.end() for found in _BREAK.finditer(text))]
    *lines, _ = text.split("\n")  # several times as fast
    return [*map(add, accumulate(map(len, lines), initial=0), count())]


def decode(raw: bytes) -> str | Problem:
    """The text of a file without its byte order mark, or why it is no YAML text (size, encoding, characters)."""
    if len(raw) > MAX_BYTES:
        return Problem(message("yaml.limit-bytes", size=len(raw), limit=MAX_BYTES), START)
    encoding = _other_encoding(raw[:4])
    if encoding:
        return Problem(message("yaml.encoding", encoding=encoding), START)
    content = raw.removeprefix(BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return _undecodable(content, error.start)
    found = _FORBIDDEN.search(text) if _is_suspect(content) else None
    return _forbidden(text, found.start()) if found else text


def _is_suspect(content: bytes) -> bool:
    """Tell whether a forbidden character may be there: far quicker on bytes than on the text."""
    if content.translate(None, _HARMLESS) or content.startswith(BOM_UTF8):
        return True
    return not content.isascii() and any(pattern.search(content) for pattern in _FORBIDDEN_BYTES)


def _other_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, by their marks or by where the zeros of a first ASCII character stand (YAML 1.2.2, 5.2)."""
    zeros = tuple(byte == 0 for byte in head)
    if head in _UTF_32 or zeros in ((False, True, True, True), (True, True, True, False)):
        return "UTF-32"
    if head[:2] in _UTF_16 or zeros in ((False, True, False, True), (True, False, True, False)):
        return "UTF-16"
    return None


def _undecodable(content: bytes, index: int) -> Problem:
    if b"\0" in content:
        return Problem(message("yaml.binary"), START)
    before = content[:index].decode()
    place = Source(before).span(len(before), len(before))
    return Problem(message("yaml.not-utf8", byte=f"0x{content[index]:02X}"), place)


def _forbidden(text: str, index: int) -> Problem:
    if "\0" in text:
        return Problem(message("yaml.binary"), _character(text, text.index("\0")))
    return Problem(_character_message(text[index]), _character(text, index))


def _character(text: str, index: int) -> Span:
    return Source(text).span(index, index + 1)


def _character_message(character: str) -> Message:
    key = "yaml.line-separator" if character in _LINE_SEPARATORS else "yaml.control-character"
    return message(key, code=f"U+{ord(character):04X}")
