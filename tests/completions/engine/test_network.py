"""The fitted numbers: read back as written, applied as defined, and small."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from linnet_completions.engine import choice, features
from linnet_completions.engine.network import Layers, Networks, load, packed, unpacked


def network(*widths: int, seed: int = 0) -> Layers:
    random = np.random.default_rng(seed)
    return [
        (random.normal(size=(a, b)).astype(np.float32), random.normal(size=b).astype(np.float32))
        for a, b in pairwise(widths)
    ]


def test_score() -> None:
    """A network is layers of weighted sums cut off below zero; several are averaged."""
    one: Layers = [
        (np.array([[1, -1]], np.float32), np.array([0, 1], np.float32)),
        (np.array([[2], [3]], np.float32), np.array([0.5], np.float32)),
    ]
    two: Layers = [(np.array([[4]], np.float32), np.array([0], np.float32))]
    assert Networks([one]).score([[2.0], [-1.0]]) == [4.5, 6.5]
    assert Networks([one, two]).score([[2.0], [-1.0]]) == [6.25, 1.25]


def test_round_trip() -> None:
    """What is packed is unpacked again, under its own name."""
    written = Networks([network(3, 4, 1), network(3, 2, 1, seed=1)])
    arrays = {**packed("a", written), **packed("b", Networks([network(2, 1)]))}
    rows = [[1.0, 2.0, 3.0]]
    assert unpacked("a", arrays).score(rows) == written.score(rows)
    assert len(unpacked("b", arrays).networks) == 1


@pytest.mark.parametrize(
    ("name", "width"), [("mixer", len(features.NAMES)), ("confidence", len(choice.FEATURES))]
)
def test_shipped(name: str, width: int) -> None:
    """The shipped weights fit the features that the code works out, and are all finite."""
    data = files("linnet_completions.engine").joinpath("weights.npz").read_bytes()
    assert len(data) < 150_000
    networks = load(name, data).networks
    assert networks
    for layers in networks:
        assert layers[0][0].shape[0] == width
        assert all(np.isfinite(array).all() for pair in layers for array in pair)
