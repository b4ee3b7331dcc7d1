"""What each sign is worth that the next lines need a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds that signs of a name add. None of the signs says which words a name consists of.

    `window` and `continuation` are for use in places that look like the cursor's, those from `same_file` on for the
    name's best definition. A weight of one and all others nothing give the sign itself.
    """

    bias: float = 0.0
    window: float = 0.0
    continuation: float = 0.0
    imported: float = 0.0
    imported_unused: float = 0.0
    rare: float = 0.0
    often_defined: float = 0.0
    shared_parts: float = 0.0
    close: float = 0.0
    same_file: float = 0.0
    imported_file: float = 0.0
    tested_file: float = 0.0
    no_test: float = 0.0
    active_file: float = 0.0
    field: float = 0.0
    near_parent: float = 0.0
    own_class: float = 0.0
    like_parent: float = 0.0


# A logistic regression on places cut from the histories of public repositories (tools/train_names.py), rounded.
NAMES = Weights(
    bias=-6.6,
    window=2.0,
    continuation=3.0,
    imported=1.85,
    imported_unused=5.9,
    rare=-0.39,
    often_defined=-0.31,
    shared_parts=1.6,
    close=0.2,
    same_file=0.57,
    imported_file=0.11,
    tested_file=0.17,
    no_test=0.47,
    active_file=0.19,
    field=-0.28,
    near_parent=0.48,
    own_class=0.48,
    like_parent=1.2,
)
