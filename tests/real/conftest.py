"""Installs the built wheel as a user would, far from the source tree, and keeps the installation between runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.real.parts import Tell

ROOT = Path(__file__).parent.parent.parent


def cache_folder() -> Path:
    """Where what these tests install is kept."""
    given = os.environ.get("LINNET_TEST_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "linnet-test"


@pytest.fixture(scope="session")
def cache() -> Path:
    """The cache folder, made."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def tell(request: pytest.FixtureRequest) -> Tell:
    """Writes a line for who waits; an installation takes a while."""
    capture: Any = request.config.pluginmanager.getplugin("capturemanager")

    def write(text: str) -> None:
        with capture.global_and_fixture_disabled():
            sys.stdout.write(f"\n  {text}")
            sys.stdout.flush()

    return write


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel that `make dist` built."""
    built = sorted((ROOT / "dist").glob("linnet-*.whl"))
    assert built, "there is no wheel in dist/: run `make dist`"
    return built[-1]


@pytest.fixture(scope="session")
def vsix() -> Path:
    """The extension that `make vsix` built."""
    built = sorted((ROOT / "dist").glob("*.vsix"))
    assert built, "there is no extension in dist/: run `make vsix`"
    return built[-1]


@pytest.fixture(scope="session")
def installed(wheel: Path, tell: Tell) -> Path:
    """The folder with the programs of a fresh environment that holds the wheel and what it needs."""
    base = cache_folder() / "wheel"
    kind = f"{sys.version_info.major}{sys.version_info.minor}"
    home = base / f"{hashlib.sha256(wheel.read_bytes()).hexdigest()[:16]}-{kind}"
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    if not (home / "complete").is_file():
        tell(f"installing {wheel.name} into {home} ...")
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        python = str(programs / "python")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)], check=True
        )
        (home / "complete").touch()
    return programs
