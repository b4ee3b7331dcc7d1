"""A key goes to its own provider's host and nowhere else, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from linnet_completions.models.keys import Endpoint, Key, NoKey, Own, is_confidential, key_for, origin_of

GENERAL, RING, VARIABLE = "key-general", "key-ring", "key-variable"
ENDPOINTS = {
    "openai": Endpoint("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "openrouter": Endpoint("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "ollama": Endpoint("http://127.0.0.1:11434/v1"),
    "mine": Endpoint("https://models.example.com:8443/v1", "MY_KEY"),
    "custom": Endpoint(""),
}
ALL = {
    "LINNET_API_KEY": GENERAL,
    "OPENAI_API_KEY": VARIABLE,
    "OPENROUTER_API_KEY": VARIABLE,
    "MY_KEY": VARIABLE,
}


def ask(
    provider: str,
    url: str,
    *,
    chosen: str | None = None,
    mine: str | None = None,
    environ: Mapping[str, str] = ALL,
    ring: Mapping[str, str] | None = None,
) -> Key | NoKey:
    """The key for a request; `mine` is the provider of the user's own settings, `chosen` the one that holds now."""
    own = Own(mine or chosen or provider, ENDPOINTS)
    keyring = (ring or {}).get
    return key_for(
        provider, url, chosen=chosen or mine or provider, own=own, environ=environ, keyring=keyring
    )


OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("environ", "ring", "key"),
    [
        (ALL, {"openai": RING}, Key(GENERAL, "LINNET_API_KEY")),
        ({"OPENAI_API_KEY": VARIABLE}, {"openai": RING}, Key(RING, "keyring")),
        ({"OPENAI_API_KEY": VARIABLE}, {}, Key(VARIABLE, "environment")),
        ({"OPENAI_API_KEY": " padded\n"}, {}, Key("padded", "environment")),
        ({"LINNET_API_KEY": "", "OPENAI_API_KEY": VARIABLE}, {}, Key(VARIABLE, "environment")),
        ({"LINNET_API_KEY": "a\nb", "OPENAI_API_KEY": VARIABLE}, {}, Key(VARIABLE, "environment")),
    ],
)
def test_the_nearest_key_is_taken(environ: Mapping[str, str], ring: Mapping[str, str], key: Key) -> None:
    """LINNET_API_KEY, else the keyring, else the provider's customary variable."""
    assert ask("openai", OPENAI, environ=environ, ring=ring) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/v1",
        "https://api.openai.com.evil.example.com/v1",
        "https://evil.example.com/api.openai.com/v1",
        "https://api.openai.com@evil.example.com/v1",
        "https://evil.example.com#api.openai.com",
        "https://evil.example.com?api.openai.com",
        "https://api.openai.com:444/v1",
        "http://api.openai.com/v1",
        "http://api.openai.com:443/v1",
        "https://api.openai.com\\@evil.example.com/v1",
        "https://[::1]/v1",
        "ftp://api.openai.com/v1",
        "//api.openai.com/v1",
        "",
    ],
)
def test_another_address_gets_no_key(url: str) -> None:
    """A base URL from a workspace or an editor, or a redirect, draws no key to another host, port or scheme."""
    assert isinstance(ask("openai", url, ring={"openai": RING}), NoKey)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://API.openai.com:443/",
        "https://api.openai.com./v2",
        "HTTPS://api.openai.com",
    ],
)
def test_the_same_host_written_otherwise_gets_its_key(url: str) -> None:
    """Paths, capitals and the standard port make no other host."""
    assert ask("openai", url) == Key(GENERAL, "LINNET_API_KEY")


def test_a_fallback_provider_does_not_get_the_general_key() -> None:
    """LINNET_API_KEY belongs to `provider`; another provider of a route has its own key or none."""
    fallback = ENDPOINTS["openrouter"].base_url
    assert ask("openrouter", fallback, chosen="openai") == Key(VARIABLE, "environment")
    assert isinstance(
        ask("openrouter", fallback, chosen="openai", environ={"LINNET_API_KEY": GENERAL}), NoKey
    )


def test_a_provider_named_by_an_editor_does_not_get_the_general_key_of_another() -> None:
    """When the user's own settings name one provider and an editor another, the general key stays with the first."""
    assert ask("openai", OPENAI, mine="mine", chosen="openai") == Key(VARIABLE, "environment")
    assert ask("openai", OPENAI, mine="local", chosen="openai") == Key(GENERAL, "LINNET_API_KEY")


def test_an_address_that_only_an_editor_knows_gets_no_key() -> None:
    """`custom` without an address of the user's own has no host that a key could belong to."""
    assert isinstance(ask("custom", "https://models.example.com/v1", ring={"custom": RING}), NoKey)


def test_an_unknown_provider_gets_no_key() -> None:
    """A provider that nobody described has no key."""
    assert isinstance(ask("nobody", "https://nobody.example.com/v1", ring={"nobody": RING}), NoKey)


def test_a_key_of_another_provider_is_never_taken() -> None:
    """One provider's variable and keyring entry serve that provider alone."""
    environ = {"OPENAI_API_KEY": VARIABLE}
    answer = ask("mine", ENDPOINTS["mine"].base_url, environ=environ, ring={"openai": RING})
    assert answer == NoKey("There is no key for mine; set one with `linnet auth set mine` or MY_KEY.")


def test_a_local_server_gets_a_key_over_http() -> None:
    """On this machine nobody listens in between."""
    assert ask("ollama", "http://127.0.0.1:11434/v1") == Key(GENERAL, "LINNET_API_KEY")


@pytest.mark.parametrize(
    ("url", "confidential"),
    [
        ("https://example.com", True),
        ("http://example.com", False),
        ("http://localhost:8080", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:80", True),
        ("http://192.168.1.7", True),
        ("http://8.8.8.8", False),
        ("http://gpu-box:8000", True),
        ("http://gpu.local", True),
        ("http://local.example.com", False),
        ("nonsense", False),
    ],
)
def test_keys_go_encrypted_or_stay_near(url: str, confidential: bool) -> None:
    """Without https a key goes to this machine or its own network only."""
    assert is_confidential(url) is confidential


@pytest.mark.parametrize("url", ["http://[", "https://host:99999", "https://host:x", "https://", "x"])
def test_nonsense_has_no_origin(url: str) -> None:
    """What is no address is compared with nothing."""
    assert origin_of(url) is None


def test_a_key_is_not_shown() -> None:
    """Neither a log nor a traceback shows a key by its object."""
    assert GENERAL not in repr(Key(GENERAL, "keyring"))
