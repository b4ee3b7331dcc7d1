"""`linnet doctor` tells what works, and one fix for what does not."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import trustme

from linnet_server.cli import checks
from linnet_server.cli.checks import CHECKS, Check, Place, run_all
from linnet_server.cli.main import main
from linnet_server.settings import load
from tests.modelserver import JSON, Asked, ModelServer, Reply, chat, redirecting, refusing
from tests.redisserver import RedisServer


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder with the default settings."""
    loaded = load(user=None, workspace=tmp_path, environ={})
    return Place(tmp_path, loaded, tmp_path / "cache", tmp_path / "config.toml", "", {})


@pytest.mark.slow
def test_a_sound_installation_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here everything that is needed works, and each check has its line."""
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["ok"]
    assert [check["name"] for check in value["checks"]] == [name for name in CHECKS if name != "team"]


def test_a_check_that_breaks_has_failed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception is a failed line with a fix, and the checks behind it are made all the same."""

    def broken(place: Place) -> list[checks.Check]:
        raise ImportError("no numpy")

    monkeypatch.setitem(CHECKS, "engine", broken)
    monkeypatch.delitem(CHECKS, "worker")
    results = {check.name: check for check in run_all(place)}
    assert (results["engine"].state, results["engine"].says) == ("fail", "ImportError: no numpy")
    assert results["engine"].fix
    assert list(results) == [name for name in CHECKS if name != "team"]


def test_a_failure_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line of the failed check is followed by its fix."""
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINNET_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.delitem(CHECKS, "worker")
    assert main(["doctor"]) == 2
    out = capsys.readouterr().out
    assert "fail cache" in out
    assert "or set `cache.dir`." in out
    assert "1 of 12 checks failed." in out


def test_a_cache_that_cannot_be_written_is_told(place: Place) -> None:
    """A file in the folder's place cannot hold a cache."""
    place.cache.write_text("")
    check = checks.cache(place)
    assert check.state == "fail"
    assert str(place.cache) in check.fix


def test_messages_about_settings_are_a_warning(place: Place) -> None:
    """The first message is shown, the others are counted."""
    loaded = replace(place.loaded, messages=("first", "second", "third"))
    check = checks.settings(replace(place, loaded=loaded))
    assert (check.state, check.says) == ("warn", "first (and 2 more)")


def test_without_git_review_is_poorer(place: Place) -> None:
    """No git on the search path: a warning that says what is lost."""
    assert checks.git(place).state == "warn"


def test_an_empty_folder_is_no_workspace(place: Place) -> None:
    """Where there is no source there is nothing to complete from."""
    assert checks.workspace(place).state == "warn"
    (place.root / "a.py").write_text("x = 1\n")
    assert checks.workspace(place).state == "ok"


def test_the_default_provider_is_this_machine(place: Place) -> None:
    """With no provider chosen, the doctor says that nothing leaves."""
    assert "nothing leaves this machine" in checks.providers(place)[0].says


def test_packages_of_extras_are_nobodys_duty() -> None:
    """Names are read off requirement lines of any form; what only an extra needs is left out."""
    lines = [
        "numpy>=1.26",
        "pygls<3,>=2.1",
        "ruff",
        "tree-sitter-c[x]>=0.2; python_version > '3'",
        "p; extra == 'x'",
    ]
    assert checks.needed_packages(lines) == ["numpy", "pygls", "ruff", "tree-sitter-c"]


def told(place: Place, **environ: str) -> list[Check]:
    """What the doctor says of the models that the environment chooses."""
    chosen = {"LINNET_PROVIDER": "custom", "LINNET_API_KEY": "secret-key", **environ}
    loaded = load(user=None, workspace=None, environ=chosen)
    assert loaded.messages == ()
    return checks.providers(replace(place, loaded=loaded, environ=chosen))


def test_a_chosen_model_is_asked(place: Place) -> None:
    """With a question of a few tokens: where the key comes from, how long it took, how it is asked."""
    with ModelServer(chat("ok")) as server:
        (check,) = told(place, LINNET_BASE_URL=server.url)
        question, listing = server.asked
    assert check.state == "ok" and "key from LINNET_API_KEY" in check.says and "asked by chat" in check.says
    assert "secret-key" not in check.says
    assert question.json["max_tokens"] == 16 and (listing.method, listing.path) == ("GET", "/v1/models")


def test_every_model_of_every_route_has_its_line(place: Place) -> None:
    """Each one once, whatever the number of tasks."""
    with ModelServer(chat("ok")) as server:
        found = told(
            place,
            LINNET_BASE_URL=server.url,
            LINNET_ROUTES_INLINE="custom/one,custom/two,local",
            LINNET_ROUTES_REVIEW="custom/two",
        )
    assert [check.says.partition(" at ")[0] for check in found] == [
        "custom one",
        "custom two",
        "custom gpt-4.1-mini",
    ]


def test_what_an_endpoint_refuses_is_shown(place: Place) -> None:
    """It is learned from the question, and remembered."""

    def script(asked: Asked) -> Reply:
        if asked.method == "POST" and "temperature" in asked.json:
            return refusing(
                400, {"error": {"message": "no", "param": "temperature", "code": "unsupported_parameter"}}
            )
        return chat("ok")

    with ModelServer(script) as server:
        (check,) = told(place, LINNET_BASE_URL=server.url)
    assert check.state == "ok" and "does without temperature" in check.says


def test_a_last_day_that_the_endpoint_names_is_a_warning(place: Place) -> None:
    """Ahead of it, from its list of models."""
    soon = (date.today() + timedelta(30)).isoformat()
    listing = whole({"data": [{"id": "gpt-4.1-mini", "shutdown_date": soon}]})
    with ModelServer(lambda asked: listing if asked.method == "GET" else chat("ok")) as server:
        (check,) = told(place, LINNET_BASE_URL=server.url)
    assert check.state == "warn" and f"retires gpt-4.1-mini on {soon}" in check.says and check.fix


def whole(value: object) -> Reply:
    """An answer of JSON."""
    return Reply((json.dumps(value).encode(),), headers=JSON, framing="length")


MODELS = whole({"data": [{"id": "gpt-4.1-mini-2025"}, {"id": "llama"}]})
PAGE = Reply((b"<!doctype html><html>Welcome</html>",))
QUOTA = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
UNKNOWN = {"error": {"message": "no such model", "code": "model_not_found"}}
CONTEXT = {"error": {"message": "maximum context length is 8", "code": "context_length_exceeded"}}
# What is broken, what its server says, what the doctor says of it, and its fix.
BROKEN: dict[str, tuple[Reply, str, str]] = {
    "the key": (
        refusing(401, {"error": {"code": "invalid_api_key"}}),
        "refuses the key",
        "linnet auth set custom",
    ),
    "the rights": (refusing(403, {"error": {"code": "forbidden"}}), "refuses access", "what this key may do"),
    "the account": (refusing(429, QUOTA), "no credit left", "Add credit"),
    "the rate": (
        refusing(429, {"error": {"code": "rate_limit_exceeded"}}),
        "limits the rate",
        "Wait a little",
    ),
    "the model": (refusing(404, UNKNOWN), "does not know the model", "endpoint has gpt-4.1-mini-2025"),
    "the path": (
        refusing(404, "<html>Not Found</html>"),
        "`base_url` is not right",
        "Check `model` and `base_url`",
    ),
    "the site": (PAGE, "answered with a web page", "Point `base_url` at the API"),
    "the context": (refusing(400, CONTEXT), "prompt is too long", "context.budget_tokens"),
    "the server": (refusing(503, "busy"), "overloaded or broken", "Try again later"),
    "the host": (
        redirecting(301, "https://elsewhere.invalid/v1"),
        "redirects",
        "Set `base_url` to the address",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_endpoint_is_told_with_cause_and_fix(what: str, place: Place) -> None:
    """In one sentence each, without the key and without the server's own words."""
    reply, says, fix = BROKEN[what]
    with ModelServer(lambda asked: MODELS if asked.method == "GET" else reply) as server:
        (check,) = told(place, LINNET_BASE_URL=server.url, LINNET_MODEL="gpt-4.1-mini-2024x")
    assert check.state == "fail" and says in check.says and fix in check.fix
    assert "secret-key" not in check.says + check.fix


@contextmanager
def plaintext() -> Iterator[str]:
    """The address of a server that answers a TLS greeting as HTTP servers do."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


def test_a_connection_that_fails_is_told_with_cause_and_fix(place: Place) -> None:
    """A port where nobody listens, one without TLS, a certificate of an unknown authority, and a proxy that refuses."""
    with ModelServer(chat("ok")) as server:
        gone = server.url
    with plaintext() as address:
        (plain,) = told(place, LINNET_BASE_URL=f"https://{address}/v1")
    (closed,) = told(place, LINNET_BASE_URL=gone)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with ModelServer(chat("ok"), tls) as server:
        (foreign,) = told(place, LINNET_BASE_URL=server.url)
    with ModelServer(refusing(403, "no")) as proxy:
        through = {"LINNET_PROVIDERS_CUSTOM_PROXY": proxy.url}
        (barred,) = told(place, LINNET_BASE_URL="https://model.invalid/v1", **through)
    assert "does not speak TLS" in plain.says and "http://" in plain.fix
    assert "Nothing answers at" in closed.says and "Start the server" in closed.fix
    assert "not trusted" in foreign.says and "providers.custom.ca" in foreign.fix
    assert "proxy refused" in barred.says and "providers.custom.proxy" in barred.fix


def test_a_missing_key_is_the_reason_for_a_refusal(place: Place) -> None:
    """The fix is the key, not another one."""
    with ModelServer(refusing(401, {"error": {"code": "no_key"}})) as server:
        (check,) = told(place, LINNET_BASE_URL=server.url, LINNET_API_KEY="")
    assert "no key" in check.says and "There is no key for custom" in check.fix


def test_who_is_offline_or_has_no_address_is_asked_nothing(place: Place) -> None:
    """Both are told."""
    with ModelServer(chat("ok")) as server:
        (offline,) = told(place, LINNET_BASE_URL=server.url, LINNET_OFFLINE="true")
        assert server.asked == [] and server.connections == 0
    (lost,) = told(place, LINNET_PROVIDER="azure")
    assert offline.state == "warn" and "offline" in offline.says
    assert lost.state == "fail" and "no address" in lost.says and "base_url" in lost.fix


def test_the_teams_server_is_looked_at(place: Place) -> None:
    """Only where there is one: its answer, a missing secret, a server that is gone; no secret is shown."""

    def team(**environ: str) -> list[Check]:
        loaded = load(user=None, workspace=None, environ=environ)
        return checks.team(replace(place, loaded=loaded, environ=environ))

    secret = {"LINNET_TEAM_SECRET": "a secret of the whole team"}
    with RedisServer() as server:
        url = server.url.replace("//", "//:pass@")
        (there,) = team(LINNET_CACHE_URL=url, **secret)
        (bare,) = team(LINNET_CACHE_URL=url)
        assert team(LINNET_CACHE_URL=url, LINNET_OFFLINE="1", **secret) == []
    (gone,) = team(LINNET_CACHE_URL=url, **secret)
    (other,) = team(LINNET_CACHE_URL="http://127.0.0.1", **secret)
    assert team() == []
    assert there.state == "ok" and "pass" not in there.says
    assert "no secret" in bare.says and "linnet auth set team" in bare.fix
    assert gone.state == other.state == "warn" and "not used" in gone.says and "redis://" in other.fix
