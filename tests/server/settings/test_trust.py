"""What the settings file of a workspace may do, and what trusting it changes."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from linnet_server.settings import Loaded, Settings, load
from linnet_server.settings.files import read_workspace_file
from linnet_server.settings.trust import grant, is_trusted, revoke, trust_file


def of(root: Path, user: Path | None = None, **environ: str) -> Loaded:
    """The settings in a workspace."""
    return load(user=user, workspace=root, environ=environ)


@pytest.mark.parametrize(
    "text",
    [
        "provider = 'openai'",
        "base_url = 'http://evil.invalid/v1'",
        "model = 'dear'",
        "providers.openai.base_url = 'http://evil.invalid'",
        "providers.openai.headers = { a = 'b' }",
        "providers.openai.key_env = 'AWS_SECRET'",
        "providers.openai.ca = '/tmp/ca'",
        "providers.openai.proxy = 'http://evil.invalid'",
        "routes.inline = ['openai/x']",
        "cache.dir = '/etc'",
        "cache.url = 'redis://evil.invalid'",
        "cache.size_mb = 1",
        "audit.enabled = false",
        "audit.content = true",
        "cost.on_cap = 'stop'",
        "cost.daily_usd = 1.01",
        "cost.monthly_usd = 500",
        "context.budget_tokens = 1501",
    ],
)
def test_what_is_the_users_alone_is_refused(tmp_path: Path, text: str) -> None:
    """A cloned repository can neither redirect keys and code nor raise what is spent; it is told so once."""
    (tmp_path / "linnet.toml").write_text(text)
    found = of(tmp_path)
    path = text.partition(" ")[0]
    assert found.settings == Settings()
    assert list(found.withheld) == [path]
    (message,) = found.messages
    assert f"`{path}`" in message
    assert "linnet config trust" in message


def test_offline_may_only_be_switched_on(tmp_path: Path) -> None:
    """A workspace may keep Linnet off the network, and may not put it back on."""
    (tmp_path / "linnet.toml").write_text("offline = true")
    assert of(tmp_path).settings.offline
    user = tmp_path / "user.toml"
    user.write_text("offline = true")
    (tmp_path / "linnet.toml").write_text("offline = false")
    found = of(tmp_path, user)
    assert found.settings.offline
    assert list(found.withheld) == ["offline"]


def test_limits_may_be_lowered(tmp_path: Path) -> None:
    """A workspace may spend and send less than the user allows, measured by the user's own limit."""
    user = tmp_path / "user.toml"
    user.write_text("cost.daily_usd = 0.5")
    (tmp_path / "linnet.toml").write_text("cost.daily_usd = 0.1\ncontext.budget_tokens = 500")
    found = of(tmp_path, user)
    assert (found.settings.cost.daily_usd, found.settings.context.budget_tokens) == (0.1, 500)
    (tmp_path / "linnet.toml").write_text("cost.daily_usd = 0.7")
    assert of(tmp_path, user).settings.cost.daily_usd == 0.5


def test_patterns_to_ignore_are_added(tmp_path: Path) -> None:
    """A workspace may keep more files out, and cannot let in what the user keeps out."""
    user = tmp_path / "user.toml"
    user.write_text("context.ignore = ['*.private']")
    (tmp_path / "linnet.toml").write_text("context.ignore = ['fixtures/', '*.private']")
    assert of(tmp_path, user).settings.context.ignore == ("*.private", "fixtures/")


def test_harmless_settings_hold_at_once(tmp_path: Path) -> None:
    """What only shapes answers needs no trust."""
    (tmp_path / "linnet.toml").write_text(
        "completion.max_lines = 3\nreview.fail_on = 'never'\nengine.mode = 'quiet'"
    )
    found = of(tmp_path)
    assert (found.settings.completion.max_lines, found.settings.review.fail_on) == (3, "never")
    assert (found.settings.engine.mode, found.messages) == ("quiet", ())


def test_trust_allows_everything_until_the_file_changes(tmp_path: Path) -> None:
    """A grant is bound to the content of the file."""
    file = tmp_path / "linnet.toml"
    file.write_text("provider = 'openai'\ncost.daily_usd = 9")
    grant(tmp_path, read_workspace_file(tmp_path).digest)
    found = of(tmp_path)
    assert (found.settings.provider, found.settings.cost.daily_usd, found.messages) == ("openai", 9.0, ())
    file.write_text("provider = 'openai'\ncost.daily_usd = 10")
    assert of(tmp_path).settings == Settings()


def test_trust_is_given_to_one_workspace(tmp_path: Path) -> None:
    """The same file elsewhere is not trusted."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "linnet.toml").write_text("provider = 'openai'")
    grant(tmp_path / "one", read_workspace_file(tmp_path / "one").digest)
    assert of(tmp_path / "one").settings.provider == "openai"
    assert of(tmp_path / "other").settings.provider == "local"


def test_trust_can_be_taken_back(tmp_path: Path) -> None:
    """Revoking says whether there was a grant, and ends it."""
    (tmp_path / "linnet.toml").write_text("provider = 'openai'")
    digest = read_workspace_file(tmp_path).digest
    grant(tmp_path, digest)
    assert revoke(tmp_path)
    assert not revoke(tmp_path)
    assert not is_trusted(tmp_path, digest)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
def test_grants_are_private(tmp_path: Path) -> None:
    """Nobody else may read or write the grants."""
    grant(tmp_path, "digest")
    assert stat.S_IMODE(trust_file().stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "workspaces": 3}', "[" * 99999]
)
def test_broken_grants_are_none(tmp_path: Path, text: str) -> None:
    """A file of grants that cannot be understood trusts nobody, and can be written again."""
    grants = tmp_path / "trusted.json"
    grants.write_text(text)
    assert not is_trusted(tmp_path, "digest", grants)
    grant(tmp_path, "digest", grants)
    assert is_trusted(tmp_path, "digest", grants)


def test_pyproject_serves_as_well(tmp_path: Path) -> None:
    """`[tool.linnet]` counts, and a grant outlives a change of other tables."""
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.linnet]\nprovider = 'openai'\n[project]\nname = 'a'")
    grant(tmp_path, read_workspace_file(tmp_path).digest)
    file.write_text("[project]\nname = 'b'\n[tool.linnet]\nprovider = 'openai'")
    assert of(tmp_path).settings.provider == "openai"
    file.write_text("[tool.linnet]\nprovider = 'mistral'")
    assert of(tmp_path).settings.provider == "local"


@pytest.mark.parametrize("text", ["tool = 3  # linnet", "[tool]\nlinnet = 3", "[tool.linnet", "# linnet"])
def test_a_pyproject_that_means_something_else_is_survived(tmp_path: Path, text: str) -> None:
    """A pyproject.toml of any shape leaves the defaults, with one message at most."""
    (tmp_path / "pyproject.toml").write_text(text)
    found = of(tmp_path)
    assert found.settings == Settings()
    assert len(found.messages) <= 1


def test_a_linnet_toml_outdoes_pyproject(tmp_path: Path) -> None:
    """With both, the file of our own counts, and the other is said to be ignored."""
    (tmp_path / "linnet.toml").write_text("completion.max_lines = 3")
    (tmp_path / "pyproject.toml").write_text("[tool.linnet]\ncompletion.max_lines = 4")
    found = of(tmp_path)
    assert found.settings.completion.max_lines == 3
    assert "pyproject.toml" in found.messages[0]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    """A `linnet.toml` that leads elsewhere is not read."""
    (tmp_path / "elsewhere.toml").write_text("completion.max_lines = 3")
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "linnet.toml").symlink_to(tmp_path / "elsewhere.toml")
    found = of(root)
    assert found.settings == Settings()
    assert len(found.messages) == 1
