"""Which setting holds, and what is said about those that cannot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_server.settings import Loaded, Settings, load, user_file
from linnet_server.settings.declaration import DEFAULTS, RULES, Provider
from linnet_server.settings.loading import path_of_variable, variable_of


def loaded(tmp_path: Path, *, user: str = "", workspace: str = "", **more: Any) -> Loaded:
    """Settings from texts of the two files."""
    (tmp_path / "config.toml").write_text(user, encoding="utf-8")
    root = tmp_path / "workspace"
    root.mkdir(exist_ok=True)
    (root / "linnet.toml").write_text(workspace, encoding="utf-8")
    given: dict[str, Any] = {"environ": {}, **more}
    return load(user=tmp_path / "config.toml", workspace=root, **given)


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    """No file, no variable: the defaults, and nothing to say."""
    found = load(user=tmp_path / "none.toml", workspace=tmp_path, environ={})
    assert (found.settings, found.messages, found.sources) == (Settings(), (), {})


def test_the_user_file_is_where_the_platform_wants_it(isolated: Path) -> None:
    """The user's own file lies in the platform's configuration folder."""
    assert user_file().is_relative_to(isolated)
    assert user_file().name == "config.toml"


def test_each_place_outdoes_the_one_before(tmp_path: Path) -> None:
    """Default < user < workspace < environment < editor < flags."""
    layers: dict[str, Any] = {
        "user": "[completion]\nmax_lines = 1",
        "workspace": "[completion]\nmax_lines = 2",
        "environ": {"LINNET_COMPLETION_MAX_LINES": "3"},
        "client": {"completion": {"maxLines": 4}},
        "flags": {"completion.max_lines": 5},
    }
    held = []
    for count in range(len(layers) + 1):
        found = loaded(tmp_path, **dict(list(layers.items())[:count]))
        held.append((found.settings.completion.max_lines, found.sources.get("completion.max_lines")))
    assert held == [
        (12, None),
        (1, str(tmp_path / "config.toml")),
        (2, "linnet.toml"),
        (3, "environment (LINNET_COMPLETION_MAX_LINES)"),
        (4, "editor"),
        (5, "command line"),
    ]


UNFIT = [
    ("completion.max_lines", '"many"', "a whole number; 12 holds"),
    ("completion.max_lines", "0", "at least 1; 12 holds"),
    ("completion.max_lines", "1.5", "a whole number"),
    ("completion.max_lines", "true", "a whole number"),
    ("completion.max_wait_ms", "9999999", "at most 60000"),
    ("completion.max_wait_ms", "9" * 400, "a whole number"),
    ("completion.enabled", "1", "true or false"),
    ("completion.languages", "[1]", "a list of texts"),
    ("cost.daily_usd", "nan", "a number"),
    ("cost.daily_usd", "-1", "at least 0"),
    ("engine.mode", '"loud"', "one of normal, quiet"),
    ("model", '""', "a text"),
    ("model", '"a\\u0000b"', "a text"),
    ("providers.mine.headers", '{ "X-A" = 1 }', "a table of texts"),
]


@pytest.mark.parametrize(
    ("path", "value", "said"), UNFIT, ids=[f"{path}={value[:9]}" for path, value, _ in UNFIT]
)
def test_a_value_of_the_wrong_kind_is_reported_and_left_out(
    tmp_path: Path, path: str, value: str, said: str
) -> None:
    """The default holds, and one message names the setting and what it should be."""
    found = loaded(tmp_path, user=f"{path} = {value}")
    assert found.settings in (Settings(), Settings(providers={"mine": Provider()}))
    (message,) = found.messages
    assert f"`{path}` should be {said}" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[completion]\nenabeld = true",
            "unknown setting `completion.enabeld`. Did you mean `completion.enabled`?",
        ),
        ("providr = 'x'", "unknown setting `providr`. Did you mean `provider`?"),
        (
            "[providers.mine]\nbase_ur = 'x'",
            "`providers.mine.base_ur`. Did you mean `providers.mine.base_url`?",
        ),
        ("[zzz]\nx = 1", "unknown setting `zzz`."),
        ("completion = 3", "`completion` should be a table."),
        ("provider = 'opnai'", "there is no provider `opnai`, so `local` holds. Did you mean `openai`?"),
        ("provider = ", "is not valid TOML"),
        ("x = " + "[" * 5000, "is nested too deeply"),
        ("x = " + "9" * 5000, "holds a number too long"),
    ],
)
def test_what_cannot_be_understood_is_one_message(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in a file leaves the defaults and says what is wrong."""
    found = loaded(tmp_path, user=text)
    (message,) = found.messages
    assert message.startswith(str(tmp_path / "config.toml"))
    assert said in message
    assert found.settings == Settings()


def test_a_file_that_cannot_be_read_is_one_message(tmp_path: Path) -> None:
    """Bytes that are no text, a folder in the file's place: a message, never an exception."""
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "huge.toml").write_text("#" * 1_000_001)
    said = [
        load(user=tmp_path / name, workspace=None, environ={}).messages
        for name in ("bytes.toml", "folder.toml", "huge.toml")
    ]
    assert [len(messages) for messages in said] == [1, 1, 1]


@given(st.text())
def test_no_text_breaks_loading(text: str) -> None:
    """Whatever stands in the environment or comes from an editor, there are settings."""
    environ = {variable_of(path): text for path in RULES}
    client: dict[str, object] = {text: text, "completion": {text: [text]}, "providers": {text: {text: text}}}
    assert isinstance(load(user=None, workspace=None, environ=environ, client=client).settings, Settings)


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("LINNET_PROVIDER", "openai", "provider", "openai"),
        ("LINNET_BASE_URL", "http://localhost:8080/v1", "base_url", "http://localhost:8080/v1"),
        ("LINNET_MODEL", "gpt-5", "model", "gpt-5"),
        ("LINNET_OFFLINE", "yes", "offline", True),
        ("LINNET_COMPLETION_ENABLED", "0", "completion.enabled", False),
        ("LINNET_COMPLETION_LANGUAGES", "python, go", "completion.languages", ("python", "go")),
        ("LINNET_CONTEXT_IGNORE", '["a,b"]', "context.ignore", ("a,b",)),
        ("LINNET_COST_DAILY_USD", "2", "cost.daily_usd", 2.0),
        ("LINNET_CACHE_DIR", "/tmp/x", "cache.dir", "/tmp/x"),
        ("LINNET_ROUTES_INLINE", "openai/m,local", "routes.inline", ("openai/m", "local")),
    ],
)
def test_the_environment_names_every_setting(name: str, text: str, path: str, value: object) -> None:
    """A variable is `LINNET_` and the setting's path in capitals."""
    found = load(user=None, workspace=None, environ={name: text})
    actual: Any = found.settings
    for part in path.split("."):
        actual = getattr(actual, part)
    assert actual == value
    assert found.messages == ()


def test_a_provider_of_ones_own_can_come_from_the_environment() -> None:
    """`LINNET_PROVIDERS_NAME_FIELD` describes an endpoint, whose headers are a JSON object."""
    environ = {
        "LINNET_PROVIDER": "my_co",
        "LINNET_PROVIDERS_MY_CO_BASE_URL": "http://localhost/v1",
        "LINNET_PROVIDERS_MY_CO_HEADERS": '{"X-Team": "tide"}',
    }
    found = load(user=None, workspace=None, environ=environ)
    assert found.settings.providers == {"my_co": Provider("http://localhost/v1", headers={"X-Team": "tide"})}
    assert (found.settings.provider, found.messages) == ("my_co", ())


def test_a_misspelt_variable_is_reported() -> None:
    """An unknown variable of ours is named with the nearest setting; an empty one and keys are left alone."""
    environ = {"LINNET_PROVIDR": "openai", "LINNET_MODEL": "", "LINNET_API_KEY": "secret", "OTHER": "x"}
    found = load(user=None, workspace=None, environ=environ)
    assert found.messages == (
        "environment: unknown setting `LINNET_PROVIDR`. Did you mean `LINNET_PROVIDER`?",
    )
    assert found.settings == Settings()


@pytest.mark.parametrize("path", [path for path in RULES if path != "providers"])
def test_variables_and_settings_belong_together(path: str) -> None:
    """The variable of each setting leads back to it."""
    assert path_of_variable(variable_of(path)) == path


@pytest.mark.parametrize(
    "client",
    [
        {"completion": {"max_lines": 3}},
        {"completion": {"maxLines": 3}},
        {"completion.maxLines": 3},
        {"linnet": {"completion": {"maxLines": 3, "enabled": None}}},
        {"completion": {"maxLines": 3}, "trace": {"server": "off"}, "path": ["x"]},
    ],
)
def test_editors_may_spell_settings_their_way(client: Mapping[str, object]) -> None:
    """camelCase, dotted names, our heading around them, nulls for what is not set: all mean the same."""
    found = load(user=None, workspace=None, environ={}, client=client)
    assert (found.settings.completion.max_lines, found.sources) == (3, {"completion.max_lines": "editor"})
    assert found.messages == ()


def test_names_of_headers_are_not_respelt() -> None:
    """What the user named keeps its name."""
    client = {
        "provider": "myCo",
        "providers": {"myCo": {"baseUrl": "http://h/v1", "headers": {"xTeam": "a"}}},
    }
    found = load(user=None, workspace=None, environ={}, client=client)
    assert found.settings.providers["myCo"] == Provider("http://h/v1", headers={"xTeam": "a"})


def test_one_text_is_a_list_of_one_and_all_is_everything(tmp_path: Path) -> None:
    """`languages = "python"` and `languages = "all"` do what they seem to."""
    one = loaded(tmp_path, user="[completion]\nlanguages = 'python'")
    every = loaded(tmp_path, user="[completion]\nlanguages = 'all'")
    assert one.settings.completion.languages == ("python",)
    assert every.settings.completion.languages == ()


def test_defaults_are_their_own_values() -> None:
    """Every default fits its own rule."""
    flags = {path: value for path, value in DEFAULTS.items() if value is not None and path != "providers"}
    found = load(user=None, workspace=None, environ={}, flags=flags)
    assert (found.messages, found.settings) == ((), Settings())


@pytest.mark.slow
def test_without_files_nothing_slow_is_imported(tmp_path: Path) -> None:
    """A workspace without a settings file costs neither the TOML parser nor what reads workspaces."""
    code = (
        "import sys; from pathlib import Path; from linnet_server.settings import load, user_file\n"
        "load(user=user_file(), workspace=Path(sys.argv[1]), environ={})\n"
        "print({'tomllib', 'pathspec', 'hashlib', 'click', 'rich', 'numpy'} & set(sys.modules) or 'none')"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "none\n"
