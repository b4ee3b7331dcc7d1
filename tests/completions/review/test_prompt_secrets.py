"""No secret that is planted in a changed file is in what a model would be shown of it."""

from __future__ import annotations

import pytest

from linnet_completions.review.prompt import call
from tests.completions.review.parts import parts
from tests.completions.secrets.planting import Planted, everything

PLANTED = everything(3)
CODE = "".join(f"line_{number} = {number}\n" for number in range(12))


@pytest.mark.parametrize("side", ["added", "removed", "beside"])
def test_planted_secrets(side: str) -> None:
    """Whether a secret was added, removed or merely stands beside the change."""
    shown = [planted for planted in PLANTED if _leaks(planted, side)]
    assert shown == []


def _leaks(planted: Planted, side: str) -> bool:
    text = f"{CODE}{planted.text}\n{CODE}"
    base, head = {
        "added": (f"{CODE}{CODE}", text),
        "removed": (text, f"{CODE}{CODE}"),
        "beside": (
            text,
            text.replace("line_11 = 11\n", "line_11 = 12\n").replace("line_0 = 0\n", "line_0 = 1\n"),
        ),
    }[side]
    prompts = [message.content for part in parts(base, head, "config.txt") for message in call(part).messages]
    return any(secret in prompt for prompt in prompts for secret in planted.parts)
