"""Secrets of whole texts in the windows that are cut from them: masked on the way out, restored on the way back."""

from __future__ import annotations

import pytest

from linnet_completions.models.masks import Restorer, cursor_masks, cut_line, masked, masks_of, restored
from linnet_completions.models.protocol import Call, Extra, Fill, Message
from linnet_completions.models.redaction import Redactor
from linnet_context.text import Document, Position

# In two pieces, so that no scanner takes this file for a leak.
FIRST, SECOND = "AK" + "IA4XQ7JZ2MWPLRTB6N", "AK" + "IA7BN3KQ5VXTLHRC2D"
LINE = f'    keys = ["{FIRST}", "{SECOND}"]  # both'
MASKS = masks_of([f"import os\n{LINE}\nrest = 1\n"], Redactor())
SAFE = next(iter(MASKS.values()))


def test_the_lines_of_a_text_have_masks() -> None:
    """Only those that hold a secret."""
    assert list(MASKS) == [LINE.strip()]
    assert FIRST not in SAFE and SECOND not in SAFE and "# both" in SAFE


@pytest.mark.parametrize("at", range(len(LINE) + 1))
def test_the_cursors_line_never_shows_a_part_of_a_secret(at: int) -> None:
    """Wherever the cursor stands in it; both parts together are the masked line."""
    start, end = cut_line(LINE[:at], LINE[at:], MASKS)
    assert start + end == f"    {SAFE}"
    for secret in (FIRST, SECOND):
        assert not any(secret[:size] in part for part in (start, end) for size in range(8, len(secret)))


def test_a_line_without_a_secret_is_left_alone() -> None:
    """Cut where the cursor is."""
    assert cut_line("rest ", "= 1", MASKS) == ("rest ", "= 1")


@pytest.mark.parametrize("at", [0, 12, 20, 40, len(LINE)])
def test_every_field_of_a_call_is_masked(at: int) -> None:
    """Messages, both sides of the cursor, other files, and what the answer will repeat."""
    fill = Fill("m.py", f"import os\n{LINE[:at]}", f"{LINE[at:]}\nrest = 1\n", (Extra("o.py", LINE),))
    safe = masked(Call("inline", (Message("user", LINE),), 8, fill=fill, prediction=LINE), MASKS)
    assert FIRST not in repr(safe) and SECOND not in repr(safe)
    assert safe.fill is not None
    assert safe.fill.prefix + safe.fill.suffix == f"import os\n    {SAFE}\nrest = 1\n"
    assert safe.prediction == safe.messages[0].content == safe.fill.extras[0].text == f"    {SAFE}"


def test_prompts_that_show_the_line_up_to_the_cursor_are_masked_too() -> None:
    """The line so far holds the start of a secret, which no mask of a whole line covers."""
    document = Document.of("m.py", "python", LINE)
    at = LINE.index(FIRST) + 10
    masks = {**MASKS, **cursor_masks(document, Position(0, at), MASKS)}
    safe = masked(Call("inline", (Message("user", f"complete:\n{LINE[:at]}"),), 8), masks)
    assert FIRST[:10] not in safe.messages[0].content
    assert cursor_masks(document, Position(0, 4), MASKS).keys() == {LINE.strip()}


def test_a_placeholder_in_an_answer_becomes_what_it_stands_for() -> None:
    """On the user's own screen; one that stands for nothing known stays what it is."""
    name = SAFE.split('"')[1]
    assert restored(f'client("{name}")', MASKS) == f'client("{FIRST}")'
    assert restored('client("REDACTED_77")', MASKS) == 'client("REDACTED_77")'
    assert restored("plain", MASKS) == "plain"


def test_a_placeholder_that_may_stand_for_two_things_stays() -> None:
    """A wrong secret in the code would be worse than none."""
    masks = {'a = "one"': 'a = "REDACTED_1"', 'b = "two"': 'b = "REDACTED_1"'}
    assert restored("REDACTED_1", masks) == "REDACTED_1"
    assert restored("REDACTED_1", {"something else": 'a = "REDACTED_1"'}) == "REDACTED_1"


@pytest.mark.parametrize("end", ["", " REDACT", "R", "\n"])
def test_a_placeholder_that_comes_in_pieces_becomes_what_it_stands_for(end: str) -> None:
    """Wherever the pieces end; what only begins like a placeholder comes too, in the end."""
    text = f"R and {SAFE}, REDACTED_77{end}"
    for at in range(len(text)):
        restorer = Restorer(MASKS)
        assert restorer.feed(text[:at]) + restorer.feed(text[at:]) + restorer.finish() == restored(
            text, MASKS
        )
    assert restored(text, MASKS) == f"R and {LINE.strip()}, REDACTED_77{end}"
