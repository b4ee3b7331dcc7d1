"""Every test runs with a home of its own, without keys, and without a network; so do the processes it starts."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests import guard

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

# Read by every Python that starts in the virtual environment, with -I too; does nothing unless the tests ask for it.
PTH = (
    "import os; g = os.environ.get('LINNET_TEST_GUARD'); g and exec(compile(open(g).read(), g, 'exec'), {})\n"
)
REAL = Path(__file__).parent / "real"
HOMES = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
}
_numbers = count()


def pytest_configure(config: pytest.Config) -> None:
    """Have child processes load the guard. Only a virtual environment is touched, never the system's Python."""
    if sys.prefix != sys.base_prefix:
        file = Path(sysconfig.get_path("purelib")) / "linnet_test_guard.pth"
        if not file.is_file() or file.read_text() != PTH:
            file.write_text(PTH)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests with real programs out unless they are asked for by their path."""
    here = config.invocation_params.dir
    asked = any((here / argument).is_relative_to(REAL) for argument in config.args)
    return True if collection_path == REAL and not asked else None


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the homes of this session's tests would be; nothing is made there until a test writes."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def isolated(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for this test alone, which does not exist yet; no setting, key or proxy of the machine gets through."""
    home = homes / str(next(_numbers))
    for name in os.environ:
        if name.startswith(("LINNET_", "GIT_")) or name.upper().endswith(("_API_KEY", "_PROXY")):
            monkeypatch.delenv(name)
    for name, folder in HOMES.items():
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    return home


@pytest.fixture(autouse=True)
def no_network(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Fails a test when it, or a Python process it started, tried to leave this machine."""
    report = isolated.with_suffix(".network")
    monkeypatch.setenv("LINNET_TEST_GUARD", str(Path(guard.__file__)))
    monkeypatch.setenv(guard.REPORT, str(report))
    yield report
    assert not report.exists(), report.read_text()
