"""Every dialect: what is sent has the provider's published shape, and what comes is read, however it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.catalog import profile
from linnet_completions.models.dialects.dialect import address
from linnet_completions.models.dialects.known import DIALECTS, dialects
from linnet_completions.models.http import Deadlines, Http
from linnet_completions.models.protocol import (
    Call,
    Garbled,
    Message,
    ModelError,
    RateLimited,
    Refused,
    Text,
    TimedOut,
    Unreachable,
    Usage,
)
from tests.completions.models.asking import IMPATIENT, KEY, Said, said, with_http
from tests.completions.models.shapes import SHAPES
from tests.completions.models.speaking import (
    CALL,
    EACH,
    FILL,
    MESSAGES,
    SPEAKERS,
    Speaker,
    claude,
    completions,
    infill,
    ollama,
    speaking,
)
from tests.modelserver import (
    JSON,
    Asked,
    HangUp,
    ModelServer,
    Pause,
    Reply,
    Stall,
    Step,
    chat,
    event,
    refusing,
    silent,
)

TEXT = "item.price 🐦 for item"
PIECES = ("item.", "price 🐦", " for item")


def told(speaker: Speaker, url: str, call: Call = CALL, **options: Any) -> Said:
    """The answer to a call in a speaker's dialect."""
    return with_http(lambda http: said(speaking(speaker, url, http, **options), call))


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_request_has_the_published_shape(name: str) -> None:
    """Every field is one that the provider documents, at its place, and the answer is read."""
    speaker = SPEAKERS[name]
    with ModelServer(speaker.says(*PIECES)) as server:
        answer = told(speaker, server.url)
        asked = server.asked[0]
    jsonschema.validate(asked.json, SHAPES[speaker.shape])
    assert (asked.method, asked.path, len(server.asked)) == ("POST", speaker.path, 1)
    assert asked.json.get("model", speaker.model) == speaker.model
    assert answer.text == TEXT


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_bare_request_has_the_published_shape_too(name: str) -> None:
    """Without stop strings, other files, text behind the cursor, or a key for the cache."""
    speaker = SPEAKERS[name]
    fill = replace(FILL, suffix="", extras=(), stop=())
    call = replace(CALL, fill=fill, stop=(), cache_key="", messages=(Message("user", "x"),))
    with ModelServer(speaker.says("y")) as server:
        assert told(speaker, server.url, call).text == "y"
        jsonschema.validate(server.asked[0].json, SHAPES[speaker.shape])


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_model_is_asked_in_the_dialect_of_its_provider(name: str) -> None:
    """Without anything set, a fill goes where the provider fills in the middle, and a chat never does."""
    speaker = SPEAKERS[name]
    chosen = dialects(speaker.provider, profile(speaker.provider, speaker.model))
    if speaker.dialect != "chat":
        assert speaker.dialect in {dialect.name for dialect in chosen}
    talk = chosen[-1]
    assert not talk.fills and talk.name == ("anthropic" if speaker.provider == "anthropic" else "chat")
    asking = Call("explain", MESSAGES, max_tokens=8)
    with ModelServer(claude("y") if talk.name == "anthropic" else chat("y")) as server:
        assert told(speaker, server.url, asking, only=False).text == "y"
        assert server.asked[0].path in ("/v1/chat/completions", "/v1/messages")


def test_all_dialects_are_tried() -> None:
    """No dialect is without a shape and a server."""
    assert set(EACH) == set(DIALECTS)
    assert {speaker.shape for speaker in SPEAKERS.values()} == set(SHAPES)


def test_a_rewrite_takes_its_prediction_along() -> None:
    """The likely answer goes with the older name of the length, the only one that is allowed beside it."""
    speaker = SPEAKERS["openai chat gpt-4.1-mini"]
    call = replace(CALL, prediction="def total(items): ...")
    with ModelServer(chat("y")) as server:
        told(speaker, server.url, call)
        body = server.asked[0].json
    jsonschema.validate(body, SHAPES[speaker.shape])
    assert body["prediction"] == {"type": "content", "content": "def total(items): ..."}
    assert body["max_tokens"] == 48
    with ModelServer(chat("y")) as server:
        told(SPEAKERS["openai chat gpt-6-luna"], server.url, call)
        assert "prediction" not in server.asked[0].json


def test_a_breakpoint_stands_behind_what_stays() -> None:
    """The newest family caches where it is told to, and nothing is paid for what changes with each key."""
    with ModelServer(chat("y")) as server:
        told(SPEAKERS["openai chat gpt-6-luna"], server.url)
        body = server.asked[0].json
    marked = {"type": "text", "text": "class Item: ...", "prompt_cache_breakpoint": {"mode": "explicit"}}
    assert body["messages"][1] == {"role": "user", "content": [marked]}
    assert [message["content"] for message in body["messages"][::2]] == [
        MESSAGES[0].content,
        MESSAGES[2].content,
    ]
    assert body["prompt_cache_options"] == {"mode": "explicit"}


def test_claude_is_asked_in_turns_of_blocks() -> None:
    """The system text apart, one user turn, the cache's mark at the end of what stays; the key in its own header."""
    with ModelServer(claude("y")) as server:
        told(SPEAKERS["anthropic messages claude-haiku-5-5"], server.url)
        asked = server.asked[0]
    kept = {"type": "text", "text": "class Item: ...", "cache_control": {"type": "ephemeral"}}
    assert asked.json["system"] == [{"type": "text", "text": "Complete."}]
    assert asked.json["messages"] == [
        {"role": "user", "content": [kept, {"type": "text", "text": MESSAGES[2].content}]}
    ]
    assert asked.json["thinking"] == {"type": "disabled"} and "temperature" not in asked.json
    assert asked.headers["x-api-key"] == KEY and "authorization" not in asked.headers
    assert asked.headers["anthropic-version"] == "2023-06-01"


def test_llama_gets_other_files_at_a_place_of_their_own() -> None:
    """The server writes its model's tokens itself."""
    with ModelServer(infill("y")) as server:
        told(EACH["infill"], server.url)
        body = server.asked[0].json
    assert (body["input_prefix"], body["input_suffix"]) == (FILL.prefix, FILL.suffix)
    assert [each["filename"] for each in body["input_extra"]] == ["shop/item.py", "shop/tax.py"]


@pytest.mark.parametrize(
    ("speaker", "reply", "usage"),
    [
        ("infill", infill("y"), Usage(120, 64, 7)),
        ("infill", infill("y", cut=True), Usage(120, 64, 7, cut=True)),
        ("ollama", ollama("y"), Usage(120, None, 7)),
        ("ollama", ollama("y", cut=True), Usage(120, None, 7, cut=True)),
        ("anthropic", claude("y"), Usage(120, 64, 7, written_tokens=20)),
        ("anthropic", claude("y", reason="max_tokens"), Usage(120, 64, 7, cut=True, written_tokens=20)),
        (
            "deepseek-fim",
            completions(
                "y", usage={"prompt_tokens": 120, "prompt_cache_hit_tokens": 64, "completion_tokens": 7}
            ),
            Usage(120, 64, 7),
        ),
        ("completions", completions("y", finish="length"), Usage(cut=True)),
    ],
)
def test_usage_is_read_in_every_shape(speaker: str, reply: Reply, usage: Usage) -> None:
    """What was read from the prompt's cache and written to it, and whether the answer was cut."""
    with ModelServer(reply) as server:
        assert told(EACH[speaker], server.url).usage == usage


def joined(reply: Reply) -> bytes:
    return b"".join(step for step in reply.steps if isinstance(step, bytes))


def bytewise(reply: Reply) -> Reply:
    steps = tuple(step for byte in joined(reply) for step in (bytes([byte]), Pause(0.0)))
    return replace(reply, steps=steps)


def without_last(reply: Reply, more: tuple[Step, ...] = ()) -> Reply:
    return replace(reply, steps=(*reply.steps[:-1], *more))


# What servers of every dialect do to their streams.
STREAMS: dict[str, Callable[[Reply], Reply]] = {
    "all at once": lambda reply: replace(reply, steps=(joined(reply),)),
    "a byte at a time": bytewise,
    "CR LF": lambda reply: replace(reply, steps=(joined(reply).replace(b"\n", b"\r\n"),)),
    "byte order mark": lambda reply: replace(reply, steps=(b"\xef\xbb\xbf", *reply.steps)),
    "blank lines first": lambda reply: replace(reply, steps=(b"\n\n", *reply.steps)),
    "wrong content type": lambda reply: replace(reply, headers=(("Content-Type", "text/plain"),)),
    "no content type": lambda reply: replace(reply, headers=()),
    "closed at the end": lambda reply: replace(reply, framing="close"),
    "stall after the end": lambda reply: replace(reply, steps=(*reply.steps, Stall())),
    "hang-up after the end": lambda reply: replace(reply, steps=(*reply.steps, HangUp())),
    "no last line break": lambda reply: replace(reply, steps=(joined(reply).rstrip(b"\n"),)),
}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("name", EACH)
def test_a_quirky_stream_says_the_same(name: str, stream: str) -> None:
    """Wherever the pieces are cut and whatever follows them, the whole text arrives once."""
    reply = STREAMS[stream](EACH[name].says(*PIECES))
    with ModelServer(reply) as server:
        assert told(EACH[name], server.url, deadlines=Deadlines(after=0.1)).text == TEXT


WHOLE: dict[str, object] = {
    "chat": {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]},
    "completions": {"choices": [{"text": TEXT, "finish_reason": "stop"}]},
    "template": {"choices": [{"text": TEXT, "finish_reason": "stop"}]},
    "deepseek-fim": {"choices": [{"text": TEXT, "finish_reason": "stop"}]},
    "mistral-fim": {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]},
    "infill": {"content": TEXT, "stop": True, "stop_type": "eos"},
    "ollama": {"response": TEXT, "done": True},
    "ollama-raw": {"response": TEXT, "done": True},
    "anthropic": {"type": "message", "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn"},
}


@pytest.mark.parametrize("name", EACH)
def test_an_answer_that_is_no_stream_is_read(name: str) -> None:
    """A gateway may collect the answer before it hands it on."""
    with ModelServer(Reply((json.dumps(WHOLE[name]).encode(),), headers=JSON, framing="length")) as server:
        assert told(EACH[name], server.url).text == TEXT


def test_thinking_is_no_part_of_the_answer() -> None:
    """Claude's blocks of thoughts are passed over, and a refusal is one."""
    with ModelServer(claude(*PIECES, thoughts="Well ...")) as server:
        assert told(EACH["anthropic"], server.url).text == TEXT
    with ModelServer(claude(reason="refusal")) as server, pytest.raises(Refused, match="withheld"):
        told(EACH["anthropic"], server.url)


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
FAILURES: dict[str, tuple[Callable[[Reply], Reply], type[ModelError]]] = {
    "stall": (lambda reply: replace(reply, steps=(reply.steps[0], Stall())), TimedOut),
    "silence": (lambda reply: silent(), TimedOut),
    "hang-up": (lambda reply: replace(reply, steps=(reply.steps[0], HangUp())), Unreachable),
    "web page": (lambda reply: Reply((b"<!doctype html><html>Sign in</html>",)), Garbled),
    "nothing": (lambda reply: Reply(()), Garbled),
    "other JSON": (lambda reply: Reply((b'{"ok": true}',)), Garbled),
    "noise": (lambda reply: Reply((b"\x00\xff\x17 what is this",)), Garbled),
    "error first": (lambda reply: Reply((event({"error": {"message": "no", "code": 502}}),)), Refused),
    "error inside": (
        lambda reply: replace(
            reply, steps=(*reply.steps[:3], event({"error": {"message": "no", "code": 429}}))
        ),
        RateLimited,
    ),
    "401": (lambda reply: refusing(401, {"error": {"message": "no", "code": "invalid_api_key"}}), Refused),
    "429": (lambda reply: refusing(429, {"error": {"message": "slow"}}), RateLimited),
    "529": (lambda reply: refusing(529, OVERLOADED), Refused),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", EACH)
def test_a_failure_is_one_of_the_five_kinds(name: str, failure: str) -> None:
    """In every dialect, in one sentence of ours."""
    spoil, error = FAILURES[failure]
    with ModelServer(spoil(EACH[name].says(*PIECES))) as server, pytest.raises(ModelError) as raised:
        told(EACH[name], server.url, deadlines=IMPATIENT)
    assert type(raised.value) is error
    assert str(raised.value).endswith(".") and KEY not in str(raised.value)


@pytest.mark.parametrize("name", EACH)
def test_a_stop_string_is_cut_here_as_well(name: str) -> None:
    """A provider that ignores it is not left generating."""
    speaker = EACH[name]
    call = replace(CALL, stop=("</x>",), fill=replace(FILL, stop=("</x>",)))
    reply = speaker.says("price", "</", "x>", "more")
    with ModelServer(replace(reply, steps=(*reply.steps[:-2], Stall()))) as server:
        assert told(speaker, server.url, call).text == "price"
        assert server.asked[0].abandoned()


@pytest.mark.parametrize(("name", "mark"), [("template", "<|endoftext|>"), ("ollama-raw", "<|fim_pad|>")])
def test_the_familys_own_tokens_end_an_answer(name: str, mark: str) -> None:
    """A server that lets one through as text does not put it into the code."""
    speaker = next(one for one in SPEAKERS.values() if one.dialect == name and "oder" in one.model)
    with ModelServer(speaker.says("price", mark, "more")) as server:
        assert told(speaker, server.url).text == "price"


NO_SUFFIX = {"object": "error", "message": "suffix is not currently supported", "code": 400}
NO_INFILL = {
    "error": {"code": 501, "message": "Infill is not supported by this model", "type": "not_supported_error"}
}
# A server that cannot fill in the middle: whom it is, what it says, and where it is asked then.
UNFIT = [
    ("llamacpp", "tiny", "/infill", refusing(501, NO_INFILL), ["/v1/chat/completions"]),
    ("llamacpp", "qwen2.5-coder", "/infill", refusing(404, "File Not Found"), ["/v1/completions"]),
    ("ollama", "llama3.1", "/api/generate", refusing(400, {"error": '"m" does not support insert'}), []),
    (
        "ollama",
        "qwen2.5-coder",
        "suffix",
        refusing(400, {"error": "does not support insert"}),
        ["/api/generate"],
    ),
    ("deepseek", "deepseek-flash", "/beta/completions", refusing(400, NO_SUFFIX), ["/v1/chat/completions"]),
    ("mistral", "codestral-latest", "/v1/fim/completions", refusing(404, {"detail": "Not Found"}), []),
    ("together", "codellama", "/v1/completions", refusing(405, ""), ["/v1/chat/completions"]),
]


@pytest.mark.parametrize(("provider", "model", "unfit", "reply", "then"), UNFIT)
def test_an_endpoint_that_cannot_fill_is_asked_otherwise_from_then_on(
    provider: str, model: str, unfit: str, reply: Reply, then: list[str]
) -> None:
    """One refusal is enough: the next dialect answers the same call, and is the first one asked afterwards."""

    def script(asked: Asked) -> Reply:
        if asked.path == unfit or unfit in asked.json:
            return reply
        return ollama("ok") if asked.path == "/api/generate" else chat("ok")

    speaker = Speaker("", provider, model, "", "", None)
    memory = Capabilities()
    with ModelServer(script) as server:
        for _ in range(2):
            assert told(speaker, server.url, capabilities=memory, only=False).text == "ok"
        paths = [asked.path for asked in server.asked]
    last = then or ["/v1/chat/completions"]
    assert paths == [paths[0], *last, *last]


def test_an_unknown_model_is_no_reason_to_ask_otherwise() -> None:
    """A name that is mistyped is said to be, and nothing is learned from it."""
    memory = Capabilities()
    speaker = Speaker("", "ollama", "qwen2.5-coderr", "", "", None)
    reply = refusing(404, {"error": 'model "qwen2.5-coderr" not found, try pulling it first'})
    with ModelServer(reply) as server:
        with pytest.raises(Refused, match="does not know the model"):
            told(speaker, server.url, capabilities=memory, only=False)
        assert len(server.asked) == 1
        assert memory.refused(server.url, speaker.model) == frozenset()


@pytest.mark.parametrize("name", EACH)
def test_leaving_an_answer_ends_it_upstream(name: str) -> None:
    """In every dialect, by closing it and by cancelling who reads it."""
    reply = EACH[name].says(*PIECES)
    with ModelServer(without_last(reply, (Stall(),))) as server:

        async def leave(http: Http) -> None:
            events = speaking(EACH[name], server.url, http).stream(CALL)
            await anext(events)
            await events.aclose()
            task = asyncio.ensure_future(said(speaking(EACH[name], server.url, http), CALL))
            await asyncio.to_thread(server.wait_for, 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with_http(leave)
        assert [asked.abandoned() for asked in server.asked] == [True, True]


@pytest.mark.parametrize("stop", ["", "for"], ids=["left", "stopped here"])
def test_what_was_said_of_a_prompt_holds_when_the_end_is_not_heard(stop: str) -> None:
    """Anthropic tells it before the answer; the tokens of the answer that it tells there are not those that come."""
    prompt = Usage(120, 64, None, written_tokens=20)
    reply = without_last(EACH["anthropic"].says(*PIECES), (Stall(),))
    with ModelServer(reply) as server:

        async def leave(http: Http) -> list[Text | Usage]:
            call = replace(CALL, stop=(stop,) if stop else ())
            asked = speaking(EACH["anthropic"], server.url, http)
            async with aclosing(asked.stream(call)) as events:
                return [await anext(events), *([each async for each in events][-1:] if stop else ())]

        assert with_http(leave) == [prompt] * (2 if stop else 1)


@pytest.mark.parametrize(
    "base", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/v1/completions", "/infill"]
)
def test_any_way_of_writing_the_address_reaches_every_endpoint(base: str) -> None:
    """With or without the version, a slash, or the path of another endpoint."""
    found = {name: dialect.url(f"http://a.test{base}") for name, dialect in DIALECTS.items()}
    paths = {name: url.removeprefix("http://a.test") for name, url in found.items()}
    assert paths["infill"] == "/infill" and paths["ollama"] == "/api/generate"
    assert paths["deepseek-fim"] == "/beta/completions"
    if base != "/infill":
        assert paths["chat"] == "/v1/chat/completions" and paths["mistral-fim"] == "/v1/fim/completions"
    assert address("https://a.test/x/v1?k=1", "/messages") == "https://a.test/x/v1/messages?k=1"
