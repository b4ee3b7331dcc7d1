"""Small feed-forward networks: the numbers that were fitted, and how they are applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Layers = list[
    tuple["NDArray[np.floating[Any]]", "NDArray[np.floating[Any]]"]
]  # Weights and biases, the input's first.


class Scorer(Protocol):
    """Gives one number for each row of features."""

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]: ...


class Networks:
    """The mean of a few networks with one output each."""

    def __init__(self, networks: Sequence[Layers]) -> None:
        self.networks = networks

    def score(self, rows: Sequence[Sequence[float]] | NDArray[np.floating[Any]]) -> list[float]:
        """The output for each row."""
        import numpy as np

        inputs = np.array(rows, np.float64)
        total = np.zeros(len(rows))
        for layers in self.networks:
            values = inputs
            for weights, biases in layers[:-1]:
                values = np.maximum(values @ weights + biases, 0)
            weights, biases = layers[-1]
            total += (values @ weights + biases)[:, 0]
        # Sums come out differently in their last bits with the number of rows; an answer must not.
        scores: list[float] = np.round(total / len(self.networks), 6).tolist()
        return scores


class Shipped:
    """Networks that come with the package ("mixer", "confidence"), loaded at first use.

    `tools/train_engine.py` makes them.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]:
        return _loaded(self._name).score(rows)


@cache
def _loaded(name: str) -> Networks:
    return load(name, files("linnet_completions.engine").joinpath("weights.npz").read_bytes())


def load(name: str, data: bytes) -> Networks:
    """The networks of a name out of a file of weights."""
    import numpy as np

    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return unpacked(name, arrays)


def packed(name: str, networks: Networks) -> dict[str, NDArray[Any]]:
    """Arrays for a file of weights."""
    return {
        f"{name}-{number}-{layer}-{part}": array.astype("float32")
        for number, layers in enumerate(networks.networks)
        for layer, pair in enumerate(layers)
        for part, array in zip(("weights", "biases"), pair, strict=True)
    }


def unpacked(name: str, arrays: Mapping[str, NDArray[Any]]) -> Networks:
    networks: list[Layers] = []
    while f"{name}-{len(networks)}-0-weights" in arrays:
        layers: Layers = []
        while (key := f"{name}-{len(networks)}-{len(layers)}") + "-weights" in arrays:
            layers.append((arrays[f"{key}-weights"].astype(float), arrays[f"{key}-biases"].astype(float)))
        networks.append(layers)
    return Networks(networks)
