"""What an endpoint refused is remembered, for a while, by base URL and model."""

from __future__ import annotations

import pytest

from linnet_completions.models.capabilities import Capabilities, Forgetful

URL = "http://127.0.0.1/v1"


def test_what_was_learned_adds_up_and_survives() -> None:
    """A second memory over the same store knows what the first one learned."""
    store = Forgetful()
    Capabilities(store).learn(URL, "m", {"stop"})
    Capabilities(store).learn(URL, "m", {"temperature"})
    assert Capabilities(store).refused(URL, "m") == {"stop", "temperature"}


def test_it_holds_for_one_model_at_one_address() -> None:
    """Another model, or the same one elsewhere, starts afresh."""
    known = Capabilities()
    known.learn(URL, "m", {"stop"})
    assert known.refused(URL, "n") == known.refused("http://127.0.0.1/v2", "m") == frozenset()


def test_it_is_forgotten_after_a_month() -> None:
    """Endpoints learn too, so what they refused once is tried again later."""
    now = [1_000_000.0]
    known = Capabilities(clock=lambda: now[0])
    known.learn(URL, "m", {"stop"})
    now[0] += 29 * 24 * 3600
    assert known.refused(URL, "m") == {"stop"}
    now[0] += 2 * 24 * 3600
    assert known.refused(URL, "m") == frozenset()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"learned": "x", "refused": []}', '{"learned": 1}']
)
def test_a_damaged_store_counts_as_empty(text: str) -> None:
    """Whatever lies in the store, a request can be made."""
    store = Forgetful()
    known = Capabilities(store)
    known.learn(URL, "m", {"stop"})
    (key,) = store._texts
    store.set(key, text)
    assert known.refused(URL, "m") == frozenset()
    known.learn(URL, "m", {"stop"})
    assert known.refused(URL, "m") == {"stop"}
