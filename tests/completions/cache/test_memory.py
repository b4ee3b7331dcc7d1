"""The memory in front of the disk."""

from __future__ import annotations

from linnet_completions.cache.memory import Memory


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    """Reading counts as using."""
    memory = Memory(entries=2)
    memory.set("a", "1")
    memory.set("b", "2")
    assert memory.get("a") == "1"
    memory.set("c", "3")
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == ("1", None, "3")


def test_the_memory_has_a_size() -> None:
    """Large values push out others; one that is too large is not kept and replaces nothing but itself."""
    memory = Memory(characters=10)
    memory.set("a", "12345")
    memory.set("b", "12345")
    memory.set("c", "1")
    assert memory.get("a") is None and len(memory) == 2
    memory.set("b", "x" * 11)
    assert memory.get("b") is None and memory.get("c") == "1"
    memory.clear()
    assert len(memory) == 0


def test_a_value_can_be_replaced() -> None:
    """The last value holds, and is counted once."""
    memory = Memory(characters=10)
    for _ in range(5):
        memory.set("a", "1234567")
    memory.set("b", "123")
    assert (memory.get("a"), memory.get("b")) == ("1234567", "123")
