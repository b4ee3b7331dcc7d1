"""The fingerprint of a finding, and how severity decides."""

from __future__ import annotations

import pytest

from linnet_completions.review.finding import at_or_above, fingerprint, normalised

from .helpers import found_in


def test_normalised() -> None:
    """White space does not make a line another line."""
    assert normalised("\t a  =\t1 \r\n") == "a = 1"


def test_fingerprints() -> None:
    """A fingerprint depends on rule, line and symbol, not on indentation; lone surrogates do not break it."""
    one = fingerprint("r", "  a = 1", "f")
    assert one == fingerprint("r", "a  = 1", "f")
    assert (
        len(
            {
                one,
                fingerprint("s", "a = 1", "f"),
                fingerprint("r", "a = 2", "f"),
                fingerprint("r", "a = 1", "g"),
            }
        )
        == 4
    )
    assert len(fingerprint("r", "\udcff", "")) == 16


@pytest.mark.slow
def test_fingerprints_survive_moving() -> None:
    """The same mistake further down in the same function has the same fingerprint; its symbol is dotted."""
    text = "class A:\n    def f(self):\n        return conut\n"
    (one,), (other,) = (
        found_in(text),
        found_in("import os\n\n\n" + text.replace("return", "\n        return")),
    )
    assert (one.symbol, one.fingerprint) == ("A.f", other.fingerprint)
    assert one.start.line != other.start.line


@pytest.mark.slow
@pytest.mark.parametrize(("level", "count"), [("error", 1), ("warning", 2), ("info", 2), ("never", 0)])
def test_at_or_above(level: str, count: int) -> None:
    """Each level counts what is at least as severe; "never" counts nothing."""
    findings = found_in("def f(x=[]):\n    return conut\n")
    assert at_or_above(findings, level) == count  # type: ignore[arg-type]  # The parameter is one of the levels.
