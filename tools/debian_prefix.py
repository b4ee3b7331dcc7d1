"""Unpacks Debian packages, with all the libraries they need, into a folder of their own.

    python tools/debian_prefix.py FOLDER PACKAGE... [--program NAME] [--suite sid]

Nothing is installed: the system's packages, sources and locks stay as they are, and no root is needed. The mirror is
the one that the machine's own apt sources name (or --mirror). Packages are checked with the Debian archive's keys.
For each --program of usr/bin, FOLDER/run/NAME starts it with the loader and the libraries of the folder, so that it
runs on an older system too.

Needs apt-get, dpkg-deb and the Debian archive's keys. On Debian they are there; on Ubuntu the keys are in the package
debian-archive-keyring.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCES = Path("/etc/apt")
NEEDED = ("apt-get", "dpkg-deb", "tar")
START = """\
#!/bin/sh
# Starts the program with the C library and the libraries that came with it.
folder=$(cd "$(dirname "$0")/.." && pwd)
exec "$folder/{loader}" --argv0 "$0" --library-path "{libraries}" "$folder/usr/bin/{program}" "$@"
"""


class Missing(Exception):
    """Something that this needs is not there; the text says how to get it."""


def check() -> None:
    """Raises `Missing` unless all that this needs is there."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise Missing(f"{', '.join(missing)} is missing: this works on Debian and Ubuntu only")
    if not KEYS.is_file():
        raise Missing(f"{KEYS} is missing: apt install debian-archive-keyring")


def mirror(sources: Path = SOURCES) -> str:
    """The mirror of the Debian archive in a machine's apt sources. Raises `Missing`."""
    files = sorted([sources / "sources.list", *sources.glob("sources.list.d/*")])
    text = "\n\n".join(file.read_text(errors="replace") for file in files if file.is_file())
    text = re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)
    one_line = re.findall(r"^deb(?:\s+\[[^\]]*\])?\s+(\S+)\s+(\S+)\s", text, re.MULTILINE)
    blocks = [
        dict(re.findall(r"^([\w-]+):[ \t]*(.*?)[ \t]*$", block, re.MULTILINE)) for block in text.split("\n\n")
    ]
    listed = [(uri, block.get("Suites", "")) for block in blocks for uri in block.get("URIs", "").split()]
    mirrors: list[tuple[str, str]] = [*listed, *one_line]
    for address, suites in mirrors:
        if urlsplit(address).path.rstrip("/").endswith("/debian") and "security" not in suites:
            return address
    raise Missing("no apt source names a mirror of the Debian archive: give one with --mirror")


def unpack(
    folder: Path, packages: Sequence[str], names: Sequence[str] = (), suite: str = "sid", address: str = ""
) -> None:
    """Fill the folder with packages and what they depend on. Raises `Missing`, `subprocess.CalledProcessError`."""
    check()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="apt-", dir=folder) as scratch:
        for archive in _downloaded(Path(scratch), packages, suite, address or mirror()):
            contents = subprocess.run(
                ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE, check=True
            )
            # Debian's / has links such as lib -> usr/lib, which must stay links.
            tar = ["tar", "-x", "--no-same-owner", "--keep-directory-symlink", "-C", str(folder)]
            subprocess.run(tar, input=contents.stdout, check=True)
    for name in names:
        _write_start(folder, name)


def _downloaded(scratch: Path, packages: Sequence[str], suite: str, address: str) -> list[Path]:
    """The packages and everything they depend on, as files; apt believes that nothing is installed."""
    for part in ("lists/partial", "cache/archives/partial", "sources"):
        (scratch / part).mkdir(parents=True)
    (scratch / "status").touch()
    source = f"Types: deb\nURIs: {address}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYS}\n"
    (scratch / "sources/debian.sources").write_text(source)
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": scratch / "sources",
        "Dir::State": scratch,
        "Dir::State::lists": scratch / "lists",
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    command = ["apt-get", "--quiet=2", "--assume-yes"]
    command += [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    subprocess.run([*command, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*command, "--download-only", "install", *packages], check=True, stdout=subprocess.DEVNULL)
    return sorted((scratch / "cache/archives").glob("*.deb"))


def _write_start(folder: Path, name: str) -> None:
    loaders = sorted(folder.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        raise Missing("the packages brought no C library")
    home = loaders[0].parent
    # Some programs keep libraries of their own one folder further down.
    folders = [home, *sorted({path.parent for path in home.glob("*/lib*.so*")})]
    libraries = ":".join(f"$folder/{each.relative_to(folder)}" for each in folders)
    start = folder / "run" / name
    start.parent.mkdir(exist_ok=True)
    start.write_text(START.format(loader=loaders[0].relative_to(folder), libraries=libraries, program=name))
    start.chmod(0o755)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="+", metavar="PACKAGE")
    parser.add_argument("--program", action="append", default=[], metavar="NAME")
    parser.add_argument("--suite", default="sid")
    parser.add_argument("--mirror", default="")
    given = parser.parse_args()
    try:
        unpack(given.folder.resolve(), given.packages, given.program, given.suite, given.mirror)
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
