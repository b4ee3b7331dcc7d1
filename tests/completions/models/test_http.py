"""The client: connections kept and replaced, redirects, deadlines, proxies, and nothing before it is needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
import trustme

from linnet_completions.models.http import Deadlines, Http
from linnet_completions.models.network import Network, environment_proxy
from linnet_completions.models.protocol import Call, Message, ModelError, Refused, Text, TimedOut, Unreachable
from linnet_context.problems import Problem
from tests.completions.models.asking import CALL, KEY, answer, mocked, model, said, with_http
from tests.modelserver import (
    Asked,
    HangUp,
    ModelServer,
    Pause,
    Reply,
    chat,
    delta,
    endless,
    event,
    in_turn,
    redirecting,
    refusing,
    silent,
    stalled,
    whole,
)


@pytest.mark.slow
def test_importing_the_models_imports_no_network_library() -> None:
    """Half a second of imports must not stand before the answer to `initialize`."""
    modules = "linnet_completions.models.dialects.model, linnet_completions.models.http"
    heavy = "('httpx2', 'httpcore2', 'h2', 'anyio')"
    program = f"import sys, {modules}; sys.exit(' '.join(m for m in {heavy} if m in sys.modules) or None)"
    result = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert (result.stderr, result.returncode) == ("", 0)


def test_making_a_client_does_nothing_yet() -> None:
    """A certificate file that is missing is noticed by the first request, which fails like any other."""
    http = Http(Network(Path("/nowhere/ca.pem")))
    with pytest.raises(Unreachable, match="cannot be used"):
        with_http(lambda http: said(model("http://127.0.0.1:9", http)), http)


def test_a_client_that_could_not_be_built_is_built_anew(tmp_path: Path) -> None:
    """A mended certificate file works without a restart."""
    path = tmp_path / "ca.pem"

    async def work(http: Http) -> str:
        with pytest.raises(Problem):
            await http.prepare()
        trustme.CA().cert_pem.write_to_path(str(path))
        await http.prepare()
        return "built"

    assert with_http(work, Http(Network(path))) == "built"


@pytest.mark.parametrize(
    "reply",
    [
        chat("a"),
        Reply((event(delta("a", "stop")), event("[DONE]"), Pause(0.05))),
        whole("a"),
        refusing(500, "broken"),
    ],
)
def test_a_connection_is_used_again(reply: Reply) -> None:
    """After answers that were read to their end, good or bad, the next request needs no new connection."""

    async def work(http: Http) -> None:
        asked = model(server.url, http)
        for _ in range(5):
            with suppress(Refused):
                await said(asked)

    with ModelServer(reply) as server:
        with_http(work)
        assert (server.connections, len(server.asked)) == (1, 5)


def test_a_connection_that_the_server_closed_is_replaced_unnoticed() -> None:
    """Whether it was closed before the request or dies with it."""

    async def work(http: Http) -> None:
        asked = model(server.url, http)
        assert (await said(asked)).text == "a"
        await asyncio.to_thread(server.drop_connections)
        assert (await said(asked)).text == "a"
        server.script = in_turn([Reply((), before=HangUp()), chat("b")])
        assert (await said(asked)).text == "b"

    with ModelServer(chat("a")) as server:
        with_http(work)
        assert server.connections == 3


def test_a_new_connection_that_dies_is_not_asked_twice() -> None:
    """A server that hangs up on everybody is unreachable."""
    with ModelServer(Reply((), before=HangUp())) as server:
        with pytest.raises(Unreachable):
            answer(server.url)
        assert len(server.asked) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_on_the_same_host_is_followed(status: int) -> None:
    """With the same body and key."""
    with ModelServer([redirecting(status, "/v2/chat/completions"), chat("a")]) as server:
        assert answer(server.url).text == "a"
        first, second = server.asked
    assert second.path == "/v2/chat/completions"
    assert second.body == first.body and second.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 399])
def test_a_redirect_to_another_host_is_refused(status: int) -> None:
    """Neither key nor code reach the other host, which is what another port is too."""
    with ModelServer(chat("stolen")) as thief, ModelServer(redirecting(status, thief.url)) as server:
        with pytest.raises(Refused, match="redirects to another address"):
            answer(server.url)
        assert thief.connections == 0


@pytest.mark.parametrize("location", ["", "//[", "http://127.0.0.1:x/", "javascript:1", "https://127.0.0.1/"])
def test_a_senseless_redirect_is_refused(location: str) -> None:
    """Nothing in it breaks the client."""
    with ModelServer(redirecting(307, location)) as server, pytest.raises(Refused):
        answer(server.url)


def test_redirects_in_a_circle_end() -> None:
    """The same host can send the client round only so often."""
    with ModelServer(redirecting(307, "/v1/chat/completions")) as server:
        with pytest.raises(Refused):
            answer(server.url)
        assert len(server.asked) == 3


LONG = Deadlines(first=30.0, idle=30.0, total=30.0)


@pytest.mark.parametrize(
    ("reply", "deadlines"),
    [
        (silent(), Deadlines(first=0.5)),
        (stalled(), Deadlines(first=0.5)),
        (stalled("a"), Deadlines(idle=0.1)),
        (endless("a"), Deadlines(total=0.2)),
        (
            Reply(tuple(step for _ in range(999) for step in (b": ping\n\n", Pause(0.01)))),
            Deadlines(total=0.2),
        ),
        (silent(), Deadlines(total=0.5)),
    ],
)
def test_every_deadline_ends_a_request(reply: Reply, deadlines: Deadlines) -> None:
    """The first byte, a silence in the middle, the whole: and the server sees that the client has gone."""
    with ModelServer(reply) as server:
        with pytest.raises(TimedOut):
            answer(server.url, deadlines=deadlines)
        assert server.asked[0].abandoned()


def test_a_slow_answer_within_the_deadlines_is_waited_for() -> None:
    """The deadline for the first byte does not hold for the others."""
    with ModelServer(chat("a", "b", first=0.15, pause=0.15)) as server:
        assert answer(server.url, deadlines=Deadlines(first=10.0, idle=10.0, total=20.0)).text == "ab"


@pytest.mark.parametrize("texts", [0, 3])
@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_an_abandoned_answer_is_closed_upstream(texts: int, how: str) -> None:
    """Closing the generator and cancelling its reader both end a stream that would otherwise go on for ever."""

    async def work(http: Http) -> None:
        events = model(server.url, http, deadlines=LONG).stream(CALL)
        if how == "closed":
            for _ in range(texts):
                await anext(events)
            await events.aclose()
        else:
            task = asyncio.create_task(said(model(server.url, http, deadlines=LONG)))
            await asyncio.to_thread(server.wait_for, 1)
            await asyncio.sleep(0.02)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if server.asked:
            assert await asyncio.to_thread(server.asked[0].abandoned)

    with ModelServer(stalled(*"abc"[:texts])) as server:
        with_http(work)
        assert len(server.asked) == (0 if (how, texts) == ("closed", 0) else 1)


def test_each_piece_is_handed_on_when_it_comes() -> None:
    """The first text is there while the server still waits with the second."""

    async def work(http: Http) -> None:
        events = model(server.url, http).stream(CALL)
        assert await anext(events) == Text("a")
        assert not server.asked[0].over.is_set()
        await events.aclose()

    with ModelServer(stalled("a")) as server:
        with_http(work)


@pytest.mark.parametrize("proxy", ["localhost:3128", "socks4://127.0.0.1:1080", "http://", "ftp://127.0.0.1"])
def test_a_proxy_that_cannot_be_used_is_a_problem_of_the_settings(proxy: str) -> None:
    """It is found before anything is asked."""
    with pytest.raises(Problem, match="proxy"):
        Http(Network(proxy=proxy))


def test_a_proxy_of_the_settings_is_used() -> None:
    """Its user and password go to the proxy, the key to the endpoint."""
    with ModelServer(chat("a")) as proxy:
        through = proxy.url.replace("http://", "http://me:pass@").removesuffix("/v1")
        http = Http(Network(proxy=through))
        assert with_http(lambda http: said(model("http://model.invalid/v1", http)), http).text == "a"
        (asked,) = proxy.asked
    assert asked.path == "http://model.invalid/v1/chat/completions"
    assert asked.headers["proxy-authorization"] == "Basic bWU6cGFzcw=="
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_a_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """For TLS the proxy is asked for a tunnel, and may say no; it never sees the key."""
    with ModelServer(refusing(403, "no")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(Unreachable, match="proxy refused"):
            answer("https://model.invalid/v1")
        (asked,) = proxy.asked
    assert (asked.method, asked.path) == ("CONNECT", "model.invalid:443")
    assert "authorization" not in asked.headers and KEY.encode() not in asked.body


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("https://a.test/v1", {}, None),
        ("https://a.test/v1", {"https_proxy": "http://p.test:3128"}, "http://p.test:3128"),
        ("https://a.test/v1", {"https_proxy": "p.test:3128"}, "http://p.test:3128"),
        ("https://a.test/v1", {"all_proxy": "http://p.test"}, "http://p.test"),
        ("https://a.test/v1", {"http_proxy": "http://p.test"}, None),
        ("https://a.test/v1", {"https_proxy": "http://p.test", "no_proxy": "b.test,.a.test,a.test"}, None),
        ("http://127.0.0.1:11434/v1", {"http_proxy": "http://p.test"}, None),
        ("http://localhost:8080/v1", {"http_proxy": "http://p.test"}, None),
        ("http://[::1]:8080/v1", {"http_proxy": "http://p.test"}, None),
        ("http://10.0.0.7:8080/v1", {"http_proxy": "http://p.test"}, "http://p.test"),
    ],
)
def test_the_environments_proxy_is_for_other_machines(
    url: str, environment: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is used unless excepted, and never for this very machine."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_proxy(url) == proxy


def test_the_network_can_be_a_function() -> None:
    """The seam for tests of everything above."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["user-agent"].startswith("linnet/")
        return httpx2.Response(200, content=event(delta("hi")))

    assert with_http(lambda http: said(model("http://a.test", http)), mocked(handler)).text == "hi"


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx2.ConnectTimeout, TimedOut),
        (httpx2.PoolTimeout, TimedOut),
        (httpx2.ConnectError, Unreachable),
        (httpx2.ProxyError, Unreachable),
        (httpx2.UnsupportedProtocol, Unreachable),
        (httpx2.LocalProtocolError, Unreachable),
        (httpx2.WriteError, Unreachable),
    ],
)
def test_a_failure_of_the_network_is_told_without_its_own_words(
    failure: type[httpx2.TransportError], error: type[ModelError]
) -> None:
    """Those may hold anything, and are not passed on in the exception's cause either."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        raise failure(f"no luck with {KEY}")

    with pytest.raises(error, match="a.test") as raised:
        with_http(lambda http: said(model("http://a.test", http)), mocked(handler))
    assert KEY not in str(raised.value) and raised.value.__cause__ is None


def test_a_large_prompt_and_a_large_answer_pass() -> None:
    """Half a megabyte each way."""
    text = "é" * 250_000

    def script(asked: Asked) -> Reply:
        echo: str = asked.json["messages"][0]["content"]
        return chat(*(echo[at : at + 9999] for at in range(0, len(echo), 9999)))

    with ModelServer(script) as server:
        assert answer(server.url, Call("explain", (Message("user", text),), 9)).text == text


def test_an_answer_without_end_is_given_up() -> None:
    """A server that floods the client fills no memory."""
    flood = event(delta("x" * (1 << 19)))
    with ModelServer(Reply((flood,) * 64)) as server, pytest.raises(ModelError):
        answer(server.url)


def test_lone_surrogates_in_a_prompt_do_not_stop_it() -> None:
    """Editors can send them; they arrive as question marks."""
    with ModelServer(chat("a")) as server:
        assert answer(server.url, Call("inline", (Message("user", "a\ud800b"),), 9)).text == "a"
        assert server.asked[0].json["messages"][0]["content"] == "a?b"
