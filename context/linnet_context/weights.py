"""What each sign is worth that the next lines need a name, where they are only added up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# A logistic regression on places cut from the histories of public repositories (tools/train_names.py), rounded.
BIAS = -7.39
NAMES: Mapping[str, float] = MappingProxyType(
    {
        "window": 1.47,
        "continuation": 3.21,
        "imported": 1.15,
        "imported_unused": 4.8,
        "rare": -0.25,
        "often_defined": -0.16,
        "shared_parts": 1.57,
        "close": 0.3,
        "same_file": 0.51,
        "imported_file": 0.16,
        "tested_file": 0.17,
        "no_test": 1.04,
        "active_file": -0.01,
        "near_parent": 0.63,
        "own_class": 0.35,
        "like_parent": 1.3,
    }
)
