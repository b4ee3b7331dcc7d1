"""Markdown on a terminal: formatted while it comes, whole blocks for good, and no text that steers the terminal."""

from __future__ import annotations

import io
import sys

import pytest

from linnet_server.cli.common import App
from linnet_server.cli.page import Page, _blocks

TEXT = "# Title\n\nSome **bold** words.\n\n```python\nx = 1\n\ny = 2\n```\n\n- one\n- two \x1b[31m\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_terminal_shows_all_of_it_formatted(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """However it comes, each block stands there in the end."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    page = Page(App())
    for at in range(0, len(TEXT), size):
        page.add(TEXT[at : at + size])
    page.end()
    shown = screen.getvalue()
    assert page.text == TEXT
    assert "Title" in shown and "**bold**" not in shown.rpartition("Title")[2].rpartition("words.")[2]
    assert "\x1b[31m" not in shown.rpartition("two")[2] and "\\x1b[31m" in shown


def test_elsewhere_it_is_as_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets the Markdown itself, with a line ending at its end."""
    page = Page(App())
    page.add("Some **bold** ")
    page.add("words.")
    page.end()
    assert capsys.readouterr().out == "Some **bold** words.\n"


def test_a_fenced_block_is_one_block() -> None:
    """A blank line inside code ends no block."""
    assert _blocks("a\n\n```\nx\n\ny") == ("a", "```\nx\n\ny")
    assert _blocks("a\n\nb") == ("a", "b")
    assert _blocks("a") == ("", "a")
