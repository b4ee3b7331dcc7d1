"""What each sign is worth that the next lines need a name, where they are only added up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# A logistic regression on places cut from the histories of public repositories (tools/train_names.py), rounded.
BIAS = -8.13
NAMES: Mapping[str, float] = MappingProxyType(
    {
        "window": 1.33,
        "continuation": 2.41,
        "imported": 1.44,
        "imported_unused": 4.99,
        "rare": -0.33,
        "often_defined": -0.19,
        "shared_parts": 1.53,
        "close": 0.3,
        "same_file": 0.99,
        "imported_file": -0.12,
        "tested_file": -0.05,
        "no_test": 0.84,
        "active_file": -0.1,
        "near_parent": 0.41,
        "own_class": 0.17,
        "like_parent": 0.91,
        "typed_parent": 0.47,
        "near_module": 0.8,
        "reachable": 1.29,
        "near_type": -0.4,
        "beside_used": 1.34,
        "used_here": -0.05,
        "same_folder": -0.43,
        "soon": 2.23,
        "related": 0.36,
    }
)
