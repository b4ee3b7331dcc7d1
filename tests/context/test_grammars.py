"""Grammars: bundled ones, and those of the optional pack, which must never reach for the network."""

from __future__ import annotations

import sys
from importlib import metadata
from types import ModuleType

import pytest

from linnet_context.grammars import BUNDLED, grammar
from linnet_context.outline import outline

PACK = "tree_sitter_language_pack"


def pack(monkeypatch: pytest.MonkeyPatch, version: str) -> list[str]:
    """Install a pack of a version that knows `brainfuck` alone; returns the names that it is asked for."""
    asked: list[str] = []

    def get_language(name: str) -> object:
        asked.append(name)
        if name != "brainfuck":
            raise LookupError(name)
        return grammar("python")

    module = ModuleType(PACK)
    monkeypatch.setattr(module, "get_language", get_language, raising=False)
    monkeypatch.setitem(sys.modules, PACK, module)
    monkeypatch.setattr(metadata, "version", lambda name: version)
    grammar.cache_clear()
    return asked


@pytest.mark.parametrize("language", sorted(BUNDLED))
def test_bundled(language: str) -> None:
    """Every installation has these grammars."""
    assert grammar(language) is not None


def test_no_grammar() -> None:
    """A language that nobody has a grammar for has none."""
    assert grammar("plaintext") is None


def test_the_pack_has_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the optional pack installed, its languages have grammars, by the names that it knows them by."""
    asked = pack(monkeypatch, "0.13.0")
    assert grammar("brainfuck") is grammar("python")
    assert grammar("shellscript") is None
    assert asked == ["brainfuck", "bash"]
    found = outline("class A:\n    def f(self, x):\n        pass\n", "brainfuck")
    assert [(one.parent, one.signature) for one in found.definitions] == [
        ("", "class A"),
        ("A", "def f(self, x)"),
    ]
    grammar.cache_clear()


def test_a_pack_that_downloads_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later versions of the pack download grammars, so they are never asked."""
    asked = pack(monkeypatch, "1.6.2")
    assert grammar("brainfuck") is None
    assert asked == []
    grammar.cache_clear()
