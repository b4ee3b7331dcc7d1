"""How far the threshold of confidence moves with what somebody takes."""

from __future__ import annotations

from collections.abc import Sequence

KEPT = 200  # So many outcomes count, the latest.
_USUAL = 0.3  # The share of ghost texts that people take.
_DOUBT = 40  # The usual share weighs as much as so many outcomes.
_STRENGTH = 0.5
_LOWEST, _HIGHEST = -0.05, 0.15


def shift(outcomes: Sequence[bool]) -> float:
    """What is added to the threshold, -0.05..0.15, after ghost texts were taken (True) or not, the latest last.

    Who takes less than is usual sees surer ghost texts, who takes more sees more of them.
    """
    latest = outcomes[-KEPT:]
    share = (sum(latest) + _DOUBT * _USUAL) / (len(latest) + _DOUBT)
    return round(max(_LOWEST, min(_HIGHEST, _STRENGTH * (_USUAL - share))), 3)
