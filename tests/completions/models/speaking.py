"""Every dialect with what a server of its kind says: the same text each time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.catalog import profile
from linnet_completions.models.dialects.endpoint import Endpoint
from linnet_completions.models.dialects.known import DIALECTS
from linnet_completions.models.dialects.model import DEADLINES, RemoteModel
from linnet_completions.models.http import Deadlines, Http
from linnet_completions.models.protocol import Call, Extra, Fill, Message, Task
from tests.completions.models.asking import KEY
from tests.modelserver import Pause, Reply, Step, chat, event

FILL = Fill(
    "shop/cart.py",
    "def total(items):\n    return sum(",
    ")\n\n\ndef empty():\n    pass\n",
    (Extra("shop/item.py", "class Item:\n    price: float\n"), Extra("shop/tax.py", "RATE = 0.2\n")),
    ("\n\n",),
)
MESSAGES = (
    Message("system", "Complete."),
    Message("user", "class Item: ...", stable=True),
    Message("user", "def total(items):\n    return sum("),
)
CALL = Call("inline", MESSAGES, max_tokens=48, stop=("</fill>",), cache_key="k", fill=FILL)


def _events(*values: object, done: bool = True) -> tuple[bytes, ...]:
    return (*map(event, values), *((event("[DONE]"),) if done else ()))


def _named(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def completions(*texts: str, usage: dict[str, Any] | None = None, finish: str = "stop") -> Reply:
    """A stream as the legacy completions endpoint sends it."""
    pieces = [{"choices": [{"index": 0, "text": text, "finish_reason": None}]} for text in texts]
    last = {"choices": [{"index": 0, "text": "", "finish_reason": finish}]}
    counts = [{"choices": [], "usage": usage}] if usage else []
    return Reply(_events(*pieces, last, *counts))


def infill(*texts: str, cut: bool = False) -> Reply:
    """A stream as llama.cpp's own endpoints send it: no [DONE], the last piece says what was used."""
    pieces = [{"index": 0, "content": text, "tokens": [1], "stop": False} for text in texts]
    last = {
        "content": "",
        "stop": True,
        "stop_type": "limit" if cut else "eos",
        "tokens_evaluated": 120,
        "tokens_predicted": 7,
        "tokens_cached": 127,
        "timings": {"cache_n": 64, "prompt_n": 56, "predicted_n": 7},
    }
    return Reply(_events(*pieces, last, done=False))


def ollama(*texts: str, cut: bool = False) -> Reply:
    """A stream as Ollama's own endpoints send it: a JSON object a line."""
    lines = [{"model": "m", "response": text, "done": False} for text in texts]
    last = {"model": "m", "response": "", "done": True, "done_reason": "length" if cut else "stop"}
    counts = {"prompt_eval_count": 120, "eval_count": 7, "total_duration": 5, "context": [1, 2]}
    encoded = tuple(json.dumps(line).encode() + b"\n" for line in (*lines, last | counts))
    return Reply(encoded, headers=(("Content-Type", "application/x-ndjson"),))


def claude(*texts: str, reason: str = "end_turn", thoughts: str = "") -> Reply:
    """A stream as Anthropic's Messages endpoint sends it: named events, no [DONE]."""
    usage = {
        "input_tokens": 36,
        "cache_read_input_tokens": 64,
        "cache_creation_input_tokens": 20,
        "output_tokens": 1,
    }
    start = _named("message_start", message={"role": "assistant", "content": [], "usage": usage})
    thinking = (
        _named("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        _named("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": thoughts}),
        _named("content_block_stop", index=0),
    )
    steps: list[Step] = [start, *(thinking if thoughts else ())]
    steps += [
        _named("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        _named("ping"),
    ]
    steps += [
        _named("content_block_delta", index=1, delta={"type": "text_delta", "text": each}) for each in texts
    ]
    steps += [
        _named("content_block_stop", index=1),
        _named("message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 7}),
        _named("message_stop"),
    ]
    return Reply(tuple(steps))


def slowed(reply: Reply, pause: float) -> Reply:
    """The same with a pause before each piece."""
    return Reply(tuple(step for each in reply.steps for step in (Pause(pause), each)), headers=reply.headers)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A dialect, a provider and a model that are asked in it, the shape of its requests, and how its server talks."""

    dialect: str
    provider: str
    model: str
    shape: str
    path: str
    says: Any


SPEAKERS = {
    speaker.shape + " " + speaker.model: speaker
    for speaker in (
        Speaker("chat", "openai", "gpt-4.1-mini", "openai chat", "/v1/chat/completions", chat),
        Speaker("chat", "openai", "gpt-6-luna", "openai chat", "/v1/chat/completions", chat),
        Speaker("chat", "openai", "gpt-5-mini", "openai chat", "/v1/chat/completions", chat),
        Speaker("chat", "xroute", "gpt-5", "xroute chat", "/v1/chat/completions", chat),
        Speaker("chat", "openrouter", "openai/gpt-4.1-mini", "openrouter chat", "/v1/chat/completions", chat),
        Speaker("chat", "azure", "gpt-4.1-mini", "azure chat", "/v1/chat/completions", chat),
        Speaker("chat", "gemini", "gemini-2.5-flash-lite", "gemini chat", "/v1/chat/completions", chat),
        Speaker("chat", "gemini", "gemini-3.8-flash", "gemini chat", "/v1/chat/completions", chat),
        Speaker("chat", "mistral", "mistral-small-2603", "mistral chat", "/v1/chat/completions", chat),
        Speaker("chat", "deepseek", "deepseek-flash", "deepseek chat", "/v1/chat/completions", chat),
        Speaker("chat", "groq", "openai/gpt-oss-20b", "groq chat", "/v1/chat/completions", chat),
        Speaker("chat", "groq", "qwen/qwen3.8-27b", "groq chat", "/v1/chat/completions", chat),
        Speaker("chat", "together", "Qwen/Qwen3.5-9B", "together chat", "/v1/chat/completions", chat),
        Speaker("chat", "ollama", "llama3.1", "server chat", "/v1/chat/completions", chat),
        Speaker("chat", "vllm", "llama3.1", "server chat", "/v1/chat/completions", chat),
        Speaker(
            "completions",
            "openai",
            "gpt-3.5-turbo-instruct",
            "openai completions",
            "/v1/completions",
            completions,
        ),
        Speaker(
            "template", "vllm", "Qwen/Qwen2.5-Coder-7B", "server completions", "/v1/completions", completions
        ),
        Speaker(
            "template", "lmstudio", "starcoder2-3b", "server completions", "/v1/completions", completions
        ),
        Speaker("template", "together", "codellama-7b", "server completions", "/v1/completions", completions),
        Speaker(
            "deepseek-fim",
            "deepseek",
            "deepseek-flash",
            "deepseek completions",
            "/beta/completions",
            completions,
        ),
        Speaker("mistral-fim", "mistral", "codestral-latest", "mistral fim", "/v1/fim/completions", chat),
        Speaker("mistral-fim", "codestral", "codestral-2508", "mistral fim", "/v1/fim/completions", chat),
        Speaker("infill", "llamacpp", "qwen2.5-coder", "llamacpp infill", "/infill", infill),
        Speaker("ollama", "ollama", "qwen2.5-coder:7b", "ollama generate", "/api/generate", ollama),
        Speaker("ollama-raw", "ollama", "qwen2.5-coder:7b", "ollama raw", "/api/generate", ollama),
        Speaker("anthropic", "anthropic", "claude-haiku-4-5", "anthropic messages", "/v1/messages", claude),
        Speaker("anthropic", "anthropic", "claude-haiku-5-5", "anthropic messages", "/v1/messages", claude),
    )
}
# One of each dialect, where the model makes no difference.
EACH = {speaker.dialect: speaker for speaker in reversed(SPEAKERS.values())}


def speaking(
    speaker: Speaker,
    url: str,
    http: Http,
    *,
    capabilities: Capabilities | None = None,
    deadlines: Deadlines | None = None,
    only: bool = True,
) -> RemoteModel:
    """A model that is asked in a speaker's dialect (`only` in that) at a base URL."""
    tasks: dict[Task, Deadlines] = {"inline": deadlines} if deadlines else dict(DEADLINES)
    found = profile(speaker.provider, speaker.model)
    ways = (DIALECTS[speaker.dialect],) if only else ()
    endpoint = Endpoint(speaker.provider, url, KEY)
    return RemoteModel(endpoint, speaker.model, http, capabilities or Capabilities(), found, ways, tasks)
