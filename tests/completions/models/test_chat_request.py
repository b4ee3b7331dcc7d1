"""What a request holds, by family and by what was refused."""

from __future__ import annotations

import pytest

from linnet_completions.models.catalog import profile
from linnet_completions.models.dialects.chat_request import chat_body
from linnet_completions.models.protocol import Call, Message

CALL = Call(
    "inline",
    (Message("user", "x"),),
    64,
    temperature=0.2,
    stop=("a", "\n", "a", "", "b", "c", "d"),
    cache_key="k",
)
ALWAYS = {"model", "messages", "stream"}


@pytest.mark.parametrize(
    ("provider", "name", "refused", "rest"),
    [
        (
            "openai",
            "gpt-4.1-mini",
            (),
            {
                "max_tokens": 64,
                "temperature": 0.2,
                "stop": ["a", "\n", "b", "c"],
                "prompt_cache_key": "k",
                "stream_options": {"include_usage": True, "include_obfuscation": False},
            },
        ),
        (
            "openai",
            "gpt-6-luna",
            (),
            {
                "max_completion_tokens": 64,
                "temperature": 0.2,
                "reasoning_effort": "none",
                "prompt_cache_key": "k",
                "stream_options": {"include_usage": True, "include_obfuscation": False},
            },
        ),
        ("xroute", "gpt-5", (), {"max_completion_tokens": 64, "reasoning_effort": "minimal"}),
        (
            "openrouter",
            "anthropic/claude-haiku-5.5",
            (),
            {
                "max_tokens": 64,
                "reasoning_effort": "none",
                "stop": ["a", "b", "c", "d"],
                "stream_options": {"include_usage": True},
            },
        ),
        (
            "llamacpp",
            "m",
            ("max_tokens", "temperature", "stop:1", "stream_options.include_obfuscation"),
            {"max_completion_tokens": 64, "stop": ["a"], "stream_options": {"include_usage": True}},
        ),
        (
            "openai",
            "gpt-6-luna",
            (
                "max_completion_tokens",
                "reasoning_effort:none",
                "temperature",
                "stream_options",
                "prompt_cache_key",
            ),
            {"max_tokens": 64, "reasoning_effort": "minimal"},
        ),
        (
            "custom",
            "gpt-5",
            ("reasoning_effort:minimal", "reasoning_effort:low", "stream_options"),
            {"max_completion_tokens": 64},
        ),
        (
            "custom",
            "m",
            ("stop", "stream_options", "reasoning_effort"),
            {"max_tokens": 64, "temperature": 0.2},
        ),
    ],
)
def test_the_body_follows_the_family_and_the_memory(
    provider: str, name: str, refused: tuple[str, ...], rest: dict[str, object]
) -> None:
    """Each family gets the fields it takes, less what this endpoint refused."""
    body = chat_body(CALL, name, profile(provider, name), frozenset(refused))
    assert {field: value for field, value in body.items() if field not in ALWAYS} == rest
    assert body["model"] == name and body["stream"] is True


def test_without_streams_there_are_no_stream_options() -> None:
    """An endpoint that cannot stream is asked for a whole answer."""
    body = chat_body(CALL, "m", profile("custom", "m"), frozenset({"stream"}))
    assert not {"stream", "stream_options"} & set(body)
