"""Names and messages as other programs take them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from linnet_completions.review.finding import Finding


def clean(text: str) -> str:
    """A text that JSON, XML and terminals can hold: bytes that are no UTF-8 and control characters as their codes."""
    from linnet_server.cli.forms.text import plain

    return plain(text)


def said(each: Finding) -> str:
    """What is wrong and what happens then, in one text."""
    message = clean(each.message)
    consequence = clean(each.consequence)
    return (
        f"{message}. {consequence}".strip()
        if consequence and message[-1:] not in ".!?"
        else f"{message} {consequence}".strip()
    )


def address(path: str) -> str:
    """A path as a relative reference of a URI."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def file_name(path: str) -> str:
    """A path as Unicode; bytes that are none are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
