"""A chat model over the real client: quirks of servers, refusals, and what is learned from them."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest

from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.dialects.endpoint import Endpoint
from linnet_completions.models.dialects.model import RemoteModel
from linnet_completions.models.http import Deadlines, Http
from linnet_completions.models.protocol import (
    Call,
    Garbled,
    Message,
    ModelError,
    RateLimited,
    Refused,
    TimedOut,
    Unreachable,
    Usage,
)
from linnet_context.problems import Problem
from tests.completions.models.asking import CALL, IMPATIENT, KEY, answer, mocked, model, said, with_http
from tests.modelserver import (
    QUIRKS,
    QUIRKY_TEXT,
    USAGE,
    Asked,
    HangUp,
    ModelServer,
    Reply,
    chat,
    delta,
    event,
    redirecting,
    refusing,
    silent,
    stalled,
    whole,
)

SECRET = "the_users_source_code"
ASKING_SECRETLY = Call("inline", (Message("user", SECRET),), max_tokens=8)


def test_a_good_stream_is_handed_on_piece_by_piece() -> None:
    """The texts come as they were sent, then the usage; the request is what the settings say."""
    with ModelServer(chat("def ", "f", "()", usage=USAGE)) as server:
        result = answer(server.url)
        asked = server.asked[0]
    assert result.texts == ("def ", "f", "()")
    assert result.usage == Usage(120, 64, 7, None)
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.json["stream"] is True and asked.json["model"] == "gpt-4.1-mini"
    assert asked.json["messages"] == [
        {"role": "system", "content": "Complete."},
        {"role": "user", "content": "def f("},
    ]


@pytest.mark.parametrize("name", QUIRKS)
def test_a_quirk_is_survived(name: str) -> None:
    """Whatever way a server has of streaming, the same text arrives."""
    with ModelServer(QUIRKS[name]) as server:
        assert answer(server.url, deadlines=Deadlines(after=0.1)).text == QUIRKY_TEXT


@pytest.mark.parametrize("name", ["usage in each chunk", "empty choices first and last", "no stream"])
def test_the_last_usage_counts(name: str) -> None:
    """Usage is found in the chunks, in a chunk of its own, and in an answer that is no stream."""
    with ModelServer(QUIRKS[name]) as server:
        assert answer(server.url).usage == Usage(120, 64, 7, None)


def test_half_a_character_becomes_a_replacement_character() -> None:
    """A server that stops in the middle of a surrogate pair does not break the text before it."""
    broken = event('{"choices":[{"delta":{"content":"a\\ud83d"}}]}')
    with ModelServer(Reply((broken, event("[DONE]")))) as server:
        assert answer(server.url).text == "a\ufffd"


def test_an_answer_that_was_cut_says_so() -> None:
    """`finish_reason: length` is told also where there is no usage."""
    with ModelServer(Reply((event(delta("a", "length")), event("[DONE]")))) as server:
        assert answer(server.url).usage == Usage(cut=True)


def test_stop_strings_hold_where_the_provider_ignores_them() -> None:
    """The answer ends before the stop string, and the server is not left generating."""
    with ModelServer(stalled("x = 1", "</fi", "ll>", "more")) as server:
        result = answer(server.url, Call("inline", CALL.messages, 32, stop=("</fill>",)))
        assert server.asked[0].abandoned()
    assert result.text == "x = 1"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusing(401, {"error": {"message": f"Incorrect key {KEY}", "code": "invalid_api_key"}}), Refused),
        (refusing(403, {"error": {"message": "no", "code": 403}}), Refused),
        (refusing(404, {"error": {"message": SECRET, "code": "model_not_found"}}), Refused),
        (refusing(404, "<html>404</html>"), Refused),
        (refusing(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}), RateLimited),
        (
            refusing(400, {"error": {"message": SECRET, "code": "429", "type": "throttling_error"}}),
            RateLimited,
        ),
        (refusing(500, ""), Refused),
        (refusing(502, "<html>Bad gateway</html>"), Refused),
        (refusing(503, {"detail": SECRET}), Refused),
        (refusing(422, {"detail": [{"loc": ["body", "messages"], "msg": SECRET}]}), Refused),
        (Reply((event({"error": {"message": SECRET, "code": 502}}),)), Refused),
        (Reply((event(delta("a")), event({"error": {"message": SECRET, "code": 429}}))), RateLimited),
        (Reply((event(delta("a")), event({"error": SECRET}))), Refused),
        (Reply((b"event: error\ndata: " + SECRET.encode() + b"\n\n",)), Refused),
        (Reply((event(delta("a", "content_filter")), event("[DONE]"))), Refused),
        (redirecting(302, "https://elsewhere.invalid/v1"), Refused),
        (Reply((event(delta("a")), HangUp())), Unreachable),
        (Reply((HangUp(),)), Unreachable),
        (Reply((), before=HangUp()), Unreachable),
        (Reply((event(delta("a")), b'data: {"choices": [{"del')), Unreachable),
        (Reply((event(delta("a")), b"data: {{{\n\n")), Garbled),
        (Reply((b"<!doctype html><html>Sign in</html>",)), Garbled),
        (Reply((b"\x00\xff\x17 what is this",)), Garbled),
        (Reply((b'{"ok": true}',)), Garbled),
        (Reply((b'{"choices": [',)), Garbled),
        (Reply((b"[" * 100_000,)), Garbled),
        (Reply((b"data: " + b"x" * (3 << 20),)), Garbled),
        (Reply(()), Garbled),
        (Reply((), headers=(("Content-Encoding", "gzip"),)), Garbled),
        (Reply((b"not gzip",), headers=(("Content-Encoding", "gzip"),)), Garbled),
        (silent(), TimedOut),
        (stalled(), TimedOut),
        (stalled("a"), TimedOut),
    ],
)
def test_a_failure_is_told_in_our_own_words(reply: Reply, error: type[ModelError]) -> None:
    """Every failure is one of the five kinds, in one sentence without the prompt, the key or the server's words."""
    with ModelServer(reply) as server, pytest.raises(ModelError) as raised:
        answer(server.url, ASKING_SECRETLY, deadlines=IMPATIENT)
    assert type(raised.value) is error
    for shown in (str(raised.value), repr(raised.value), raised.value.__dict__):
        assert SECRET not in str(shown) and KEY not in str(shown)
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)
    assert raised.value.__cause__ is None or SECRET not in str(raised.value.__cause__)


def test_an_address_where_nobody_listens_is_unreachable() -> None:
    """So is a name that nobody has."""
    with ModelServer(chat("a")) as server:
        url = server.url
    with pytest.raises(Unreachable, match="127.0.0.1: it cannot be reached"):
        answer(url)


def test_a_rate_limit_says_when_to_come_back() -> None:
    """Retry-After reaches the caller, in seconds."""
    with ModelServer(refusing(429, {}, Retry_After="7")) as server, pytest.raises(RateLimited) as raised:
        answer(server.url)
    assert raised.value.retry_after == 7.0


OPENAI = "Unsupported parameter: '{field}' is not supported with this model."


def strict(*refused: str, shape: Callable[[str], object]) -> Callable[[Asked], Reply]:
    """A server that refuses the first of these fields that a request holds, in its own way of saying so."""

    def script(asked: Asked) -> Reply:
        field = next((field for field in refused if field in asked.json), None)
        return chat("ok") if field is None else refusing(400, shape(field))

    return script


SHAPES: dict[str, Callable[[str], object]] = {
    "param": lambda field: {"error": {"message": "No.", "param": field, "code": "unsupported_parameter"}},
    "message": lambda field: {
        "error": {"message": OPENAI.format(field=field), "type": "invalid_request_error"}
    },
    "integer code": lambda field: {
        "error": {"message": f"Unrecognized request argument: {field}", "code": 400}
    },
    "vllm": lambda field: {
        "object": "error",
        "message": f"{field}: Extra inputs are not permitted",
        "code": 400,
    },
    "fastapi": lambda field: {"detail": [{"loc": ["body", field], "msg": "extra fields not permitted"}]},
    "text": lambda field: f"unknown field `{field}`",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("field", ["stream_options", "max_tokens", "stop", "temperature", "stream"])
def test_a_refused_field_is_left_out_from_then_on(shape: str, field: str) -> None:
    """The first refusal is learned from, whatever its shape: asked again without the field, and never with it."""
    capabilities = Capabilities()
    call = Call("inline", CALL.messages, 32, stop=("\n\n",))
    with ModelServer(strict(field, shape=SHAPES[shape])) as server:
        for _ in range(2):
            assert answer(server.url, call, capabilities=capabilities).text == "ok"
        first, second, third = server.asked
    assert field in first.json
    assert field not in second.json and second.json == third.json
    assert {"max_tokens", "max_completion_tokens"} & set(second.json), "the answer's length stays limited"


def test_several_refused_fields_are_learned_one_after_the_other() -> None:
    """A strict server names one field at a time; one call gets through all of them."""
    fields = ("stream_options", "max_tokens", "stop", "temperature")
    with ModelServer(strict(*fields, shape=SHAPES["param"])) as server:
        assert answer(server.url, Call("inline", CALL.messages, 32, stop=("x",))).text == "ok"
        assert len(server.asked) == len(fields) + 1


def test_a_reasoning_effort_is_weakened_step_by_step() -> None:
    """A model that does not know "none" is asked for the next weakest effort before the field is left out."""

    def script(asked: Asked) -> Reply:
        effort = asked.json.get("reasoning_effort")
        if effort in ("none", "minimal"):
            message = f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model."
            code = "unsupported_value"
            return refusing(400, {"error": {"message": message, "param": "reasoning_effort", "code": code}})
        return chat("ok")

    with ModelServer(script) as server:
        assert answer(server.url, name="gpt-6-luna").text == "ok"
        assert [asked.json["reasoning_effort"] for asked in server.asked] == ["none", "minimal", "low"]


def test_a_refusal_inside_the_stream_is_learned_from_too() -> None:
    """Some gateways say 200 first and refuse then."""

    def script(asked: Asked) -> Reply:
        error = {"error": {"message": "stream_options is not supported", "code": 400}}
        return Reply((event(error),)) if "stream_options" in asked.json else chat("ok")

    with ModelServer(script) as server:
        assert answer(server.url).text == "ok"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "maximum context length is 8192 tokens", "code": "context_length_exceeded"}},
        {"error": {"message": "max_tokens must be at most 16", "param": "max_tokens"}},
        {"error": {"message": "no such thing"}},
        {"error": {"message": "messages: field required, not supported", "param": "messages"}},
        "",
    ],
)
def test_other_refusals_are_not_tried_again(body: object) -> None:
    """A refusal that blames no field, or one that cannot be left out, is final."""
    capabilities = Capabilities()
    with ModelServer(refusing(400, body)) as server:
        with pytest.raises(Refused):
            answer(server.url, capabilities=capabilities)
        assert len(server.asked) == 1
        assert capabilities.refused(server.url, "gpt-4.1-mini") == frozenset()


def test_a_server_that_refuses_everything_is_given_up() -> None:
    """A liar that blames one field after the other is asked a few times, not for ever."""

    def script(asked: Asked) -> Reply:
        fields = [field for field in asked.json if field not in ("model", "messages")]
        return refusing(400, SHAPES["param"](fields[len(server.asked) % len(fields)]))

    with ModelServer(script) as server:
        with pytest.raises(Refused):
            answer(server.url, name="gpt-6-luna")
        assert len(server.asked) <= 6


@pytest.mark.parametrize(
    "base",
    [
        "http://a.test/v1",
        "http://a.test/v1/",
        "http://a.test",
        "http://a.test/",
        " http://a.test/v1/chat/completions ",
    ],
)
def test_any_way_of_writing_the_base_url_works(base: str) -> None:
    """With or without a slash, with or without /v1, or the whole path."""
    seen: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return httpx2.Response(200, content=event(delta("ok")))

    assert with_http(lambda http: said(model(base, http)), mocked(handler)).text == "ok"
    assert seen == ["http://a.test/v1/chat/completions"]


def test_a_query_and_a_longer_path_are_kept() -> None:
    """Deployments with an api-version, and gateways with a path of their own."""
    seen: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return httpx2.Response(200, json=json.loads(whole("ok").steps[0]))  # type: ignore[arg-type]

    for base in ("https://a.test/openai/d/x?api-version=1", "https://a.test/openai/v1"):
        assert with_http(lambda http, base=base: said(model(base, http)), mocked(handler)).text == "ok"  # type: ignore[misc]
    assert seen == [
        "https://a.test/openai/d/x/chat/completions?api-version=1",
        "https://a.test/openai/v1/chat/completions",
    ]


@pytest.mark.parametrize(
    "base", ["", "a.test/v1", "ftp://a.test", "http://", "http://[", "http://a.test:x/v1"]
)
def test_a_base_url_that_is_none_is_a_problem_of_the_settings(base: str) -> None:
    """It is found before anything is asked."""
    with pytest.raises(Problem, match="not an address"):
        RemoteModel(Endpoint("custom", base), "m", Http(), Capabilities())


@pytest.mark.parametrize("key", ["sk-ä", "sk 1", "sk\n1", "sk\x00"])
def test_a_key_that_no_header_can_carry_is_a_problem_of_the_settings(key: str) -> None:
    """And the message does not repeat it."""
    with pytest.raises(Problem) as raised:
        RemoteModel(Endpoint("custom", "http://a.test", key), "m", Http(), Capabilities())
    assert key not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"), [("x y", "a"), ("x:", "a"), ("", "a"), ("x", "ä"), ("x", "a\nb: c")]
)
def test_a_header_that_cannot_be_sent_is_a_problem_of_the_settings(name: str, value: str) -> None:
    """It cannot smuggle another header in either."""
    with pytest.raises(Problem, match="header"):
        RemoteModel(Endpoint("custom", "http://a.test", "", {name: value}), "m", Http(), Capabilities())


def test_the_key_is_not_shown() -> None:
    """An endpoint can be logged."""
    endpoint = Endpoint("custom", "http://a.test", KEY, {"x-secret": "hidden"})
    assert KEY not in repr(endpoint) and "hidden" not in repr(endpoint)


def test_without_a_key_there_is_no_authorization() -> None:
    """Local servers are asked without one; headers of the settings are sent."""
    with ModelServer(chat("a")) as server:
        endpoint = Endpoint("ollama", server.url, "", {"x-title": "t"})
        with_http(lambda http: said(RemoteModel(endpoint, "m", http, Capabilities())))
        headers = server.asked[0].headers
    assert "authorization" not in headers and headers["x-title"] == "t"
