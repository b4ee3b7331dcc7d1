"""Answers are found under the same question and no other."""

from __future__ import annotations

from itertools import combinations

from linnet_completions.cache.keys import exact_key, local_key

PROMPT = (("system", "Complete."), ("user", "def f("))


def test_every_part_of_a_question_counts() -> None:
    """Two questions that differ in anything have different keys; that goes for a slash at the address's end, too."""
    url = "https://models.example.com/v1"
    keys = [
        exact_key(url, "mini", "chat", {"max_tokens": 5}, 1, PROMPT),
        exact_key("https://other.example.com/v1", "mini", "chat", {"max_tokens": 5}, 1, PROMPT),
        exact_key(url, "maxi", "chat", {"max_tokens": 5}, 1, PROMPT),
        exact_key(url, "mini", "fim", {"max_tokens": 5}, 1, PROMPT),
        exact_key(url, "mini", "chat", {"max_tokens": 6}, 1, PROMPT),
        exact_key(url, "mini", "chat", {"max_tokens": "5"}, 1, PROMPT),
        exact_key(url, "mini", "chat", {"max_tokens": 5}, 2, PROMPT),
        exact_key(url, "mini", "chat", {"max_tokens": 5}, 1, PROMPT[1:]),
        exact_key(url, "mini", "chat", {"max_tokens": 5}, 1, (("system", "Complete.user"), ("", "def f("))),
        local_key("python", ["def f("], [")"], {"model": "mini"}),
        local_key("go", ["def f("], [")"], {"model": "mini"}),
        local_key("python", ["def", "f("], [")"], {"model": "mini"}),
        local_key("python", ["def f(", ")"], [], {"model": "mini"}),
        local_key("python", ["def f("], [")"], {"model": "maxi"}),
    ]
    assert all(first != second for first, second in combinations(keys, 2))


def test_the_same_question_has_the_same_key() -> None:
    """The order of parameters and a slash at the end of the address make no other question."""
    first = exact_key("https://m.example.com/v1", "m", "chat", {"a": 1, "b": [2]}, 1, PROMPT)
    assert first == exact_key("https://m.example.com/v1/", "m", "chat", {"b": [2], "a": 1}, 1, PROMPT)


def test_keys_say_nothing_of_the_code() -> None:
    """A key is a digest of known length, whatever the code, broken characters included."""
    key = local_key("python", ["\ud800 secret = 1"], [], {})
    assert key.startswith("l1:") and len(key) == 67
