"""The mirror that test programs are fetched from is the one that the machine itself uses."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "tools/debian_prefix.py"
DEB822 = """\
Types: deb
# URIs: http://commented.invalid/debian
URIs: http://first.invalid/debian
Suites: stable stable-updates
Components: main
"""
SECURITY = "Types: deb\nURIs: http://security.invalid/debian\nSuites: stable-security\nComponents: main\n"
OTHERS = "Types: deb\nURIs: https://other.invalid/node_20.x\nSuites: nodistro\n"
PASSED_OVER = """\
# deb http://no.invalid/debian stable main
deb-src http://no.invalid/debian stable main
deb http://no.invalid/debian stable-security main
deb https://other.invalid/node_20.x nodistro main
"""


@pytest.fixture(scope="module")
def prefix() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("debian_prefix", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("one_line", "files", "found"),
    [
        ("", {"debian.sources": DEB822}, "http://first.invalid/debian"),
        ("", {"debian.sources": f"{SECURITY}\n{OTHERS}\n{DEB822}"}, "http://first.invalid/debian"),
        ("deb http://a.invalid/debian/ stable main\n", {}, "http://a.invalid/debian/"),
        (
            "deb [signed-by=/k.gpg arch=amd64] http://a.invalid/debian stable main\n",
            {},
            "http://a.invalid/debian",
        ),
        (PASSED_OVER + "deb http://a.invalid/debian stable main\n", {}, "http://a.invalid/debian"),
        (
            "",
            {"a.list": "deb http://a.invalid/debian stable main\n", "b.sources": OTHERS},
            "http://a.invalid/debian",
        ),
    ],
)
def test_the_mirror_is_the_machines_own(
    prefix: ModuleType, tmp_path: Path, one_line: str, files: dict[str, str], found: str
) -> None:
    """In both formats of apt's sources; security archives, other archives and comments are passed over."""
    (tmp_path / "sources.list").write_text(one_line)
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        (tmp_path / "sources.list.d" / name).write_text(text)
    assert prefix.mirror(tmp_path) == found


def test_without_a_mirror_it_says_what_to_do(prefix: ModuleType, tmp_path: Path) -> None:
    """A machine that knows no Debian archive has to be told one."""
    with pytest.raises(prefix.Missing, match="--mirror"):
        prefix.mirror(tmp_path)
