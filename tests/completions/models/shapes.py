"""The shapes of requests as the providers publish them, as JSON schemas; nothing else may be sent.

Written from the providers' own pages and type definitions as of November 2026: openai 3.51.0, anthropic 2.10.0,
mistralai 3.7.0, groq 1.7.0, together 3.1.1, DeepSeek's page on FIM completion, llama.cpp's tools/server/README.md and
Ollama's docs/api.md.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 1}
YES: Schema = {"type": "boolean"}


def closed(required: str, **properties: Schema) -> Schema:
    """An object with these fields and no others; `required` are names apart by blanks."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def texts(most: int) -> Schema:
    return {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": most}


def one_of(*values: str) -> Schema:
    return {"enum": list(values)}


USAGE_WANTED = closed("include_usage", include_usage={"const": True})
EXPLICIT = closed("mode", mode={"const": "explicit"})
PART = closed("type text", type={"const": "text"}, text=TEXT)
OPENAI_PART = closed("type text", type={"const": "text"}, text=TEXT, prompt_cache_breakpoint=EXPLICIT)


def messages(part: Schema = PART) -> Schema:
    content = {"anyOf": [TEXT, {"type": "array", "items": part, "minItems": 1}]}
    turn = closed("role content", role=one_of("system", "user", "assistant"), content=content)
    return {"type": "array", "items": turn, "minItems": 1}


PLAIN_CHAT = {
    "model": TEXT,
    "messages": messages(),
    "stream": YES,
    "temperature": number(0, 2),
    "max_tokens": COUNT,
    "stop": texts(4),
    "reasoning_effort": one_of("none", "minimal", "low", "medium", "high"),
}
OPENAI_CHAT = {
    **PLAIN_CHAT,
    "messages": messages(OPENAI_PART),
    "max_completion_tokens": COUNT,
    "prompt_cache_key": TEXT,
    "prompt_cache_options": closed("mode", mode={"const": "explicit"}),
    "prediction": closed("type content", type={"const": "content"}, content=TEXT),
    "stream_options": closed("include_usage", include_usage=YES, include_obfuscation=YES),
}
# Combinations that OpenAI refuses: a prediction with the newer name of the length, two names of it at once.
OPENAI_RULES: list[Schema] = [
    {"not": {"required": ["prediction", "max_completion_tokens"]}},
    {"oneOf": [{"required": ["max_tokens"]}, {"required": ["max_completion_tokens"]}]},
]
COMPLETIONS = {
    "model": TEXT,
    "prompt": TEXT,
    "max_tokens": COUNT,
    "temperature": number(0, 2),
    "stream": YES,
    "stream_options": USAGE_WANTED,
    "stop": texts(4),
}
CLAUDE_BLOCK = closed(
    "type text",
    type={"const": "text"},
    text={"type": "string", "minLength": 1},
    cache_control=closed("type", type={"const": "ephemeral"}),
)
CLAUDE_BLOCKS = {"type": "array", "items": CLAUDE_BLOCK, "minItems": 1}
OLLAMA_OPTIONS = closed(
    "num_predict num_ctx temperature",
    num_predict=COUNT,
    num_ctx=COUNT,
    temperature=number(0, 2),
    stop=texts(99),
)
OLLAMA = {"model": TEXT, "prompt": TEXT, "stream": YES, "keep_alive": TEXT, "options": OLLAMA_OPTIONS}
SHAPES: dict[str, Schema] = {
    "openai chat": {**closed("model messages", **OPENAI_CHAT), "allOf": OPENAI_RULES},
    "xroute chat": closed("model messages", **PLAIN_CHAT, max_completion_tokens=COUNT),
    "openrouter chat": closed(
        "model messages", **PLAIN_CHAT, max_completion_tokens=COUNT, stream_options=USAGE_WANTED
    ),
    "azure chat": {**closed("model messages", **OPENAI_CHAT), "allOf": OPENAI_RULES},
    "gemini chat": closed("model messages", **PLAIN_CHAT, stream_options=USAGE_WANTED),
    "mistral chat": closed(
        "model messages max_tokens",
        **{**PLAIN_CHAT, "temperature": number(0, 1.5), "stop": texts(99)},
        prompt_cache_key=TEXT,
    ),
    "deepseek chat": closed(
        "model messages max_tokens thinking",
        **{**PLAIN_CHAT, "stop": texts(16)},
        stream_options=USAGE_WANTED,
        thinking=closed("type", type=one_of("enabled", "disabled")),
    ),
    "groq chat": closed(
        "model messages max_completion_tokens",
        **{name: shape for name, shape in PLAIN_CHAT.items() if name != "max_tokens"},
        max_completion_tokens=COUNT,
        stream_options=USAGE_WANTED,
        reasoning_format=one_of("hidden", "raw", "parsed"),
    ),
    "together chat": closed(
        "model messages max_tokens",
        **{**PLAIN_CHAT, "temperature": number(0, 1)},
        stream_options=USAGE_WANTED,
        reasoning=closed("enabled", enabled=YES),
    ),
    "server chat": closed("model messages max_tokens", **PLAIN_CHAT, stream_options=USAGE_WANTED),
    "openai completions": closed(
        "model prompt", **{**COMPLETIONS, "stream_options": OPENAI_CHAT["stream_options"]}, suffix=TEXT
    ),
    "server completions": closed("model prompt", **COMPLETIONS),
    "deepseek completions": closed("model prompt", **{**COMPLETIONS, "stop": texts(16)}, suffix=TEXT),
    "mistral fim": closed(
        "model prompt",
        model=TEXT,
        prompt=TEXT,
        suffix=TEXT,
        max_tokens=COUNT,
        temperature=number(0, 1.5),
        stop=texts(99),
        stream=YES,
        prompt_cache_key=TEXT,
    ),
    "llamacpp infill": closed(
        "input_prefix input_suffix",
        input_prefix=TEXT,
        input_suffix=TEXT,
        input_extra={"type": "array", "items": closed("filename text", filename=TEXT, text=TEXT)},
        n_predict=COUNT,
        temperature=number(0, 2),
        stop=texts(99),
        stream=YES,
        cache_prompt=YES,
        model=TEXT,
    ),
    "ollama generate": closed("model prompt suffix", **OLLAMA, suffix={"type": "string", "minLength": 1}),
    "ollama raw": closed("model prompt raw", **OLLAMA, raw={"const": True}),
    "anthropic messages": closed(
        "model max_tokens messages",
        model=TEXT,
        max_tokens=COUNT,
        messages={
            "type": "array",
            "items": closed("role content", role=one_of("user", "assistant"), content=CLAUDE_BLOCKS),
            "minItems": 1,
        },
        system=CLAUDE_BLOCKS,
        stop_sequences={"type": "array", "items": {"type": "string", "pattern": r"\S"}},
        stream=YES,
        temperature=number(0, 1),
        thinking=closed("type", type=one_of("disabled")),
    ),
}
