"""From settings to what may leave, and where keys may go."""

from __future__ import annotations

import pytest

from linnet_completions.models.keys import Endpoint
from linnet_completions.models.spend import Budget
from linnet_server.outgoing import own, policy, state_folder
from linnet_server.settings import Settings, load, user_file

URL = "https://models.example.com/v1"


def settings(text: str, **environ: str) -> Settings:
    """The settings of a user with this file and environment."""
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(text)
    return load(user=user_file(), workspace=None, environ=environ).settings


def test_nothing_may_leave_by_default() -> None:
    """Keys in the environment are no choice."""
    found = policy(settings("", OPENAI_API_KEY="x", LINNET_API_KEY="x", LINNET_BASE_URL=URL))
    assert found.chosen == {}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("provider = 'openai'", {"openai": "https://api.openai.com/v1"}),
        (f"provider = 'custom'\nbase_url = '{URL}'", {"custom": URL}),
        ("provider = 'custom'", {}),
        (f"provider = 'openai'\nbase_url = '{URL}'", {"openai": URL}),
        (f"provider = 'mine'\n[providers.mine]\nbase_url = '{URL}'", {"mine": URL}),
        (
            "[routes]\ninline = ['ollama/qwen2.5-coder', 'local']\nreview = ['openrouter/openai/gpt-4.1-mini']",
            {"ollama": "http://127.0.0.1:11434/v1", "openrouter": "https://openrouter.ai/api/v1"},
        ),
    ],
)
def test_what_the_user_chose_may_be_asked(text: str, chosen: dict[str, str]) -> None:
    """The provider and those of the routes, each at its address; one without an address is no choice."""
    assert policy(settings(text)).chosen == chosen


def test_offline_and_budget_are_handed_on() -> None:
    """The limits are those of the settings."""
    found = policy(settings("offline = true\n[cost]\ndaily_usd = 0.5\nmonthly_usd = 3"))
    assert found.offline and found.budget == Budget(0.5, 3.0)


def test_own_endpoints_come_from_presets_and_the_users_settings() -> None:
    """The user's file may add providers, change addresses and name variables."""
    mine = own(
        settings(
            f"provider = 'custom'\nbase_url = '{URL}'\n[providers.mine]\nbase_url = 'https://mine.example.com'\n"
            "key_env = 'MINE'\n[providers.openai]\nkey_env = 'WORK'"
        )
    )
    assert mine.provider == "custom"
    assert mine.endpoints["custom"].base_url == URL
    assert mine.endpoints["mine"] == Endpoint("https://mine.example.com", "MINE")
    assert mine.endpoints["openai"] == Endpoint("https://api.openai.com/v1", "WORK")


def test_state_is_kept_apart_from_what_can_be_made_again() -> None:
    """Neither in the settings' folder nor in the cache."""
    assert state_folder().name == "linnet" and state_folder() != user_file().parent
