"""Strings of SARIF with a syntax of their own, against the texts that define it."""

from __future__ import annotations

import re
import uuid
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmian_policy.reporters._sarif_values import guid, markdown, message, uri

# Surrogates too: they are what Python makes of a file name that is no UTF-8.
ANYTHING = st.text(st.characters(exclude_characters="\x00"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ai-manifest.yaml", "ai-manifest.yaml"),
        ("a/b-c_d.e~f/ai-manifest.yaml", "a/b-c_d.e~f/ai-manifest.yaml"),
        ("../a", "../a"),
        ("a b", "a%20b"),
        ("é", "%C3%A9"),
        ("😀", "%F0%9F%98%80"),
        ("100%", "100%25"),
        ("%20", "%2520"),
        ("a#b?c", "a%23b%3Fc"),
        ("a:b", "a%3Ab"),
        ("a\\b", "a%5Cb"),
        ("<stdin>", "%3Cstdin%3E"),
        ("\udcff", "%FF"),
        ("\ud800", "%ED%A0%80"),
        ("/a b", "file:///a%20b"),
        ("C:/a b", "file:///C:/a%20b"),
        ("//serveur/partage/a b", "file://serveur/partage/a%20b"),
        ("//a b/c", "file:///a%20b/c"),
        ("/", "file:///"),
    ],
)
def test_the_uri_of_a_path(path: str, expected: str) -> None:
    assert uri(path) == expected


@given(ANYTHING)
def test_every_relative_path_is_a_relative_reference_that_leads_back_to_it(path: str) -> None:
    """RFC 3986: unreserved characters, slashes and percent-encoded bytes; no scheme, authority, query or fragment."""
    address = uri(path)
    assert re.fullmatch(r"(?:file://)?(?:[A-Za-z0-9._~/:-]|%[0-9A-F]{2})*", address)
    if not address.startswith("file:"):
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        raw = unquote_to_bytes(address)
        assert path in {raw.decode("utf-8", "surrogateescape"), raw.decode("utf-8", "surrogatepass")} if raw else path == ""


@given(ANYTHING)
def test_a_message_holds_no_placeholder_and_no_link(text: str) -> None:
    """§3.11.5 and §3.11.6."""
    told = message(text)
    assert not re.search(r"\]\(", told)
    assert not re.search(r"[{}]", told.replace("{{", "").replace("}}", ""))
    assert told.replace("{{", "{").replace("}}", "}") == text.replace("](", "] (")


def test_a_message_without_such_words_is_as_it_was() -> None:
    assert message("« a[0] » vaut \\ (b) ; [c] (d)") == "« a[0] » vaut \\ (b) ; [c] (d)"


@given(ANYTHING)
def test_a_formatted_message_holds_no_html_and_no_markup(text: str) -> None:
    told = markdown(text)
    assert "<" not in told
    assert ">" not in told
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_~\[\]]", told.replace("\\\\", ""))


@given(st.text(st.characters(codec="ascii")))
def test_a_guid_is_a_name_based_uuid(address: str) -> None:
    """RFC 4122, §4.3."""
    assert guid(address) == str(uuid.uuid5(uuid.NAMESPACE_URL, address))
