"""Packs the plugin for Neovim as a plugin manager lays it out: python tools/pack_neovim.py FOLDER."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLUGIN = ROOT / "editors" / "neovim"
NAME = "linnet.nvim"


def pack(folder: Path, version: str) -> Path:
    """Write `linnet.nvim-VERSION.tar.gz`; the same files give the same bytes inside. Returns its path."""
    path = folder / f"{NAME}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(PLUGIN.rglob("*")):
            if file.is_file():
                archive.add(file, f"{NAME}/{file.relative_to(PLUGIN).as_posix()}", filter=_plain)
        archive.add(ROOT / "LICENSE", f"{NAME}/LICENSE", filter=_plain)
    return path


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime = entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o644
    return entry


if __name__ == "__main__":
    from linnet_server.lsp.front import VERSION

    print(f"Packaged: {pack(Path(sys.argv[1]), VERSION)}")
